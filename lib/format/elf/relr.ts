import type { Encoding } from './record.js';

/** What the words of SHT_RELR stand for: one element a relocation, in the order of the words. */
export interface UnpackedRelr {
  /** Address; NaN from 2^53 on. */
  readonly address: Float64Array;
  /** The word each comes from. */
  readonly entryOf: Uint32Array;
}

/**
 * Packed relative relocations: an even word is an address to relocate, an odd one a bitmap over the words behind the
 * last one told (generic-abi, "Proposal for a new section type SHT_RELR", 2018).
 * @returns undefined where there are more than `most`, so that forged bitmaps cost nothing
 */
export function unpackRelr(content: Uint8Array, encoding: Encoding, most: number): UnpackedRelr | undefined {
  const words = new RelrWords(content, encoding);
  const count = words.count();
  if (count > most) return undefined;
  const unpacked = { address: new Float64Array(count), entryOf: new Uint32Array(count) };
  let index = 0;
  const add = (address: number, entry: number) => {
    unpacked.address[index] = Number.isSafeInteger(address) ? address : Number.NaN;
    unpacked.entryOf[index] = entry;
    index += 1;
  };
  const { size } = words;
  let where = 0;
  for (let entry = 0; entry < words.length; entry += 1) {
    const [low, high] = [words.low(entry), words.high(entry)];
    if ((low & 1) === 0) {
      where = low + high * 2 ** 32;
      add(where, entry);
      where += size;
      continue;
    }
    for (let bit = 1; bit < 32; bit += 1) if ((low >>> bit) & 1) add(where + (bit - 1) * size, entry);
    for (let bit = 0; bit < 32; bit += 1) if ((high >>> bit) & 1) add(where + (bit + 31) * size, entry);
    where += (8 * size - 1) * size;
  }
  return unpacked;
}

class RelrWords {
  /** Of a word, in bytes. */
  readonly size: 4 | 8;
  readonly length: number;
  private readonly view: DataView;
  private readonly littleEndian: boolean;

  constructor(content: Uint8Array, encoding: Encoding) {
    this.size = encoding.class === 64 ? 8 : 4;
    this.length = Math.floor(content.length / this.size);
    this.view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    this.littleEndian = encoding.littleEndian;
  }

  low(entry: number): number {
    return this.view.getUint32(
      this.size * entry + (this.littleEndian ? 0 : this.size - 4),
      this.littleEndian,
    );
  }

  /** The upper half of a 64-bit word. */
  high(entry: number): number {
    return this.size === 4
      ? 0
      : this.view.getUint32(8 * entry + (this.littleEndian ? 4 : 0), this.littleEndian);
  }

  /** How many relocations there are. */
  count(): number {
    let count = 0;
    for (let entry = 0; entry < this.length; entry += 1) {
      const low = this.low(entry);
      count += (low & 1) === 0 ? 1 : bitCount(low) - 1 + bitCount(this.high(entry));
    }
    return count;
  }
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count += 1;
  return count;
}
