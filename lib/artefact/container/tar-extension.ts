import { InputError } from '../../error.js';
import type { EntryWithContent } from './container.js';
import { type Cursor, once } from './cursor.js';
import type { Quota } from './quota.js';
import { BLOCK, isZero, type TarHeader } from './tar-header.js';
import { type PaxRecords, parsePax } from './tar-pax.js';

/** Bytes of one pax header that are read; what tar programs write has a few hundred. */
export const PAX_MAX = 2 ** 20;

/** What the pax records of all members of one archive may cost: they stay in memory with the members. Bytes. */
const PAX_TOTAL_MAX = 512 * 2 ** 20;

/** What a record costs beside its bytes. */
const RECORD_COST = 64;

/** What extension headers say about the member that follows them. */
export interface Extension {
  /** Where the first of them starts. */
  readonly offset?: number;
  readonly pax?: PaxRecords;
  readonly longName?: Uint8Array;
  readonly longLink?: Uint8Array;
}

export const NO_EXTENSION: Extension = {};

/** Whether what follows the header says something about the next member instead of being one. */
export function isExtension(typeflag: string): boolean {
  return typeflag === 'x' || typeflag === 'g' || typeflag === 'L' || typeflag === 'K';
}

/** Extension headers of one archive: holds them to the limits, and keeps what those for the whole of it say. */
export class Extensions {
  #globals: PaxRecords = new Map();
  #cost = 0;

  constructor(private readonly quota: Quota) {}

  /** The data of an extension header, which starts at `offset`. */
  async read(cursor: Cursor, header: TarHeader, offset: number): Promise<Buffer> {
    const { size, typeflag } = header;
    // After an empty one tar-stream takes the next member's padding for it.
    if (size === 0) throw new InputError('an extension header is empty', { offset });
    if (typeflag === 'x' || typeflag === 'g') {
      if (size > PAX_MAX) {
        throw new InputError(`a pax header is ${size} bytes long; at most ${PAX_MAX} are read`, { offset });
      }
    } else {
      // One more for its NUL.
      this.quota.name(size - 1, offset);
    }
    return await cursor.copy(size, 'an extension header');
  }

  /** Takes in a pax header for the whole archive and hands it on as a member. */
  global(data: Buffer, offset: number): EntryWithContent {
    this.quota.member(offset);
    this.#globals = joined(this.#globals, globalRecords(data, offset + BLOCK));
    return globalHeader(data, offset + BLOCK);
  }

  /** The records that hold for the member at `offset`, which has this extension. */
  records(extension: Extension, offset: number): PaxRecords {
    const records = extension.pax === undefined ? this.#globals : joined(this.#globals, extension.pax);
    for (const [keyword, value] of records) this.#cost += keyword.length + value.length + RECORD_COST;
    if (this.#cost > PAX_TOTAL_MAX) {
      throw new InputError(`the pax headers so far would take more than ${PAX_TOTAL_MAX} bytes`, { offset });
    }
    return records;
  }
}

/** What was said about the next member, and one extension header more. tar-stream takes the last of two alike. */
export function extended(extension: Extension, typeflag: string, data: Buffer, offset: number): Extension {
  const field = typeflag === 'x' ? 'pax' : typeflag === 'L' ? 'longName' : 'longLink';
  if (extension[field] !== undefined) {
    throw new InputError('one member has two extension headers of the same kind', { offset });
  }
  const value = field === 'pax' ? parsePax(data, offset + BLOCK) : longText(data, offset + BLOCK);
  return { ...extension, offset: extension.offset ?? offset, [field]: value };
}

/** A GNU long name: it ends with a NUL, though some writers leave that out. */
function longText(data: Buffer, offset: number): Uint8Array {
  const end = data.indexOf(0);
  if (end === 0 || data.length === 0) throw new InputError('a long name is empty', { offset });
  if (end !== -1 && !isZero(data.subarray(end))) {
    throw new InputError('a long name goes on after its NUL', { offset: offset + end });
  }
  return end === -1 ? data : data.subarray(0, end);
}

function globalRecords(data: Buffer, offset: number): PaxRecords {
  const records = new Map(parsePax(data, offset));
  if (records.has('size')) {
    throw new InputError('a pax header for the whole archive sets the size of its members', { offset });
  }
  // Of the archive, not of any member: git writes the commit here.
  records.delete('comment');
  return records;
}

function globalHeader(data: Buffer, contentOffset: number): EntryWithContent {
  return {
    entry: {
      name: 'pax global header',
      metadata: { type: 'file' },
      size: data.length,
      contentOffset,
      role: 'package',
    },
    content: once(data),
  };
}

function joined(under: PaxRecords, over: PaxRecords): PaxRecords {
  if (under.size === 0) return over;
  return over.size === 0 ? under : new Map([...under, ...over]);
}
