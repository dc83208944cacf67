import type { MemberType } from './container/container.js';
import { DIGEST_BYTES, readDigest, writeDigest } from './digest.js';
import type { RawMember } from './member.js';

/**
 * Members of one archive in columns, so that 100,000 of them cross threads at little cost and take little room
 * afterwards. Row i of every column is one member. Numbers that a member does not have are NaN.
 */
export interface PackedMembers {
  readonly names: readonly string[];
  /** `NUMBERS` a row. */
  readonly numbers: Float64Array;
  /** `DIGEST_BYTES` a row, of those that have content. */
  readonly digests: Uint8Array;
  /** What many members have in common; columns hold indices into it. */
  readonly texts: readonly string[];
  readonly vias: readonly (readonly string[])[];
  /** Rows that have more to say than columns hold. */
  readonly extras: ReadonlyMap<number, Pick<RawMember['metadata'], 'device' | 'extra'>>;
  /** The spool that contents lie in, or -1 where there are none. */
  readonly fd: number;
}

/** Columns of numbers; those from `via` on are indices. */
const NUMBERS = [
  'mode',
  'uid',
  'gid',
  'mtime',
  'size',
  'offset',
  'type',
  'role',
  'via',
  'uname',
  'gname',
  'linkTarget',
  'hardLink',
] as const;
export type NumberColumn = (typeof NUMBERS)[number];

const AT = Object.fromEntries(NUMBERS.map((column, i) => [column, i])) as Record<NumberColumn, number>;

const TYPES: readonly MemberType[] = [
  'file',
  'directory',
  'symlink',
  'fifo',
  'socket',
  'character-device',
  'block-device',
];
const ROLES = ['content', 'package'] as const;

export function packMembers(members: readonly RawMember[]): PackedMembers {
  const numbers = new Float64Array(members.length * NUMBERS.length);
  const digests = new Uint8Array(members.length * DIGEST_BYTES);
  const texts = new Table<string>((text) => text);
  const vias = new Table<readonly string[]>((via) => JSON.stringify(via));
  const extras = new Map<number, Pick<RawMember['metadata'], 'device' | 'extra'>>();
  let fd = -1;
  for (const [row, member] of members.entries()) {
    const { metadata, content } = member;
    const { device, extra } = metadata;
    const spooled = content?.kind === 'spool' ? content : undefined;
    const set = (column: NumberColumn, value: number | undefined): void => {
      numbers[row * NUMBERS.length + AT[column]] = value ?? Number.NaN;
    };
    const indexOf = (text: string | undefined): number | undefined =>
      text === undefined ? undefined : texts.index(text);
    set('mode', metadata.mode);
    set('uid', metadata.uid);
    set('gid', metadata.gid);
    set('mtime', metadata.mtime);
    set('size', member.size);
    set('offset', spooled?.offset);
    set('type', TYPES.indexOf(metadata.type));
    set('role', ROLES.indexOf(member.role));
    set('via', vias.index(member.via));
    set('uname', indexOf(metadata.uname));
    set('gname', indexOf(metadata.gname));
    set('linkTarget', indexOf(metadata.linkTarget));
    set('hardLink', indexOf(member.hardLink));
    if (spooled !== undefined) fd = spooled.fd;
    if (member.digest !== undefined) writeDigest(digests, row, member.digest);
    if (device !== undefined || extra !== undefined) extras.set(row, { device, extra });
  }
  const names = members.map((member) => member.name);
  return { names, numbers, digests, texts: texts.values, vias: vias.values, extras, fd };
}

/** A number of a row, or undefined where the member does not have it. */
export function packedNumber(
  { numbers }: PackedMembers,
  row: number,
  column: NumberColumn,
): number | undefined {
  const value = numbers[row * NUMBERS.length + AT[column]] ?? Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

export function packedText(
  packed: PackedMembers,
  row: number,
  column: 'uname' | 'gname' | 'linkTarget' | 'hardLink',
): string | undefined {
  const index = packedNumber(packed, row, column);
  return index === undefined ? undefined : packed.texts[index];
}

export function packedVia(packed: PackedMembers, row: number): readonly string[] {
  return packed.vias[packedNumber(packed, row, 'via') ?? 0] ?? [];
}

export function packedType(packed: PackedMembers, row: number): MemberType {
  return TYPES[packedNumber(packed, row, 'type') ?? 0] ?? 'file';
}

export function packedRole(packed: PackedMembers, row: number): RawMember['role'] {
  return ROLES[packedNumber(packed, row, 'role') ?? 0] ?? 'content';
}

export function packedDigest(packed: PackedMembers, row: number): string | undefined {
  return packedNumber(packed, row, 'offset') === undefined ? undefined : readDigest(packed.digests, row);
}

/** Values, each once, by a key that tells them apart. */
class Table<T> {
  readonly values: T[] = [];
  readonly #indices = new Map<string, number>();

  constructor(readonly keyOf: (value: T) => string) {}

  index(value: T): number {
    const key = this.keyOf(value);
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    this.#indices.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}
