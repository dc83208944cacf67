import { InputError } from '../../error.js';

/** What an entry of a bitstream is. */
export const ENTER = 0;
export const END = 1;
export const DEFINE = 2;
export const RECORD = 3;
/** The magic number of one of several modules that stand behind each other. */
export const MAGIC = 4;

/**
 * The entries of a bitstream in their order, in columns. Operands of entry `i` are those from `first[i]` to `first[i + 1]`:
 * of a RECORD its values without the code; of ENTER the block's id, its abbreviation width and its length in words;
 * of DEFINE the count of operands, then of each literal 1 and its value, of each other 0, its encoding and, if it has one,
 * its width.
 */
export interface Columns {
  /** How many entries there are. */
  readonly count: number;
  readonly kind: Uint8Array;
  /** Id of the block an entry stands in; of ENTER and END the block itself. */
  readonly block: Uint32Array;
  /** Abbreviation id of a RECORD: 3 for none. */
  readonly abbreviation: Uint32Array;
  /** Code of a RECORD. */
  readonly code: Uint32Array;
  /** Where the entry starts, in bits from the start of the stream; one more than entries. */
  readonly bit: Uint32Array;
  /** One more than entries. */
  readonly first: Uint32Array;
  /** Operands, the low and high 32 bits. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** Where each operand starts, in bits from the start of the stream. */
  readonly at: Uint32Array;
  /** Offsets of blobs in the stream, in bytes, by entry: a blob is no operand. */
  readonly blobs: ReadonlyMap<number, Blob>;
  /** Entries that no writer of LLVM encodes so: numbers longer than needed, padding that is not zero. */
  readonly irregular: ReadonlySet<number>;
}

export interface Blob {
  readonly offset: number;
  readonly length: number;
}

/**
 * Grows columns within what a stream of that many bytes may have: literals and fields of no width cost no bits, so a
 * few bytes could else ask for any number of operands.
 */
export class ColumnBuilder {
  #mostOperands = 0;
  count = 0;
  operands = 0;
  #kind = new Uint8Array(0);
  #block = new Uint32Array(0);
  #abbreviation = new Uint32Array(0);
  #code = new Uint32Array(0);
  #bit = new Uint32Array(0);
  #first = new Uint32Array(0);
  #low = new Uint32Array(0);
  #high = new Uint32Array(0);
  #at = new Uint32Array(0);
  blobs = new Map<number, Blob>();
  irregular = new Set<number>();

  /** Begins a stream of so many bytes; what came out of the one before is overwritten. */
  begin(bytes: number): void {
    this.#mostOperands = bytes * 4 + 1024;
    this.count = 0;
    this.operands = 0;
    this.blobs = new Map();
    this.irregular = new Set();
    // Real modules have an entry for each 13 bytes, and 0.4 operands for each byte.
    const entries = (bytes >>> 3) + 1024;
    const operands = (bytes >>> 1) + 4096;
    if (this.#kind.length < entries || this.#low.length < operands) this.#allocate(entries, operands);
  }

  /** Lets the memory of a large stream go. */
  release(): void {
    if (this.#kind.length > KEPT || this.#low.length > KEPT) this.#allocate(0, 0);
  }

  #allocate(entries: number, operands: number): void {
    this.#kind = new Uint8Array(entries);
    this.#block = new Uint32Array(entries);
    this.#abbreviation = new Uint32Array(entries);
    this.#code = new Uint32Array(entries);
    this.#bit = new Uint32Array(entries + 1);
    this.#first = new Uint32Array(entries + 1);
    this.#low = new Uint32Array(operands);
    this.#high = new Uint32Array(operands);
    this.#at = new Uint32Array(operands);
  }

  entry(kind: number, block: number, abbreviation: number, bit: number): void {
    if (this.count + 2 > this.#kind.length) this.#growEntries();
    const i = this.count;
    this.#kind[i] = kind;
    this.#block[i] = block;
    this.#abbreviation[i] = abbreviation;
    this.#code[i] = 0;
    this.#bit[i] = bit;
    this.#first[i] = this.operands;
    this.count = i + 1;
  }

  /** Sets the code of the last entry. */
  code(code: number): void {
    this.#code[this.count - 1] = code;
  }

  operand(low: number, high: number, bit: number): void {
    const i = this.operands;
    if (i === this.#low.length) this.#growOperands();
    this.#low[i] = low;
    this.#high[i] = high;
    this.#at[i] = bit;
    this.operands = i + 1;
  }

  /** @throws InputError where the stream cannot have that many more operands */
  reserve(operands: number, offset: number): void {
    if (this.operands + operands > this.#mostOperands) {
      throw new InputError('the bitstream has more operands than its size allows', { offset });
    }
  }

  /** The last entry is not what a writer makes. */
  odd(): void {
    this.irregular.add(this.count - 1);
  }

  done(endBit: number): Columns {
    const n = this.count;
    this.#bit[n] = endBit;
    this.#first[n] = this.operands;
    return {
      count: n,
      kind: this.#kind.subarray(0, n),
      block: this.#block.subarray(0, n),
      abbreviation: this.#abbreviation.subarray(0, n),
      code: this.#code.subarray(0, n),
      bit: this.#bit.subarray(0, n + 1),
      first: this.#first.subarray(0, n + 1),
      low: this.#low.subarray(0, this.operands),
      high: this.#high.subarray(0, this.operands),
      at: this.#at.subarray(0, this.operands),
      blobs: this.blobs,
      irregular: this.irregular,
    };
  }

  #growEntries(): void {
    const size = this.#kind.length * 2;
    const kind = new Uint8Array(size);
    kind.set(this.#kind);
    this.#kind = kind;
    this.#block = larger(this.#block, size);
    this.#abbreviation = larger(this.#abbreviation, size);
    this.#code = larger(this.#code, size);
    this.#bit = larger(this.#bit, size + 1);
    this.#first = larger(this.#first, size + 1);
  }

  #growOperands(): void {
    const size = this.#low.length * 2;
    this.#low = larger(this.#low, size);
    this.#high = larger(this.#high, size);
    this.#at = larger(this.#at, size);
  }
}

/** Elements of a column that are kept from one stream to the next. */
const KEPT = 1 << 20;

function larger(column: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(size);
  grown.set(column);
  return grown;
}
