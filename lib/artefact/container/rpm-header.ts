import { createHash } from 'node:crypto';
import { InputError } from '../../error.js';
import type { Cursor } from './cursor.js';

/** Index entries of one header; rpm's own limit. */
const HEADER_ENTRIES_MAX = 65_535;

/** Bytes of data of one header; rpm allows 256 MiB. The header of rust-doc, with 50,000 files, has about 10 MiB. */
const HEADER_DATA_MAX = 32 * 2 ** 20;

/** The types of values by their number, with bytes a value; 0 for what ends with a NUL. */
export const TYPES = {
  1: ['char', 1],
  2: ['int8', 1],
  3: ['int16', 2],
  4: ['int32', 4],
  5: ['int64', 8],
  6: ['string', 0],
  7: ['bin', 1],
  8: ['string-array', 0],
  9: ['i18n-string', 0],
} as const satisfies Record<number, readonly [string, number]>;

export type TypeName = (typeof TYPES)[keyof typeof TYPES][0];

/** One index entry with its bytes, big-endian as stored. */
export interface RpmTag {
  readonly tag: number;
  readonly type: TypeName;
  readonly count: number;
  readonly data: Buffer;
}

/** One header structure; see "Package format" of the RPM reference manual. */
export interface RpmHeader {
  /** In stored order, duplicates kept. */
  readonly tags: readonly RpmTag[];
  /** Bytes of data that no tag has and that are not zeros, by their offset in the data. */
  readonly strays: readonly { readonly offset: number; readonly data: Buffer }[];
  /** Where the structure starts, in the package's bytes. */
  readonly start: number;
  /** Bytes of the whole structure. */
  readonly length: number;
  /** Lower-case hex, over the whole structure. */
  readonly sha256: string;
}

const MAGIC = 0x8eade801;
const INTRO = 16;
const ENTRY = 16;

/** Reads one header. @param what `signature header` or `header` */
export async function readRpmHeader(cursor: Cursor, what: string): Promise<RpmHeader> {
  const start = cursor.position;
  const intro = await cursor.copy(INTRO, `the ${what}`);
  if (intro.readUInt32BE(0) !== MAGIC) {
    throw new InputError(`there is no ${what} where one should be`, { offset: start });
  }
  const il = intro.readUInt32BE(8);
  const dl = intro.readUInt32BE(12);
  if (il === 0 || il > HEADER_ENTRIES_MAX || dl > HEADER_DATA_MAX) {
    const limits = `1 to ${HEADER_ENTRIES_MAX} entries and up to ${HEADER_DATA_MAX} bytes`;
    throw new InputError(`the ${what} says it has ${il} entries and ${dl} bytes; ${limits} are read`, {
      offset: start + 8,
    });
  }
  const index = await cursor.copy(il * ENTRY, `the index of the ${what}`);
  const data = await cursor.copy(dl, `the data of the ${what}`);
  const entries = Array.from({ length: il }, (_, i) => {
    return readEntry(index, i * ENTRY, `the tag of the ${what}`, start + INTRO + i * ENTRY);
  });
  const { tags, strays } = place(entries, data);
  const digest = createHash('sha256').update(intro).update(index).update(data).digest('hex');
  return { tags, strays, start, length: cursor.position - start, sha256: digest };
}

/** The string of the first such tag; undefined where there is none. */
export function stringOf(header: RpmHeader, number: number): string | undefined {
  const tag = header.tags.find((candidate) => candidate.tag === number);
  if (tag === undefined) return undefined;
  if (tag.type !== 'string' && tag.type !== 'string-array') throw wrongType(header, number);
  return tag.data.toString('utf8', 0, tag.data.indexOf(0));
}

/** The number of the first such tag; undefined where there is none. */
export function numberOf(header: RpmHeader, number: number): number | undefined {
  const tag = header.tags.find((candidate) => candidate.tag === number);
  if (tag === undefined) return undefined;
  if (tag.type === 'int32') return tag.data.readUInt32BE(0);
  const value = tag.type === 'int64' ? tag.data.readBigUInt64BE(0) : undefined;
  if (value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER)) throw wrongType(header, number);
  return Number(value);
}

/** All numbers of the first such tag; undefined where there is none. */
export function numbersOf(header: RpmHeader, number: number): number[] | undefined {
  const tag = header.tags.find((candidate) => candidate.tag === number);
  if (tag === undefined) return undefined;
  const { type, data, count } = tag;
  switch (type) {
    case 'int16':
      return Array.from({ length: count }, (_, at) => data.readUInt16BE(at * 2));
    case 'int32':
      return Array.from({ length: count }, (_, at) => data.readUInt32BE(at * 4));
    case 'int64':
      return Array.from({ length: count }, (_, at) => Number(data.readBigUInt64BE(at * 8)));
    default:
      throw wrongType(header, number);
  }
}

/** All strings of the first such tag, as bytes without their NULs; undefined where there is none. */
export function stringsOf(header: RpmHeader, number: number): Buffer[] | undefined {
  const tag = header.tags.find((candidate) => candidate.tag === number);
  if (tag === undefined) return undefined;
  if (tag.type !== 'string' && tag.type !== 'string-array') throw wrongType(header, number);
  const strings: Buffer[] = [];
  for (let at = 0; at < tag.data.length; ) {
    const end = tag.data.indexOf(0, at);
    strings.push(tag.data.subarray(at, end));
    at = end + 1;
  }
  return strings;
}

interface IndexEntry {
  readonly tag: number;
  readonly type: TypeName;
  /** Bytes a value; 0 for strings. */
  readonly width: 0 | 1 | 2 | 4 | 8;
  /** Where the values start in the data. */
  readonly from: number;
  readonly count: number;
  /** The error for this entry. */
  readonly bad: (why: string) => InputError;
}

function readEntry(index: Buffer, at: number, what: string, offset: number): IndexEntry {
  const tag = index.readUInt32BE(at);
  const number = index.readUInt32BE(at + 4);
  const from = index.readUInt32BE(at + 8);
  const count = index.readUInt32BE(at + 12);
  const bad = (why: string) => new InputError(`${what} with number ${tag} ${why}`, { offset });
  if (!isType(number)) throw bad(`is of unknown type ${number}`);
  const [type, width] = TYPES[number];
  if (count === 0 || (type === 'string' && count !== 1)) throw bad(`has ${count} values`);
  if (width > 1 && from % width !== 0) throw bad('is not aligned');
  return { tag, type, width, from, count, bad };
}

function isType(number: number): number is keyof typeof TYPES {
  return number >= 1 && number <= 9;
}

/**
 * Gives every entry its bytes, in the order of the data. No two may share any: no packer makes that, and it
 * would let a small header say, and cost, a lot.
 */
function place(entries: readonly IndexEntry[], data: Buffer): Pick<RpmHeader, 'tags' | 'strays'> {
  const placed = new Map<IndexEntry, RpmTag>();
  const strays: { offset: number; data: Buffer }[] = [];
  const pass = (from: number, to: number): void => {
    const gap = data.subarray(from, to);
    if (gap.some((byte) => byte !== 0)) strays.push({ offset: from, data: gap });
  };
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.from - b.from)) {
    const { tag, type, count, from } = entry;
    if (from < end) throw entry.bad('shares its bytes with another');
    pass(end, from);
    end = endOf(entry, data);
    placed.set(entry, { tag, type, count, data: data.subarray(from, end) });
  }
  pass(end, data.length);
  return { tags: entries.flatMap((entry) => placed.get(entry) ?? []), strays };
}

function endOf({ width, from, count, bad }: IndexEntry, data: Buffer): number {
  // A string has at least its NUL, so a count that passes this can be walked.
  if (from + count * Math.max(width, 1) > data.length) throw bad('reaches past the end of the data');
  if (width > 0) return from + count * width;
  let to = from;
  for (let left = count; left > 0; left -= 1) {
    const nul = data.indexOf(0, to);
    if (nul === -1) throw bad('holds a string without an end');
    to = nul + 1;
  }
  return to;
}

function wrongType(header: RpmHeader, number: number): InputError {
  return new InputError(`the tag with number ${number} of the rpm does not hold what it should`, {
    offset: header.start,
  });
}
