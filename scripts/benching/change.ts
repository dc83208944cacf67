import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';

/** Changes a byte at each of `count` places spread over a file, leaving its length. */
export function changeInPlace(path: string, size: number, count: number): void {
  const fd = openSync(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    for (let i = 0; i < count; i += 1) {
      const at = Math.floor(((i + 0.5) * size) / count);
      readSync(fd, byte, 0, 1, at);
      byte[0] = (byte[0] ?? 0) ^ 0xff;
      writeSync(fd, byte, 0, 1, at);
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
