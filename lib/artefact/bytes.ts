import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../error.js';
import type { ContentRef, FileStamp } from './member.js';
import { pathBytes } from './name.js';

/** The content of one member, read by offset. Synchronous: readers of structure run in worker threads. */
export interface Bytes {
  /** In bytes. */
  readonly length: number;
  /** All of it, where it is in memory. */
  readonly whole?: Buffer;
  /**
   * `length` bytes from `offset`. The result may be a view that the next call overwrites: copy what is kept.
   * @throws InputError where the range is not within the content, or the file has become shorter
   */
  read(offset: number, length: number): Buffer;
  /** Fills `target` from `offset` on and returns how many bytes there were: less than its length only at the end. */
  readInto(target: Uint8Array, offset: number): number;
  close(): void;
}

/** Opens a content for reading; a symlink is never followed, a file other than the one listed is refused. */
export function openBytes(ref: ContentRef): Bytes {
  if (ref.kind === 'spool') return fileBytes(ref.fd, ref.offset, ref.length, () => {});
  const fd = openListedFile(ref.path);
  return fileBytes(fd, 0, ref.length, () => {
    try {
      assertUnchanged(fd, ref.path, ref.stamp);
    } finally {
      closeSync(fd);
    }
  });
}

/** Content that is already in memory. */
export function memoryBytes(content: Uint8Array): Bytes {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return {
    length: buffer.length,
    whole: buffer,
    read(offset, length) {
      assertWithin(offset, length, buffer.length);
      return buffer.subarray(offset, offset + length);
    },
    readInto(target, offset) {
      return buffer.copy(target, 0, offset, Math.min(buffer.length, offset + target.length));
    },
    close() {},
  };
}

/** A stretch of a content, as a content of its own: a member of an ar archive. Closing it closes nothing. */
export function sliceBytes(whole: Bytes, start: number, length: number): Bytes {
  assertWithin(start, length, whole.length);
  return {
    length,
    read(offset, count) {
      assertWithin(offset, count, length);
      return whole.read(start + offset, count);
    },
    readInto(target, offset) {
      const room = Math.max(0, Math.min(target.length, length - offset));
      return room === 0 ? 0 : whole.readInto(target.subarray(0, room), start + offset);
    },
    close() {},
  };
}

/**
 * Opens a file that was listed as a plain file; a link in its place is refused. Whether it is still the one that
 * was listed is for `assertUnchanged` to say once it has been read.
 */
export function openListedFile(path: string): number {
  try {
    // O_NONBLOCK: should a FIFO have taken the file's place, opening it must not wait for a writer.
    return openSync(pathBytes(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError(openFailure(error), { file: path });
  }
}

/** @throws InputError when the open file is not, or no longer, the one that was listed */
function assertUnchanged(fd: number, path: string, stamp: FileStamp): void {
  const now = fstatSync(fd);
  if (
    now.size !== stamp.size ||
    now.mtimeMs !== stamp.mtimeMs ||
    now.ctimeMs !== stamp.ctimeMs ||
    now.ino !== stamp.ino ||
    now.dev !== stamp.dev
  ) {
    throw new InputError('the file changed while it was being read', { file: path });
  }
}

function fileBytes(fd: number, start: number, length: number, close: () => void): Bytes {
  let scratch = Buffer.alloc(0);
  const readInto = (target: Uint8Array, offset: number): number => {
    const wanted = Math.max(0, Math.min(target.length, length - offset));
    let done = 0;
    while (done < wanted) {
      const got = readSync(fd, target, done, wanted - done, start + offset + done);
      if (got === 0)
        throw new InputError('the file became shorter while it was being read', { offset: offset + done });
      done += got;
    }
    return done;
  };
  return {
    length,
    read(offset, count) {
      assertWithin(offset, count, length);
      if (scratch.length < count) scratch = Buffer.allocUnsafeSlow(Math.max(count, 4096));
      const view = scratch.subarray(0, count);
      readInto(view, offset);
      return view;
    },
    readInto,
    close,
  };
}

function assertWithin(offset: number, count: number, length: number): void {
  if (!(offset >= 0 && count >= 0 && offset + count <= length)) {
    throw new InputError(`bytes ${offset} to ${offset + count} lie outside the ${length} there are`, {
      offset,
    });
  }
}

function openFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read the file';
  if (code === 'ENOENT') return 'the file is gone';
  if (code === 'ELOOP') return 'a link took the place of the file';
  return `the file cannot be opened (${code ?? String(error)})`;
}
