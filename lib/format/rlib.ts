import type { Bytes } from '../artefact/bytes.js';
import { decodeName, printableName } from '../artefact/name.js';
import { InputError } from '../error.js';

/** One member of an ar archive: where its header and its content lie. */
export interface RlibMember {
  /** As the archive means it, exact (see name.ts): long names are resolved, the `/` behind a GNU name is gone. */
  readonly name: string;
  readonly kind: 'file' | 'symbol-index' | 'long-names';
  readonly headerOffset: number;
  /** Where the content starts; behind the name, where BSD stores it there. */
  readonly offset: number;
  /** Bytes of content. */
  readonly size: number;
  /** Header fields as stored, without the spaces that fill them. */
  readonly ar_name: string;
  readonly ar_date: string;
  readonly ar_uid: string;
  readonly ar_gid: string;
  readonly ar_mode: string;
  /** Where the byte that fills an odd size up stands; ar writes `\n`. */
  readonly paddingOffset?: number | undefined;
}

/** Where each number stands in a header, and how it is written. */
const FIELDS = {
  ar_date: [16, 28, /^-?[0-9]+$/],
  ar_uid: [28, 34, /^-?[0-9]+$/],
  ar_gid: [34, 40, /^-?[0-9]+$/],
  ar_mode: [40, 48, /^[0-7]+$/],
  ar_size: [48, 58, /^[0-9]+$/],
} as const satisfies Record<string, readonly [number, number, RegExp]>;

const MAGIC = '!<arch>\n';
const HEADER = 60;
/** As in container/ar.ts: the table of long names is held in memory. Bytes. */
const NAME_TABLE_MAX = 16 * 2 ** 20;
/** Bytes of one name. */
const LONGEST_NAME = 4096;
/** No real rlib comes near; std's largest have some hundreds. */
const MOST_MEMBERS = 1 << 20;

/** Whether a content starts as an ar archive does. */
export function isRlib(bytes: Bytes): boolean {
  return bytes.length >= MAGIC.length && bytes.read(0, MAGIC.length).toString('latin1') === MAGIC;
}

/**
 * The member table of an rlib (an ar archive in GNU or BSD dialect; see ar(5)) by offset: it reads the headers
 * and the long names, no content. Duplicate names are kept. It tells the same as `container/ar.ts`, which
 * reads a stream.
 * @throws InputError where a header or a member does not fit the file
 */
export function readRlib(bytes: Bytes): RlibMember[] {
  if (!isRlib(bytes)) throw new InputError('this is no ar archive', { offset: 0 });
  const members: RlibMember[] = [];
  let longNames: Buffer | undefined;
  let at = MAGIC.length;
  while (at < bytes.length) {
    if (members.length >= MOST_MEMBERS) {
      throw new InputError(`the archive has more than ${MOST_MEMBERS} members`, { offset: at });
    }
    const { member, end } = readMember(bytes, at, longNames);
    if (member.kind === 'long-names') {
      if (longNames !== undefined)
        throw new InputError('there is a second table of long names', { offset: at });
      if (member.size > NAME_TABLE_MAX) {
        throw new InputError(`the table of long names is larger than ${NAME_TABLE_MAX} bytes`, {
          offset: at,
        });
      }
      longNames = Buffer.from(bytes.read(member.offset, member.size));
    }
    members.push(member);
    at = end;
  }
  return members;
}

function readMember(
  bytes: Bytes,
  headerOffset: number,
  longNames: Buffer | undefined,
): { readonly member: RlibMember; readonly end: number } {
  if (headerOffset + HEADER > bytes.length) {
    throw new InputError('the archive is cut off inside a header', { offset: headerOffset });
  }
  const text = bytes.read(headerOffset, HEADER).toString('latin1');
  if (text.slice(58) !== '`\n') {
    throw new InputError('there is no ar header where one should be', { offset: headerOffset });
  }
  const field = (name: keyof typeof FIELDS) => readField(text, name, headerOffset);
  const ar_name = text.slice(0, 16).replace(/ +$/, '');
  const stored = Number.parseInt(field('ar_size'), 10);
  if (Number.isNaN(stored)) throw new InputError('an ar header has no size', { offset: headerOffset + 48 });
  const start = headerOffset + HEADER;
  if (start + stored > bytes.length) {
    throw new InputError(
      `the archive is cut off inside member ${printableName(decodeName(Buffer.from(ar_name, 'latin1')))}`,
      {
        offset: headerOffset,
      },
    );
  }
  const { name, inContent } = readName(bytes, ar_name, start, stored, longNames, headerOffset);
  const odd = stored % 2 === 1;
  if (odd && start + stored >= bytes.length) {
    throw new InputError(`the archive is cut off before the padding of ${printableName(name)}`, {
      offset: start + stored,
    });
  }
  return {
    member: {
      name,
      kind: kindOf(ar_name, name),
      headerOffset,
      offset: start + inContent,
      size: stored - inContent,
      ar_name,
      ar_date: field('ar_date'),
      ar_uid: field('ar_uid'),
      ar_gid: field('ar_gid'),
      ar_mode: field('ar_mode'),
      ...(odd && { paddingOffset: start + stored }),
    },
    end: start + stored + (odd ? 1 : 0),
  };
}

/** A number of the header as its digits; empty where the writer does not keep it. */
function readField(text: string, name: keyof typeof FIELDS, headerOffset: number): string {
  const [from, to, digits] = FIELDS[name];
  const field = text.slice(from, to).replace(/^ +| +$/g, '');
  if (field !== '' && !digits.test(field)) {
    throw new InputError(`${name} of an ar header is no number`, { offset: headerOffset + from });
  }
  return field;
}

function kindOf(ar_name: string, name: string): RlibMember['kind'] {
  if (ar_name === '//') return 'long-names';
  if (ar_name === '/' || ar_name === '/SYM64/') return 'symbol-index';
  return /^__\.SYMDEF(_64)?( SORTED)?$/.test(name) ? 'symbol-index' : 'file';
}

function readName(
  bytes: Bytes,
  ar_name: string,
  start: number,
  stored: number,
  longNames: Buffer | undefined,
  offset: number,
): { readonly name: string; readonly inContent: number } {
  const bsd = /^#1\/([0-9]+)$/.exec(ar_name);
  if (bsd !== null) {
    const length = Number(bsd[1]);
    if (length > stored || length > LONGEST_NAME) {
      throw new InputError('the name of an ar member is longer than the member, or too long', { offset });
    }
    const raw = Buffer.from(bytes.read(start, length));
    let end = raw.length;
    while (end > 0 && raw[end - 1] === 0) end -= 1;
    return { name: named(raw.subarray(0, end), offset), inContent: length };
  }
  const gnu = /^\/([0-9]+)$/.exec(ar_name);
  if (gnu !== null) return { name: longName(longNames, Number(gnu[1]), offset), inContent: 0 };
  if (ar_name === '/' || ar_name === '//' || ar_name === '/SYM64/' || /^\/<[A-Z]+>\/$/.test(ar_name)) {
    return { name: ar_name, inContent: 0 };
  }
  if (ar_name.startsWith('/')) throw new InputError('an ar member has a name of no known kind', { offset });
  const raw = Buffer.from(ar_name, 'latin1');
  return { name: named(ar_name.endsWith('/') ? raw.subarray(0, -1) : raw, offset), inContent: 0 };
}

/** `/123`: the name starts there in the table and ends with `/\n` (GNU) or a NUL (Microsoft). */
function longName(table: Buffer | undefined, start: number, offset: number): string {
  if (table === undefined || start >= table.length) {
    throw new InputError('a long name lies outside the table of long names', { offset });
  }
  const room = table.subarray(start, start + LONGEST_NAME + 2);
  const end = room.findIndex((byte) => byte === 0x0a || byte === 0);
  if (end < 0) throw new InputError('a long name has no end in the table of long names', { offset });
  const slash = room[end] === 0x0a && room[end - 1] === 0x2f;
  return named(room.subarray(0, slash ? end - 1 : end), offset);
}

function named(raw: Buffer, offset: number): string {
  if (raw.length === 0) throw new InputError('an ar member has no name', { offset });
  return decodeName(raw);
}
