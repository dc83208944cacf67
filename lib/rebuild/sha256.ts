import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

/** Bytes read at once. */
const CHUNK = 1 << 20;

/** SHA-256 of what is left of an open file, lower-case hex. */
export function sha256(fd: number): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    const length = readSync(fd, chunk, 0, CHUNK, null);
    if (length === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, length));
  }
}
