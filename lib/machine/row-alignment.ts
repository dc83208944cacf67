import { Rows } from './row.js';

/** Rows changed between two anchors before the search for a shortest edit is given up. */
const MOST_EDITS = 96;

/** How often a gap is searched for anchors again between those found. */
const DEEPEST = 6;

/** Gaps of no more rows on both sides together go to the shortest edit at once. */
const SMALL = 24;

/**
 * Pairs the rows of two functions, in order. What both begin and end with is paired first, then rows that are unique in
 * both and stand in the same order (patience), and between these the shortest edit (Myers) over keys without
 * displacements and constants. Work is bounded by `MOST_EDITS` and `DEEPEST` times the rows, so it is linear.
 */
export class RowAlignment {
  /** For each row of A the row of B, or -1; longer than A may have rows. */
  pairs = new Int32Array(1024);
  /** The other way round. */
  pairsOfB = new Int32Array(1024);
  #a = new Rows();
  #b = new Rows();
  readonly #unique = new UniqueKeys();
  readonly #edit = new ShortestEdit();

  align(a: Rows, b: Rows): void {
    this.#a = a;
    this.#b = b;
    if (this.pairs.length < a.count) this.pairs = new Int32Array(a.count * 2);
    if (this.pairsOfB.length < b.count) this.pairsOfB = new Int32Array(b.count * 2);
    this.pairs.fill(-1, 0, a.count);
    this.#gap(0, a.count, 0, b.count, 0);
    this.pairBack();
  }

  /** Brings `pairsOfB` in line with `pairs`. */
  pairBack(): void {
    this.pairsOfB.fill(-1, 0, this.#b.count);
    for (let i = 0; i < this.#a.count; i++) {
      const j = this.pairs[i] as number;
      if (j >= 0) this.pairsOfB[j] = i;
    }
  }

  #gap(a0: number, a1: number, b0: number, b1: number, depth: number): void {
    const x = this.#a.strict;
    const y = this.#b.strict;
    while (a0 < a1 && b0 < b1 && x[a0] === y[b0]) this.pairs[a0++] = b0++;
    while (a0 < a1 && b0 < b1 && x[a1 - 1] === y[b1 - 1]) this.pairs[--a1] = --b1;
    if (a0 === a1 || b0 === b1) return;
    const small = a1 - a0 + (b1 - b0) <= SMALL;
    if (!small && depth < DEEPEST && this.#anchored(x, y, a0, a1, b0, b1, depth)) return;
    if (this.#edit.search(this.#a.loose, a0, a1, this.#b.loose, b0, b1, this.pairs)) return;
    if (depth < DEEPEST) this.#anchored(this.#a.loose, this.#b.loose, a0, a1, b0, b1, depth);
  }

  #anchored(
    x: Int32Array,
    y: Int32Array,
    a0: number,
    a1: number,
    b0: number,
    b1: number,
    depth: number,
  ): boolean {
    const chain = this.#unique.chain(x, a0, a1, y, b0, b1);
    if (chain.length === 0) return false;
    let a = a0;
    let b = b0;
    for (let n = 0; n < chain.length; n += 2) {
      const ia = chain[n] as number;
      const ib = chain[n + 1] as number;
      this.#gap(a, ia, b, ib, depth + 1);
      this.pairs[ia] = ib;
      a = ia + 1;
      b = ib + 1;
    }
    this.#gap(a, a1, b, b1, depth + 1);
    return true;
  }
}

/** Finds the keys that stand once in a stretch of each side. */
class UniqueKeys {
  #keys = new Int32Array(0);
  #inA = new Int32Array(0);
  #inB = new Int32Array(0);
  /** Rows of A and B with the same unique key, in the order of A; then what `#longest` needs. */
  #rowA = new Int32Array(0);
  #rowB = new Int32Array(0);
  #tail = new Int32Array(0);
  #before = new Int32Array(0);

  /** The longest run of such rows that is in order on both sides: row of A, row of B, and so on. */
  chain(x: Int32Array, a0: number, a1: number, y: Int32Array, b0: number, b1: number): Int32Array {
    const bits = 33 - Math.clz32(a1 - a0 + (b1 - b0));
    this.#clear(1 << bits);
    for (let i = a0; i < a1; i++) this.#enter(this.#inA, x[i] as number, i, bits);
    for (let i = b0; i < b1; i++) this.#enter(this.#inB, y[i] as number, i, bits);
    let count = 0;
    for (let i = a0; i < a1; i++) {
      const slot = this.#slot(x[i] as number, bits);
      const b = this.#inB[slot] as number;
      if (this.#inA[slot] !== i || b < 0) continue;
      this.#rowA[count] = i;
      this.#rowB[count++] = b;
    }
    return this.#longest(count);
  }

  #clear(size: number): void {
    if (this.#keys.length < size) {
      this.#keys = new Int32Array(size);
      this.#inA = new Int32Array(size);
      this.#inB = new Int32Array(size);
      this.#rowA = new Int32Array(size);
      this.#rowB = new Int32Array(size);
      this.#tail = new Int32Array(size);
      this.#before = new Int32Array(size);
    }
    this.#inA.fill(NEVER, 0, size);
    this.#inB.fill(NEVER, 0, size);
  }

  #enter(side: Int32Array, key: number, row: number, bits: number): void {
    const slot = this.#slot(key, bits);
    this.#keys[slot] = key;
    side[slot] = side[slot] === NEVER ? row : OFTEN;
  }

  /** The table is never more than half full, so a free slot ends every search. */
  #slot(key: number, bits: number): number {
    const mask = (1 << bits) - 1;
    let slot = Math.imul(key, 0x9e3779b1) >>> (32 - bits);
    while (this.#keys[slot] !== key && (this.#inA[slot] !== NEVER || this.#inB[slot] !== NEVER)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** The longest ascending run of `#rowB`, by the smallest last row of a run of each length. */
  #longest(count: number): Int32Array {
    const rows = this.#rowB;
    const tail = this.#tail;
    let length = 0;
    for (let i = 0; i < count; i++) {
      const b = rows[i] as number;
      let low = 0;
      let high = length;
      if (length > 0 && (rows[tail[length - 1] as number] as number) < b) low = length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((rows[tail[middle] as number] as number) < b) low = middle + 1;
        else high = middle;
      }
      this.#before[i] = low > 0 ? (tail[low - 1] as number) : -1;
      tail[low] = i;
      if (low === length) length += 1;
    }
    const chain = new Int32Array(length * 2);
    let i = length > 0 ? (tail[length - 1] as number) : -1;
    for (let n = length - 1; n >= 0; n--) {
      chain[2 * n] = this.#rowA[i] as number;
      chain[2 * n + 1] = rows[i] as number;
      i = this.#before[i] as number;
    }
    return chain;
  }
}

const NEVER = -1;
const OFTEN = -2;

/** Myers' O(ND) search with a bound on D; each step keeps its furthest rows for the way back. */
class ShortestEdit {
  readonly #reach = new Int32Array(2 * MOST_EDITS + 3);
  /** Row d of this triangle: the reach on diagonals -d to d after d edits. */
  readonly #trace = new Int32Array((MOST_EDITS + 1) * (MOST_EDITS + 1));

  /** Enters the pairs found; false, and none entered, where more than `MOST_EDITS` edits are needed. */
  search(
    x: Int32Array,
    a0: number,
    a1: number,
    y: Int32Array,
    b0: number,
    b1: number,
    pairs: Int32Array,
  ): boolean {
    const n = a1 - a0;
    const m = b1 - b0;
    if (Math.abs(n - m) > MOST_EDITS) return false;
    const reach = this.#reach;
    const origin = MOST_EDITS + 1;
    reach[origin + 1] = 0;
    for (let d = 0; d <= MOST_EDITS; d++) {
      for (let k = -d; k <= d; k += 2) {
        const down =
          k === -d || (k !== d && (reach[origin + k - 1] as number) < (reach[origin + k + 1] as number));
        let i = down ? (reach[origin + k + 1] as number) : (reach[origin + k - 1] as number) + 1;
        while (i < n && i - k < m && x[a0 + i] === y[b0 + i - k]) i += 1;
        reach[origin + k] = i;
        this.#trace[d * d + d + k] = i;
        if (i >= n && i - k >= m) {
          this.#enter(d, n, m, a0, b0, pairs);
          return true;
        }
      }
    }
    return false;
  }

  /** Follows the trace from the ends back to the start. */
  #enter(edits: number, n: number, m: number, a0: number, b0: number, pairs: Int32Array): void {
    let i = n;
    let k = n - m;
    for (let d = edits; d >= 0; d--) {
      const at = (diagonal: number) => this.#trace[(d - 1) * (d - 1) + d - 1 + diagonal] as number;
      const down = d > 0 && (k === -d || (k !== d && at(k - 1) < at(k + 1)));
      const from = d === 0 ? 0 : down ? at(k + 1) : at(k - 1) + 1;
      while (i > from) {
        i -= 1;
        pairs[a0 + i] = b0 + i - k;
      }
      if (d === 0) return;
      if (down) k += 1;
      else {
        k -= 1;
        i -= 1;
      }
    }
  }
}
