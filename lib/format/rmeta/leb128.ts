/**
 * Unsigned LEB128 as rustc_serialize writes numbers: seven bits a byte, the lowest first, no more bytes than needed,
 * at most ten for 64 bits.
 */

const LONGEST = 10;

/** Where the number at `at` ends, or -1 where it is cut off, longer than 64 bits or not the shortest form. */
export function leb128End(bytes: Uint8Array, at: number, limit: number = bytes.length): number {
  const last = Math.min(limit, at + LONGEST);
  for (let i = at; i < last; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) continue;
    if (byte === 0 && i > at) return -1;
    return i - at === LONGEST - 1 && byte > 1 ? -1 : i + 1;
  }
  return -1;
}

/** The number at `at`, which ends at `end`; beyond 2^53 only nearly, as no position of a file is. */
export function leb128Value(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= at; i--) value = value * 128 + ((bytes[i] as number) & 0x7f);
  return value;
}

/** Writes a number below 2^53 into `target` and returns where it ends. */
export function writeLeb128(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= 0x80) {
    target[next++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  target[next++] = rest;
  return next;
}

/** A little-endian number of `width` bytes, `step` bytes apart; beyond 2^53 only nearly. */
export function littleEndian(bytes: Uint8Array, at: number, width: number, step = 1): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (bytes[at + i * step] as number);
  return value;
}
