import {
  chmodSync,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  opendirSync,
  readlinkSync,
  statfsSync,
  symlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { digester } from '../artefact/digest.js';
import { InputError, UsageError } from '../error.js';
import { removeFolder } from '../root/folder.js';
import { digestTree } from '../root/tree-digest.js';
import type { Source } from './source.js';

/** A copy of the sources whose folders list what they hold in another order. */
export interface ReorderedSource extends Source {
  discard(): void;
}

/** Most file systems tell names in an order that hangs on the names; Linux's tmpfs tells the latest first. */
const MEMORY = '/dev/shm';
/** TMPFS_MAGIC of <linux/magic.h>. */
const TMPFS = 0x01021994;

/**
 * Copies sources into memory, so that each folder lists its entries the other way round than the original.
 * @param out The folder of the experiment, of which there is one such copy at a time.
 * @throws UsageError where that cannot be done, or makes no difference; InputError where the copy is another
 */
export async function reorderedSource(
  source: Source,
  out: string,
  signal: AbortSignal,
): Promise<ReorderedSource> {
  const { type, bavail, bsize } = statfsSync(MEMORY, { bigint: false });
  if (type !== TMPFS)
    throw new UsageError(`file-order cannot be varied here: ${MEMORY} is no tmpfs`, 'leave it out of vary');
  if (bavail * bsize < source.tree.bytes * 2)
    throw new UsageError(
      `file-order cannot be varied here: ${MEMORY} has no room for the sources (${source.tree.bytes} bytes)`,
      'leave it out of vary',
    );
  const by = digester('blake3');
  by.update(Buffer.from(out));
  const path = join(MEMORY, `trustdiff-${by.take().slice(0, NAME_DIGITS)}`);
  removeFolder(path);
  try {
    const changed = copyReversed(Buffer.from(source.path), Buffer.from(path));
    if (!changed)
      throw new UsageError(
        'file-order cannot be varied here: no folder of the sources holds two things',
        'leave it out of vary',
      );
    const tree = await digestTree(path, { signal });
    if (tree.digest !== source.tree.digest)
      throw new InputError(
        `the copy of the sources for file-order, ${basename(path)}, is not equal to them`,
        { file: path },
        'find out who writes there, and begin again',
      );
    return { path, tree, discard: () => removeFolder(path) };
  } catch (error) {
    removeFolder(path);
    throw error;
  }
}

const NAME_DIGITS = 16;

/** Gives whether some folder has another order than before. Names are kept as bytes; times and modes are copied. */
function copyReversed(from: Buffer, to: Buffer): boolean {
  mkdirSync(to, { mode: 0o700 });
  const names = namesIn(from);
  let changed = false;
  for (const name of names) {
    const [source, target] = [from, to].map((folder) => Buffer.concat([folder, SLASH, name])) as [
      Buffer,
      Buffer,
    ];
    const stat = lstatSync(source);
    if (stat.isDirectory()) changed = copyReversed(source, target) || changed;
    else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source, { encoding: 'buffer' }), target);
    else if (stat.isFile()) copyFileSync(source, target);
    else
      throw new UsageError(
        'file-order cannot be varied here: the sources hold what is neither file, folder nor link',
        'leave it out of vary',
      );
    if (stat.isFile()) chmodSync(target, stat.mode & 0o7777);
    lutimesSync(target, stat.atime, stat.mtime);
  }
  const after = namesIn(to);
  chmodSync(to, lstatSync(from).mode & 0o7777);
  return changed || after.some((name, i) => !name.equals(names[i] ?? SLASH));
}

/** In the order of the file system; `readdirSync` sorts them. */
function namesIn(folder: Buffer): Buffer[] {
  const directory = opendirSync(folder as unknown as string, { encoding: 'buffer' as BufferEncoding });
  const names: Buffer[] = [];
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
      names.push(entry.name as unknown as Buffer);
  } finally {
    directory.closeSync();
  }
  return names;
}

const SLASH = Buffer.from('/');
