import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolError } from '../error.js';
import type { ContentRef } from './member.js';

/** `O_TMPFILE` of open(2) less its `O_DIRECTORY` part; the same on every Linux but alpha, parisc and sparc. */
const LINUX_TMPFILE = 0o20000000;

/** Bytes gathered before they are written: an archive may have 100,000 members of a few bytes each. */
const BLOCK = 256 * 1024;

/**
 * Contents out of archives, one after another in a file that has no name: when the process ends, however it
 * ends, the file is gone. All threads of the process read it through its descriptor.
 */
export class Spool {
  readonly fd: number;
  #end = 0;
  readonly #block = Buffer.allocUnsafeSlow(BLOCK);
  #gathered = 0;

  constructor(readonly folder: string) {
    this.fd = openUnnamed(folder);
  }

  /**
   * Adds a chunk at the end. Small ones are gathered: nothing of them can be read before `flush`.
   * @throws SpoolError when the disk is full or fails
   */
  append(chunk: Uint8Array): void {
    if (chunk.length > this.#block.length - this.#gathered) this.flush();
    if (chunk.length > this.#block.length) {
      this.#write(chunk, this.#end);
    } else {
      this.#block.set(chunk, this.#gathered);
      this.#gathered += chunk.length;
    }
    this.#end += chunk.length;
  }

  /** Writes what has been gathered. @throws SpoolError */
  flush(): void {
    const gathered = this.#block.subarray(0, this.#gathered);
    this.#gathered = 0;
    this.#write(gathered, this.#end - gathered.length);
  }

  #write(chunk: Uint8Array, at: number): void {
    for (let done = 0; done < chunk.length; ) {
      try {
        done += writeSync(this.fd, chunk, done, chunk.length - done, at + done);
      } catch (error) {
        throw new SpoolError(`the temporary folder ${this.folder} ${writeFailure(error)}`);
      }
    }
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
