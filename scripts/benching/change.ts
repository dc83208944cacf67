import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';

const BLOCK = 1 << 20;

/** Changes every `step`-th byte of a file, leaving its length: what compiling anew does to addresses in code. */
export function changeEvery(path: string, step: number): void {
  const fd = openSync(path, 'r+');
  try {
    const block = Buffer.alloc(BLOCK);
    for (let start = 0, next = step - 1; ; start += BLOCK) {
      const got = readSync(fd, block, 0, BLOCK, start);
      if (got === 0) return;
      for (; next < start + got; next += step) block[next - start] = (block[next - start] ?? 0) ^ 0xff;
      writeSync(fd, block, 0, got, start);
    }
  } finally {
    closeSync(fd);
  }
}

/** Puts `count` bytes in at a quarter of a file: all that follows moves. */
export function insert(path: string, count: number): void {
  const content = readFileSync(path);
  const at = Math.floor(content.length / 4);
  const inserted = Buffer.from(Uint8Array.from({ length: count }, (_, i) => (i * 167) >> 3));
  writeFileSync(path, Buffer.concat([content.subarray(0, at), inserted, content.subarray(at)]));
}
