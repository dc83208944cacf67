import { InputError } from '../../error.js';
import type { Encoding } from './record.js';

/**
 * Numbers of DWARF and of exception tables, read one behind the other from a section's content.
 * Every method throws an `InputError`, with the offset in the file, where a number goes beyond `limit`.
 */
export class DwarfCursor {
  /** Position in the content. */
  at = 0;
  /** Nothing from here on is read. */
  limit: number;
  readonly littleEndian: boolean;
  /** Bytes of an address. */
  readonly wordSize: 4 | 8;
  private readonly view: DataView;

  constructor(
    readonly content: Uint8Array,
    encoding: Encoding,
    /** Where the content lies in the file. */
    readonly fileOffset: number,
    private readonly what: string,
  ) {
    this.view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    this.limit = content.length;
    this.littleEndian = encoding.littleEndian;
    this.wordSize = encoding.class === 64 ? 8 : 4;
  }

  seek(at: number, limit = this.limit): this {
    this.limit = Math.min(limit, this.content.length);
    this.at = at;
    if (!(at >= 0 && at <= this.limit)) throw this.error('a position lies outside the section');
    return this;
  }

  /** Goes over `count` bytes and returns where they start. */
  skip(count: number): number {
    const at = this.at;
    if (!(count >= 0 && at + count <= this.limit)) {
      throw this.error(`${count} bytes do not fit before ${this.fileOffset + this.limit}`);
    }
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), this.littleEndian);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), this.littleEndian);
  }

  /** NaN from 2^53 on. */
  u64(): number {
    const at = this.skip(8);
    const high = this.view.getUint32(at + (this.littleEndian ? 4 : 0), this.littleEndian);
    const low = this.view.getUint32(at + (this.littleEndian ? 0 : 4), this.littleEndian);
    return high < 0x200000 ? high * 2 ** 32 + low : Number.NaN;
  }

  /** NaN outside ±2^53. */
  i64(): number {
    const at = this.skip(8);
    const high = this.view.getInt32(at + (this.littleEndian ? 4 : 0), this.littleEndian);
    const low = this.view.getUint32(at + (this.littleEndian ? 0 : 4), this.littleEndian);
    return high >= -0x200000 && high < 0x200000 ? high * 2 ** 32 + low : Number.NaN;
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  i32(): number {
    return this.u32() | 0;
  }

  /** An address, or what else has its width. */
  word(): number {
    return this.wordSize === 8 ? this.u64() : this.u32();
  }

  /** NaN from 2^53 on. */
  uleb128(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : Number.NaN;
      if (scale < 2 ** 70) scale *= 0x80;
    }
  }

  /** NaN outside ±2^53. */
  sleb128(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (scale < 2 ** 70) scale *= 0x80;
      if (byte >= 0x80) continue;
      if ((byte & 0x40) !== 0) value -= scale;
      return Number.isSafeInteger(value) ? value : Number.NaN;
    }
  }

  /** Where the NUL-ended string at this place ends; goes behind the NUL. */
  stringEnd(): number {
    const end = this.content.indexOf(0, this.at);
    if (end < 0 || end >= this.limit) throw this.error('a string has no end');
    this.at = end + 1;
    return end;
  }

  error(what: string): InputError {
    return new InputError(`${this.what}: ${what}`, { offset: this.fileOffset + this.at });
  }
}
