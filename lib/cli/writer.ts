import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TrustdiffError, UsageError } from '../error.js';

/** Where a report goes, piece by piece. */
export interface Sink {
  write(text: string): Promise<void>;
  close(): void;
}

/** Writes a report that comes in pieces, and closes. */
export async function deliver(pieces: Iterable<string>, sink: Sink): Promise<void> {
  let buffer = '';
  for (const piece of pieces) {
    buffer += piece;
    if (buffer.length < WRITE_SIZE) continue;
    await sink.write(buffer);
    buffer = '';
  }
  await sink.write(buffer);
  sink.close();
}

/** Characters gathered before they are written. */
const WRITE_SIZE = 64 * 1024;

/** Raised when whoever read standard output has gone: there is nobody left to tell. */
class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/**
 * Standard output; waits where the reader is slow, and stops where there is none left.
 * @throws ReaderGone; TrustdiffError when it is a file on a full disk
 */
export class StandardOutput implements Sink {
  constructor() {
    // `write` is told of every error; without a listener the stream would end the process first.
    if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {});
  }

  async write(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => {
        if (error == null) resolve();
        else reject(READER_GONE.has(codeOf(error)) ? new ReaderGone() : writeError('standard output', error));
      });
    });
  }

  close(): void {}
}

const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** @throws UsageError when a report would be written over, or into, what is to be compared */
export function assertNoInput(output: string, inputs: readonly string[]): void {
  const folder = realOf(dirname(output));
  const real = realOf(output) ?? (folder === undefined ? undefined : join(folder, basename(output)));
  if (real === undefined) return;
  for (const input of inputs) {
    const read = realOf(input);
    if (read === real) throw new UsageError(`--output ${output} is also an input`);
    if (read !== undefined && real.startsWith(`${read}/`))
      throw new UsageError(`--output ${output} lies inside the input ${input}`);
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The error of a report that cannot be written to a file. */
export function writeError(path: string, error: unknown): TrustdiffError {
  const code = codeOf(error);
  const what =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the report cannot be written: the disk is full'
      : `the report cannot be written (${code})`;
  return new TrustdiffError('usage', what, { file: path });
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
