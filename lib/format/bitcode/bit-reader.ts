import { InputError } from '../../error.js';

/** Bits of a bitstream in their order: the lowest bit of each little-endian 32-bit word first. */
export interface BitReader {
  /** In bits from the start of the content. */
  position: number;
  readonly end: number;
  /** The low and high half of the last number read by `vbr`. */
  low: number;
  high: number;
  /** Whether the last `vbr` was longer than its value needs. */
  stretched: boolean;
  /** A number of `width` bits, 0 to 32, unsigned. @throws InputError past the end */
  fixed(width: number): number;
  /** A number in chunks of `width` bits, into `low` and `high`. @throws InputError where it has more than 64 bits */
  vbr(width: number): void;
  /** A VBR that must fit 32 bits. */
  vbr32(width: number): number;
  /** Goes on at the next 32-bit word; true where only zero bits were skipped. */
  align(): boolean;
}

/** @param start where the bits start in the content, in bytes: errors give offsets of the content */
export function bitReader(content: Uint8Array, start: number): BitReader {
  return new Words(content, start);
}

class Words implements BitReader {
  readonly #words: Uint32Array;
  readonly #start: number;
  readonly end: number;
  position = 0;
  low = 0;
  high = 0;
  stretched = false;

  constructor(content: Uint8Array, start: number) {
    const length = content.length - start;
    const padded = new Uint8Array((Math.ceil(length / 4) + 1) * 4);
    padded.set(content.subarray(start));
    this.#words = littleEndianWords(padded);
    this.#start = start;
    this.end = length * 8;
  }

  fixed(width: number): number {
    if (width === 0) return 0;
    const at = this.position;
    if (at + width > this.end) this.#fail('the bitstream is cut off');
    this.position = at + width;
    const index = at >>> 5;
    const shift = at & 31;
    let value = (this.#words[index] ?? 0) >>> shift;
    if (shift + width > 32) value |= (this.#words[index + 1] ?? 0) << (32 - shift);
    return width === 32 ? value >>> 0 : value & ((1 << width) - 1);
  }

  vbr(width: number): void {
    const step = width - 1;
    const more = 2 ** step;
    const mask = more - 1;
    let low = 0;
    let high = 0;
    let shift = 0;
    for (;;) {
      const chunk = this.fixed(width);
      const bits = width === 32 ? chunk & 0x7fffffff : chunk & mask;
      if (bits !== 0) {
        if (shift > 63 || (shift + step > 64 && bits >= 2 ** (64 - shift))) {
          this.#fail('a number of the bitstream has more than 64 bits');
        }
        if (shift < 32) {
          low |= bits << shift;
          if (shift > 0 && shift + step > 32) high |= bits >>> (32 - shift);
        } else high |= bits << (shift - 32);
      }
      shift += step;
      if (chunk < more) {
        this.stretched = bits === 0 && shift > step;
        break;
      }
      if (shift > 128) this.#fail('a number of the bitstream does not end');
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  vbr32(width: number): number {
    this.vbr(width);
    if (this.high !== 0) this.#fail('a count of the bitstream has more than 32 bits');
    return this.low;
  }

  align(): boolean {
    const skip = -this.position & 31;
    if (this.position + skip > this.end) this.#fail('the bitstream is cut off');
    return this.fixed(skip) === 0;
  }

  #fail(what: string): never {
    throw new InputError(what, { offset: this.#start + Math.floor(this.position / 8) });
  }
}

function littleEndianWords(padded: Uint8Array): Uint32Array {
  const words = new Uint32Array(padded.length / 4);
  const view = new DataView(padded.buffer);
  for (let i = 0; i < words.length; i += 1) words[i] = view.getUint32(i * 4, true);
  return words;
}
