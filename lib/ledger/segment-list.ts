/** A stretch of `aLength` bytes at `aStart` of A that stands beside one of B; 0 is the owner of equal bytes. */
export interface Segment {
  readonly aStart: number;
  readonly aLength: number;
  readonly bStart: number;
  readonly bLength: number;
  readonly owner: number;
}

/** Bytes of a block; the first is smaller. */
const BLOCK = 1 << 16;
const FIRST = 1 << 10;
/** Bytes that one segment takes at most: what it is like, and five numbers of 32 bits. */
const LONGEST = 26;

/** What the first byte of a segment says. */
const FOLLOWS_A = 1;
const FOLLOWS_B = 2;
const SAME_LENGTH = 4;
const EQUAL = 8;
const SAME_OWNER = 16;

/**
 * Segments in the order in which they came, packed: there are millions, and most begin where the last one ended, have one
 * length on both sides and an owner that is new or that of the last but one. Four bytes hold such a segment, five columns twenty.
 * Numbers are unsigned and of 32 bits, and what is not is taken modulo 2^32.
 */
export class SegmentList implements Iterable<Segment> {
  count = 0;
  readonly #blocks: Uint8Array[] = [new Uint8Array(FIRST)];
  #used = 0;
  /** How far each block that is no longer written to is used. */
  readonly #ends: number[] = [];
  /** The last segment, which may still grow. */
  #aStart = 0;
  #aLength = 0;
  #bStart = 0;
  #bLength = 0;
  #owner = -1;
  /** Where the last written segment ended, and whose the last written one was that is not equal. */
  #aEnd = 0;
  #bEnd = 0;
  #lastOwner = 0;

  /** Appends one; equal bytes behind equal ones become one segment with them. */
  add(aStart: number, aLength: number, bStart: number, bLength: number, owner: number): void {
    if (
      owner === 0 &&
      this.#owner === 0 &&
      this.#aStart + this.#aLength === aStart &&
      this.#bStart + this.#bLength === bStart
    ) {
      this.#aLength += aLength;
      this.#bLength += bLength;
      return;
    }
    this.#write();
    this.#aStart = aStart;
    this.#aLength = aLength;
    this.#bStart = bStart;
    this.#bLength = bLength;
    this.#owner = owner;
    this.count += 1;
  }

  /** Reads what there is now, in order. What is added later starts a segment of its own. */
  cursor(): SegmentCursor {
    this.#write();
    return new SegmentCursor(this.#blocks, [...this.#ends, this.#used]);
  }

  *[Symbol.iterator](): Generator<Segment> {
    const at = this.cursor();
    while (at.next()) {
      const { aStart, aLength, bStart, bLength, owner } = at;
      yield { aStart, aLength, bStart, bLength, owner };
    }
  }

  #write(): void {
    const owner = this.#owner;
    if (owner < 0) return;
    this.#owner = -1;
    const block = this.#room();
    const start = this.#used;
    let at = start + 1;
    let kind = 0;
    if (this.#aStart === this.#aEnd) kind |= FOLLOWS_A;
    else at = put(block, at, folded(this.#aStart - this.#aEnd));
    at = put(block, at, this.#aLength);
    if (this.#bStart === this.#bEnd) kind |= FOLLOWS_B;
    else at = put(block, at, folded(this.#bStart - this.#bEnd));
    if (this.#bLength === this.#aLength) kind |= SAME_LENGTH;
    else at = put(block, at, this.#bLength);
    if (owner === 0) kind |= EQUAL;
    else if (owner === this.#lastOwner) kind |= SAME_OWNER;
    else at = put(block, at, folded(owner - this.#lastOwner));
    block[start] = kind;
    this.#used = at;
    this.#aEnd = (this.#aStart + this.#aLength) >>> 0;
    this.#bEnd = (this.#bStart + this.#bLength) >>> 0;
    if (owner !== 0) this.#lastOwner = owner;
  }

  /** The block that has room for one more. */
  #room(): Uint8Array {
    const last = this.#blocks.length - 1;
    const block = this.#blocks[last] as Uint8Array;
    if (this.#used + LONGEST <= block.length) return block;
    if (block.length < BLOCK) {
      const grown = new Uint8Array(block.length * 4);
      grown.set(block);
      this.#blocks[last] = grown;
      return grown;
    }
    this.#ends.push(this.#used);
    this.#used = 0;
    const next = new Uint8Array(BLOCK);
    this.#blocks.push(next);
    return next;
  }
}

/** One segment after another of a list: to make an object of each would cost more than what is done with it. */
export class SegmentCursor implements Segment {
  aStart = 0;
  aLength = 0;
  bStart = 0;
  bLength = 0;
  owner = 0;
  #index = 0;
  #block: Uint8Array;
  #at = 0;
  #lastOwner = 0;

  constructor(
    readonly blocks: readonly Uint8Array[],
    readonly ends: readonly number[],
  ) {
    this.#block = blocks[0] as Uint8Array;
  }

  /** Goes to the next one; false behind the last. */
  next(): boolean {
    if (this.#at === this.ends[this.#index] && !this.#nextBlock()) return false;
    const kind = this.#block[this.#at] as number;
    this.#at += 1;
    const aEnd = (this.aStart + this.aLength) >>> 0;
    const bEnd = (this.bStart + this.bLength) >>> 0;
    this.aStart = (kind & FOLLOWS_A) !== 0 ? aEnd : (aEnd + unfolded(this.#number())) >>> 0;
    this.aLength = this.#number();
    this.bStart = (kind & FOLLOWS_B) !== 0 ? bEnd : (bEnd + unfolded(this.#number())) >>> 0;
    this.bLength = (kind & SAME_LENGTH) !== 0 ? this.aLength : this.#number();
    if ((kind & EQUAL) !== 0) this.owner = 0;
    else {
      if ((kind & SAME_OWNER) === 0) this.#lastOwner = (this.#lastOwner + unfolded(this.#number())) >>> 0;
      this.owner = this.#lastOwner;
    }
    return true;
  }

  #nextBlock(): boolean {
    // There may be more blocks by now than there were.
    if (this.#index + 1 >= this.ends.length) return false;
    const next = this.blocks[this.#index + 1] as Uint8Array;
    this.#index += 1;
    this.#block = next;
    this.#at = 0;
    return true;
  }

  #number(): number {
    const first = this.#block[this.#at] as number;
    this.#at += 1;
    return first < 0x80 ? first : this.#rest(first & 0x7f);
  }

  #rest(first: number): number {
    let value = first;
    for (let shift = 7; ; shift += 7) {
      const byte = this.#block[this.#at] as number;
      this.#at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

/** A difference modulo 2^32 as a number that is small where it is near 0 on either side. */
function folded(difference: number): number {
  const of = difference | 0;
  return ((of << 1) ^ (of >> 31)) >>> 0;
}

function unfolded(of: number): number {
  return (of >>> 1) ^ -(of & 1);
}

/** Unsigned LEB128, modulo 2^32; where the next number begins. */
function put(block: Uint8Array, start: number, value: number): number {
  let at = start;
  let left = value >>> 0;
  for (; left >= 0x80; at += 1) {
    block[at] = (left & 0x7f) | 0x80;
    left >>>= 7;
  }
  block[at] = left;
  return at + 1;
}
