import type { CauseId } from '../cause/cause-id.js';
import { alike, readToken } from './claim.js';
import type { Place, PlaceKind, Reason } from './owner.js';
import type { MeasuredTexts, Sink, TokenEncoding, Why } from './sink.js';

/** What an explainer gave, with offsets from the start of the whole files. */
export interface RecordedSegment {
  readonly kind: 'equal' | 'change' | 'token' | 'derived' | 'measured' | 'shown';
  readonly a: number;
  readonly aLength: number;
  readonly b: number;
  readonly bLength: number;
  /** The names of the places from the file inwards, the file itself left out: `['.debug_str', 'gap']`. */
  readonly place: readonly string[];
  /** Nothing for `equal`. A token or recomputation that the bytes refute is `unexplained`, as in the ledger. */
  readonly reason?: Reason | undefined;
  readonly field?: string | undefined;
  readonly encoding?: TokenEncoding | undefined;
  readonly tokenA?: string | undefined;
  readonly tokenB?: string | undefined;
  readonly from?: string | undefined;
}

/** A sink for tests: it keeps the segments in the order given and holds explainers to the contract of `Sink`. */
export interface RecordingSink extends Sink {
  readonly segments: readonly RecordedSegment[];
  readonly notes: readonly string[];
  /** Tokens given to `unchanged`. */
  readonly same: readonly string[];
  /** Tokens given to `typed`. */
  readonly ids: readonly string[];
  /** Bytes given to `attested`, as hexadecimal digits, where they stand on both sides. */
  readonly recomputed: readonly string[];
  readonly places: readonly Place[];
  /** The segments that are not equal, in the order of their places in A, then in B. */
  readonly changes: readonly RecordedSegment[];
  /** `cause tokenA ↔ tokenB` of each token, in order; what most tests look at. */
  readonly claims: readonly string[];
  /** Throws unless the segments cover A exactly once and B exactly once. */
  assertClosed(): void;
}

/**
 * Records what an explainer says of `a` and `b`, which are the whole stretches that its sink stands for. Throws at
 * once where a segment lies outside of them or bytes called equal differ; a token that cannot be read from the
 * bytes, and hashes alike in half their digits, become `unexplained` as they do in the ledger.
 */
export function recordingSink(a: Uint8Array, b: Uint8Array): RecordingSink {
  return new Recording(a, b);
}

class Recording implements RecordingSink {
  readonly segments: RecordedSegment[] = [];
  readonly notes: string[] = [];
  readonly same: string[] = [];
  readonly ids: string[] = [];
  readonly recomputed: string[] = [];
  readonly places: Place[] = [{ parent: 0, kind: 'file', name: '' }];
  readonly #root: Stretch;

  constructor(
    readonly a: Uint8Array,
    readonly b: Uint8Array,
  ) {
    this.#root = new Stretch(this, 0, 0, [], 0);
  }

  get changes(): readonly RecordedSegment[] {
    return this.segments.filter((s) => s.kind !== 'equal').sort((x, y) => x.a - y.a || x.b - y.b);
  }

  get claims(): readonly string[] {
    return this.segments.flatMap((s) =>
      s.kind === 'token' && s.reason !== 'unexplained' ? [`${s.reason} ${s.tokenA} ↔ ${s.tokenB}`] : [],
    );
  }

  assertClosed(): void {
    covered('A', this.a.length, this.segments, (s) => [s.a, s.aLength]);
    covered('B', this.b.length, this.segments, (s) => [s.b, s.bLength]);
  }

  equal(...args: Parameters<Sink['equal']>): void {
    this.#root.equal(...args);
  }
  change(...args: Parameters<Sink['change']>): void {
    this.#root.change(...args);
  }
  token(...args: Parameters<Sink['token']>): boolean {
    return this.#root.token(...args);
  }
  attested(...args: Parameters<Sink['attested']>): void {
    this.#root.attested(...args);
  }
  unchanged(token: string): void {
    this.#root.unchanged(token);
  }
  typed(token: string): void {
    this.#root.typed(token);
  }
  derived(...args: Parameters<Sink['derived']>): void {
    this.#root.derived(...args);
  }
  measured(...args: Parameters<Sink['measured']>): void {
    this.#root.measured(...args);
  }
  shown(...args: Parameters<Sink['shown']>): void {
    this.#root.shown(...args);
  }
  within(...args: Parameters<Sink['within']>): Sink {
    return this.#root.within(...args);
  }
  at(...args: Parameters<Sink['at']>): Sink {
    return this.#root.at(...args);
  }
  note(text: string): void {
    this.#root.note(text);
  }
}

class Stretch implements Sink {
  constructor(
    readonly all: Recording,
    readonly aStart: number,
    readonly bStart: number,
    readonly place: readonly string[],
    readonly index: number,
  ) {}

  equal(a: number, b: number, length: number): void {
    const { bytesA, bytesB } = this.#record('equal', a, length, b, length, {});
    if (Buffer.compare(bytesA, bytesB) !== 0) {
      throw new Error(`called equal but differs: ${this.#tell(a, length, b, length)}`);
    }
  }

  change(a: number, aLength: number, b: number, bLength: number, why?: Why): void {
    this.#record('change', a, aLength, b, bLength, {
      reason: why?.reason ?? 'unexplained',
      field: why?.field,
    });
  }

  token(
    cause: CauseId,
    encoding: TokenEncoding,
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    field?: string,
  ): boolean {
    const tokenA = readToken(this.#slice(this.all.a, this.aStart + a, aLength), encoding);
    const tokenB = readToken(this.#slice(this.all.b, this.bStart + b, bLength), encoding);
    const hash = encoding !== 'text';
    const refuted =
      tokenA === undefined || tokenB === undefined || tokenA === tokenB || (hash && alike(tokenA, tokenB));
    const reason = refuted ? 'unexplained' : cause;
    this.#record('token', a, aLength, b, bLength, { reason, field, encoding, tokenA, tokenB });
    return !refuted;
  }

  attested(
    _cause: CauseId,
    _encoding: TokenEncoding,
    a: number,
    b: number,
    recomputedA: Uint8Array,
    recomputedB: Uint8Array,
  ): void {
    const inA = this.#slice(this.all.a, this.aStart + a, recomputedA.length);
    const inB = this.#slice(this.all.b, this.bStart + b, recomputedB.length);
    if (Buffer.compare(inA, recomputedA) === 0 && Buffer.compare(inB, recomputedB) === 0)
      this.all.recomputed.push(`${Buffer.from(inA).toString('hex')} ↔ ${Buffer.from(inB).toString('hex')}`);
  }

  unchanged(token: string): void {
    this.all.same.push(token);
  }

  typed(token: string): void {
    this.all.ids.push(token);
  }

  derived(
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    recomputed: Uint8Array,
    from: string,
    field?: string,
    cause?: CauseId,
  ): void {
    const there = this.#slice(this.all.b, this.bStart + b, bLength);
    const reason = Buffer.compare(there, recomputed) === 0 ? (cause ?? 'derived') : 'unexplained';
    this.#record('derived', a, aLength, b, bLength, { reason, field, from });
  }

  /** What the ledger decides: here the word is told, and nothing of the text. */
  measured(a: number, b: number, length: number, _texts: MeasuredTexts, why?: Why): void {
    const { reason = 'unexplained', field } = why ?? {};
    this.#record('measured', a, length, b, length, { reason, field });
  }

  shown(cause: CauseId, a: number, aLength: number, b: number, bLength: number, field?: string): void {
    this.#record('shown', a, aLength, b, bLength, { reason: cause, field });
  }

  within(a: number, b: number, kind: PlaceKind, name: string, nameB?: string): Sink {
    const index = this.all.places.push({ parent: this.index, kind, name, nameB }) - 1;
    return new Stretch(this.all, this.aStart + a, this.bStart + b, [...this.place, name], index);
  }

  at(a: number, b: number): Sink {
    return new Stretch(this.all, this.aStart + a, this.bStart + b, this.place, this.index);
  }

  note(text: string): void {
    this.all.notes.push(text);
  }

  #record(
    kind: RecordedSegment['kind'],
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    more: Partial<RecordedSegment>,
  ): { bytesA: Uint8Array; bytesB: Uint8Array } {
    const bytesA = this.#slice(this.all.a, this.aStart + a, aLength);
    const bytesB = this.#slice(this.all.b, this.bStart + b, bLength);
    const { place } = this;
    if (aLength > 0 || bLength > 0) {
      this.all.segments.push({
        kind,
        a: this.aStart + a,
        aLength,
        b: this.bStart + b,
        bLength,
        place,
        ...more,
      });
    }
    return { bytesA, bytesB };
  }

  #slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
    const whole = Number.isInteger(start) && Number.isInteger(length);
    if (!whole || start < 0 || length < 0 || start + length > bytes.length) {
      throw new Error(
        `outside of ${bytes.length} bytes: ${start}+${length} at ${this.place.join(' › ') || 'the file'}`,
      );
    }
    return bytes.subarray(start, start + length);
  }

  #tell(a: number, aLength: number, b: number, bLength: number): string {
    const at = this.place.join(' › ') || 'the file';
    return `A ${this.aStart + a}+${aLength}, B ${this.bStart + b}+${bLength} in ${at}`;
  }
}

function covered(
  side: 'A' | 'B',
  length: number,
  segments: readonly RecordedSegment[],
  range: (segment: RecordedSegment) => [start: number, length: number],
): void {
  let end = 0;
  const sorted = segments
    .map((segment) => ({ segment, range: range(segment) }))
    .filter((s) => s.range[1] > 0)
    .sort((x, y) => x.range[0] - y.range[0] || x.range[1] - y.range[1]);
  for (const { segment, range } of sorted) {
    const [start, size] = range;
    const what = `${segment.kind} at ${segment.place.join(' › ') || 'the file'}`;
    if (start > end) throw new Error(`${side}: ${end}..${start} has no segment (next: ${what})`);
    if (start < end)
      throw new Error(`${side}: ${start}..${Math.min(end, start + size)} covered twice (${what})`);
    end = start + size;
  }
  if (end !== length) throw new Error(`${side}: ${end}..${length} has no segment`);
}
