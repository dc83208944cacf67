import { InputError } from '../../error.js';
import type { ByteStream } from '../codec/codec.js';
import type { Limits } from '../limits.js';
import { ar } from './ar.js';
import type { Container, EntryWithContent } from './container.js';
import { once } from './cursor.js';
import { quoted } from './leftover.js';

/** Bytes of `!<arch>\n`. */
const MAGIC = 8;

/** Bytes of `debian-binary`; deb(5) allows more lines than the version, nobody writes them. */
const VERSION_MAX = 4096;

/**
 * The Debian package; see deb(5). An ar archive of `debian-binary`, `control.tar*` and `data.tar*` in this
 * order; members between them have names that start with `_`, and any may follow.
 */
export const deb: Container = {
  id: 'deb',
  detect: (head) => /^!<arch>\ndebian-binary[ /]/.test(Buffer.from(head.subarray(0, 22)).toString('latin1')),
  read: readPackage,
};

const CONTROL = /^control\.tar(\.gz|\.xz|\.zst)?$/;
const DATA = /^data\.tar(\.gz|\.xz|\.zst|\.bz2|\.lzma)?$/;

async function* readPackage(
  input: ByteStream,
  limits: Limits,
): AsyncGenerator<EntryWithContent, void, undefined> {
  let next: 'version' | 'control' | 'data' | 'more' = 'version';
  let end = MAGIC;
  for await (const { entry, content } of ar.read(input, limits)) {
    const { name } = entry;
    const where = { offset: entry.contentOffset };
    end = (entry.contentOffset ?? 0) + (entry.size ?? 0);
    end += end % 2;
    if (entry.role === 'package') {
      yield { entry, content }; // padding
    } else if (next === 'version') {
      if (name !== 'debian-binary') throw new InputError('a .deb starts with debian-binary', where);
      if (entry.unpack || entry.size > VERSION_MAX) throw new InputError('debian-binary is too long', where);
      const version = await readAll(content);
      if (!/^2\.[0-9]+\n/.test(version.toString('latin1'))) {
        throw new InputError(
          'the .deb is of a version other than 2',
          where,
          'only deb(5) format 2.x is read',
        );
      }
      next = 'control';
      yield { entry: { ...entry, role: 'package' }, content: once(version) };
    } else if (next === 'control' && CONTROL.test(name)) {
      next = 'data';
      yield { entry: { ...entry, role: 'package', unpack: true }, content };
    } else if (next === 'data' && DATA.test(name)) {
      next = 'more';
      yield { entry: { ...entry, role: 'content', unpack: true }, content };
    } else if (CONTROL.test(name) || DATA.test(name) || (next !== 'more' && !name.startsWith('_'))) {
      const wanted = next === 'more' ? 'no second control or data' : `${next}.tar`;
      throw new InputError(`the .deb has ${quoted(name)} where ${wanted} should be`, where);
    } else {
      yield { entry: { ...entry, role: 'package' }, content };
    }
  }
  const missing = next === 'version' ? 'debian-binary' : `${next}.tar`;
  if (next !== 'more') throw new InputError(`the .deb ends before ${missing}`, { offset: end });
}

async function readAll(content: ByteStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
