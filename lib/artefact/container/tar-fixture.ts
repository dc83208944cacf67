import { encodeName } from '../name.js';

/** A member of a tar archive to be made for a test; every field can be given as the bytes to be stored. */
export interface TarFixtureMember {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array | string;
  readonly typeflag?: string;
  readonly linkname?: string | Uint8Array;
  /** Numbers are stored in octal where they fit, else in base 256; strings are stored as they are. */
  readonly mode?: number | string;
  readonly uid?: number | string;
  readonly gid?: number | string;
  /** Of the content unless it is given. */
  readonly size?: number | bigint | string | Uint8Array;
  readonly mtime?: number | bigint | string;
  readonly uname?: string | Uint8Array;
  readonly gname?: string | Uint8Array;
  readonly device?: readonly [number | string, number | string];
  readonly prefix?: string | Uint8Array;
  readonly format?: 'v7' | 'ustar' | 'gnu';
  /** The sum of the bytes unless it is given. */
  readonly checksum?: string;
  /** Fills the last block. */
  readonly pad?: number;
  /** Bytes to be stored in the header at these places, before the checksum is taken. */
  readonly patch?: Readonly<Record<number, string | Uint8Array>>;
}

/** The two blocks of zeros that end an archive. */
export const endOfArchive: Buffer = Buffer.alloc(1024);

/** One member: its header, its content, its padding. */
export function tarEntry(member: TarFixtureMember): Buffer {
  const content = toBytes(member.content ?? '');
  const fill = Buffer.alloc(-content.length & 511, member.pad ?? 0);
  return Buffer.concat([tarHeader({ size: content.length, ...member }), content, fill]);
}

/** One header block. */
export function tarHeader(member: TarFixtureMember): Buffer {
  const block = Buffer.alloc(512);
  const { format = 'ustar' } = member;
  block.set(toBytes(member.name).subarray(0, 100), 0);
  block.set(numberField(member.mode ?? 0o644, 8), 100);
  block.set(numberField(member.uid ?? 0, 8), 108);
  block.set(numberField(member.gid ?? 0, 8), 116);
  block.set(numberField(member.size ?? 0, 12), 124);
  block.set(numberField(member.mtime ?? 0, 12), 136);
  block.write(member.typeflag ?? '0', 156, 'latin1');
  block.set(toBytes(member.linkname ?? '').subarray(0, 100), 157);
  if (format !== 'v7') {
    block.write(format === 'gnu' ? 'ustar  \0' : 'ustar\u000000', 257, 'latin1');
    block.set(toBytes(member.uname ?? ''), 265);
    block.set(toBytes(member.gname ?? ''), 297);
    block.set(numberField(member.device?.[0] ?? 0, 8), 329);
    block.set(numberField(member.device?.[1] ?? 0, 8), 337);
    block.set(toBytes(member.prefix ?? ''), 345);
  }
  for (const [at, bytes] of Object.entries(member.patch ?? {})) {
    block.set(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, Number(at));
  }
  block.write(member.checksum ?? `${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A pax extended header (`x`, or `g` for the whole archive) with these records. */
export function paxHeader(
  records:
    | Readonly<Record<string, string | Uint8Array>>
    | readonly (readonly [string, string | Uint8Array])[],
  typeflag: 'x' | 'g' = 'x',
): Buffer {
  const pairs = Array.isArray(records) ? records : Object.entries(records);
  const content = Buffer.concat(pairs.map(([keyword, value]) => paxRecord(keyword, value)));
  return tarEntry({ name: 'PaxHeaders/x', typeflag, content });
}

/** A GNU header that holds a name (`L`) or the name of a link (`K`) too long for its field. */
export function gnuLongName(name: string | Uint8Array, typeflag: 'L' | 'K' = 'L'): Buffer {
  const content = Buffer.concat([toBytes(name), Buffer.of(0)]);
  return tarEntry({ name: '././@LongLink', typeflag, format: 'gnu', content });
}

function paxRecord(keyword: string, value: string | Uint8Array): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`), toBytes(value), Buffer.from('\n')]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function numberField(value: number | bigint | string | Uint8Array, length: number): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'latin1').subarray(0, length);
  if (typeof value !== 'number' && typeof value !== 'bigint') return value;
  const octal = value.toString(8).padStart(length - 1, '0');
  if (value >= 0 && octal.length < length) return Buffer.from(`${octal}\0`, 'latin1');
  const bits = BigInt(length * 8);
  const stored = BigInt.asUintN(Number(bits) - 1, BigInt(value)) | (1n << (bits - 1n));
  return Buffer.from(stored.toString(16).padStart(length * 2, '0'), 'hex');
}

function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

function toBytes(value: string | Uint8Array): Buffer {
  return typeof value === 'string' ? encodeName(value) : Buffer.from(value);
}
