import { InputError } from '../../error.js';
import type { Bits } from './bits.js';

/** A block after entropy decoding, until the next is decoded: the Burrows-Wheeler transform of its run-length encoded content. */
export interface Block {
  /** Each element holds a byte of the transform and, above it, the index of the element that comes next. */
  readonly chain: Uint32Array;
  readonly start: number;
}

/** The room for a block, kept from one to the next: a small block must not cost what a large one does. */
export interface BlockMemory {
  chain: Uint32Array;
}

/**
 * Reads one block from behind its magic and checksum.
 * @param size bytes that a block of this stream may have
 * @param offset of the block, for errors
 */
export function decodeBlock(bits: Bits, memory: BlockMemory, size: number, offset: number): Block {
  if (memory.chain.length < size) memory.chain = new Uint32Array(size);
  if (bits.read(1) !== 0) {
    throw new InputError('the bzip2 block is randomised, which bzip2 has not written since 1998', { offset });
  }
  const origin = bits.read(24);
  const symbols = readSymbolMap(bits);
  const selectors = readSelectors(bits, offset);
  const tables: Table[] = [];
  for (let table = 0; table < selectors.tables; table += 1) {
    tables.push(readTable(bits, symbols.length + 2, offset));
  }
  const chain = readSymbols(bits, symbols, selectors.order, tables, memory.chain.subarray(0, size), offset);
  if (origin >= chain.length) throw damaged(offset);
  return { chain, start: (chain[origin] ?? 0) >>> 8 };
}

/** Undoes the transform and the first run-length encoding: after four equal bytes stands a count of more. */
export class Unpacking {
  /** The checksum of what has come out so far. */
  crc = 0;
  readonly #chain: Uint32Array;
  #next: number;
  #left: number;
  #last = -1;
  /** How many times in a row `#last` has been seen. */
  #run = 0;

  constructor(block: Block) {
    this.#chain = block.chain;
    this.#next = block.start;
    this.#left = block.chain.length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** Fills `out`, but for a last bit that a run might not fit in, and returns how many bytes it holds. */
  fill(out: Uint8Array): number {
    const chain = this.#chain;
    const full = out.length - 255;
    let [next, left, last, run] = [this.#next, this.#left, this.#last, this.#run];
    let filled = 0;
    for (; left > 0 && filled < full; left -= 1) {
      const element = chain[next] ?? 0;
      next = element >>> 8;
      const byte = element & 0xff;
      if (run === 4) {
        out.fill(last, filled, filled + byte);
        filled += byte;
        run = 0;
        last = -1;
      } else {
        run = byte === last ? run + 1 : 1;
        last = byte;
        out[filled] = byte;
        filled += 1;
      }
    }
    [this.#next, this.#left, this.#last, this.#run] = [next, left, last, run];
    this.crc = ~bzip2Crc(~this.crc, out, filled) >>> 0;
    return filled;
  }
}

/** SymMap: the bytes that occur, in order. */
function readSymbolMap(bits: Bits): Uint8Array {
  const groups = bits.read(16);
  const symbols: number[] = [];
  for (let group = 0; group < 16; group += 1) {
    if (!(groups & (0x8000 >> group))) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member += 1) {
      if (members & (0x8000 >> member)) symbols.push(group * 16 + member);
    }
  }
  return Uint8Array.from(symbols);
}

/** Which table decodes each group of 50 symbols. */
function readSelectors(bits: Bits, offset: number): { tables: number; order: Uint8Array } {
  const tables = bits.read(3);
  const count = bits.read(15);
  if (tables < 2 || tables > 6 || count === 0) throw damaged(offset);
  const recent = [0, 1, 2, 3, 4, 5];
  const order = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= tables) throw damaged(offset);
    }
    const [table = 0] = recent.splice(place, 1);
    recent.unshift(table);
    order[index] = table;
  }
  return { tables, order };
}

/** A canonical prefix code. Codes of up to `FAST_BITS` are looked up, longer ones searched by length. */
interface Table {
  /** For each value of the next `FAST_BITS` bits: the symbol times 32 plus its length, or 0. */
  readonly fast: Uint16Array;
  /** For each length: the first code that is too large for it, and the place in `sorted` of code 0. */
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  /** Symbols by length, then by value. */
  readonly sorted: Uint16Array;
}

const FAST_BITS = 10;
const LENGTH_MAX = 20;

function readTable(bits: Bits, symbols: number, offset: number): Table {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > LENGTH_MAX) throw damaged(offset);
    lengths[symbol] = length;
  }
  const fast = new Uint16Array(1 << FAST_BITS);
  const limits = new Int32Array(LENGTH_MAX + 1);
  const bases = new Int32Array(LENGTH_MAX + 1);
  const sorted = new Uint16Array(symbols);
  let code = 0;
  let place = 0;
  for (let size = 1; size <= LENGTH_MAX; size += 1) {
    code *= 2;
    bases[size] = place - code;
    for (let symbol = 0; symbol < symbols; symbol += 1) {
      if (lengths[symbol] !== size) continue;
      sorted[place] = symbol;
      if (size <= FAST_BITS) {
        const shift = FAST_BITS - size;
        fast.fill(symbol * 32 + size, code << shift, (code + 1) << shift);
      }
      place += 1;
      code += 1;
    }
    // More codes than a length has room for are not a prefix code.
    if (code > 2 ** size) throw damaged(offset);
    limits[size] = code;
  }
  return { fast, limits, bases, sorted };
}

function readSymbol(bits: Bits, table: Table, offset: number): number {
  const entry = table.fast[bits.peek(FAST_BITS)] ?? 0;
  if (entry !== 0) {
    bits.drop(entry & 31);
    return entry >>> 5;
  }
  const ahead = bits.peek(LENGTH_MAX);
  for (let length = FAST_BITS + 1; length <= LENGTH_MAX; length += 1) {
    const code = ahead >>> (LENGTH_MAX - length);
    if (code >= (table.limits[length] ?? 0)) continue;
    bits.drop(length);
    return table.sorted[code + (table.bases[length] ?? 0)] ?? 0;
  }
  // Either no code, or one that is cut off.
  bits.drop(LENGTH_MAX);
  throw damaged(offset);
}

/** Symbols 0 and 1 are digits of a run, then come places in a move-to-front list, the last ends the block. */
function readSymbols(
  bits: Bits,
  symbols: Uint8Array,
  order: Uint8Array,
  tables: readonly Table[],
  chain: Uint32Array,
  offset: number,
): Uint32Array {
  const size = chain.length;
  const recent = symbols.slice();
  const end = symbols.length + 1;
  const counts = new Uint32Array(256);
  let length = 0;
  let run = 0;
  let digit = 1;
  for (let group = 0; ; group += 1) {
    const table = tables[order[group] ?? tables.length];
    if (table === undefined) throw damaged(offset);
    for (let index = 0; index < GROUP_SIZE; index += 1) {
      const symbol = readSymbol(bits, table, offset);
      if (symbol <= 1) {
        run += digit << symbol;
        digit *= 2;
        if (length + run > size) throw damaged(offset);
        continue;
      }
      if (run > 0) {
        const byte = recent[0] ?? 0;
        chain.fill(byte, length, length + run);
        counts[byte] = (counts[byte] ?? 0) + run;
        length += run;
        run = 0;
        digit = 1;
      }
      if (symbol === end) return linked(chain.subarray(0, length), counts);
      if (length === size) throw damaged(offset);
      const byte = recent[symbol - 1] ?? 0;
      recent.copyWithin(1, 0, symbol - 1);
      recent[0] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
      chain[length] = byte;
      length += 1;
    }
  }
}

const GROUP_SIZE = 50;

/** Puts above each byte the index of the one that follows it in the content. */
function linked(chain: Uint32Array, counts: Uint32Array): Uint32Array {
  const places = new Uint32Array(256);
  let sum = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    places[byte] = sum;
    sum += counts[byte] ?? 0;
  }
  for (let index = 0; index < chain.length; index += 1) {
    const byte = (chain[index] ?? 0) & 0xff;
    const place = places[byte] ?? 0;
    places[byte] = place + 1;
    chain[place] = (chain[place] ?? 0) | (index << 8);
  }
  return chain;
}

/** Not the CRC-32 of gzip: the same polynomial, with the highest bit of each byte first. */
function bzip2Crc(value: number, bytes: Uint8Array, length: number): number {
  let crc = value;
  for (let index = 0; index < length; index += 1) {
    crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ (bytes[index] ?? 0)] ?? 0);
  }
  return crc;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

function damaged(offset: number): InputError {
  return new InputError('the bzip2 block is damaged', { offset });
}
