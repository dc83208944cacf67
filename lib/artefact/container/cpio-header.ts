import { InputError } from '../../error.js';
import type { MemberType, Metadata } from './container.js';
import type { Cursor } from './cursor.js';
import { typeOfMode } from './file-type.js';
import type { Quota } from './quota.js';

export type CpioFormat = 'newc' | 'crc' | 'odc';

/** One header with its name, as read; fields by the names of cpio(5). */
export interface CpioHeader {
  readonly format: CpioFormat;
  /** The name's bytes, without the NULs that end it. */
  readonly name: Buffer;
  readonly c_filesize: number;
  readonly c_nlink: number;
  /** Device and inode, as one key. */
  readonly inode: string;
  /** The sum of all bytes of content modulo 2^32; only the crc format has one. */
  readonly c_check: number;
  readonly metadata: Metadata;
}

/** Bytes of an old binary header: what `cpioMagic` needs to tell one. */
const BINARY_HEADER = 26;

/** The format of a cpio archive by its first bytes; `undefined` where it is none. */
export function cpioMagic(head: Uint8Array): CpioFormat | 'binary' | 'stripped' | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  switch (bytes.toString('latin1', 0, 6)) {
    case '070701':
      return 'newc';
    case '070702':
      return 'crc';
    case '070707':
      return 'odc';
    case '07070X':
      return 'stripped';
  }
  return isBinary(bytes) ? 'binary' : undefined;
}

/** Reads a header and its name; `magic` has been read. */
export async function readCpioHeader(
  cursor: Cursor,
  format: CpioFormat,
  quota: Quota,
  offset: number,
): Promise<CpioHeader> {
  const text = (await cursor.take(HEADER[format] - 6, 'a header')).toString('latin1');
  if (!(format === 'odc' ? /^[0-7]{70}$/ : /^[0-9a-fA-F]{104}$/).test(text)) {
    throw new InputError('a cpio header holds something that is no number', { offset });
  }
  const fields = format === 'odc' ? odcFields(text) : newcFields(text);
  if (fields.c_namesize === 0) throw new InputError('a cpio member has no name', { offset });
  quota.name(fields.c_namesize - 1, offset);
  const stored = await cursor.copy(fields.c_namesize, 'the name of a member');
  const name = withoutNuls(stored, offset);
  const nuls = stored.length - name.length;
  const extra = {
    dev: fields.dev.join(','),
    ino: String(fields.c_ino),
    nlink: String(fields.c_nlink),
    ...(nuls > 1 && { nuls: String(nuls) }),
  };
  const isTrailer = name.toString('latin1') === TRAILER;
  const type = isTrailer ? 'file' : typeOf(fields.c_mode, offset);
  const isDevice = type === 'character-device' || type === 'block-device';
  return {
    format,
    name,
    c_filesize: fields.c_filesize,
    c_nlink: fields.c_nlink,
    inode: `${extra.dev},${extra.ino}`,
    c_check: fields.c_check,
    metadata: {
      type,
      mode: fields.c_mode & 0o7777,
      uid: fields.c_uid,
      gid: fields.c_gid,
      mtime: fields.c_mtime,
      ...(isDevice && { device: fields.rdev }),
      extra,
    },
  };
}

/** The name of the member that ends an archive. */
export const TRAILER = 'TRAILER!!!';

/** Bytes of a header, the magic included. */
const HEADER = { newc: 110, crc: 110, odc: 76 } as const satisfies Record<CpioFormat, number>;

interface Fields {
  readonly c_ino: number;
  readonly c_mode: number;
  readonly c_uid: number;
  readonly c_gid: number;
  readonly c_nlink: number;
  readonly c_mtime: number;
  readonly c_filesize: number;
  readonly dev: readonly [number, number];
  readonly rdev: readonly [number, number];
  readonly c_namesize: number;
  readonly c_check: number;
}

function newcFields(text: string): Fields {
  const at = (index: number): number => Number.parseInt(text.slice(index * 8, index * 8 + 8), 16);
  return {
    c_ino: at(0),
    c_mode: at(1),
    c_uid: at(2),
    c_gid: at(3),
    c_nlink: at(4),
    c_mtime: at(5),
    c_filesize: at(6),
    dev: [at(7), at(8)],
    rdev: [at(9), at(10)],
    c_namesize: at(11),
    c_check: at(12),
  };
}

function odcFields(text: string): Fields {
  const at = (from: number, width: number): number => Number.parseInt(text.slice(from, from + width), 8);
  const device = (number: number): [number, number] => [number >> 8, number & 0xff];
  return {
    dev: device(at(0, 6)),
    c_ino: at(6, 6),
    c_mode: at(12, 6),
    c_uid: at(18, 6),
    c_gid: at(24, 6),
    c_nlink: at(30, 6),
    rdev: device(at(36, 6)),
    c_mtime: at(42, 11),
    c_namesize: at(53, 6),
    c_filesize: at(59, 11),
    c_check: 0,
  };
}

/** A name ends with one NUL, or with several where the packer aligned the content with them. */
function withoutNuls(stored: Buffer, offset: number): Buffer {
  const end = stored.indexOf(0);
  if (end === -1) throw new InputError('the name of a cpio member does not end with a NUL', { offset });
  if (end === 0) throw new InputError('a cpio member has no name', { offset });
  if (stored.subarray(end).some((byte) => byte !== 0)) {
    throw new InputError('the name of a cpio member goes on after its NUL', { offset });
  }
  return stored.subarray(0, end);
}

function typeOf(mode: number, offset: number): MemberType {
  const type = typeOfMode(mode);
  if (type === undefined) throw new InputError('a cpio member is of no known file type', { offset });
  return type;
}

/** Its magic is two bytes only, so the name must fit as well. */
function isBinary(bytes: Buffer): boolean {
  if (bytes.length < BINARY_HEADER) return false;
  const little = bytes.readUInt16LE(0) === 0o070707;
  if (!little && bytes.readUInt16BE(0) !== 0o070707) return false;
  const namesize = little ? bytes.readUInt16LE(20) : bytes.readUInt16BE(20);
  const last = BINARY_HEADER + namesize - 1;
  return namesize > 1 && (last >= bytes.length || bytes[last] === 0);
}
