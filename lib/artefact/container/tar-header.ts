import { InputError } from '../../error.js';

/** Bytes of a header, and what every part of an archive is filled up to. */
export const BLOCK = 512;

/**
 * One header block, every field read. Numbers are those of the field; where it is blank they are `undefined`.
 * Byte strings end before their first NUL.
 */
export interface TarHeader {
  readonly format: 'v7' | 'ustar' | 'gnu' | 'star';
  /** One character; `\0`, which old archives have for a file, stands as `0`. */
  readonly typeflag: string;
  /** The prefix included. */
  readonly name: Uint8Array;
  readonly linkname: Uint8Array;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly size: number;
  readonly mtime: number | undefined;
  readonly uname: Uint8Array;
  readonly gname: Uint8Array;
  readonly devmajor: number | undefined;
  readonly devminor: number | undefined;
  /** What belongs to no field, as hex; empty when it is all zeros. */
  readonly rest: string;
}

/**
 * Reads the formats of GNU tar's manual ("Basic Tar Format"), star(5) and POSIX. Whatever readers are known to
 * take differently is refused: numbers with other characters in them, bytes after the NUL of a name.
 * @param offset Where the block starts in the archive, for errors.
 */
export function parseHeader(block: Buffer, offset: number): TarHeader {
  const field = new Fields(block, offset);
  const sum = checksum(block);
  if (field.number('chksum', 148, 8) !== sum) {
    throw new InputError('there is no tar header where one should be: its checksum is wrong', { offset });
  }
  // tar-stream takes such a block for one of the two that end an archive.
  if (sum === BLANK_CHECKSUM) throw new InputError('a tar header holds nothing but its checksum', { offset });
  const format = formatOf(block);
  const v7 = format === 'v7';
  const prefix =
    format === 'ustar' || format === 'star' ? field.text('prefix', 345, format === 'star' ? 131 : 155) : NONE;
  const name = field.text('name', 0, 100);
  return {
    format,
    typeflag: String.fromCharCode(block[156] === 0 ? 0x30 : (block[156] ?? 0)),
    name: prefix.length > 0 ? Buffer.concat([prefix, SLASH, name]) : name,
    linkname: field.text('linkname', 157, 100),
    mode: unsigned(field, 'mode', 100, 8),
    uid: field.number('uid', 108, 8),
    gid: field.number('gid', 116, 8),
    size: unsigned(field, 'size', 124, 12) ?? 0,
    mtime: field.number('mtime', 136, 12),
    uname: v7 ? NONE : field.text('uname', 265, 32),
    gname: v7 ? NONE : field.text('gname', 297, 32),
    devmajor: unsigned(field, 'devmajor', 329, 8),
    devminor: unsigned(field, 'devminor', 337, 8),
    rest: restOf(block, format),
  };
}

/** Whether a block looks like a header: its checksum is right and it is not blank. */
export function isHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const bytes = Buffer.from(block.buffer, block.byteOffset, BLOCK);
  const stored = /^ *([0-7]+)[ \0]*$/.exec(bytes.toString('latin1', 148, 156));
  const sum = checksum(bytes);
  return stored !== null && Number.parseInt(stored[1] ?? '', 8) === sum && sum !== BLANK_CHECKSUM;
}

export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

const NONE = new Uint8Array(0);
const SLASH = Buffer.from('/');

/** The checksum's own eight bytes count as spaces. */
const BLANK_CHECKSUM = 8 * 0x20;

/**
 * What no field is read from: from, to. GNU keeps times and the maps of sparse files there, and writes numbers
 * of devices in v7 headers too.
 */
const REST = {
  v7: [
    [257, 329],
    [345, BLOCK],
  ],
  ustar: [[500, BLOCK]],
  gnu: [[345, BLOCK]],
  star: [[476, 508]],
} as const satisfies Record<TarHeader['format'], readonly (readonly [number, number])[]>;

function formatOf(block: Buffer): TarHeader['format'] {
  const magic = block.toString('latin1', 257, 265);
  if (magic === 'ustar  \0') return 'gnu';
  if (!magic.startsWith('ustar\0')) return 'v7';
  return block.toString('latin1', 508, BLOCK) === 'tar\0' ? 'star' : 'ustar';
}

function checksum(block: Uint8Array): number {
  let sum = BLANK_CHECKSUM;
  for (let at = 0; at < 148; at += 1) sum += block[at] ?? 0;
  for (let at = 156; at < BLOCK; at += 1) sum += block[at] ?? 0;
  return sum;
}

function restOf(block: Buffer, format: TarHeader['format']): string {
  const stored = REST[format].map(([from, to]) => block.subarray(from, to)).filter((part) => !isZero(part));
  return stored.map((part) => part.toString('hex').replace(/(00)+$/, '')).join(' ');
}

function unsigned(field: Fields, name: string, at: number, length: number): number | undefined {
  const value = field.number(name, at, length);
  if (value !== undefined && value < 0) throw field.error(name, at, 'is negative');
  return value;
}

/** The fields of one block, with errors that say where they stand. */
class Fields {
  constructor(
    private readonly block: Buffer,
    private readonly offset: number,
  ) {}

  text(name: string, at: number, length: number): Uint8Array {
    const field = this.block.subarray(at, at + length);
    const end = field.indexOf(0);
    if (end === -1) return field;
    if (!isZero(field.subarray(end))) throw this.error(name, at, 'goes on after its NUL');
    return field.subarray(0, end);
  }

  /** Octal digits between spaces and NULs, or GNU's base 256: a two's complement behind a set first bit. */
  number(name: string, at: number, length: number): number | undefined {
    if ((this.block[at] ?? 0) >= 0x80) return this.#base256(name, at, length);
    const octal = /^ *([0-7]*)[ \0]*$/.exec(this.block.toString('latin1', at, at + length));
    if (octal === null) throw this.error(name, at, 'is no number');
    return octal[1] === '' ? undefined : Number.parseInt(octal[1] ?? '', 8);
  }

  error(name: string, at: number, what: string): InputError {
    return new InputError(`the field ${name} of a tar header ${what}`, { offset: this.offset + at });
  }

  #base256(name: string, at: number, length: number): number {
    const bits = length * 8 - 1;
    const stored = BigInt(`0x${this.block.toString('hex', at, at + length)}`);
    const value = Number(BigInt.asIntN(bits, stored));
    if (!Number.isSafeInteger(value)) throw this.error(name, at, 'is beyond 2^53');
    return value;
  }
}
