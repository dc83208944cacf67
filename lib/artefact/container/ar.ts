import { InputError } from '../../error.js';
import type { Limits } from '../limits.js';
import { decodeName } from '../name.js';
import type { Container, EntryWithContent, Metadata } from './container.js';
import { type Cursor, once, withCursor } from './cursor.js';
import { padding, quoted } from './leftover.js';
import { Quota } from './quota.js';

/** Bytes of a GNU table of long names. The largest known archives (LLVM's) need far less than one. */
const NAME_TABLE_MAX = 16 * 2 ** 20;

/**
 * The archive of object files (.a, .rlib, COFF import libraries) in its GNU and BSD dialects; see ar(5), and
 * "Archive Format" of the System V ABI. The symbol index and the table of long names are members like any
 * other (`/`, `//`, `/SYM64/`, `__.SYMDEF`).
 *
 * The format has no end mark: an archive that is cut off exactly between two members is a shorter archive.
 */
export const ar: Container = {
  id: 'ar',
  detect: (head) => magicOf(head) !== undefined,
  read: (input, limits) => withCursor(input, 'ar archive', (cursor) => readArchive(cursor, limits)),
};

const MAGIC = 8;
const HEADER = 60;
const PAD = 0x0a;

async function* readArchive(
  cursor: Cursor,
  limits: Limits,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const quota = new Quota(limits);
  const magic = magicOf(await cursor.take(MAGIC, 'its first line'));
  if (magic === undefined) throw new InputError('this is no ar archive', { offset: 0 });
  if (magic === 'thin') {
    throw new InputError(
      'this is a thin ar archive: it names its members but does not hold them',
      { offset: 0 },
      'make it a full one: printf "create full.a\\naddlib thin.a\\nsave\\nend\\n" | ar -M',
    );
  }
  let longNames: Buffer | undefined;
  while (!(await cursor.atEnd())) {
    const offset = cursor.position;
    quota.member(offset);
    const header = parseHeader(await cursor.take(HEADER, 'a header'), offset);
    const { name, stored, extra } = await readName(cursor, header, longNames, quota, offset);
    const size = header.size - stored;
    const contentOffset = cursor.position;
    const metadata = extra === undefined ? header.metadata : withExtra(header.metadata, extra);
    const entry = { name, metadata, size, contentOffset, role: 'content' } as const;
    const content = cursor.stretch(size, quoted(name));
    if (header.nameField === '//') {
      if (longNames !== undefined) throw new InputError('there is a second table of long names', { offset });
      if (size > NAME_TABLE_MAX) {
        throw new InputError(`the table of long names is larger than ${NAME_TABLE_MAX} bytes`, { offset });
      }
      longNames = await cursor.copy(size, 'the table of long names');
      yield { entry, content: once(longNames) };
    } else {
      yield { entry, content };
      await content.drain();
    }
    if (header.size % 2 === 1) {
      const at = cursor.position;
      const pad = await cursor.take(1, `the padding of ${quoted(name)}`);
      if (pad[0] !== PAD) {
        quota.member(at);
        yield padding(name, pad, at);
      }
    }
  }
}

function magicOf(head: Uint8Array): 'full' | 'thin' | undefined {
  const magic = Buffer.from(head.subarray(0, MAGIC)).toString('latin1');
  return magic === '!<arch>\n' ? 'full' : magic === '!<thin>\n' ? 'thin' : undefined;
}

interface Header {
  /** `ar_name` without the spaces that fill it, one character a byte. */
  readonly nameField: string;
  /** `ar_size`: bytes of content, a BSD long name included. */
  readonly size: number;
  readonly metadata: Metadata;
}

/** Where each number stands in a header: from, to, radix. An empty field is one that the writer does not keep. */
const FIELDS = {
  ar_date: [16, 28, 10],
  ar_uid: [28, 34, 10],
  ar_gid: [34, 40, 10],
  ar_mode: [40, 48, 8],
  ar_size: [48, 58, 10],
} as const satisfies Record<string, readonly [number, number, 8 | 10]>;

function parseHeader(bytes: Buffer, offset: number): Header {
  const text = bytes.toString('latin1');
  if (text.slice(58) !== '`\n') {
    throw new InputError('there is no ar header where one should be', { offset });
  }
  const extra: Record<string, string> = {};
  const field = (name: keyof typeof FIELDS): number | undefined => {
    const [from, to, radix] = FIELDS[name];
    const stored = text.slice(from, to);
    const digits = stored.replace(/ +$/, '').replace(/^ +/, '');
    if (digits === '') return undefined;
    if (!(radix === 8 ? /^[0-7]+$/ : name === 'ar_size' ? /^[0-9]+$/ : /^-?[0-9]+$/).test(digits)) {
      throw new InputError(`${name} of an ar header is no number`, { offset: offset + from });
    }
    const value = Number.parseInt(digits, radix);
    // Another spelling of the same number, or a mode that holds the file type as well, is a difference too.
    const usual = value.toString(radix).padEnd(to - from);
    if (stored !== usual || (name === 'ar_mode' && value > 0o7777)) extra[name] = stored.replace(/ +$/, '');
    return value;
  };
  const [mtime, uid, gid, mode, size] = [
    field('ar_date'),
    field('ar_uid'),
    field('ar_gid'),
    field('ar_mode'),
    field('ar_size'),
  ];
  if (size === undefined) throw new InputError('an ar header has no size', { offset: offset + 48 });
  return {
    nameField: text.slice(0, 16).replace(/ +$/, ''),
    size,
    metadata: {
      type: 'file',
      ...(mode !== undefined && { mode: mode & 0o7777 }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
      ...(mtime !== undefined && { mtime }),
      ...(Object.keys(extra).length > 0 && { extra }),
    },
  };
}

interface Name {
  readonly name: string;
  /** Bytes of the content that hold the name (BSD). */
  readonly stored: number;
  readonly extra?: Readonly<Record<string, string>>;
}

async function readName(
  cursor: Cursor,
  header: Header,
  longNames: Buffer | undefined,
  quota: Quota,
  offset: number,
): Promise<Name> {
  const field = header.nameField;
  if (field === '') throw new InputError('an ar member has no name', { offset });
  const bsd = /^#1\/([0-9]+)$/.exec(field);
  if (bsd !== null) {
    const stored = Number(bsd[1]);
    quota.name(stored, offset);
    if (stored > header.size)
      throw new InputError('the name of an ar member is longer than the member', { offset });
    return { stored, ...bsdName(await cursor.take(stored, 'the name of a member'), offset) };
  }
  const gnu = /^\/([0-9]+)$/.exec(field);
  if (gnu !== null) return { stored: 0, name: longName(longNames, Number(gnu[1]), quota, offset) };
  if (isSpecial(field)) return { stored: 0, name: field };
  if (field.startsWith('/')) throw new InputError('an ar member has a name of no known kind', { offset });
  const bytes = Buffer.from(field, 'latin1');
  if (field.endsWith('/')) return { stored: 0, name: decodeName(bytes.subarray(0, -1)) };
  return { stored: 0, name: decodeName(bytes), extra: BSD };
}

/** Said of names that are not written as GNU writes them. */
const BSD = { ar_name: 'BSD' } as const;

/** `/` and `/SYM64/` index symbols, `//` holds names; `/<ECSYMBOLS>/` and its like are Microsoft's. */
function isSpecial(field: string): boolean {
  return field === '/' || field === '//' || field === '/SYM64/' || /^\/<[A-Z]+>\/$/.test(field);
}

/** `#1/20`: the name stands before the content, filled up with NULs. */
function bsdName(bytes: Buffer, offset: number): Pick<Name, 'name' | 'extra'> {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  if (end === 0) throw new InputError('an ar member has no name', { offset });
  const extra = { ar_name: `BSD, ${bytes.length} bytes` };
  return { name: decodeName(bytes.subarray(0, end)), extra };
}

/** `/123`: the name starts there in the table and ends with `/\n` (GNU) or a NUL (Microsoft). */
function longName(table: Buffer | undefined, start: number, quota: Quota, offset: number): string {
  if (table === undefined)
    throw new InputError('a long name comes before the table of long names', { offset });
  if (start >= table.length)
    throw new InputError('a long name lies outside the table of long names', { offset });
  const room = table.subarray(start, start + quota.longestName + 2);
  const ends = [room.indexOf(0x0a), room.indexOf(0)].filter((at) => at !== -1);
  const end = ends.length === 0 ? -1 : Math.min(...ends);
  if (end === -1) {
    quota.name(room.length, offset);
    throw new InputError('a long name has no end in the table of long names', { offset });
  }
  const name = room.subarray(0, room[end] === 0x0a && room[end - 1] === 0x2f ? end - 1 : end);
  quota.name(name.length, offset);
  if (name.length === 0) throw new InputError('an ar member has no name', { offset });
  return decodeName(name);
}

function withExtra(metadata: Metadata, extra: Readonly<Record<string, string>>): Metadata {
  return { ...metadata, extra: { ...metadata.extra, ...extra } };
}
