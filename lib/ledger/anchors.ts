import { type BlockReader, MAX_VIEW } from './block-reader.js';

/** A stretch of A and the stretch of B it is compared with. Offsets in bytes, ends are exclusive. */
export interface Gap {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Pairs of offsets that rise on both sides; where they point, the windows are equal unless the hash lied. */
export interface AnchorChain {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** Windows of A that one search remembers: a larger gap is sampled by content, so that about as many are left. */
const CAPACITY = 2 ** 18;

const SLOTS = CAPACITY * 2;

/** Slots of tables that are kept from one alignment to the next. */
const KEPT_SLOTS = 2 ** 16;

/** Slots looked at for one window. A content made so that its windows collide loses anchors, not time. */
const PROBES = 64;
const UNSET = -1;
const AMBIGUOUS = -2;

/**
 * Finds where two stretches have content in common: windows of some bytes that occur once in the stretch of A and once
 * in that of B, thinned by content (so that both sides sample alike wherever the content lies), and of these the
 * longest chain that rises on both sides, as patience diff does with unique lines. What repeats (zeros, tables) is
 * left out and can be neither expensive nor misleading. Time is linear in the stretches; memory is bounded and kept from
 * search to search, until it is released.
 */
export class AnchorSearch {
  #slots = new Int32Array(0);
  #hashes = new Int32Array(0);
  #entryA = new Float64Array(0);
  #entryB = new Float64Array(0);
  #entries = 0;
  #mask = 0;

  /** Lets the tables of a large search go. */
  release(): void {
    if (this.#slots.length > KEPT_SLOTS) this.#allocate(0);
  }

  /** @param window bytes, a power of two up to 32 */
  find(a: BlockReader, b: BlockReader, gap: Gap, window: number): AnchorChain {
    const length = gap.a1 - gap.a0;
    if (length < window || gap.b1 - gap.b0 < window) return chainOf([], []);
    let shift = 0;
    while (length / 2 ** shift > CAPACITY * 0.9) shift += 1;
    let slots = 64;
    while (slots < 2 * Math.min(length / 2 ** shift, CAPACITY)) slots *= 2;
    slots = Math.min(shift > 0 ? SLOTS : slots, SLOTS);
    this.#mask = slots - 1;
    this.#clear(slots);
    this.#entries = 0;
    this.#scan(a, gap.a0, gap.a1, window, shift, true);
    this.#scan(b, gap.b0, gap.b1, window, shift, false);
    return this.#chain();
  }

  #clear(slots: number): void {
    if (slots <= this.#slots.length) {
      this.#slots.fill(0, 0, slots);
      return;
    }
    this.#allocate(slots);
  }

  #allocate(slots: number): void {
    this.#slots = new Int32Array(slots);
    // No more than half of the slots are ever taken.
    this.#hashes = new Int32Array(slots / 2);
    this.#entryA = new Float64Array(slots / 2);
    this.#entryB = new Float64Array(slots / 2);
  }

  #scan(reader: BlockReader, start: number, end: number, window: number, shift: number, isA: boolean): void {
    const drop = dropTable(window);
    // A shift by 32 is a shift by 0 in JavaScript, so the sample is of the top bits, or of all.
    const sampled = shift === 0 ? 0 : -1 << (32 - shift);
    const step = MAX_VIEW - window;
    for (let from = start; from + window <= end; from += step) {
      const size = Math.min(step + window - 1, end - from);
      const view = reader.view(from, size);
      let hash = 0;
      for (let i = 0; i < window; i++)
        hash = (Math.imul(hash, FACTOR) + (TAKE[view[i] as number] as number)) | 0;
      for (let i = window; ; i++) {
        if ((hash & sampled) === 0) {
          if (isA) this.#addA(hash, from + i - window);
          else this.#addB(hash, from + i - window);
        }
        if (i >= size) break;
        hash =
          (Math.imul(hash, FACTOR) +
            (TAKE[view[i] as number] as number) -
            (drop[view[i - window] as number] as number)) |
          0;
      }
    }
  }

  #addA(hash: number, position: number): void {
    let slot = mixed(hash) & this.#mask;
    for (let probe = 0; ; probe++) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) break;
      if (probe === PROBES) return;
      if (this.#hashes[entry] === hash) {
        this.#entryA[entry] = AMBIGUOUS;
        return;
      }
      slot = (slot + 1) & this.#mask;
    }
    const entry = this.#entries;
    if (entry * 2 > this.#mask || entry >= CAPACITY) return;
    this.#entries = entry + 1;
    this.#slots[slot] = entry + 1;
    this.#hashes[entry] = hash;
    this.#entryA[entry] = position;
    this.#entryB[entry] = UNSET;
  }

  #addB(hash: number, position: number): void {
    let slot = mixed(hash) & this.#mask;
    for (let probe = 0; probe <= PROBES; probe++) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) return;
      if (this.#hashes[entry] === hash) {
        this.#entryB[entry] = this.#entryB[entry] === UNSET ? position : AMBIGUOUS;
        return;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Entries are in order of A; the longest rising subsequence of their offsets in B is the chain. */
  #chain(): AnchorChain {
    let pairs = 0;
    for (let entry = 0; entry < this.#entries; entry++) {
      const x = this.#entryA[entry] as number;
      const y = this.#entryB[entry] as number;
      if (x < 0 || y < 0) continue;
      this.#entryA[pairs] = x;
      this.#entryB[pairs] = y;
      pairs += 1;
    }
    const kept = longestRising(this.#entryB.subarray(0, pairs));
    const chain = { a: new Float64Array(kept.length), b: new Float64Array(kept.length) };
    for (let i = 0; i < kept.length; i++) {
      chain.a[i] = this.#entryA[kept[i] as number] as number;
      chain.b[i] = this.#entryB[kept[i] as number] as number;
    }
    return chain;
  }
}

/** Indices of a longest strictly rising subsequence, by patience sorting. Time n log n. */
export function longestRising(values: ArrayLike<number>): Int32Array {
  const tails = new Int32Array(values.length);
  const before = new Int32Array(values.length);
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    let low = 0;
    let high = length;
    // Mostly the values rise already: look at the end first.
    if (length > 0 && (values[tails[length - 1] as number] as number) < value) low = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? (tails[low - 1] as number) : -1;
    tails[low] = i;
    if (low === length) length += 1;
  }
  const out = new Int32Array(length);
  let at = length > 0 ? (tails[length - 1] as number) : -1;
  for (let i = length - 1; i >= 0; i--) {
    out[i] = at;
    at = before[at] as number;
  }
  return out;
}

function chainOf(a: readonly number[], b: readonly number[]): AnchorChain {
  return { a: Float64Array.from(a), b: Float64Array.from(b) };
}

/** The multiplier of the rolling polynomial hash; odd, else the window's first bytes would be shifted out. */
const FACTOR = 0x2c9277b5;

/** A fixed scattering of the 256 bytes: the hash of a content must not vary from run to run. */
const TAKE = Int32Array.from({ length: 256 }, (_, byte) => mixed(Math.imul(byte + 1, 0x9e3779b1)));

const dropTables = new Map<number, Int32Array>();

/** What the byte that leaves a window of `window` bytes has become in the hash. */
function dropTable(window: number): Int32Array {
  let table = dropTables.get(window);
  if (!table) {
    let power = 1;
    for (let i = 0; i < window; i++) power = Math.imul(power, FACTOR);
    table = TAKE.map((value) => Math.imul(value, power));
    dropTables.set(window, table);
  }
  return table;
}

function mixed(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x2c1b3c6d | 1);
  return x ^ (x >>> 16);
}
