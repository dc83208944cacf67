import { closeSync, readSync } from 'node:fs';
import { assertUnchanged, openListedFile } from '../artefact/bytes.js';
import { type DigestAlgorithm, type Digester, digester } from '../artefact/digest.js';
import type { ContentRef } from '../artefact/member.js';
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
  compare(a: ContentRef, b: ContentRef, knownA?: string, knownB?: string): ContentResult {
    if (a.length === b.length) {
      const digest = this.#digestIfEqual(a, b, knownA ?? knownB);
      if (digest !== undefined) return { equal: true, digestA: digest, digestB: digest };
    }
    const digestA = knownA ?? blame('a', () => this.digest(a));
    const digestB = knownB ?? blame('b', () => this.digest(b));
    return { equal: false, digestA, digestB };
  }

  /** The digest of one content. @throws InputError */
  digest(ref: ContentRef): string {
    const reader = openReader(ref);
    try {
      for (let got = reader.next(this.#blockA); got > 0; got = reader.next(this.#blockA)) {
        this.#digester.update(this.#blockA.subarray(0, got));
      }
      reader.finish();
      return this.#digester.take();
    } catch (error) {
      this.#digester.take();
      throw error;
    } finally {
      reader.close();
    }
  }

  #digestIfEqual(a: ContentRef, b: ContentRef, known: string | undefined): string | undefined {
    const readerA = blame('a', () => openReader(a));
    try {
      const readerB = blame('b', () => openReader(b));
      try {
        return this.#digestWhileEqual(readerA, readerB, known);
      } finally {
        readerB.close();
      }
    } finally {
      readerA.close();
    }
  }

  #digestWhileEqual(a: Reader, b: Reader, known: string | undefined): string | undefined {
    let finished = false;
    try {
      for (;;) {
        const gotA = blame('a', () => a.next(this.#blockA));
        const gotB = blame('b', () => b.next(this.#blockB));
        if (gotA !== gotB || this.#blockA.compare(this.#blockB, 0, gotB, 0, gotA) !== 0) return undefined;
        if (gotA === 0) break;
        if (known === undefined) this.#digester.update(this.#blockA.subarray(0, gotA));
      }
      blame('a', () => a.finish());
      blame('b', () => b.finish());
      finished = true;
      return known ?? this.#digester.take();
    } finally {
      if (!finished && known === undefined) this.#digester.take();
    }
  }
}

interface Reader {
  /** Fills the block as far as there is content; 0 at its end. */
  next(block: Buffer): number;
  /** @throws InputError when what was read is not what was listed */
  finish(): void;
  close(): void;
}

function openReader(ref: ContentRef): Reader {
  const fd = ref.kind === 'path' ? openListedFile(ref.path) : ref.fd;
  let at = ref.kind === 'path' ? 0 : ref.offset;
  const end = at + ref.length;
  return {
    next(block) {
      const wanted = Math.min(block.length, end - at);
      let done = 0;
      while (done < wanted) {
        const got = readSync(fd, block, done, wanted - done, at + done);
        if (got === 0) {
          const file = ref.kind === 'path' ? ref.path : undefined;
          throw new InputError('the file became shorter while it was being read', {
            file,
            offset: at + done,
          });
        }
        done += got;
      }
      at += done;
      return done;
    },
    finish() {
      if (ref.kind === 'path') assertUnchanged(fd, ref.path, ref.stamp);
    },
    close() {
      if (ref.kind === 'path') closeSync(fd);
    },
  };
}

function blame<T>(side: 'a' | 'b', read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw { side, error: located(error, {}) } satisfies ContentFailure;
  }
}

/** Whether something thrown by `ContentComparer.compare` says which side failed. */
export function isContentFailure(thrown: unknown): thrown is ContentFailure {
  return typeof thrown === 'object' && thrown !== null && 'side' in thrown && 'error' in thrown;
}
