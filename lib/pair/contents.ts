import { closeSync, fstatSync, readSync } from 'node:fs';
import { openListedFile } from '../artefact/bytes.js';
import { type DigestAlgorithm, type Digester, digester } from '../artefact/digest.js';
import type { ContentRef, FileStamp } from '../artefact/member.js';
import { type StatColumns, writeStats } from '../artefact/stat-columns.js';
import { InputError, located, type TrustdiffError } from '../error.js';

/** Whether two contents have the same bytes, and the digest of each. */
export interface ContentResult {
  readonly equal: boolean;
  readonly digestA: string;
  readonly digestB: string;
}

/** Thrown in place of a result, so that it is known which of the two could not be read. */
export interface ContentFailure {
  readonly side: 'a' | 'b';
  readonly error: TrustdiffError;
}

/** A file of a directory that nobody has asked the system about yet: the answer goes into its row. */
export interface UnknownFile {
  readonly path: string;
  readonly stats: StatColumns;
  readonly row: number;
}

/** Bytes read at once from each side; both blocks and the compared code stay in a core's cache. */
const BLOCK = 256 * 1024;

/**
 * Compares contents one pair after another, in this thread, with reads that wait: threads share the work, and a
 * plain read from the page cache costs less than telling another thread about it.
 */
export class ContentComparer {
  readonly #digester: Digester;
  readonly #blockA = Buffer.allocUnsafeSlow(BLOCK);
  readonly #blockB = Buffer.allocUnsafeSlow(BLOCK);

  constructor(algorithm: DigestAlgorithm) {
    this.#digester = digester(algorithm);
  }

  /**
   * Decides by bytes, never by digest alone. A digest that is already known is not computed again.
   * @throws ContentFailure when one side cannot be read, or changes while it is
   */
  compare(a: ContentRef | UnknownFile, b: ContentRef | UnknownFile, knownA = '', knownB = ''): ContentResult {
    const readerA = blame('a', () => new Reader(a));
    try {
      const readerB = blame('b', () => new Reader(b));
      try {
        return this.#compare(readerA, readerB, knownA, knownB);
      } finally {
        readerB.close();
      }
    } finally {
      readerA.close();
    }
  }

  /** The digest of one content. @throws InputError */
  digest(ref: ContentRef): string {
    const reader = new Reader(ref);
    try {
      return this.#digest(reader, this.#blockA);
    } finally {
      reader.close();
    }
  }

  #compare(a: Reader, b: Reader, knownA: string, knownB: string): ContentResult {
    if (a.length === b.length) {
      const digest = this.#digestIfEqual(a, b, knownA === '' ? knownB : knownA);
      if (digest !== '') return { equal: true, digestA: digest, digestB: digest };
    }
    const digestA = knownA === '' ? blame('a', () => this.#digest(a, this.#blockA)) : knownA;
    const digestB = knownB === '' ? blame('b', () => this.#digest(b, this.#blockB)) : knownB;
    return { equal: false, digestA, digestB };
  }

  /** The digest that both have, or '' as soon as a byte differs. */
  #digestIfEqual(a: Reader, b: Reader, known: string): string {
    let equal = false;
    try {
      for (;;) {
        const gotA = a.next(this.#blockA, 'a');
        const gotB = b.next(this.#blockB, 'b');
        if (gotA !== gotB || this.#blockA.compare(this.#blockB, 0, gotB, 0, gotA) !== 0) return '';
        if (gotA === 0) break;
        if (known === '') this.#digester.update(this.#blockA.subarray(0, gotA));
      }
      equal = true;
    } finally {
      // What was begun must not run into the next content's digest.
      if (!equal && known === '') this.#digester.take();
    }
    return known === '' ? this.#digester.take() : known;
  }

  #digest(reader: Reader, block: Buffer): string {
    reader.rewind();
    try {
      for (let got = reader.next(block); got > 0; got = reader.next(block)) {
        this.#digester.update(block.subarray(0, got));
      }
    } catch (error) {
      this.#digester.take();
      throw error;
    }
    return this.#digester.take();
  }
}

/** This thread's comparer: its blocks and its digester are made once. */
export function comparerFor(algorithm: DigestAlgorithm): ContentComparer {
  if (comparer?.algorithm !== algorithm) comparer = { algorithm, with: new ContentComparer(algorithm) };
  return comparer.with;
}

let comparer: { readonly algorithm: DigestAlgorithm; readonly with: ContentComparer } | undefined;

/** Reads one content from start to end, and makes sure at the end that it is still the one that was listed. */
class Reader {
  readonly length: number;
  readonly #fd: number;
  readonly #start: number;
  readonly #path: string | undefined;
  readonly #stamp: FileStamp | undefined;
  #at = 0;
  #reads = 0;

  constructor(ref: ContentRef | UnknownFile) {
    if ('row' in ref) {
      this.#fd = openListedFile(ref.path);
      const stat = fstatSync(this.#fd);
      if (!stat.isFile()) {
        closeSync(this.#fd);
        throw new InputError('it became another kind of file while it was being read', { file: ref.path });
      }
      writeStats(ref.stats, ref.row, stat);
      this.#start = 0;
      this.length = stat.size;
      this.#path = ref.path;
      this.#stamp = stat;
    } else if (ref.kind === 'path') {
      this.#fd = openListedFile(ref.path);
      this.#start = 0;
      this.length = ref.length;
      this.#path = ref.path;
      this.#stamp = ref.stamp;
      // What was listed long ago may have changed since.
      this.#reads = 2;
    } else {
      this.#fd = ref.fd;
      this.#start = ref.offset;
      this.length = ref.length;
    }
  }

  /** Fills the block as far as there is content; 0 at its end. */
  next(block: Buffer, side?: 'a' | 'b'): number {
    try {
      return this.#next(block);
    } catch (error) {
      if (side === undefined) throw error;
      throw { side, error: located(error, {}) } satisfies ContentFailure;
    }
  }

  rewind(): void {
    this.#at = 0;
  }

  close(): void {
    if (this.#path !== undefined) closeSync(this.#fd);
  }

  #next(block: Buffer): number {
    const left = this.length - this.#at;
    if (left === 0) {
      // Some file systems call a file empty that is not (proc): the system's word is not enough.
      if (this.length === 0 && this.#path !== undefined && readSync(this.#fd, block, 0, 1, 0) > 0)
        throw this.#changed('longer');
      this.#finish();
      return 0;
    }
    // One byte more than there should be, where the block has room: a file that grew shows itself.
    const room = Math.min(block.length, this.#stamp === undefined ? left : left + 1);
    const wanted = Math.min(block.length, left);
    let done = 0;
    while (done < wanted) {
      const got = readSync(this.#fd, block, done, room - done, this.#start + this.#at + done);
      if (got === 0) throw this.#changed('shorter');
      done += got;
      this.#reads += 1;
    }
    if (done > left) throw this.#changed('longer');
    this.#at += done;
    return done;
  }

  /** Of a file that one read took whole there is one moment; of any other it must be seen to have stood still. */
  #finish(): void {
    if (this.#stamp === undefined || this.#reads <= 1) return;
    const now = fstatSync(this.#fd);
    const { size, mtimeMs, ctimeMs, ino, dev } = this.#stamp;
    const same =
      now.size === size &&
      now.mtimeMs === mtimeMs &&
      now.ctimeMs === ctimeMs &&
      now.ino === ino &&
      now.dev === dev;
    if (!same) throw new InputError('the file changed while it was being read', { file: this.#path });
  }

  #changed(how: string): InputError {
    return new InputError(`the file became ${how} while it was being read`, {
      file: this.#path,
      offset: this.#at,
    });
  }
}

function blame<T>(side: 'a' | 'b', read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isContentFailure(error)) throw error;
    throw { side, error: located(error, {}) } satisfies ContentFailure;
  }
}

/** Whether something thrown by `ContentComparer.compare` says which side failed. */
export function isContentFailure(thrown: unknown): thrown is ContentFailure {
  return typeof thrown === 'object' && thrown !== null && 'side' in thrown && 'error' in thrown;
}
