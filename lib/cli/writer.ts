import { once } from 'node:events';
import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { TrustdiffError, UsageError } from '../error.js';

/** Where a report goes, piece by piece. */
export interface Sink {
  write(text: string): Promise<void>;
  close(): void;
}

/** Raised when whoever read standard output has gone: there is nobody left to tell. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Standard output; waits where the reader is slow, and stops where there is none left. */
export class StandardOutput implements Sink {
  #gone = false;

  constructor() {
    process.stdout.on('error', () => {
      this.#gone = true;
    });
  }

  async write(text: string): Promise<void> {
    if (this.#gone) throw new ReaderGone();
    if (process.stdout.write(text)) return;
    await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'error')]).catch(() => {
      this.#gone = true;
    });
    if (this.#gone) throw new ReaderGone();
  }

  close(): void {}
}

/** A file that is written anew. @throws TrustdiffError when that cannot be done */
export class FileOutput implements Sink {
  readonly #fd: number;

  constructor(readonly path: string) {
    try {
      this.#fd = openSync(path, 'w');
    } catch (error) {
      throw writeError(path, error);
    }
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** @throws UsageError when a report would be written over what is to be compared */
export function assertNoInput(output: string, inputs: readonly string[]): void {
  const real = realOf(output);
  if (real !== undefined && inputs.some((input) => realOf(input) === real)) {
    throw new UsageError(`--output ${output} is also an input`);
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function writeError(path: string, error: unknown): TrustdiffError {
  const code = (error as NodeJS.ErrnoException).code;
  const what =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the report cannot be written: the disk is full'
      : `the report cannot be written (${code ?? String(error)})`;
  return new TrustdiffError('usage', what, { file: path });
}
