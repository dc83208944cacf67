import { lstatSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { openBytes } from '../artefact/bytes.js';
import type { MemberType } from '../artefact/container/container.js';
import { type DigestAlgorithm, type Digester, digester } from '../artefact/digest.js';
import { type Listing, listDirectory, statRows } from '../artefact/directory.js';
import { reachFailure } from '../artefact/input.js';
import { DEFAULT_LIMITS, type Limits } from '../artefact/limits.js';
import { type ListedMember, listedMembers } from '../artefact/listed-member.js';
import type { ContentRef } from '../artefact/member.js';
import { encodeName, pathBytes } from '../artefact/name.js';
import { makeStats, NO_STATS } from '../artefact/stat-columns.js';
import { AbortedError, InputError } from '../error.js';

export interface TreeDigestOptions {
  readonly limits?: Partial<Limits> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly algorithm?: DigestAlgorithm | undefined;
  /**
   * Paths below the top that are digested, files or directories, none inside another; the whole tree unless given.
   * A prefix such as /usr holds much that is no part of a toolchain.
   */
  readonly only?: readonly string[] | undefined;
}

/** One file, directory or link of a tree, as far as a build can see it. Times and owners are not part of it. */
export interface TreeEntry {
  /** Below the top, exact (see lib/artefact/name.ts). */
  readonly path: string;
  readonly type: MemberType;
  /** Of a file: its mode & 0o111. Of anything else 0. */
  readonly executable: number;
  /** Bytes of a file's content, else 0. */
  readonly size: number;
  /** Of a file's content, lower-case hex. */
  readonly digest?: string | undefined;
  readonly linkTarget?: string | undefined;
  /**
   * When its inode was last changed before it was digested, ms since 1970. No part of the digest: content and times of
   * a file can be put back, this one cannot.
   */
  readonly ctimeMs: number;
}

export interface TreeDigest {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hex. */
  readonly digest: string;
  /** Of all files, in bytes. */
  readonly bytes: number;
  /** As that of entries, for the top directory: it tells of files that came and went. */
  readonly ctimeMs: number;
  /** Sorted by the bytes of their paths. */
  readonly entries: readonly TreeEntry[];
}

/**
 * The digest of a directory tree: of every path, type, executable bits, link target and content, whatever order the
 * file system tells them in. Links are not followed. It is taken over `trustdiff-tree-1` and then, for each entry,
 * type, executable bits in octal, path, and content digest or link target (empty for the rest), each ended by a NUL.
 * @throws InputError for a part that cannot be read or that changes meanwhile, LimitError for too many members
 */
export async function digestTree(top: string, options: TreeDigestOptions = {}): Promise<TreeDigest> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const algorithm = options.algorithm ?? 'blake3';
  const by = digester(algorithm);
  const ctimeMs = ctimeOf(top);
  const found: TreeEntry[] = [];
  for (const { prefix, listing } of listings(top, options.only ?? [''], limits)) {
    listing.stats = makeStats(listing.names.length);
    statRows(listing, listing.names.keys());
    assertListed(listing);
    for (const member of listedMembers(listing, 0)) {
      if (options.signal?.aborted === true) throw new AbortedError();
      found.push(entryOf(member, prefix, by));
      if (found.length % PAUSE === 0) await turn();
    }
  }
  const entries = sorted(found);
  by.update(Buffer.from('trustdiff-tree-1\0'));
  let bytes = 0;
  for (const entry of entries) {
    by.update(serialised(entry));
    bytes += entry.size;
  }
  return { algorithm, digest: by.take(), bytes, ctimeMs, entries };
}

/** What became of a tree: paths of entries that came, went, or are not what they were. */
export interface TreeChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Compares two listings of one tree, such as sources before and after a build. */
export function treeChanges(before: TreeDigest, after: TreeDigest): TreeChanges {
  const old = new Map(before.entries.map((entry) => [entry.path, entry]));
  const added: string[] = [];
  const changed: string[] = [];
  for (const entry of after.entries) {
    const was = old.get(entry.path);
    if (was === undefined) added.push(entry.path);
    else if (!serialised(was).equals(serialised(entry))) changed.push(entry.path);
    old.delete(entry.path);
  }
  return { added, removed: [...old.keys()], changed };
}

/**
 * Paths of a tree that were touched since it was digested, whatever they are now; `.` is the top. Costs no reading.
 * @throws InputError where the top cannot be asked
 */
export function touchedSince(top: string, { ctimeMs, entries }: TreeDigest): readonly string[] {
  const touched = ctimeOf(top) === ctimeMs ? [] : ['.'];
  for (const entry of entries) {
    const stat = lstatSync(pathBytes(`${top}/${entry.path}`), { throwIfNoEntry: false });
    if (stat?.ctimeMs !== entry.ctimeMs) touched.push(entry.path);
  }
  return touched;
}

function ctimeOf(top: string): number {
  try {
    return lstatSync(pathBytes(top)).ctimeMs;
  } catch (error) {
    throw new InputError(reachFailure(error), { file: top });
  }
}

/** Entries digested before whoever waits gets a turn. */
const PAUSE = 256;

interface Part {
  /** What stands before the names of the listing: empty, or a path with a `/` behind. */
  readonly prefix: string;
  readonly listing: Listing;
}

function* listings(top: string, only: readonly string[], limits: Limits): Generator<Part> {
  for (const path of only) {
    const full = path === '' ? top : `${top}/${path}`;
    const type = typeAt(top, full, path);
    if (type === 'directory' || path === '')
      yield { prefix: path === '' ? '' : `${path}/`, listing: wholeListing(full, limits) };
    if (path !== '') yield { prefix: '', listing: single(top, path, type) };
  }
}

function wholeListing(top: string, limits: Limits): Listing {
  const steps = listDirectory(top, limits);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function single(top: string, path: string, type: MemberType): Listing {
  return { top, names: [path], types: [type], stats: NO_STATS, linkTargets: new Map(), troubles: [] };
}

function typeAt(top: string, full: string, path: string): MemberType {
  try {
    const stat = lstatSync(pathBytes(full));
    return stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'file';
  } catch (error) {
    throw new InputError(reachFailure(error), { file: top, ...(path !== '' && { member: [path] }) });
  }
}

/** A tree of which a part was not read has no digest. */
function assertListed({ troubles }: Listing): void {
  const [first] = troubles;
  if (first !== undefined) throw new InputError(first.what, { file: first.file, member: first.member });
}

function entryOf(member: ListedMember, prefix: string, by: Digester): TreeEntry {
  const path = prefix + member.name;
  const { type, ctimeMs = 0 } = member;
  if (type === 'symlink')
    return { path, type, executable: 0, size: 0, linkTarget: member.linkTarget ?? '', ctimeMs };
  const { content } = member;
  if (content === undefined) return { path, type, executable: 0, size: 0, ctimeMs };
  const { digest, touched = ctimeMs } = settledDigest(content, member.mode ?? 0, by);
  const executable = (member.mode ?? 0) & 0o111;
  return { path, type, executable, size: content.length, digest, ctimeMs: touched };
}

/** How often a file is read again. */
const AGAIN = 8;

/**
 * The digest of a file that nobody touched while it was read. Whoever gives it another name, or takes one away, touches
 * it, as happens to toolchains whose files are shared by hard links: then it is read again, and what is read then counts.
 * @returns when it was touched, where that was after it was listed
 */
function settledDigest(
  listed: ContentRef,
  mode: number,
  by: Digester,
): { readonly digest: string; readonly touched?: number } {
  let content = listed;
  for (let left = AGAIN; ; left -= 1) {
    try {
      read(content, by);
      const touched = content.kind === 'path' && content !== listed ? content.stamp.ctimeMs : undefined;
      return { digest: by.take(), ...(touched !== undefined && { touched }) };
    } catch (error) {
      by.take();
      const again = left > 0 ? merelyTouched(content, mode) : undefined;
      if (again === undefined) throw error;
      content = again;
    }
  }
}

/** A file of which nothing that a listing tells has changed but when it was touched, to be read anew. */
function merelyTouched(content: ContentRef, mode: number): ContentRef | undefined {
  if (content.kind !== 'path') return undefined;
  const { path, stamp } = content;
  const now = statOf(path);
  const same =
    now?.isFile() === true &&
    (now.mode & 0o7777) === mode &&
    now.size === stamp.size &&
    now.mtimeMs === stamp.mtimeMs &&
    now.ino === stamp.ino &&
    now.dev === stamp.dev;
  return same && now.ctimeMs !== stamp.ctimeMs
    ? { ...content, stamp: { ...stamp, ctimeMs: now.ctimeMs } }
    : undefined;
}

/** Undefined where it is not there any more, or cannot be reached: the first error is the one to tell. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(pathBytes(path));
  } catch {
    return undefined;
  }
}

function read(content: ContentRef, by: Digester): void {
  const bytes = openBytes(content);
  let open = true;
  try {
    for (let at = 0; at < bytes.length; at += BLOCK)
      by.update(bytes.read(at, Math.min(BLOCK, bytes.length - at)));
    open = false;
    bytes.close();
  } finally {
    if (open) closeQuietly(bytes);
  }
}

/** The first error is the one to tell. */
function closeQuietly(bytes: { close(): void }): void {
  try {
    bytes.close();
  } catch {}
}

const BLOCK = 1 << 20;

function sorted(entries: readonly TreeEntry[]): TreeEntry[] {
  return entries
    .map((entry) => ({ entry, key: encodeName(entry.path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ entry }) => entry);
}

/** Neither a path nor a link target can hold a NUL, so that no two entries are written alike. */
function serialised({ type, executable, path, digest, linkTarget }: TreeEntry): Buffer {
  const value = digest ?? linkTarget ?? '';
  return Buffer.concat([
    Buffer.from(`${type}\0${executable.toString(8)}\0`),
    encodeName(path),
    Buffer.of(0),
    encodeName(value),
    Buffer.of(0),
  ]);
}
