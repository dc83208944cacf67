import type { Bytes } from '../../artefact/bytes.js';
import { decodeName } from '../../artefact/name.js';
import { InputError } from '../../error.js';

/** The longest string read from a table. Bytes; the longest symbol names of rustc are some tens of KB. */
const LONGEST_STRING = 1 << 20;

/** How many times its own length a table may be read through names that share their tails. */
const TAIL_SHARING = 16;

/** NUL-ended strings of one section (gABI, "String Table"), read when first asked for. */
export class StringTable {
  private content: Buffer | undefined;

  constructor(
    private readonly bytes: Bytes,
    /** Where the table lies in the file. */
    readonly offset: number,
    readonly length: number,
    private readonly what: string,
  ) {}

  /**
   * The string that starts `index` bytes into the table. `from` is the place in the file that asked for it.
   * @throws InputError where it is not in the table, does not end in it, or is longer than `LONGEST_STRING`
   */
  at(index: number, from?: number): string {
    const end = this.endOf(index, from);
    return decodeText(this.buffer(), index, end);
  }

  /**
   * Like `at`, for reading all names of a file once: as a whole no more than `TAIL_SHARING` times the table is
   * decoded, so that a million names that are tails of one long string do not hang.
   */
  budgeted(): (index: number, from?: number) => string {
    let left = TAIL_SHARING * this.length + (1 << 16);
    return (index, from) => {
      const end = this.endOf(index, from);
      left -= end - index;
      if (left < 0) {
        throw new InputError(`the names in the ${this.what} repeat more of it than a compiler writes`, {
          offset: from ?? this.offset,
        });
      }
      return decodeText(this.buffer(), index, end);
    };
  }

  /** Whether two tables hold one string at these places. @throws InputError as `at` does */
  isSame(index: number, other: StringTable, otherIndex: number): boolean {
    const end = this.endOf(index);
    const otherEnd = other.endOf(otherIndex);
    if (end - index !== otherEnd - otherIndex) return false;
    return this.buffer().compare(other.buffer(), otherIndex, otherEnd, index, end) === 0;
  }

  /** A number that strings of one text share. @throws InputError as `at` does */
  hash(index: number): number {
    const end = this.endOf(index);
    const buffer = this.buffer();
    let hash = 0x811c9dc5;
    for (let at = index; at < end; at += 1) hash = Math.imul(hash ^ (buffer[at] as number), 0x01000193);
    return hash ^ (hash >>> 15);
  }

  private endOf(index: number, from?: number): number {
    if (index === 0 && this.length === 0) return 0;
    if (index >= this.length) {
      throw new InputError(`a name starts at ${index} of the ${this.what}, which has ${this.length} bytes`, {
        offset: from ?? this.offset,
      });
    }
    const end = this.buffer().indexOf(0, index);
    if (end < 0 || end - index > LONGEST_STRING) {
      throw new InputError(`a name in the ${this.what} ${end < 0 ? 'has no end' : 'is too long'}`, {
        offset: this.offset + index,
      });
    }
    return end;
  }

  private buffer(): Buffer {
    this.content ??= Buffer.from(this.bytes.read(this.offset, this.length));
    return this.content;
  }
}

/** Bytes as text, exact (see name.ts); nearly all names are ASCII, which needs no decoder. */
export function decodeText(buffer: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    if ((buffer[at] ?? 0) >= 0x80) return decodeName(buffer.subarray(start, end));
  }
  return buffer.toString('latin1', start, end);
}
