import type { Code, CodeRelocations, Resolver } from './code.js';
import type { FieldReader, Pieces } from './piece.js';

/** The instructions of one function, as columns. */
export class Rows {
  count = 0;
  /** Offset of each row in `Code.bytes`, and behind the last one the end. */
  starts = new Int32Array(1024);
  /** Hash of a row without what gives addresses. Rows that differ can share one. */
  strict = new Int32Array(1024);
  /** Without displacements and constants as well, one for the short and the long form of an instruction. */
  loose = new Int32Array(1024);

  add(start: number, strict: number, loose: number): void {
    const at = this.count;
    // One is kept free for the end.
    if (at + 1 >= this.starts.length) this.#grow();
    this.starts[at] = start;
    this.strict[at] = strict;
    this.loose[at] = loose;
    this.count = at + 1;
  }

  close(end: number): void {
    this.starts[this.count] = end;
  }

  /** The row that holds the byte at `offset`, which lies in the function. */
  at(offset: number): number {
    const starts = this.starts;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #grow(): void {
    const size = this.starts.length * 2;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const column = new Int32Array(size);
      column.set(old);
      return column;
    };
    this.starts = grown(this.starts);
    this.strict = grown(this.strict);
    this.loose = grown(this.loose);
  }
}

/** What the comparison needs of a machine. One reader serves one pair of functions at a time. */
export interface RowReader {
  /** Starts, or starts anew, on a pair. */
  begin(a: Code, b: Code, resolver: Resolver, pieces: Pieces): void;
  /**
   * Compares row by row without looking ahead, as long as both sides have the same instructions, and adds the rows of
   * A to `rows`, without hashes. False where that did not reach the ends of both.
   */
  lockstep(rows: Rows): boolean;
  scan(code: Code, rows: Rows): void;
  /** Compares one row with one; pairs come in order. */
  pair(a: number, aLength: number, b: number, bLength: number): void;
  /** Rows without a counterpart, before the next pair. */
  skip(aStart: number, aEnd: number, bStart: number, bEnd: number): void;
  /** Settles what only the whole tells, once the inner targets are known. */
  finish(): void;
  /** Whether the instruction does nothing at all. */
  isPadding(code: Code, at: number, length: number): boolean;
  readonly field: FieldReader;
}

/** Walks the relocations of one function in order. */
export class RelocationCursor {
  #starts: CodeRelocations['starts'] = NONE;
  #lengths: CodeRelocations['lengths'] = NONE;
  /** Index of the next relocation, and its offset: infinite behind the last. */
  index = 0;
  next = Number.POSITIVE_INFINITY;

  begin(code: Code): void {
    this.#starts = code.relocations?.starts ?? NONE;
    this.#lengths = code.relocations?.lengths ?? NONE;
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) < code.start) low = middle + 1;
      else high = middle;
    }
    this.#set(low);
  }

  /** Passes over those before `offset`. */
  skipTo(offset: number): void {
    while (this.next < offset) this.#set(this.index + 1);
  }

  /** How many of the next ones start before `offset`. */
  countTo(offset: number): number {
    let index = this.index;
    while ((this.#starts[index] ?? Number.POSITIVE_INFINITY) < offset) index += 1;
    return index - this.index;
  }

  start(index: number): number {
    return this.#starts[index] ?? Number.POSITIVE_INFINITY;
  }

  length(index: number): number {
    return this.#lengths[index] ?? 0;
  }

  #set(index: number): void {
    this.index = index;
    this.next = this.#starts[index] ?? Number.POSITIVE_INFINITY;
  }
}

const NONE = new Int32Array(0);

/** Whether the rows at `a` and `b` have their relocations, if any, at the same places and of the same lengths. */
export function sameRelocationPlaces(
  cursorA: RelocationCursor,
  a: number,
  cursorB: RelocationCursor,
  b: number,
  length: number,
): boolean {
  const count = cursorA.countTo(a + length);
  if (count !== cursorB.countTo(b + length)) return false;
  for (let i = 0; i < count; i++) {
    const start = cursorA.start(cursorA.index + i) - a;
    const size = cursorA.length(cursorA.index + i);
    if (start !== cursorB.start(cursorB.index + i) - b || size !== cursorB.length(cursorB.index + i)) {
      return false;
    }
    if (start + size > length) return false;
  }
  return true;
}

/** One step of the hash of a row. */
export function hashed(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** What a reader holds before `begin`. */
export const NO_CODE: Code = { bytes: new Uint8Array(0), start: 0, end: 0, address: 0 };
export const NO_RESOLVER: Resolver = { sameTarget: () => false, sameRelocation: () => false };
