import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, type Sink, writeError } from './writer.js';

/**
 * A file that is written anew. That it can be is looked at once, so that a path that cannot be written is told before the
 * work begins; nothing is left there if the work fails or is stopped, and an older report stays as it is until the new one
 * is complete: it is written under another name beside it. What is no plain file (a pipe, a device, `/dev/stdout`), and one
 * in a folder in which nothing can be made, is written where it is.
 * @throws TrustdiffError when it cannot be written
 */
export class FileOutput implements Sink {
  readonly #file: InPlace | Fifo | Replacing;

  constructor(readonly path: string) {
    this.#file = this.#guarded(() => opened(path));
  }

  async write(text: string): Promise<void> {
    if (this.#file instanceof Fifo) await this.#file.open().catch((error) => this.#fail(error));
    this.#guarded(() => this.#file.write(Buffer.from(text, 'utf8')));
  }

  close(): void {
    this.#guarded(() => this.#file.close());
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): never {
    throw writeError(this.path, error);
  }
}

function opened(path: string): InPlace | Fifo | Replacing {
  const target = path.endsWith('/') ? undefined : targetOf(path);
  const there = target === undefined ? undefined : statOf(target);
  if (target !== undefined && there?.isFIFO() === true) return new Fifo(target);
  if (target === undefined || (there !== undefined && !there.isFile())) return new InPlace(path);
  if (there !== undefined) accessSync(target, constants.W_OK);
  try {
    return new Replacing(target, there);
  } catch (error) {
    // A file can be written to where nothing can be made beside it.
    if (there !== undefined && NO_ROOM.has(codeOf(error))) return new InPlace(target);
    throw error;
  }
}

const NO_ROOM: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * The file that a path leads to, whether it exists or not; undefined where the path is one of an open file of some process,
 * as `/dev/stdout` is: whoever opened it would not see another file under its name.
 */
function targetOf(path: string): string | undefined {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const folder = realpathSync(dirname(at));
    if (OPEN_FILES.test(folder)) return undefined;
    at = join(folder, basename(at));
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return at;
    at = resolve(folder, readlinkSync(at));
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

/** As many as Linux follows. */
const MOST_LINKS = 40;
const OPEN_FILES = /^\/proc\/(?:[^/]+\/)+fd$|^\/dev\/fd$/;

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Emptied when there is something to write. */
class InPlace {
  readonly #fd: number;
  #begun = false;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o666);
  }

  write(bytes: Uint8Array): void {
    if (!this.#begun && fstatSync(this.#fd).isFile()) ftruncateSync(this.#fd);
    this.#begun = true;
    writeAll(this.#fd, bytes);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * A pipe with a name. To open it for writing waits until somebody reads, in a call of the system's during which nothing can stop
 * this process; so it is asked for again and again.
 */
class Fifo {
  #fd: number | undefined;

  constructor(readonly path: string) {
    accessSync(path, constants.W_OK);
  }

  async open(): Promise<void> {
    while (this.#fd === undefined) {
      const reader = this.#probe();
      if (reader === undefined) {
        await delay(ASK_AGAIN);
        continue;
      }
      // There is a reader now, so this does not wait; the first one would give up where the pipe is full.
      this.#fd = openSync(this.path, constants.O_WRONLY);
      closeSync(reader);
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#fd !== undefined) writeAll(this.#fd, bytes);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #probe(): number | undefined {
    try {
      return openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) === 'ENXIO') return undefined;
      throw error;
    }
  }
}

/** Milliseconds. */
const ASK_AGAIN = 50;

/** Written under another name, which it keeps until it is complete. */
class Replacing {
  readonly #target: string;
  readonly #before: Stats | undefined;
  readonly #temporary: string;
  #fd: number | undefined;

  constructor(target: string, before: Stats | undefined) {
    this.#target = target;
    this.#before = before;
    // Short: the name of the target may be as long as names can be.
    this.#temporary = join(dirname(target), `.trustdiff-${randomUUID()}`);
    // Whether it can be made is all that matters now; what ends the process in the hours to come leaves nothing.
    closeSync(openSync(this.#temporary, 'wx', 0o666));
    rmSync(this.#temporary);
  }

  write(bytes: Uint8Array): void {
    try {
      this.#fd ??= this.#begin();
      writeAll(this.#fd, bytes);
    } catch (error) {
      this.#discard();
      throw error;
    }
  }

  close(): void {
    try {
      this.#fd ??= this.#begin();
      fsyncSync(this.#fd);
      closeSync(this.#fd);
      this.#fd = undefined;
      this.#replace();
    } finally {
      this.#discard();
    }
  }

  #begin(): number {
    const fd = openSync(this.#temporary, 'wx', 0o666);
    process.once('exit', this.#discard);
    const { mode, uid, gid } = this.#before ?? {};
    const made = fstatSync(fd);
    try {
      if (uid !== undefined && gid !== undefined && (made.uid !== uid || made.gid !== gid))
        chownSync(this.#temporary, uid, gid);
      if (mode !== undefined) fchmodSync(fd, mode & 0o777);
    } catch {
      // Whose it is and who may read it is kept where that can be done.
    }
    return fd;
  }

  #replace(): void {
    try {
      renameSync(this.#temporary, this.#target);
    } catch (error) {
      // Something is mounted there: a file of another system in a container.
      if (codeOf(error) !== 'EBUSY') throw error;
      copyFileSync(this.#temporary, this.#target);
    }
  }

  readonly #discard = (): void => {
    process.removeListener('exit', this.#discard);
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    rmSync(this.#temporary, { force: true });
  };
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
