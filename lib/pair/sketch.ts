import { type Bytes, openBytes } from '../artefact/bytes.js';
import type { ContentRef } from '../artefact/member.js';

/**
 * What a content is like: the smallest of the hashes of all its stretches of `SHINGLE` bytes, ascending, each once. They
 * are a fair sample of its stretches, the same for whoever takes it (Broder's MinHash, with one hash function and the
 * `SKETCH` smallest values).
 */
export type Sketch = Uint32Array;

/**
 * Bytes of a stretch. Another cargo changes hashes of 8 and 16 bytes all over crate metadata: the longer a stretch, the
 * fewer are left (of two builds of one regex_automata 0.40 with 8 bytes, 0.33 with 16 and 0.25 with 32).
 */
const SHINGLE = 8;
/** Values of a sketch. A likeness is then off by 0.016 at most, one standard deviation. */
export const SKETCH = 1024;
/** Contents above this have none: of so many stretches too many would have equal hashes by chance. Bytes. */
export const LARGEST_SKETCHED = 512 * 2 ** 20;

const BLOCK = 256 * 1024;
const FACTOR = 0x2c1b3c6d;
/** What a byte adds up to once `SHINGLE` more have come: it is taken off again then. */
const OLDEST = powers(FACTOR, SHINGLE);

/**
 * The sketch of a content, which is read once from start to end; undefined where it is too large for one.
 * @throws InputError where it cannot be read
 */
export function sketchOf(bytes: Bytes): Sketch | undefined {
  if (bytes.length > LARGEST_SKETCHED) return undefined;
  const smallest = new Smallest();
  // The last bytes of a block stand in front of the next one.
  const block = Buffer.alloc(SHINGLE + BLOCK);
  let hash = 0;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const got = bytes.readInto(block.subarray(SHINGLE), at);
    const first = at === 0 ? SHINGLE - 1 : 0;
    for (let i = 0; i < got; i++) {
      hash = (Math.imul(hash, FACTOR) + (block[i + SHINGLE] as number) + 1) | 0;
      if (at > 0 || i >= SHINGLE) hash = (hash - (OLDEST[block[i] as number] as number)) | 0;
      if (i >= first) smallest.add(mixed(hash));
    }
    block.copyWithin(0, got, got + SHINGLE);
  }
  return smallest.values();
}

/** The sketch of a member's content. @throws InputError where it cannot be read, or changed while it was */
export function sketchContent(content: ContentRef): Sketch | undefined {
  const bytes = openBytes(content);
  try {
    return sketchOf(bytes);
  } finally {
    bytes.close();
  }
}

/**
 * How much of what two contents hold is in both, from 0 to 1 (Jaccard's index of their stretches, as far as the sketches
 * tell). The same whichever comes first.
 */
export function likeness(a: Sketch, b: Sketch): number {
  let [i, j, all, common] = [0, 0, 0, 0];
  for (; all < SKETCH && (i < a.length || j < b.length); all++) {
    const x = a[i] ?? Number.POSITIVE_INFINITY;
    const y = b[j] ?? Number.POSITIVE_INFINITY;
    if (x === y) common += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return all === 0 ? 0 : common / all;
}

/** The smallest values that were added, each once. */
class Smallest {
  readonly #pool = new Uint32Array(8 * SKETCH);
  #count = 0;
  #below = 2 ** 32;

  add(value: number): void {
    if (value >= this.#below || value === this.#pool[this.#count - 1]) return;
    if (this.#count === this.#pool.length) this.#shrink();
    this.#pool[this.#count++] = value;
  }

  values(): Sketch {
    this.#shrink();
    return this.#pool.slice(0, this.#count);
  }

  #shrink(): void {
    const sorted = this.#pool.subarray(0, this.#count).sort();
    let kept = 0;
    for (let i = 0; i < sorted.length && kept < SKETCH; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i] as number;
    }
    this.#count = kept;
    if (kept === SKETCH) this.#below = sorted[SKETCH - 1] as number;
  }
}

/** Spreads a rolling hash over all 32 bits, one to one (the finaliser of MurmurHash3). */
function mixed(hash: number): number {
  let x = hash;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function powers(factor: number, count: number): Int32Array {
  let power = 1;
  for (let i = 0; i < count; i++) power = Math.imul(power, factor);
  return Int32Array.from({ length: 256 }, (_, byte) => Math.imul(power, byte + 1));
}
