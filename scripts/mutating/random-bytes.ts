import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';

/** One of a list, or undefined where it is empty. */
export function any<T>(list: readonly T[], random: Random): T | undefined {
  return list[random.below(list.length)];
}

export function randomBytes(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

export function flipBit(bytes: Uint8Array, at: number, random: Random): Edit[] {
  return replaced(bytes, at, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
}

/** Any other value, a neighbouring one, or zero. */
export function otherByte(bytes: Uint8Array, at: number, random: Random): Edit[] {
  const old = bytes[at] ?? 0;
  const value = random.pick([random.below(256), (old + 1) & 255, (old - 1) & 255, 0]);
  return replaced(bytes, at, Uint8Array.of(value));
}

/** A little-endian number of 1 to 8 bytes in place of the one that is there. */
export function writeNumber(bytes: Uint8Array, at: number, length: number, value: number): Edit[] {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(BigInt.asIntN(64, BigInt(Math.trunc(value))));
  return replaced(bytes, at, out.subarray(0, length));
}

export function readNumber(bytes: Buffer, at: number, length: number): number {
  return length === 8 ? Number(bytes.readBigInt64LE(at)) : bytes.readUIntLE(at, length);
}

/** A number near the old one, or far from it. */
export function otherNumber(old: number, random: Random): number {
  return old + random.pick([1, -1, 4, 8, -8, 16, 256, -(old % 2 ** 31), random.below(2 ** 16)]);
}
