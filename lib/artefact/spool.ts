import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolError } from '../error.js';
import type { ContentRef } from './member.js';

/** `O_TMPFILE` of open(2) less its `O_DIRECTORY` part; the same on every Linux but alpha, parisc and sparc. */
const LINUX_TMPFILE = 0o20000000;

/**
 * Contents out of archives, one after another in a file that has no name: when the process ends, however it
 * ends, the file is gone. All threads of the process read it through its descriptor.
 */
export class Spool {
  readonly fd: number;
  #end = 0;

  constructor(readonly folder: string) {
    this.fd = openUnnamed(folder);
  }

  /** Adds a chunk at the end. @throws SpoolError when the disk is full or fails */
  append(chunk: Uint8Array): void {
    let done = 0;
    while (done < chunk.length) {
      try {
        done += writeSync(this.fd, chunk, done, chunk.length - done, this.#end + done);
      } catch (error) {
        throw new SpoolError(`the temporary folder ${this.folder} ${writeFailure(error)}`);
      }
    }
    this.#end += chunk.length;
  }

  /** Bytes so far: where the next content will start. */
  get end(): number {
    return this.#end;
  }

  /** The content that starts at `offset` and goes on to the end so far. */
  since(offset: number): ContentRef {
    return { kind: 'spool', fd: this.fd, offset, length: this.#end - offset };
  }

  close(): void {
    closeSync(this.fd);
  }
}

function openUnnamed(folder: string): number {
  if (process.platform === 'linux') {
    try {
      return openSync(
        folder,
        LINUX_TMPFILE | constants.O_DIRECTORY | constants.O_RDWR | constants.O_EXCL,
        0o600,
      );
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Not every file system has unnamed files (NFS, some FUSE); those get a name for a moment.
      if (code !== 'EOPNOTSUPP' && code !== 'EISDIR' && code !== 'EINVAL') throw folderFailure(folder, error);
    }
  }
  const path = join(folder, `trustdiff-${randomBytes(9).toString('hex')}`);
  try {
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  } catch (error) {
    throw folderFailure(folder, error);
  }
}

function folderFailure(folder: string, error: unknown): SpoolError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new SpoolError(`the temporary folder ${folder} does not exist`);
  if (code === 'ENOTDIR') return new SpoolError(`the temporary folder ${folder} is not a directory`);
  return new SpoolError(`the temporary folder ${folder} ${writeFailure(error)}`);
}

function writeFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'is full';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'cannot be written to';
  return `failed (${code ?? String(error)})`;
}
