import { InputError } from '../../error.js';
import type { Limits } from '../limits.js';
import { printableName } from '../name.js';
import type { Container, EntryWithContent, PlainEntry } from './container.js';
import { type Cursor, withCursor } from './cursor.js';
import { padding, quoted, trailingData } from './leftover.js';
import { Quota } from './quota.js';
import { entryOf } from './tar-entry.js';
import { type Extension, Extensions, extended, isExtension, NO_EXTENSION } from './tar-extension.js';
import { BLOCK, isHeader, isZero, parseHeader } from './tar-header.js';
import { Unpacker } from './tar-unpacker.js';

/**
 * The tar archive in its v7, ustar, pax, GNU and star dialects. tar-stream unpacks it, one checked piece at a
 * time (see `Unpacker`); headers are read here too, since tar-stream loses bytes of names and users that are
 * not UTF-8, malformed pax records, and one second of times before 1970. Where the two disagree, or tar
 * programs are known to, the archive is refused.
 *
 * Members of a type that is not known are files whose `extra.typeflag` says so. Records of pax that have no
 * field in `Metadata` are in `extra` under their keyword. A pax header for the whole archive, padding that is
 * not zeros, and data after the end are members of the role `package`.
 */
export const tar: Container = {
  id: 'tar',
  // Zeros are an empty archive only where one is asked for: they may be any file.
  detect: isHeader,
  read: (input, limits) => withCursor(input, 'tar archive', (cursor) => readArchive(cursor, limits)),
};

async function* readArchive(
  cursor: Cursor,
  limits: Limits,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const archive = { cursor, quota: new Quota(limits), unpacker: new Unpacker() };
  try {
    yield* readMembers(archive);
  } finally {
    archive.unpacker.close();
  }
  yield* trailingData(cursor, true);
}

interface Archive {
  readonly cursor: Cursor;
  readonly quota: Quota;
  readonly unpacker: Unpacker;
}

async function* readMembers(archive: Archive): AsyncGenerator<EntryWithContent, void, undefined> {
  const { cursor, quota, unpacker } = archive;
  const extensions = new Extensions(quota);
  const names = new Set<string>();
  let extension = NO_EXTENSION;
  for (;;) {
    const offset = cursor.position;
    const block = await nextBlock(cursor);
    if (isZero(block)) return await assertEnd(cursor, offset, extension);
    const header = parseHeader(block, offset);
    if (isExtension(header.typeflag)) {
      const data = await extensions.read(cursor, header, offset);
      await unpacker.feed(block);
      await unpacker.feed(data);
      if (header.typeflag === 'g') yield extensions.global(data, offset);
      else extension = extended(extension, header.typeflag, data, offset);
      const rest = await readPadding(archive, data.length, 'an extension header');
      if (rest !== undefined) yield rest;
      continue;
    }
    quota.member(offset);
    const records = extensions.records(extension, offset);
    const entry = entryOf(header, extension, records, offset, quota);
    if (entry.hardLink !== undefined) assertNamed(names, entry, entry.hardLink, offset);
    names.add(entry.name);
    const path = records.has('path') ? undefined : (extension.longName ?? header.name);
    await open(archive, block, entry, header.format === 'star' ? undefined : path);
    extension = NO_EXTENSION;
    const content = new TarContent(archive, entry);
    yield { entry, content };
    await content.drain();
    const rest = await readPadding(archive, entry.size, entry.name);
    if (rest !== undefined) yield rest;
  }
}

async function nextBlock(cursor: Cursor): Promise<Buffer> {
  if (await cursor.atEnd()) {
    const what =
      'the tar archive is cut off between two members: the two blocks of zeros that end it are missing';
    throw new InputError(what, { offset: cursor.position });
  }
  return await cursor.copy(BLOCK, 'a header');
}

/** tar-stream goes on after a single block of zeros, other programs end there. */
async function assertEnd(cursor: Cursor, offset: number, extension: Extension): Promise<void> {
  const second = await cursor.take(BLOCK, 'the two blocks of zeros that end it');
  if (!isZero(second)) throw new InputError('a single block of zeros stands between two members', { offset });
  if (extension.offset === undefined) return;
  throw new InputError('an extension header has no member after it', { offset: extension.offset });
}

/** An archive made of a part of a tree may hold such links; their content is not there to be compared. */
function assertNamed(names: ReadonlySet<string>, entry: PlainEntry, target: string, offset: number): void {
  if (names.has(target)) return;
  const what = `${quoted(entry.name)} is a hard link to "${printableName(target)}", which is no earlier member`;
  throw new InputError(what, { offset });
}

/** Fills up to the next block; a member of its own where it is not zeros. */
async function readPadding(
  { cursor, quota, unpacker }: Archive,
  size: number,
  of: string,
): Promise<EntryWithContent | undefined> {
  const length = (BLOCK - (size % BLOCK)) % BLOCK;
  if (length === 0) return undefined;
  const offset = cursor.position;
  const bytes = await cursor.copy(length, 'padding');
  await unpacker.feed(bytes);
  if (isZero(bytes)) return undefined;
  quota.member(offset);
  return padding(of, bytes, offset);
}

/**
 * Lets tar-stream read the header and holds it to what was read here.
 * @param name Undefined where tar-stream is known to differ: of a pax path it keeps UTF-8 only, and it does not
 *   know star's shorter prefix.
 */
async function open(
  { cursor, unpacker }: Archive,
  block: Buffer,
  entry: PlainEntry,
  name: Uint8Array | undefined,
): Promise<void> {
  const offset = cursor.position;
  const seen = await unpacker.open(block);
  const sameName = name === undefined || seen?.name === Buffer.from(name).toString('latin1');
  if (seen?.size === entry.size && seen.byteOffset === offset && sameName) return;
  throw new InputError(`tar-stream reads the header of ${quoted(entry.name)} differently`, {
    offset: offset - BLOCK,
  });
}

/** The content of one member, on its way through tar-stream. */
class TarContent implements AsyncIterableIterator<Uint8Array> {
  #left: number;
  #passed = false;

  constructor(
    private readonly archive: Archive,
    private readonly entry: PlainEntry,
  ) {
    this.#left = entry.size;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    // A late reader would take the content for shorter than it is.
    if (this.#passed) throw new Error(`${quoted(this.entry.name)} is read after it was left`);
    if (this.#left === 0) return { done: true, value: undefined };
    return { done: false, value: await this.#piece() };
  }

  /** The reader wants no more; `drain` passes over what is left. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#passed = this.#left > 0;
    return { done: true, value: undefined };
  }

  async drain(): Promise<void> {
    this.#passed = this.#left > 0;
    while (this.#left > 0) await this.#piece();
  }

  async #piece(): Promise<Uint8Array> {
    const { cursor, unpacker } = this.archive;
    const piece = await cursor.some(this.#left);
    if (piece.length === 0) throw cursor.cutOff(quoted(this.entry.name));
    const passed = await unpacker.pass(piece);
    if (passed?.length !== piece.length) {
      throw new InputError(`tar-stream lost bytes of ${quoted(this.entry.name)}`, {
        offset: cursor.position,
      });
    }
    this.#left -= piece.length;
    return passed;
  }
}
