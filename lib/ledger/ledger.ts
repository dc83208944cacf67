import type { CauseId } from '../cause/cause-id.js';
import { InputError } from '../error.js';
import { collectGarbage } from '../thread/garbage.js';
import { alike, allDigits, type Claims, ClaimTable, readToken } from './claim.js';
import { Content, sameAt, sameBytes } from './content.js';
import { keptTokens } from './kept.js';
import { Measures, type TextPair } from './measured.js';
import { markMoved } from './moved.js';
import type { Owner, PlaceKind } from './owner.js';
import { OwnerTable } from './owner-table.js';
import { PlaceTable } from './place-table.js';
import { SegmentList } from './segment-list.js';
import type { MeasuredTexts, Sink, TokenEncoding, Why } from './sink.js';
import { GUESSABLE, type Home, homeOf, LONGEST_PATH, vouches } from './vouch.js';

/** What one differing pair comes to. */
export interface Ledger {
  readonly lengthA: number;
  readonly lengthB: number;
  /** In no order. The owner of each is an index in `owners`; 0 where the bytes are equal and in order. */
  readonly segments: SegmentList;
  /** Element 0 is no owner: it stands for "equal". */
  readonly owners: OwnerTable;
  readonly places: PlaceTable;
  readonly claims: Claims;
  /** Hashes of A that stand unchanged in B. */
  readonly kept: ReadonlySet<string>;
  /** Hashes of A that are ids of types for sure. */
  readonly typed: ReadonlySet<string>;
  readonly notes: readonly string[];
}

/** The place of a claim that recomputing attests. */
const RECOMPUTED = -2;

/** What a word is derived from that tells how long a text is. */
const MEASURED = 'the length of the text';

/** Offsets are 32-bit. */
const LONGEST = 2 ** 32 - 1;

/** Writes the ledger of one pair, and holds whoever explains it to what it says. */
export class LedgerBuilder {
  readonly segments = new SegmentList();
  readonly owners = new OwnerTable();
  readonly places = new PlaceTable();
  readonly claims = new ClaimTable();
  readonly notes: string[] = [];

  readonly a: Content;
  readonly b: Content;
  readonly #measures = new Measures<(claims: ReadonlySet<number> | undefined) => void>();

  constructor(a: Content | Uint8Array, b: Content | Uint8Array) {
    if (a.length > LONGEST || b.length > LONGEST)
      throw new InputError('a content of 4 GiB or more is not explained');
    this.a = a instanceof Content ? a : Content.of(a);
    this.b = b instanceof Content ? b : Content.of(b);
    this.owners.push({ place: 0, reason: 'unexplained', state: 'residue' });
  }

  /** The sink for the whole pair. */
  sink(): Sink {
    return new PlaceSink(this, 0, 0, 0);
  }

  add(a: number, aLength: number, b: number, bLength: number, owner: number): void {
    if (aLength === 0 && bLength === 0) return;
    assertWithin(a, aLength, this.a.length, 'A');
    assertWithin(b, bLength, this.b.length, 'B');
    this.segments.add(a, aLength, b, bLength, owner);
  }

  /**
   * A word that is said to measure a text; `conclude` is given the claims that stand behind it once all segments are
   * there. False where it cannot.
   */
  measure(text: TextPair, conclude: (claims: ReadonlySet<number> | undefined) => void): boolean {
    return this.#measures.add(conclude, text, this.a, this.b);
  }

  /**
   * The ledger.
   * @throws Error where the segments do not cover both contents exactly once, or what was called equal is not: the
   * fault is in trustdiff, and the caller falls back to an alignment of bytes
   */
  finish(): Ledger {
    const claims = this.#measures.claims(this.segments, this.owners);
    for (const [i, conclude] of this.#measures.words.entries()) conclude(claims[i]);
    assertCovered(this.segments, this.a.length, this.b.length);
    const ledger: Ledger = {
      lengthA: this.a.length,
      lengthB: this.b.length,
      segments: markMoved(this.segments, this.owners),
      owners: this.owners,
      places: this.places,
      claims: this.claims,
      kept: this.claims.kept,
      typed: this.claims.typed,
      notes: this.notes,
    };
    collectGarbage();
    for (const token of keptTokens(ledger, this.a, this.b)) this.claims.kept.add(token);
    return ledger;
  }
}

class PlaceSink implements Sink {
  /** This place's owners, by what makes them differ: the number of a claim, or that of a kind below 0. */
  readonly #owners: Map<number, number>;
  #homeOf: Home | undefined | null = null;

  constructor(
    readonly ledger: LedgerBuilder,
    readonly place: number,
    readonly baseA: number,
    readonly baseB: number,
    owners = new Map<number, number>(),
  ) {
    this.#owners = owners;
  }

  equal(a: number, b: number, length: number): void {
    if (length === 0) return;
    const { ledger } = this;
    const fromA = this.baseA + a;
    const fromB = this.baseB + b;
    if (sameBytes(ledger.a, fromA, ledger.b, fromB, length)) ledger.add(fromA, length, fromB, length, 0);
    else throw new Error(`bytes at ${fromA} of A and ${fromB} of B were called equal and are not`);
  }

  change(a: number, aLength: number, b: number, bLength: number, why: Why = {}): void {
    this.#add(a, aLength, b, bLength, this.#residue(why.reason ?? 'unexplained', why.field));
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
    const tokenA = readToken(this.#bytesA(a, aLength), encoding);
    const tokenB = readToken(this.#bytesB(b, bLength), encoding);
    if (tokenA === undefined || tokenB === undefined || tokenA === tokenB) {
      this.#uneven(a, aLength, b, bLength, field);
      return false;
    }
    if (encoding !== 'text' && alike(tokenA, tokenB)) {
      this.#uneven(a, aLength, b, bLength, field);
      return false;
    }
    const vouched = vouches({
      cause,
      encoding,
      field,
      home: this.#home(),
      rest: () => this.#bytesA(a + aLength, LONGEST_PATH),
    });
    const claim = this.ledger.claims.add(cause, encoding, tokenA, tokenB, this.place, vouched);
    const owner =
      vouched || !GUESSABLE.has(cause)
        ? (this.#owners.get(claim) ?? this.#claimant(claim, cause, field))
        : this.#residue(cause, field);
    this.#add(a, aLength, b, bLength, owner);
    return true;
  }

  #home(): Home | undefined {
    if (this.#homeOf === null) this.#homeOf = homeOf(this.ledger.places, this.place);
    return this.#homeOf;
  }

  attested(
    cause: CauseId,
    encoding: TokenEncoding,
    a: number,
    b: number,
    recomputedA: Uint8Array,
    recomputedB: Uint8Array,
  ): void {
    const stands =
      Buffer.compare(this.#bytesA(a, recomputedA.length), recomputedA) === 0 &&
      Buffer.compare(this.#bytesB(b, recomputedB.length), recomputedB) === 0;
    const tokenA = readToken(recomputedA, encoding);
    const tokenB = readToken(recomputedB, encoding);
    if (!stands || tokenA === undefined || tokenB === undefined || tokenA === tokenB) return;
    this.ledger.claims.add(cause, encoding, tokenA, tokenB, RECOMPUTED);
  }

  unchanged(token: string): void {
    this.ledger.claims.kept.add(allDigits(token));
  }

  typed(token: string): void {
    this.ledger.claims.typed.add(token);
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
    const { ledger } = this;
    const holds = recomputed.length === bLength && this.#isInB(recomputed, this.baseB + b);
    if (!holds) {
      // Also where the bytes are those of A: they should have changed with what they follow from.
      const stayed =
        aLength === bLength && sameBytes(ledger.a, this.baseA + a, ledger.b, this.baseB + b, aLength);
      if (stayed) this.#add(a, aLength, b, bLength, this.#residue('unexplained', field));
      else this.#uneven(a, aLength, b, bLength, field);
      return;
    }
    if (aLength === bLength && sameBytes(ledger.a, this.baseA + a, ledger.b, this.baseB + b, bLength)) {
      ledger.add(this.baseA + a, aLength, this.baseB + b, bLength, 0);
      return;
    }
    const reason = cause ?? 'derived';
    const kind = ledger.owners.kindOf('derived', reason, field, from);
    this.#add(a, aLength, b, bLength, this.#ownerOf(kind));
  }

  measured(a: number, b: number, length: number, texts: MeasuredTexts, why: Why = {}): void {
    const text = {
      a: this.baseA + texts.a,
      aLength: numberOf(this.#bytesA(a, length), texts.littleEndian),
      b: this.baseB + texts.b,
      bLength: numberOf(this.#bytesB(b, length), texts.littleEndian),
    };
    const conclude = (claims: ReadonlySet<number> | undefined): void =>
      this.#conclude(a, b, length, why, claims);
    if (!this.ledger.measure(text, conclude)) this.#conclude(a, b, length, why, undefined);
  }

  #conclude(a: number, b: number, length: number, why: Why, behind: ReadonlySet<number> | undefined): void {
    const { owners, claims } = this.ledger;
    const stayed = sameBytes(this.ledger.a, this.baseA + a, this.ledger.b, this.baseB + b, length);
    if (behind !== undefined && stayed) this.#add(a, length, b, length, 0);
    else if (behind !== undefined) {
      const kind = owners.kindOf('derived', 'derived', why.field, MEASURED);
      this.#add(a, length, b, length, owners.add(this.place, kind, claims.together(behind)));
    } else if (stayed) this.change(a, length, b, length, why);
    else this.#uneven(a, length, b, length, why.field, why.reason);
  }

  shown(cause: CauseId, a: number, aLength: number, b: number, bLength: number, field?: string): void {
    this.#add(a, aLength, b, bLength, this.#ownerOf(this.ledger.owners.kindOf('shown', cause, field)));
  }

  within(a: number, b: number, kind: PlaceKind, name: string, nameB?: string): Sink {
    const place = this.ledger.places.push({ parent: this.place, kind, name, nameB });
    return new PlaceSink(this.ledger, place, this.baseA + a, this.baseB + b);
  }

  at(a: number, b: number): Sink {
    return new PlaceSink(this.ledger, this.place, this.baseA + a, this.baseB + b, this.#owners);
  }

  note(text: string): void {
    this.ledger.notes.push(text);
  }

  /** What stays unexplained, without the bytes that happen to agree where both sides are of one length. */
  #uneven(
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    field: string | undefined,
    reason: Owner['reason'] = 'unexplained',
  ): void {
    const owner = this.#residue(reason, field);
    if (aLength !== bLength) {
      this.#add(a, aLength, b, bLength, owner);
      return;
    }
    const bytesA = this.#bytesA(a, aLength);
    const bytesB = this.#bytesB(b, bLength);
    for (let at = 0; at < aLength; ) {
      const same = bytesA[at] === bytesB[at];
      let end = at + 1;
      while (end < aLength && (bytesA[end] === bytesB[end]) === same) end += 1;
      this.#add(a + at, end - at, b + at, end - at, same ? 0 : owner);
      at = end;
    }
  }

  #residue(reason: Owner['reason'], field: string | undefined): number {
    return this.#ownerOf(this.ledger.owners.kindOf('residue', reason, field));
  }

  /** This place's owner of a kind. */
  #ownerOf(kind: number): number {
    const key = -1 - kind;
    return this.#owners.get(key) ?? this.#keep(key, this.ledger.owners.add(this.place, kind));
  }

  /** This place's owner of what stands behind a claim. */
  #claimant(claim: number, cause: CauseId, field: string | undefined): number {
    const kind = this.ledger.owners.kindOf('claimed', cause, field);
    return this.#keep(claim, this.ledger.owners.add(this.place, kind, claim));
  }

  #keep(key: number, owner: number): number {
    this.#owners.set(key, owner);
    return owner;
  }

  #add(a: number, aLength: number, b: number, bLength: number, owner: number): void {
    this.ledger.add(this.baseA + a, aLength, this.baseB + b, bLength, owner);
  }

  #isInB(bytes: Uint8Array, start: number): boolean {
    const { b } = this.ledger;
    if (start + bytes.length > b.length) return false;
    const at = b.hold(start, start + bytes.length);
    return sameAt(bytes, 0, b.bytes, at, bytes.length);
  }

  #bytesA(a: number, length: number): Uint8Array {
    return this.ledger.a.subarray(this.baseA + a, this.baseA + a + length);
  }

  #bytesB(b: number, length: number): Uint8Array {
    return this.ledger.b.subarray(this.baseB + b, this.baseB + b + length);
  }
}

/** An unsigned number of up to eight bytes; approximate from 2^53 on, which is the length of nothing. */
function numberOf(bytes: Uint8Array, littleEndian: boolean): number {
  return bytes.reduceRight(
    (all, _, i) => all * 256 + (bytes[littleEndian ? i : bytes.length - 1 - i] ?? 0),
    0,
  );
}

/** Before it is packed: what does not fit 32 bits would come back as something else. */
function assertWithin(start: number, length: number, size: number, side: string): void {
  // What has nothing on this side stands nowhere on it.
  if (length === 0) return;
  if (!(start >= 0 && length > 0)) throw new Error(`a segment of ${length} bytes at ${start} of ${side}`);
  if (start + length > size)
    throw new Error(`a segment ends at ${start + length}, behind the end of ${side}`);
}

function assertCovered(segments: SegmentList, lengthA: number, lengthB: number): void {
  const a = new Coverage(lengthA, 'A');
  const b = new Coverage(lengthB, 'B');
  for (const at = segments.cursor(); at.next(); ) {
    a.add(at.aStart, at.aLength);
    b.add(at.bStart, at.bLength);
  }
  a.assertWhole();
  b.assertWhole();
}

/** Which bytes of one side have been covered. One bit a byte: segments come in no order, and sorting millions of them costs more. */
class Coverage {
  readonly #words: Int32Array;
  #total = 0;

  constructor(
    readonly size: number,
    readonly side: string,
  ) {
    this.#words = new Int32Array(Math.ceil(size / 32));
  }

  add(from: number, count: number): void {
    // What has nothing on this side stands nowhere on it.
    if (count === 0) return;
    if (from + count > this.size)
      throw new Error(`a segment ends at ${from + count}, behind the end of ${this.side}`);
    this.#total += count;
    if (!mark(this.#words, from, from + count)) throw new Error(`${this.side} is covered twice near ${from}`);
  }

  assertWhole(): void {
    if (this.#total !== this.size)
      throw new Error(`${this.size - this.#total} bytes of ${this.side} belong to no segment`);
  }
}

/** Sets the bits from `from` to `end`; false where one was set already. */
function mark(words: Int32Array, from: number, end: number): boolean {
  let word = from >>> 5;
  const last = (end - 1) >>> 5;
  let bits = -1 << (from & 31);
  for (; word < last; word += 1) {
    if (((words[word] as number) & bits) !== 0) return false;
    words[word] = (words[word] as number) | bits;
    bits = -1;
  }
  bits &= -1 >>> (31 - ((end - 1) & 31));
  if (((words[word] as number) & bits) !== 0) return false;
  words[word] = (words[word] as number) | bits;
  return true;
}

/** What the ledger says B is, made from A and from the bytes of B that its changed segments bring. */
export function replay(ledger: Ledger, a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(ledger.lengthB);
  for (const at = ledger.segments.cursor(); at.next(); ) {
    const { aStart, bStart, bLength: length, owner } = at;
    if (length === 0) continue;
    const copied = owner === 0 || ledger.owners.state(owner) === 'moved';
    const source = copied ? a.subarray(aStart, aStart + length) : b.subarray(bStart, bStart + length);
    out.set(source, bStart);
  }
  return out;
}
