import { type Bytes, memoryBytes } from '../artefact/bytes.js';

/** Bytes that are held one after another. */
interface Part {
  start: number;
  readonly bytes: Uint8Array;
  /** Whether somebody has a view of it. */
  lent: boolean;
}

/**
 * One side of a pair, of which no more is held than is worked on: all of it, unless it is cut into parts. Synchronous, as
 * `Bytes` is.
 */
export class Content {
  readonly length: number;
  /** What is held now: see `hold`. */
  bytes: Uint8Array = NOTHING;
  #start = 0;
  /** The part that `bytes` is; none where all is in memory anyway. */
  #part: Part | undefined;
  /** Where parts begin, in order. */
  #cuts: readonly number[] = [];
  /** Parts that are held besides, the one that was asked for last at the end. */
  readonly #held: Part[] = [];
  #most = 1;
  /** Where in the content what was read begins, as long as anybody has it. */
  readonly #places = new WeakMap<ArrayBufferLike, number>();

  constructor(readonly source: Bytes) {
    this.length = source.length;
    if (source.whole !== undefined) this.#have(source.whole, 0);
  }

  static of(bytes: Uint8Array): Content {
    return new Content(memoryBytes(bytes));
  }

  /**
   * From now on only the part is held that is asked for. Whoever reads to and fro in one part reads it once. Short parts
   * are joined, but none to a long one: who goes to and fro between short ones must not read that each time.
   * @param cuts where parts begin, in ascending order
   */
  divide(cuts: readonly number[]): void {
    let last = 0;
    this.#cuts = cuts.filter((cut, i) => {
      if ((cuts[i + 1] ?? this.length) - last <= JOINED) return false;
      last = cut;
      return true;
    });
    this.#most = 1;
  }

  /** From now on what is asked for lies here and there, and is short: a few short parts are held. */
  scatter(): void {
    if (this.source.whole !== undefined) return;
    this.#cuts = Array.from({ length: Math.ceil(this.length / SHORTEST) }, (_, i) => i * SHORTEST);
    this.#most = SCATTERED;
    this.#held.length = 0;
    this.#part = undefined;
    this.bytes = NOTHING;
  }

  /**
   * Sees to it that `bytes` holds what lies from `start` to `end`, and gives the index there of `start`. That is so until
   * more is asked for: something else may stand in what was held before. What `subarray` gave stays as it is.
   * @throws InputError where the range is not within the content, or the file has become shorter
   */
  hold(start: number, end: number): number {
    if (start < this.#start || end > this.#start + this.bytes.length) this.#change(start, end);
    return start - this.#start;
  }

  /** As that of a typed array: a view, of what there is of the range. */
  subarray(start: number, end: number): Uint8Array {
    const to = Math.min(end, this.length);
    if (start >= to) return NOTHING;
    const at = this.hold(start, to);
    if (this.#part !== undefined) this.#part.lent = true;
    return this.bytes.subarray(at, at + to - start);
  }

  /** All of it, in memory. */
  whole(): Uint8Array {
    return this.subarray(0, this.length);
  }

  /** Where bytes begin that are a view of what was read here; undefined where they are a copy. */
  placeOf(view: Uint8Array): number | undefined {
    const start = (this.#places.get(view.buffer) ?? Number.NaN) + view.byteOffset;
    return start >= 0 && start + view.length <= this.length ? start : undefined;
  }

  #change(start: number, end: number): void {
    const known = this.#held.findIndex((of) => of.start <= start && end <= of.start + of.bytes.length);
    if (known < 0) this.#read(start, end);
    else {
      const [part] = this.#held.splice(known, 1) as [Part];
      this.#held.push(part);
      this.#part = part;
      this.#have(part.bytes, part.start);
    }
  }

  #read(start: number, end: number): void {
    if (!(start >= 0 && start <= end && end <= this.length))
      throw new RangeError(`bytes ${start} to ${end} lie outside the ${this.length} there are`);
    this.bytes = NOTHING;
    const given = this.#held.length >= this.#most ? this.#held.shift() : undefined;
    this.#part = undefined;
    const [from, next] = this.#partAround(start);
    const length = Math.max(end, next) - from;
    // To read through all of it would leave as much garbage, which lies outside the heap and is looked for late.
    const room = given?.lent === false ? given.bytes.buffer : NOTHING.buffer;
    const bytes = new Uint8Array(room.byteLength < length ? new ArrayBuffer(length) : room, 0, length);
    this.source.readInto(bytes, from);
    this.#have(bytes, from);
    this.#part = { start: from, bytes, lent: false };
    this.#held.push(this.#part);
  }

  #have(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.#start = start;
    this.#places.set(bytes.buffer, start - bytes.byteOffset);
  }

  #partAround(offset: number): [start: number, end: number] {
    let low = 0;
    let high = this.#cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#cuts[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return [this.#cuts[low - 1] ?? 0, this.#cuts[low] ?? this.length];
  }
}

const NOTHING = new Uint8Array(0);
/** Bytes of short parts that are joined. */
const JOINED = 1 << 13;
/** Bytes of a part, where what is asked for lies here and there. */
const SHORTEST = 1 << 16;
/** Short parts that are held at once. */
const SCATTERED = 16;

/** Whether so many bytes are the same; false where either ends before. */
export function sameBytes(a: Content, aStart: number, b: Content, bStart: number, length: number): boolean {
  if (aStart + length > a.length || bStart + length > b.length) return false;
  const atA = a.hold(aStart, aStart + length);
  const atB = b.hold(bStart, bStart + length);
  return sameAt(a.bytes, atA, b.bytes, atB, length);
}

/** As `sameBytes`, of what is in memory. */
export function sameAt(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  if (length < 32) {
    for (let i = 0; i < length; i += 1) if (a[aStart + i] !== b[bStart + i]) return false;
    return true;
  }
  return Buffer.compare(a.subarray(aStart, aStart + length), b.subarray(bStart, bStart + length)) === 0;
}
