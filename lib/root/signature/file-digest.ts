import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { reachFailure, statInput } from '../../artefact/input.js';
import { pathBytes } from '../../artefact/name.js';
import { AbortedError, InputError } from '../../error.js';

const BLOCK = 1 << 20;

/** The SHA-256 of a file, lower-case hex, and its bytes. */
export interface FileDigest {
  readonly sha256: string;
  readonly size: number;
}

/**
 * Reads a file once, block by block. Each block is lent until the next is asked for.
 * @param done Given the digest at the end.
 * @throws InputError where it cannot be read, or changes meanwhile
 */
export async function* digestedBlocks(
  file: string,
  done: (digest: FileDigest) => void,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (statInput(file).isDirectory()) throw new InputError('it is a directory, not a file', { file });
  const fd = opened(file);
  try {
    const before = fstatSync(fd);
    const hash = createHash('sha256');
    const block = Buffer.allocUnsafeSlow(BLOCK);
    let size = 0;
    for (;;) {
      if (signal?.aborted === true) throw new AbortedError();
      const got = readSync(fd, block, 0, BLOCK, size);
      if (got === 0) break;
      size += got;
      hash.update(block.subarray(0, got));
      yield block.subarray(0, got);
      await turn();
    }
    const after = fstatSync(fd);
    if (size !== before.size || after.mtimeMs !== before.mtimeMs || after.ctimeMs !== before.ctimeMs)
      throw new InputError('the file changed while it was being read', { file });
    done({ sha256: hash.digest('hex'), size });
  } finally {
    closeSync(fd);
  }
}

/** The digest of a file alone. */
export async function digestFile(file: string, signal?: AbortSignal): Promise<FileDigest> {
  let digest: FileDigest = { sha256: '', size: 0 };
  for await (const _ of digestedBlocks(file, (found) => (digest = found), signal)) void _;
  return digest;
}

function opened(file: string): number {
  try {
    return openSync(pathBytes(file), 'r');
  } catch (error) {
    throw new InputError(reachFailure(error), { file });
  }
}
