import { closeSync, fstatSync, openSync, readSync, realpathSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import {
  AbortedError,
  InputError,
  LimitError,
  located,
  type Trouble,
  TrustdiffError,
  toTrouble,
} from '../error.js';
import type { ByteStream } from './codec/codec.js';
import { codecFor } from './codec/registry.js';
import { CONTAINER_HEAD } from './container/container.js';
import { containerFor } from './container/registry.js';
import { type DigestAlgorithm, type Digester, digester } from './digest.js';
import { assertExpected, type IngestedInput, reachFailure, statInput } from './input.js';
import { LIMIT_OPTIONS, type Limits } from './limits.js';
import type { ContentRef, FileStamp, RawMember } from './member.js';
import { Meter } from './meter.js';
import { pathBytes, printableName } from './name.js';
import { packMembers } from './packed-members.js';
import { Spool } from './spool.js';
import { unpack } from './unpack.js';

export interface IngestOptions {
  readonly limits: Limits;
  readonly digest: DigestAlgorithm;
  /** The folder for contents out of archives. */
  readonly tmpdir: string;
  /** The meter of the side that the input belongs to (`Meter.shared`). */
  readonly meter?: BigInt64Array | undefined;
  /** Shared: 1 as soon as reading shall end with an AbortedError. */
  readonly stop?: Int32Array | undefined;
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
    try {
      const progress = { read: 0 };
      const meter = new Meter(options.meter);
      const stream = fileStream(fd, own, progress, meter, options.stop);
      const context = { file, limits: options.limits, meter, formats, keepWhole: KEPT_WHOLE };
      const read = readMembers(stream, basename(file), input, context, spool, options);
      for await (const member of read) members.push(member);
      assertReadWhole(fd, file, before, progress.read);
    } catch (error) {
      if (!(error instanceof TrustdiffError) || error.kind === 'spool' || error.kind === 'aborted')
        throw error;
      troubles.push(toTrouble(located(error, { file })));
    }
    spool.flush();
  } catch (error) {
    spool.close();
    throw error instanceof TrustdiffError ? located(error, { file }) : error;
  }
  for (const look of [resolveHardLinks, assertFolders])
    try {
      look(members, file);
    } catch (error) {
      troubles.push(toTrouble(error));
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
    packed: packMembers(members),
    members: [],
    troubles,
    spoolFd: spool.fd,
  };
}

/** @throws InputError when bytes are left that no reader asked for, or the file is not what it was at the start */
function assertReadWhole(fd: number, file: string, before: FileStamp, read: number): void {
  if (read < before.size) {
    throw new InputError('bytes after the end of the archive were not accounted for', { file, offset: read });
  }
  const after = stampOf(fstatSync(fd));
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs || after.ctimeMs !== before.ctimeMs) {
    throw new InputError('the file changed while it was being read', { file });
  }
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
  for await (const { name: stored, role, metadata, hardLink, content, via } of unpack(
    stream,
    name,
    context,
  )) {
    if (context.meter.addMember() > options.limits.members) {
      const what = `the inputs hold more than ${options.limits.members} members`;
      throw new LimitError(what, LIMIT_OPTIONS.members, { file: context.file });
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

/**
 * Gives every hard link the content of the member it names: the last of that name before it in its container.
 * @throws InputError for the first link that has no such member; the others are resolved all the same
 */
export function resolveHardLinks(members: RawMember[], file: string): void {
  if (!members.some((member) => member.hardLink !== undefined)) return;
  const latest = new Map<string, RawMember>();
  let dangling: InputError | undefined;
  for (const [index, member] of members.entries()) {
    const key = linkKey(member.via, member.name);
    if (member.hardLink === undefined) {
      latest.set(key, member);
      continue;
    }
    const target = latest.get(linkKey(member.via, member.hardLink));
    if (target?.content === undefined) {
      dangling ??= new InputError('it is a hard link to a file that the archive does not hold before it', {
        file,
        member: [...member.via, member.name],
      });
      continue;
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
  if (dangling !== undefined) throw dangling;
}

/**
 * Nothing lies under what is no directory: where a member is a link, an unpacker may follow it and write elsewhere, or not,
 * and which comes first decides.
 * @throws InputError for the first such member
 */
function assertFolders(members: readonly RawMember[], file: string): void {
  const others = new Set<string>();
  for (const { via, name, metadata } of members)
    if (metadata.type !== 'directory') others.add(linkKey(via, plainName(name)));
  const folders = new Set<string>();
  for (const { via, name } of members) {
    const path = plainName(name);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      const key = linkKey(via, folder);
      // Above one that was looked at all were.
      if (folders.has(key)) break;
      folders.add(key);
      if (!others.has(key)) continue;
      throw new InputError(`it lies below ${printableName(folder)}, which is no directory in this archive`, {
        file,
        member: [...via, name],
      });
    }
  }
}

function plainName(name: string): string {
  return name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Names may hold any byte, so that no byte can stand between two of them. */
function linkKey(via: readonly string[], name: string): string {
  return JSON.stringify([...via, name.replace(/^(\.\/)+/, '')]);
}

/** An ar archive that stands alone is the artefact's own file (an rlib): its bytes decide, not its members. */
const KEPT_WHOLE: ReadonlySet<'ar'> = new Set(['ar']);

function archiveKind(head: Uint8Array): string {
  const codec = codecFor(head);
  if (codec !== undefined) return codec.id;
  const container = containerFor(head);
  return container === undefined || container.id === 'ar' ? 'plain' : container.id;
}

function openInput(file: string): number {
  try {
    return openSync(pathBytes(file), 'r');
  } catch (error) {
    throw new InputError(reachFailure(error), { file });
  }
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
  meter: Meter,
  stop: Int32Array | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (;;) {
    if (stop !== undefined && Atomics.load(stop, 0) !== 0) throw new AbortedError();
    const got = readSync(fd, chunk, 0, CHUNK, progress.read);
    if (got === 0) return;
    progress.read += got;
    meter.addRead(got);
    own.update(chunk.subarray(0, got));
    yield chunk.subarray(0, got);
  }
}
