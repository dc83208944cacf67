import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { InputError, LimitError, type Trouble, toTrouble } from '../error.js';
import type { MemberType } from './container/container.js';
import { LIMIT_OPTIONS, type Limits } from './limits.js';
import { decodeName, pathBytes } from './name.js';
import { NO_STATS, type StatColumns, writeStats } from './stat-columns.js';

/**
 * A directory tree in columns, so that it crosses threads at little cost. Row i of every column is one member.
 * The top directory itself is not a member: what it is called and who owns it is not the artefact's.
 */
export interface Listing {
  readonly top: string;
  /** Names relative to the top, exact (see name.ts). */
  readonly names: string[];
  readonly types: MemberType[];
  /** Shared between threads; a row is filled by `statRows`, or by whoever opens the file. */
  stats: StatColumns;
  /** Row → target, of symlinks. */
  readonly linkTargets: Map<number, string>;
  /** What could not be listed; each is a part of the tree that was not compared. */
  readonly troubles: Trouble[];
}

/**
 * Lists a tree in name order, parents before children, following no link. Reads names only: what a file is like is
 * asked when it is opened anyway. A generator that pauses every thousand members, so that whoever drives it can do
 * something else in between.
 * @throws LimitError when there are more members than `limits.members`
 */
export function* listDirectory(top: string, limits: Limits): Generator<number, Listing, void> {
  const listing: Listing = {
    top,
    names: [],
    types: [],
    stats: NO_STATS,
    linkTargets: new Map(),
    troubles: [],
  };
  const pending: string[] = [''];
  let pause = PAUSE;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const below: string[] = [];
    const prefix = name === '' ? '' : `${name}/`;
    for (const [child, type] of childrenOf(listing, name)) {
      const path = prefix + child;
      listing.names.push(path);
      listing.types.push(type);
      if (type === 'directory') below.push(path);
    }
    if (listing.names.length > limits.members) {
      const what = `the directory holds more than ${limits.members} members`;
      throw new LimitError(what, LIMIT_OPTIONS.members, { file: top });
    }
    for (let i = below.length - 1; i >= 0; i--) pending.push(below[i] ?? '');
    if (listing.names.length < pause) continue;
    pause = listing.names.length + PAUSE;
    yield listing.names.length;
  }
  return listing;
}

const PAUSE = 1000;

/**
 * Asks the system for the given rows, and for targets where they are links.
 * What vanished or cannot be asked for is added to the listing's troubles; its row stays empty.
 */
export function statRows(listing: Listing, rows: Iterable<number>): void {
  for (const row of rows) {
    const name = listing.names[row] ?? '';
    try {
      const path = pathBytes(`${listing.top}/${name}`);
      const stat = lstatSync(path);
      const type = typeOf(stat);
      if (type !== listing.types[row])
        throw new InputError('it became another kind of file while it was being listed');
      if (type === 'symlink') listing.linkTargets.set(row, decodeName(readlinkSync(path, 'buffer')));
      writeStats(listing.stats, row, stat);
    } catch (error) {
      listing.troubles.push(toTrouble(listFailure(error, listing.top, name)));
    }
  }
}

/** Names that are not valid UTF-8 only show when they are read as bytes. */
function childrenOf(listing: Listing, name: string): [string, MemberType][] {
  const path = pathBytes(name === '' ? listing.top : `${listing.top}/${name}`);
  const known = (child: string, entry: Dirent | Dirent<Buffer>): [string, MemberType] => [
    child,
    typeOf(entry) ?? askedType(listing, name === '' ? child : `${name}/${child}`),
  ];
  try {
    let entries = readdirSync(path, { withFileTypes: true }).map((entry) => known(entry.name, entry));
    if (entries.some(([child]) => child.includes('\ufffd'))) {
      const raw = readdirSync(path, { withFileTypes: true, encoding: 'buffer' as 'utf8' });
      entries = (raw as unknown as Dirent<Buffer>[]).map((entry) => known(decodeName(entry.name), entry));
    }
    return entries.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  } catch (error) {
    listing.troubles.push(toTrouble(listFailure(error, listing.top, name)));
    return [];
  }
}

/** Some file systems do not tell the type of a member with its name. */
function askedType(listing: Listing, name: string): MemberType {
  return typeOf(lstatSync(pathBytes(`${listing.top}/${name}`))) ?? 'file';
}

type Typed = Pick<
  Stats,
  'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'
>;

function typeOf(entry: Typed): MemberType | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isFIFO()) return 'fifo';
  if (entry.isSocket()) return 'socket';
  if (entry.isCharacterDevice()) return 'character-device';
  if (entry.isBlockDevice()) return 'block-device';
  return undefined;
}

function listFailure(error: unknown, top: string, name: string): InputError {
  const where = { file: top, ...(name !== '' && { member: [name] }) };
  if (error instanceof InputError) return new InputError(error.what, where);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return new InputError('no permission to read it', where);
  if (code === 'ENOENT') return new InputError('it vanished while the directory was being listed', where);
  if (code === 'ENAMETOOLONG') return new InputError('its path is longer than the system can open', where);
  return new InputError(`it cannot be listed (${code ?? String(error)})`, where);
}
