import { closeSync, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError, LimitError, located, type Trouble, TrustdiffError, toTrouble } from '../error.js';
import type { ByteStream } from './codec/codec.js';
import { codecFor } from './codec/registry.js';
import { CONTAINER_HEAD } from './container/container.js';
import { containerFor } from './container/registry.js';
import { type DigestAlgorithm, type Digester, digester } from './digest.js';
import { type Listing, listDirectory } from './directory.js';
import { LIMIT_OPTIONS, type Limits } from './limits.js';
import type { ContentRef, FileStamp, RawMember } from './member.js';
import { pathBytes } from './name.js';
import { Spool } from './spool.js';
import { unpack } from './unpack.js';

/** One file or directory of a side, as the report tells it. */
export interface InputSummary {
  /** As the user named it. */
  readonly file: string;
  readonly kind: 'directory' | 'file' | 'archive';
  /** Codecs and containers in the order they were met: `xz`, `tar`. Empty for a directory or a plain file. */
  readonly containers: readonly string[];
  /** Bytes of the file itself; absent for a directory. */
  readonly size?: number | undefined;
  /** Of the file itself; absent for a directory, and for a plain file (its one member has it). */
  readonly digest?: string | undefined;
}

/** What one input holds. A directory comes as a listing, which is cheap to hand from thread to thread. */
export interface IngestedInput {
  readonly summary: InputSummary;
  readonly listing?: Listing | undefined;
  readonly members: RawMember[];
  /** What could not be read; where it is a whole archive, `members` are those before the damage. */
  readonly troubles: readonly Trouble[];
  /** Open for as long as the contents are needed; closing it frees the disk. */
  readonly spoolFd?: number | undefined;
}

export interface IngestOptions {
  readonly limits: Limits;
  readonly digest: DigestAlgorithm;
  /** The folder for contents out of archives. */
  readonly tmpdir: string;
}

/** Bytes of an archive below which another thread costs more than it brings. */
export const SMALL_ARCHIVE = 512 * 1024;

/**
 * What the user named, looked at from outside.
 * @throws InputError when there is nothing to read: missing, empty, no permission, or neither file nor directory
 */
export function inspectInput(file: string): 'directory' | 'small' | 'large' {
  const stat = statInput(file);
  if (stat.isDirectory()) {
    if (expectedFormat(file) !== undefined) {
      throw new InputError(
        'it is a directory, though it is named like an archive',
        { file },
        'rename it if that is meant',
      );
    }
    return 'directory';
  }
  return stat.size > SMALL_ARCHIVE ? 'large' : 'small';
}

/** Lists a directory, pausing as `listDirectory` does. */
export function* ingestDirectory(file: string, limits: Limits): Generator<number, IngestedInput, void> {
  const listing = yield* listDirectory(file, limits);
  return {
    summary: { file, kind: 'directory', containers: [] },
    listing,
    members: [],
    troubles: listing.troubles,
  };
}

/**
 * Reads one file: an archive is unpacked into a spool and its members are digested on the way, anything else
 * is one member that stays where it is. Damage does not lose the members before it.
 * @throws SpoolError; InputError where nothing at all could be read
 */
export async function ingestFile(
  file: string,
  input: number,
  options: IngestOptions,
): Promise<IngestedInput> {
  const before = statInput(file);
  const fd = openInput(file);
  try {
    const head = Buffer.alloc(CONTAINER_HEAD);
    const got = readSync(fd, head, 0, head.length, 0);
    if (got === 0) throw new InputError('the file is empty', { file, offset: 0 });
    const kind = archiveKind(head.subarray(0, got));
    assertExpected(file, kind);
    if (kind === 'plain') return plainFile(file, input, before);
    return await ingestArchive(fd, file, input, options);
  } finally {
    closeSync(fd);
  }
}

function plainFile(file: string, input: number, stat: Stats): IngestedInput {
  const stamp: FileStamp = stampOf(stat);
  // The user may name a link; contents are opened without following any.
  const content: ContentRef = { kind: 'path', path: realpathSync(file), length: stat.size, stamp };
  return {
    summary: { file, kind: 'file', containers: [], size: stat.size },
    members: [
      {
        name: basename(file),
        input,
        via: [],
        role: 'content',
        metadata: {
          type: 'file',
          mode: stat.mode & 0o7777,
          uid: stat.uid,
          gid: stat.gid,
          mtime: stat.mtimeMs / 1000,
        },
        size: stat.size,
        content,
      },
    ],
    troubles: [],
  };
}

async function ingestArchive(
  fd: number,
  file: string,
  input: number,
  options: IngestOptions,
): Promise<IngestedInput> {
  const spool = new Spool(options.tmpdir);
  const own = digester(options.digest);
  const formats: string[] = [];
  const troubles: Trouble[] = [];
  const members: RawMember[] = [];
  const before = stampOf(fstatSync(fd));
  try {
    const progress = { read: 0 };
    const stream = fileStream(fd, own, progress);
    const context = { file, limits: options.limits, budget: { decoded: 0 }, formats, keepWhole: KEPT_WHOLE };
    for await (const member of readMembers(stream, basename(file), input, context, spool, options))
      members.push(member);
    if (progress.read < before.size) {
      throw new InputError('bytes after the end of the archive were not accounted for', {
        file,
        offset: progress.read,
      });
    }
    resolveHardLinks(members, file);
    const after = stampOf(fstatSync(fd));
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs || after.ctimeMs !== before.ctimeMs) {
      throw new InputError('the file changed while it was being read', { file });
    }
  } catch (error) {
    if (!(error instanceof TrustdiffError) || error.kind === 'spool') {
      spool.close();
      throw error instanceof TrustdiffError ? located(error, { file }) : error;
    }
    troubles.push(toTrouble(located(error, { file })));
  }
  return {
    summary: {
      file,
      kind: 'archive',
      containers: formats,
      size: before.size,
      // A digest of a part would pass for one of the whole.
      ...(troubles.length === 0 && { digest: own.take() }),
    },
    members,
    troubles,
    spoolFd: spool.fd,
  };
}

/** Unpacks a stream into the spool; hard links still stand as the names they were stored with. */
export async function* readMembers(
  stream: ByteStream,
  name: string,
  input: number,
  context: Parameters<typeof unpack>[2],
  spool: Spool,
  options: IngestOptions,
): AsyncGenerator<RawMember> {
  const by = digester(options.digest);
  let count = 0;
  for await (const { name: stored, role, metadata, hardLink, content, via } of unpack(
    stream,
    name,
    context,
  )) {
    count += 1;
    if (count > options.limits.members) {
      throw new LimitError(
        `the archive holds more than ${options.limits.members} members`,
        LIMIT_OPTIONS.members,
        {
          file: context.file,
        },
      );
    }
    if (metadata.type !== 'file' || hardLink !== undefined) {
      yield { name: stored, input, via, role, metadata, size: 0, hardLink };
      continue;
    }
    const ref = await spoolContent(content, spool, by);
    yield { name: stored, input, via, role, metadata, size: ref.length, content: ref, digest: by.take() };
  }
}

async function spoolContent(content: ByteStream, spool: Spool, by: Digester): Promise<ContentRef> {
  const start = spool.end;
  for await (const chunk of content) {
    by.update(chunk);
    spool.append(chunk);
  }
  return spool.since(start);
}

/** Gives every hard link the content of the member it names: the last of that name before it in its container. */
export function resolveHardLinks(members: RawMember[], file: string): void {
  if (!members.some((member) => member.hardLink !== undefined)) return;
  const latest = new Map<string, RawMember>();
  for (const [index, member] of members.entries()) {
    const key = `${member.via.join('\0')}\0\0${linkKey(member.name)}`;
    if (member.hardLink === undefined) {
      latest.set(key, member);
      continue;
    }
    const target = latest.get(`${member.via.join('\0')}\0\0${linkKey(member.hardLink)}`);
    if (target?.content === undefined) {
      throw new InputError('it is a hard link to a file that the archive does not hold before it', {
        file,
        member: [...member.via, member.name],
      });
    }
    const linked: RawMember = {
      ...member,
      size: target.size,
      content: target.content,
      digest: target.digest,
    };
    members[index] = linked;
    latest.set(key, linked);
  }
}

function linkKey(name: string): string {
  return name.replace(/^(\.\/)+/, '');
}

/** An ar archive that stands alone is the artefact's own file (an rlib): its bytes decide, not its members. */
export const KEPT_WHOLE: ReadonlySet<'ar'> = new Set(['ar']);

function archiveKind(head: Uint8Array): string {
  const codec = codecFor(head);
  if (codec !== undefined) return codec.id;
  const container = containerFor(head);
  return container === undefined || container.id === 'ar' ? 'plain' : container.id;
}

const EXPECTED: readonly (readonly [RegExp, string, string])[] = [
  [/\.deb$/i, 'deb', 'a Debian package'],
  [/\.rpm$/i, 'rpm', 'an RPM package'],
  [/\.tar$/i, 'tar', 'a tar archive'],
  [/\.(tgz|gz|crate)$/i, 'gzip', 'gzip data'],
  [/\.(txz|xz)$/i, 'xz', 'xz data'],
  [/\.(tzst|zst)$/i, 'zstd', 'zstd data'],
  [/\.(tbz2?|bz2)$/i, 'bzip2', 'bzip2 data'],
  [/\.cpio$/i, 'cpio', 'a cpio archive'],
];

function expectedFormat(file: string): (typeof EXPECTED)[number] | undefined {
  return EXPECTED.find(([suffix]) => suffix.test(file));
}

/** A file that is not what its name promises is damaged or mislabelled: comparing it as plain bytes would hide that. */
function assertExpected(file: string, kind: string): void {
  const expected = expectedFormat(file);
  if (expected === undefined || expected[1] === kind) return;
  const found = kind === 'plain' ? 'its first bytes are of no known archive' : `its first bytes are ${kind}`;
  throw new InputError(`it is named like ${expected[2]}, but ${found}`, { file, offset: 0 });
}

function statInput(file: string): Stats {
  let stat: Stats;
  try {
    stat = statSync(pathBytes(file));
  } catch (error) {
    throw new InputError(reachFailure(error), { file });
  }
  if (stat.isDirectory() || stat.isFile()) return stat;
  throw new InputError('it is neither a file nor a directory; it was not opened', { file });
}

function openInput(file: string): number {
  try {
    return openSync(pathBytes(file), 'r');
  } catch (error) {
    throw new InputError(reachFailure(error), { file });
  }
}

function reachFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file or directory';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ELOOP') return 'it is a link that leads round in a circle';
  return `it cannot be opened (${code ?? String(error)})`;
}

function stampOf(stat: Stats): FileStamp {
  return { dev: stat.dev, ino: stat.ino, size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs };
}

/** Bytes of an input read at once, into one block that is lent until the next chunk is asked for. */
const CHUNK = 256 * 1024;

async function* fileStream(
  fd: number,
  own: Digester,
  progress: { read: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (;;) {
    const got = readSync(fd, chunk, 0, CHUNK, progress.read);
    if (got === 0) return;
    progress.read += got;
    own.update(chunk.subarray(0, got));
    yield chunk.subarray(0, got);
  }
}
