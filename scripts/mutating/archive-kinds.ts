import type { RlibMember } from '../../lib/format/rlib.js';
import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import { swapped } from './layout-kinds.js';
import { any, otherByte, randomBytes } from './random-bytes.js';
import type { Site } from './site.js';

/** Fields of a member's header: start and length (ar(5)). */
const FIELD = {
  ar_name: [0, 16],
  ar_date: [16, 12],
  ar_uid: [28, 6],
  ar_gid: [34, 6],
  ar_mode: [40, 8],
} as const;
const HEADER = 60;

/** Changes of archives and of what stands between their members. */
export const ARCHIVE_KINDS = {
  ar_mode: (site, random) => {
    const of = any(site.members, random);
    const mode = any(['100644  ', '104755  ', '100755  ', '0       ', '644     '], random) ?? '';
    return of === undefined ? [] : replaced(site.bytes, of.headerOffset + 40, Buffer.from(mode));
  },
  ar_date: (site, random) => number(site, random, 'ar_date'),
  ar_uid: (site, random) => number(site, random, 'ar_uid'),
  ar_gid: (site, random) => number(site, random, 'ar_gid'),
  'ar-header-byte': (site, random) => {
    const of = any(site.members, random);
    return of === undefined ? [] : otherByte(site.bytes, of.headerOffset + random.below(HEADER), random);
  },
  'member-name': ({ bytes, members }, random) => {
    const names = members.find(({ kind }) => kind === 'long-names');
    const of = any(
      members.filter(({ kind }) => kind === 'file'),
      random,
    );
    if (of === undefined) return [];
    const letter = Uint8Array.of(0x61 + random.below(26));
    if (names !== undefined && of.ar_name.startsWith('/')) {
      const start = names.offset + Number(of.ar_name.slice(1));
      return replaced(bytes, start + random.below(of.name.length), letter);
    }
    return replaced(bytes, of.headerOffset + random.below(of.ar_name.length), letter);
  },
  'member-index': ({ bytes, members }, random) => {
    const index = members.find(({ kind }) => kind === 'symbol-index');
    return index === undefined ? [] : otherByte(bytes, index.offset + random.below(index.size), random);
  },
  /** Two entries of the symbol index that lead to different members change places, with their names. */
  'reordered-index': ({ bytes, members }, random) => {
    const index = members.find(({ kind, name }) => kind === 'symbol-index' && name === '/');
    if (index === undefined || index.size < 4) return [];
    const count = bytes.readUInt32BE(index.offset);
    const names = bytes
      .toString('latin1', index.offset + 4 + 4 * count, index.offset + index.size)
      .split('\0');
    const [x, y] = [random.below(count), random.below(count)];
    const [nameX, nameY] = [names[x], names[y]];
    if (count === 0 || names.length <= count || nameX === undefined || nameY === undefined) return [];
    [names[x], names[y]] = [nameY, nameX];
    const numbers = swapped(bytes, index.offset + 4 + 4 * x, index.offset + 4 + 4 * y, 4);
    if (numbers.length === 0) return [];
    return [
      ...numbers,
      ...replaced(bytes, index.offset + 4 + 4 * count, Buffer.from(names.join('\0'), 'latin1')),
    ];
  },
  'insert-in-member': (site, random) => {
    const of = any(
      site.members.filter(({ kind }) => kind === 'file'),
      random,
    );
    if (of === undefined) return [];
    const added = randomBytes(random.pick([1, 2, 8, 64]), random);
    const at = of.offset + random.pick([0, of.size, random.below(of.size)]);
    return resized(site, of, { offset: at, length: 0, bytes: added });
  },
  'append-zeros-to-member': (site, random) => {
    const of = any(
      site.members.filter(({ kind }) => kind === 'file'),
      random,
    );
    if (of === undefined) return [];
    const added = Buffer.alloc(random.pick([1, 2, 8, 64]));
    return resized(site, of, { offset: of.offset + of.size, length: 0, bytes: added });
  },
  'delete-in-member': (site, random) => {
    const of = any(
      site.members.filter(({ kind, size }) => kind === 'file' && size > 64),
      random,
    );
    if (of === undefined) return [];
    const length = random.pick([1, 2, 8, 64]);
    const at = of.offset + random.below(of.size - length);
    return resized(site, of, { offset: at, length, bytes: new Uint8Array(0) });
  },
  'added-member': ({ bytes, members }, random) => {
    const of = any(
      members.filter(({ kind }) => kind === 'file'),
      random,
    );
    if (of === undefined) return [];
    const copy = Buffer.from(bytes.subarray(of.headerOffset, endOf(of)));
    if (random.below(2) === 0 && of.size > 0) copy[HEADER + random.below(of.size)] = random.below(256);
    return [{ offset: bytes.length, length: 0, bytes: copy }];
  },
  'removed-member': ({ members }, random) => {
    const of = any(
      members.filter(({ kind }) => kind === 'file'),
      random,
    );
    if (of === undefined) return [];
    return [{ offset: of.headerOffset, length: endOf(of) - of.headerOffset, bytes: new Uint8Array(0) }];
  },
  /** Two members change places, and one byte of one of them changes. */
  'reordered-and-changed': ({ bytes, members }, random) => {
    const files = members.filter(({ kind, size }) => kind === 'file' && size > 0);
    const first = any(files.slice(0, -1), random);
    const second = first === undefined ? undefined : files[files.indexOf(first) + 1];
    if (first === undefined || second === undefined || endOf(first) !== second.headerOffset) return [];
    const both = Buffer.concat([
      bytes.subarray(second.headerOffset, endOf(second)),
      bytes.subarray(first.headerOffset, endOf(first)),
    ]);
    const at = HEADER + random.below(second.size);
    both[at] = (both[at] ?? 0) ^ (1 << random.below(8));
    return replaced(bytes, first.headerOffset, both);
  },
  'padding-of-member': ({ bytes, members }, random) => {
    const of = any(
      members.filter(({ paddingOffset }) => paddingOffset !== undefined),
      random,
    );
    return of?.paddingOffset === undefined ? [] : otherByte(bytes, of.paddingOffset, random);
  },
} as const satisfies Record<string, Kind>;

function number({ bytes, members }: Site, random: Random, field: keyof typeof FIELD): Edit[] {
  const of = any(members, random);
  if (of === undefined) return [];
  const [start, length] = FIELD[field];
  return replaced(bytes, of.headerOffset + start, Buffer.from(String(random.below(99999)).padEnd(length)));
}

function endOf({ offset, size, paddingOffset }: RlibMember): number {
  return offset + size + (paddingOffset === undefined ? 0 : 1);
}

/** The edit of a member's content with what follows from it: its size, its padding, and the index of symbols. */
function resized({ bytes, members }: Site, of: RlibMember, edit: Edit): Edit[] {
  const by = edit.bytes.length - edit.length;
  const stored = of.offset - of.headerOffset - HEADER + of.size + by;
  const edits: Edit[] = [edit];
  edits.push(...replaced(bytes, of.headerOffset + 48, Buffer.from(String(stored).padEnd(10))));
  const was = of.paddingOffset === undefined ? 0 : 1;
  const padded = stored % 2;
  // Behind an edit at the same place.
  const end = of.offset + of.size;
  const newline = Buffer.from('\n').subarray(0, padded);
  if (padded !== was && edit.offset + edit.length === end && was === 0)
    edits[0] = { ...edit, bytes: Buffer.concat([edit.bytes, newline]) };
  else if (padded !== was) edits.push({ offset: end, length: was, bytes: newline });
  const shift = by + padded - was;
  const index = members.find(({ kind, name }) => kind === 'symbol-index' && name === '/');
  if (index === undefined || index.size < 4) return edits;
  const count = bytes.readUInt32BE(index.offset);
  for (let i = 0; i < count && 8 + 4 * i <= index.size; i += 1) {
    const at = index.offset + 4 + 4 * i;
    const to = bytes.readUInt32BE(at);
    if (to <= of.headerOffset) continue;
    const moved = Buffer.alloc(4);
    moved.writeUInt32BE(to + shift);
    edits.push({ offset: at, length: 4, bytes: moved });
  }
  return edits;
}
