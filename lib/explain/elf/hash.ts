/**
 * Numbers that stand for texts, bytes and what is made of several of them, to find what belongs together: 53 bits, so
 * that a key is one number. They prove nothing, and whoever makes two things collide has them compared and found
 * different.
 */
export type Key = number;

/** The parts of a key as 32-bit numbers, for arithmetic on them. */
export function lowOf(key: Key): number {
  return key | 0;
}

export function highOf(key: Key): number {
  return Math.floor(key / 2 ** 32) | 0;
}

/** One key of two halves; of the high one 21 bits are kept. */
function keyOf(low: number, high: number): Key {
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

export function hashText(text: string): Key {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x9e3779b1) + 0x5bd1;
  }
  return finished(low, high);
}

/** One key from two; the order counts. */
export function mixed(x: Key, y: Key): Key {
  const low = Math.imul(lowOf(x) ^ Math.imul(lowOf(y), 0x9e3779b1), 0x85ebca6b);
  const high =
    Math.imul(highOf(x) ^ Math.imul(highOf(y), 0xc2b2ae35), 0x27d4eb2f) ^ Math.imul(lowOf(y), 0x165667b1);
  return finished(low, high);
}

let words = new Int32Array(4096);
let bytes = new Uint8Array(words.buffer);

/** A copy of some bytes to blank fields in before they are hashed. The next call overwrites it. */
export function scratchOf(content: Uint8Array): Uint8Array {
  if (content.length + 4 > bytes.length) {
    words = new Int32Array(content.length);
    bytes = new Uint8Array(words.buffer);
  }
  bytes.set(content);
  bytes.fill(0, content.length, content.length + 4);
  return bytes.subarray(0, content.length);
}

/** The key of what `scratchOf` gave last. */
export function hashScratch(length: number): Key {
  let low = length | 0;
  let high = Math.imul(length, 0x9e3779b1);
  const end = (length + 3) >> 2;
  for (let i = 0; i < end; i += 1) {
    const word = words[i] as number;
    low = Math.imul(low ^ word, 0x85ebca6b);
    low ^= low >>> 15;
    high = Math.imul((high << 7) ^ (high >>> 25) ^ word, 0xc2b2ae35);
  }
  return finished(low, high);
}

function finished(low: number, high: number): Key {
  let [x, y] = [low ^ (high >>> 16), high ^ (low >>> 13)];
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  y = Math.imul(y ^ x, 0x846ca68b);
  y ^= y >>> 16;
  x = Math.imul(x ^ y, 0x2c1b3c6d);
  return keyOf(x ^ (x >>> 12), y);
}
