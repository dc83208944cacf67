import { closeSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const BLOCK = 64 * 1024;

/**
 * Writes a file that looks like compiled code to compressors and comparers: of four blocks three are noise and one
 * repeats itself. The same seed gives the same bytes.
 * @param size bytes
 */
export async function writeContent(path: string, size: number, seed: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const words = new Uint32Array(BLOCK / 4);
  const block = new Uint8Array(words.buffer);
  // xorshift32, which must not start at 0.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  const fd = openSync(path, 'w');
  try {
    for (let at = 0, count = 0; at < size; at += BLOCK, count += 1) {
      const mask = count % 4 === 3 ? 0x0f0f0000 : 0xffffffff;
      for (let i = 0; i < words.length; i += 1) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        words[i] = state & mask;
      }
      writeSync(fd, block, 0, Math.min(BLOCK, size - at));
      if (count % 256 === 0) await turn();
    }
  } finally {
    closeSync(fd);
  }
  utimesSync(path, TIME, TIME);
}

/** Seconds since the epoch that every generated file says it is from. */
const TIME = 1_700_000_000;
