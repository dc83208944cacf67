import { InputError } from '../../error.js';
import { decodeName } from '../name.js';
import type { MemberType, Metadata, PlainEntry } from './container.js';
import { quoted } from './leftover.js';
import type { Quota } from './quota.js';
import type { Extension } from './tar-extension.js';
import { BLOCK, type TarHeader } from './tar-header.js';
import { type PaxRecords, paxBytes, paxInteger, paxText, paxTime } from './tar-pax.js';

/**
 * The member that a header and the extension headers before it tell of.
 * @param records The extension's pax records, those for the whole archive under them.
 * @param offset Where `header` starts in the archive.
 */
export function entryOf(
  header: TarHeader,
  extension: Extension,
  records: PaxRecords,
  offset: number,
  quota: Quota,
): PlainEntry {
  const nameBytes = theOne('name', paxBytes(records, 'path'), extension.longName, offset) ?? header.name;
  const linkBytes =
    theOne('link name', paxBytes(records, 'linkpath'), extension.longLink, offset) ?? header.linkname;
  for (const bytes of [nameBytes, linkBytes]) {
    quota.name(bytes.length, offset);
    if (bytes.includes(0)) throw new InputError('the name of a member has a NUL in it', { offset });
  }
  if (nameBytes.length === 0) throw new InputError('a member has no name', { offset });
  const name = decodeName(nameBytes);
  if (header.typeflag === 'S' || isSparse(records)) throw sparse(name, offset);
  if (header.typeflag === 'N') {
    throw new InputError(`${quoted(name)} is a list of names in the obsolete GNU way`, { offset });
  }
  const size = paxInteger(records, 'size', offset) ?? header.size;
  if (size < 0) throw new InputError(`the size of ${quoted(name)} is negative`, { offset });
  const { typeflag } = header;
  // Before ustar, directories were files with a slash at the end; every tar program still takes them so.
  const asDirectory = (typeflag === '0' || typeflag === '7') && name.endsWith('/');
  const type = asDirectory ? 'directory' : (TYPES[typeflag] ?? 'file');
  const isLink = typeflag === '1' || typeflag === '2';
  if (size > 0 && (type !== 'file' || isLink)) {
    // Some programs pass over as many bytes, some take them for the next header.
    throw new InputError(`${quoted(name)} has a size though it is not a file`, { offset });
  }
  const link = decodeName(linkBytes);
  if (typeflag === '1' && link === '')
    throw new InputError(`${quoted(name)} is a hard link to nothing`, { offset });
  return {
    name,
    metadata: {
      ...metadataOf(header, type, records, offset),
      ...(type === 'symlink' && { linkTarget: link }),
      ...extraOf(header, records, isLink ? '' : link),
    },
    size,
    ...(type === 'file' && !isLink && { contentOffset: offset + BLOCK }),
    ...(typeflag === '1' && { hardLink: link }),
    role: 'content',
  };
}

const TYPES: Readonly<Record<string, MemberType>> = {
  '0': 'file',
  '1': 'file',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

/** Keywords of pax that have a field of their own. */
const FIELDS: ReadonlySet<string> = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'uname',
  'gname',
  'mtime',
]);

function sparse(name: string, offset: number): InputError {
  return new InputError(
    `${quoted(name)} is stored as a sparse file`,
    { offset },
    'pack it again without --sparse',
  );
}

/** pax and GNU name the same thing; which of them counts is not agreed on. */
function theOne(
  what: string,
  pax: Uint8Array | undefined,
  gnu: Uint8Array | undefined,
  offset: number,
): Uint8Array | undefined {
  if (pax !== undefined && gnu !== undefined && Buffer.compare(pax, gnu) !== 0) {
    throw new InputError(`a member has one long ${what} from pax and another from GNU`, { offset });
  }
  return pax ?? gnu;
}

function isSparse(records: PaxRecords): boolean {
  for (const keyword of records.keys()) if (keyword.startsWith('GNU.sparse.')) return true;
  return (
    paxText(records, 'SCHILY.filetype') === 'sparse' ||
    records.has('SCHILY.realsize') ||
    records.has('SUN.holesdata')
  );
}

function metadataOf(header: TarHeader, type: MemberType, records: PaxRecords, offset: number): Metadata {
  const uid = paxInteger(records, 'uid', offset) ?? header.uid;
  const gid = paxInteger(records, 'gid', offset) ?? header.gid;
  const uname = paxText(records, 'uname') ?? decodeName(header.uname);
  const gname = paxText(records, 'gname') ?? decodeName(header.gname);
  const mtime = paxTime(records, 'mtime', offset) ?? header.mtime;
  const device = type === 'character-device' || type === 'block-device';
  return {
    type,
    ...(header.mode !== undefined && { mode: header.mode % 0o10000 }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(uname !== '' && { uname }),
    ...(gname !== '' && { gname }),
    ...(mtime !== undefined && { mtime }),
    ...(device && { device: [header.devmajor ?? 0, header.devminor ?? 0] as const }),
  };
}

/** What the headers say that no field of `Metadata` holds. */
function extraOf(header: TarHeader, records: PaxRecords, link: string): Pick<Metadata, 'extra'> {
  const extra: [string, string][] = [];
  for (const [keyword, value] of records) {
    if (!FIELDS.has(keyword)) extra.push([keyword, decodeName(value)]);
  }
  const mtime = paxText(records, 'mtime');
  // Nanoseconds of our days are more digits than a number keeps.
  if (
    mtime !== undefined &&
    mtime.replace(/(\.[0-9]*?)0*$/, '$1').replace(/\.$/, '') !== String(Number(mtime))
  ) {
    extra.push(['mtime', mtime]);
  }
  const { typeflag, mode, rest } = header;
  if (typeflag === '7' || TYPES[typeflag] === undefined)
    extra.push(['typeflag', decodeName(Buffer.from(typeflag, 'latin1'))]);
  if (mode !== undefined && mode > 0o7777) extra.push(['header mode', mode.toString(8)]);
  if (link !== '') extra.push(['linkname', link]);
  if (rest !== '') extra.push(['header rest', rest]);
  return extra.length === 0 ? {} : { extra: Object.fromEntries(extra) };
}
