import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { InputError, LimitError, type Trouble, toTrouble } from '../error.js';
import type { MemberType } from './container/container.js';
import { LIMIT_OPTIONS, type Limits } from './limits.js';
import type { RawMember } from './member.js';
import { decodeName, pathBytes } from './name.js';

/**
 * A directory tree in columns, so that it crosses threads at little cost. Row i of every column is one member.
 * The top directory itself is not a member: what it is called and who owns it is not the artefact's.
 */
export interface Listing {
  /** Names relative to the top, exact (see name.ts). */
  readonly names: string[];
  readonly types: MemberType[];
  /** `STAT_COLUMNS` numbers a row. */
  stats: Float64Array;
  /** Row → target, of symlinks. */
  readonly linkTargets: Map<number, string>;
  /** What could not be listed; each is a part of the tree that was not compared. */
  readonly troubles: Trouble[];
}

/** mode, uid, gid, size, mtimeMs, ctimeMs, dev, ino, rdev */
export const STAT_COLUMNS = 9;

/**
 * Lists a tree in name order, parents before children, following no link. A generator that pauses every
 * thousand members, so that whoever drives it can do something else in between.
 * @throws LimitError when there are more members than `limits.members`
 */
export function* listDirectory(top: string, limits: Limits): Generator<number, Listing, void> {
  const listing: Listing = {
    names: [],
    types: [],
    stats: new Float64Array(1024 * STAT_COLUMNS),
    linkTargets: new Map(),
    troubles: [],
  };
  const pending: { path: string; name: string }[] = [{ path: top, name: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, name } = next;
    const below: { path: string; name: string }[] = [];
    for (const [childName, type] of childrenOf(path, name, listing, top)) {
      const childPath = `${path}/${childName}`;
      const fullName = name === '' ? childName : `${name}/${childName}`;
      const row = listing.names.length;
      if (row >= limits.members) {
        throw new LimitError(
          `the directory holds more than ${limits.members} members`,
          LIMIT_OPTIONS.members,
          { file: top },
        );
      }
      try {
        const raw = pathBytes(childPath);
        const stat = lstatSync(raw);
        const actual = type ?? typeOf(stat) ?? 'file';
        if (actual === 'symlink') listing.linkTargets.set(row, decodeName(readlinkSync(raw, 'buffer')));
        listing.names.push(fullName);
        listing.types.push(actual);
        writeStats(listing, row, stat);
        if (actual === 'directory') below.push({ path: childPath, name: fullName });
      } catch (error) {
        listing.troubles.push(toTrouble(listFailure(error, top, fullName)));
      }
      if (listing.names.length % 1000 === 0) yield listing.names.length;
    }
    for (let i = below.length - 1; i >= 0; i--) {
      const child = below[i];
      if (child !== undefined) pending.push(child);
    }
  }
  listing.stats = listing.stats.slice(0, listing.names.length * STAT_COLUMNS);
  return listing;
}

/** Names that are not valid UTF-8 only show when they are read as bytes. */
function childrenOf(
  path: string,
  name: string,
  listing: Listing,
  top: string,
): [string, MemberType | undefined][] {
  try {
    let entries: [string, MemberType | undefined][] = readdirSync(pathBytes(path), {
      withFileTypes: true,
    }).map((e) => [e.name, typeOf(e)]);
    if (entries.some(([child]) => child.includes('\ufffd'))) {
      entries = (
        readdirSync(pathBytes(path), {
          withFileTypes: true,
          encoding: 'buffer' as 'utf8',
        }) as unknown as Dirent<Buffer>[]
      ).map((e) => [decodeName(e.name), typeOf(e)]);
    }
    return entries.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  } catch (error) {
    listing.troubles.push(toTrouble(listFailure(error, top, name)));
    return [];
  }
}

/** `undefined` where the file system does not tell without a stat. */
function typeOf(
  entry:
    | Stats
    | Pick<
        Dirent,
        | 'isFile'
        | 'isDirectory'
        | 'isSymbolicLink'
        | 'isFIFO'
        | 'isSocket'
        | 'isCharacterDevice'
        | 'isBlockDevice'
      >,
): MemberType | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isFIFO()) return 'fifo';
  if (entry.isSocket()) return 'socket';
  if (entry.isCharacterDevice()) return 'character-device';
  if (entry.isBlockDevice()) return 'block-device';
  return undefined;
}

function writeStats(listing: Listing, row: number, stat: Stats): void {
  const at = row * STAT_COLUMNS;
  if (at >= listing.stats.length) {
    const larger = new Float64Array(listing.stats.length * 2);
    larger.set(listing.stats);
    listing.stats = larger;
  }
  const { stats } = listing;
  stats[at] = stat.mode;
  stats[at + 1] = stat.uid;
  stats[at + 2] = stat.gid;
  stats[at + 3] = stat.size;
  stats[at + 4] = stat.mtimeMs;
  stats[at + 5] = stat.ctimeMs;
  stats[at + 6] = stat.dev;
  stats[at + 7] = stat.ino;
  stats[at + 8] = stat.rdev;
}

function listFailure(error: unknown, top: string, name: string): InputError {
  const code = (error as NodeJS.ErrnoException).code;
  const where = { file: top, ...(name !== '' && { member: [name] }) };
  if (code === 'EACCES' || code === 'EPERM') return new InputError('no permission to read it', where);
  if (code === 'ENOENT') return new InputError('it vanished while the directory was being listed', where);
  if (code === 'ENAMETOOLONG') return new InputError('its path is longer than the system can open', where);
  return new InputError(`it cannot be listed (${code ?? String(error)})`, where);
}

/** The members of a listing, with their contents where they lie. */
export function* listedMembers(listing: Listing, top: string, input: number): Generator<RawMember> {
  const { stats } = listing;
  for (const [row, name] of listing.names.entries()) {
    const at = row * STAT_COLUMNS;
    const column = (i: number): number => stats[at + i] ?? 0;
    const type = listing.types[row] ?? 'file';
    const size = column(3);
    const device = type === 'character-device' || type === 'block-device' ? column(8) : undefined;
    yield {
      name,
      input,
      via: NO_VIA,
      role: 'content',
      metadata: {
        type,
        mode: column(0) & 0o7777,
        uid: column(1),
        gid: column(2),
        mtime: column(4) / 1000,
        linkTarget: type === 'symlink' ? listing.linkTargets.get(row) : undefined,
        // Linux: 12 bits of major, 8 + 12 bits of minor (makedev(3)).
        device:
          device === undefined
            ? undefined
            : [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)],
      },
      size: type === 'file' ? size : 0,
      content:
        type === 'file'
          ? {
              kind: 'path',
              path: `${top}/${name}`,
              length: size,
              stamp: { dev: column(6), ino: column(7), size, mtimeMs: column(4), ctimeMs: column(5) },
            }
          : undefined,
    };
  }
}

const NO_VIA: readonly string[] = [];
