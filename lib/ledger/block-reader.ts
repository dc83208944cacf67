import type { Bytes } from '../artefact/bytes.js';

/** Bytes that a `BlockReader` holds. */
const BLOCK = 2 ** 20;

/** The longest view a `BlockReader` gives. */
export const MAX_VIEW = 2 ** 18;

/** Reads a content in blocks, for work that moves mostly forward and looks back a little; what is in memory is one block. */
export class BlockReader {
  readonly length: number;
  /** Holds what `at` was asked for last. */
  readonly block: Buffer;
  readonly #bytes: Bytes;
  #start = 0;
  #end = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
    this.length = bytes.length;
    this.block = bytes.whole ?? Buffer.allocUnsafeSlow(Math.min(BLOCK, bytes.length));
    if (bytes.whole !== undefined) this.#end = bytes.length;
  }

  /** Where `length` bytes (at most `MAX_VIEW`) from `offset`, which must exist, are in `block` until the next call. */
  at(offset: number, length: number): number {
    if (offset < this.#start || offset + length > this.#end) this.#load(offset);
    return offset - this.#start;
  }

  /** `length` bytes (at most `MAX_VIEW`) from `offset`, which must exist. The next call may overwrite them. */
  view(offset: number, length: number): Buffer {
    const at = this.at(offset, length);
    return this.block.subarray(at, at + length);
  }

  /** A quarter of the block lies before `offset`, so that looking back does not load again. */
  #load(offset: number): void {
    const size = this.block.length;
    this.#start = Math.max(0, Math.min(offset - (size >> 2), this.length - size));
    this.#end = this.#start;
    this.#end += this.#bytes.readInto(this.block, this.#start);
  }
}

/** The number of equal bytes from `a0` and `b0` on, at most `max`. */
export function commonPrefix(a: BlockReader, a0: number, b: BlockReader, b0: number, max: number): number {
  let done = 0;
  let step = 64;
  while (done < max) {
    const size = Math.min(step, max - done);
    const x = a.at(a0 + done, size);
    const y = b.at(b0 + done, size);
    if (size <= 64) {
      for (let i = 0; i < size; i += 1) if (a.block[x + i] !== b.block[y + i]) return done + i;
    } else if (a.block.compare(b.block, y, y + size, x, x + size) !== 0)
      return done + firstDifference(a.block.subarray(x, x + size), b.block.subarray(y, y + size), size);
    done += size;
    if (step < MAX_VIEW) step *= 4;
  }
  return max;
}

/** The number of equal bytes before `aEnd` and `bEnd`, at most `max`. */
export function commonSuffix(
  a: BlockReader,
  aEnd: number,
  b: BlockReader,
  bEnd: number,
  max: number,
): number {
  let done = 0;
  let step = 64;
  while (done < max) {
    const size = Math.min(step, max - done);
    const x = a.at(aEnd - done - size, size);
    const y = b.at(bEnd - done - size, size);
    if (size <= 64) {
      for (let i = size - 1; i >= 0; i -= 1)
        if (a.block[x + i] !== b.block[y + i]) return done + size - 1 - i;
    } else if (a.block.compare(b.block, y, y + size, x, x + size) !== 0)
      return done + lastDifference(a.block.subarray(x, x + size), b.block.subarray(y, y + size), size);
    done += size;
    if (step < MAX_VIEW) step *= 4;
  }
  return max;
}

/** The index of the first byte that differs, or `size`. */
export function firstDifference(x: Buffer, y: Buffer, size: number): number {
  let at = 0;
  for (let part = 4096; part >= 512; part >>= 3) {
    while (at + part <= size && x.compare(y, at, at + part, at, at + part) === 0) at += part;
  }
  while (at < size && x[at] === y[at]) at += 1;
  return at;
}

function lastDifference(x: Buffer, y: Buffer, size: number): number {
  let at = size;
  for (let part = 4096; part >= 512; part >>= 3) {
    while (at >= part && x.compare(y, at - part, at, at - part, at) === 0) at -= part;
  }
  while (at > 0 && x[at - 1] === y[at - 1]) at -= 1;
  return size - at;
}
