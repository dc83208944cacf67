import * as zlib from 'node:zlib';

/**
 * The CRC-32 of gzip and xz (reflected, polynomial 0xEDB88320), carried on from `value`. Unsigned.
 * `zlib.crc32` came with Node 20.15; before that a table does it.
 */
export function crc32(bytes: Uint8Array, value = 0): number {
  return typeof zlib.crc32 === 'function' ? zlib.crc32(bytes, value) : tableCrc32(bytes, value);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The same without `zlib.crc32`. */
export function tableCrc32(bytes: Uint8Array, value = 0): number {
  let crc = ~value;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
