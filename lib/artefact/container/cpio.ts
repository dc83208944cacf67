import { InputError } from '../../error.js';
import type { Limits } from '../limits.js';
import { decodeName } from '../name.js';
import type { Container, EntryWithContent } from './container.js';
import { type CpioHeader, cpioMagic, readCpioHeader, TRAILER } from './cpio-header.js';
import { Links } from './cpio-links.js';
import { type Cursor, once, withCursor } from './cursor.js';
import { padding, quoted, trailingData } from './leftover.js';
import { Quota } from './quota.js';

/**
 * The cpio archive in its formats newc, crc (whose sums are checked) and odc; see cpio(5). The old binary
 * format, and the one whose sizes stand in an rpm's header, are refused by name.
 *
 * `extra` holds `dev`, `ino` and `nlink`, as stored.
 */
export const cpio: Container = {
  id: 'cpio',
  detect: (head) => cpioMagic(head) !== undefined,
  read: (input, limits) => withCursor(input, 'cpio archive', (cursor) => readArchive(cursor, limits)),
};

const NONE = new Uint8Array(0);

async function* readArchive(
  cursor: Cursor,
  limits: Limits,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const quota = new Quota(limits);
  const links = new Links();
  for (;;) {
    const offset = cursor.position;
    const header = await readHeader(cursor, quota, offset);
    const name = decodeName(header.name);
    yield* readFill(cursor, header, `the header of ${name}`, quota);
    if (name === TRAILER) {
      if (header.c_filesize > 0)
        throw new InputError('the trailer of the cpio archive has content', { offset });
      break;
    }
    quota.member(offset);
    yield* readMember(cursor, header, name, quota, links);
    yield* readFill(cursor, header, name, quota);
  }
  for (const entry of links.left()) yield { entry, content: once(NONE) };
  yield* trailingData(cursor, true);
}

async function readHeader(cursor: Cursor, quota: Quota, offset: number): Promise<CpioHeader> {
  const magic = await cursor.copy(6, 'a header, or before its trailer');
  const format = cpioMagic(magic);
  if (format === 'newc' || format === 'crc' || format === 'odc') {
    return readCpioHeader(cursor, format, quota, offset);
  }
  if (format === 'stripped') {
    throw new InputError(
      'this is a stripped cpio archive (07070X), whose sizes stand in the header of its rpm',
      { offset },
      'unpack the package with rpm2archive, and compare the tar archive that this makes',
    );
  }
  if (offset === 0) {
    throw new InputError(
      'this is a cpio archive in the old binary format',
      { offset },
      'convert it with: bsdtar -cf new.cpio --format newc @old.cpio',
    );
  }
  throw new InputError('there is no cpio header where one should be', { offset });
}

async function* readMember(
  cursor: Cursor,
  header: CpioHeader,
  name: string,
  quota: Quota,
  links: Links,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const contentOffset = cursor.position;
  const { metadata, c_filesize: size } = header;
  const bare = { name, metadata, size: 0, role: 'content' } as const;
  if (metadata.type === 'symlink') {
    quota.name(size, contentOffset);
    const target = decodeName(await cursor.take(size, `the target of ${quoted(name)}`));
    yield { entry: { ...bare, metadata: { ...metadata, linkTarget: target } }, content: once(NONE) };
    return;
  }
  if (metadata.type !== 'file') {
    if (size > 0)
      throw new InputError(`${quoted(name)} is a ${metadata.type} with content`, { offset: contentOffset });
    yield { entry: bare, content: once(NONE) };
    return;
  }
  const entry = { ...bare, size, contentOffset };
  // In an odc archive every link has its content.
  const linked = header.format !== 'odc' && header.c_nlink > 1;
  if (linked && size === 0) {
    for (const ready of links.empty(header, entry)) yield { entry: ready, content: once(NONE) };
    return;
  }
  const content = cursor.stretch(size, quoted(name), sumWatch(header, name, contentOffset));
  yield { entry, content };
  await content.drain();
  if (linked) for (const ready of links.carrier(header, name)) yield { entry: ready, content: once(NONE) };
}

/** Checks the sum of the crc format. */
function sumWatch(header: CpioHeader, name: string, offset: number) {
  if (header.format !== 'crc') return {};
  let sum = 0;
  return {
    chunk(bytes: Uint8Array): void {
      let total = 0;
      for (let at = 0; at < bytes.length; at += 1) total += bytes[at] ?? 0;
      sum = (sum + total) % 2 ** 32;
    },
    end(): void {
      if (sum !== header.c_check) {
        throw new InputError(`the content of ${quoted(name)} does not have the sum its header says`, {
          offset,
        });
      }
    },
  };
}

/** newc and crc fill up headers and contents to a multiple of four. */
async function* readFill(
  cursor: Cursor,
  header: CpioHeader,
  of: string,
  quota: Quota,
): AsyncGenerator<EntryWithContent, void, undefined> {
  const at = cursor.position;
  const length = header.format === 'odc' ? 0 : -at & 3;
  if (length === 0) return;
  const fill = await cursor.take(length, `the padding of ${quoted(of)}`);
  if (fill.every((byte) => byte === 0)) return;
  quota.member(at);
  yield padding(of, fill, at);
}
