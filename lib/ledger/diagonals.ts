/** Receives a stretch that stays on one diagonal: `length` bytes of A at `a` lie beside those of B at `b`. */
export type OnDiagonal = (a: number, b: number, length: number) => void;

/** Bytes of a stretch that `DiagonalPath` takes on each side. */
export const MAX_STRETCH = 8192;

/** Diagonals considered at once. */
const MAX_DIAGONALS = 16;

/** Changing the diagonal must win more equal bytes than this: fewer are equal by chance. */
const SWITCH_COST = 5;

const SEED_BITS = 13;
/** Occurrences of a seed in B that are voted for; a more frequent one says little. */
const SEED_OCCURRENCES = 6;

const INVALID = -(2 ** 30);

/**
 * Aligns two short stretches that have no exact anchors left, such as machine code in which every displacement changed
 * and here and there an instruction was added. A diagonal is an offset in B less one in A; staying on one lays
 * bytes side by side, leaving it inserts or removes some. Candidates are the diagonals on which the most four-byte seeds
 * meet, together with that of the start and that of the end; among all paths over these, the one with the most equal bytes,
 * each change of diagonal costing `SWITCH_COST`, is found by dynamic programming in time
 * `MAX_DIAGONALS` × length.
 */
export class DiagonalPath {
  readonly #back = new Uint8Array((MAX_STRETCH + 1) * MAX_DIAGONALS);
  readonly #score = new Int32Array(MAX_DIAGONALS);
  readonly #bestAtB = new Int32Array(MAX_STRETCH + 1);
  readonly #bestAtBDiagonal = new Uint8Array(MAX_STRETCH + 1);
  readonly #votes = new Int32Array(2 * MAX_STRETCH + 1);
  readonly #heads = new Int16Array(1 << SEED_BITS);
  readonly #next = new Int16Array(MAX_STRETCH + 1);
  readonly #diagonals = new Int32Array(MAX_DIAGONALS);
  #count = 0;

  /**
   * Calls `visit` for every diagonal stretch of the best path, in order. A `closed` path ends at the ends of `a`
   * and `b`; an open one ends at that of `a`, and of it only the part up to `commit` bytes of A is visited.
   * @returns the votes of the best seeded diagonal: 0 where the two have nothing in common
   */
  walk(a: Uint8Array, b: Uint8Array, closed: boolean, commit: number, visit: OnDiagonal): number {
    const votes = this.#choose(a, b, closed);
    this.#score.fill(INVALID);
    this.#advance(a, b);
    this.#trace(a.length, b.length, closed, commit, visit);
    return votes;
  }

  /** Fills `#diagonals`, ascending. */
  #choose(a: Uint8Array, b: Uint8Array, closed: boolean): number {
    const origin = a.length;
    const touched = this.#vote(a, b, origin);
    const chosen = closed && a.length !== b.length ? [0, b.length - a.length] : [0];
    touched.sort((x, y) => (this.#votes[y] as number) - (this.#votes[x] as number) || x - y);
    const best = touched.length > 0 ? (this.#votes[touched[0] as number] as number) : 0;
    for (const index of touched) {
      if (chosen.length < MAX_DIAGONALS && !chosen.includes(index - origin)) chosen.push(index - origin);
      this.#votes[index] = 0;
    }
    chosen.sort((x, y) => x - y);
    this.#diagonals.set(chosen);
    this.#count = chosen.length;
    return best;
  }

  /** Counts, for each diagonal, the seeds that meet on it; returns the indices with at least two. */
  #vote(a: Uint8Array, b: Uint8Array, origin: number): number[] {
    this.#heads.fill(-1);
    for (let j = b.length - 4; j >= 0; j--) {
      const key = seed(b, j);
      if (key < 0) continue;
      this.#next[j] = this.#heads[key] as number;
      this.#heads[key] = j;
    }
    const touched: number[] = [];
    for (let i = 0; i + 4 <= a.length; i++) {
      const key = seed(a, i);
      if (key < 0) continue;
      let j = this.#heads[key] as number;
      for (let n = 0; j >= 0 && n < SEED_OCCURRENCES; n++) {
        if (a[i] === b[j] && a[i + 1] === b[j + 1] && a[i + 2] === b[j + 2] && a[i + 3] === b[j + 3]) {
          const index = j - i + origin;
          const votes = (this.#votes[index] as number) + 1;
          this.#votes[index] = votes;
          if (votes === 1) touched.push(index);
        }
        j = this.#next[j] as number;
      }
    }
    return touched;
  }

  /**
   * Row by row of A. A point is reached along its diagonal, from a lower diagonal in the same row (bytes of B are
   * skipped), or from a higher one at the same byte of B in an earlier row (bytes of A are skipped).
   */
  #advance(a: Uint8Array, b: Uint8Array): void {
    const n = a.length;
    const m = b.length;
    // In locals: each byte of a real pair comes by here up to sixteen times.
    const count = this.#count;
    const score = this.#score;
    const bestAtB = this.#bestAtB;
    const bestAtBDiagonal = this.#bestAtBDiagonal;
    const diagonals = this.#diagonals;
    const back = this.#back;
    bestAtB.fill(INVALID, 0, m + 1);
    for (let i = 0; i <= n; i++) {
      const row = i * MAX_DIAGONALS;
      const byte = i > 0 ? (a[i - 1] as number) : -1;
      let rowBest = INVALID;
      let rowBestDiagonal = 0;
      for (let k = 0; k < count; k++) {
        const d = diagonals[k] as number;
        const j = i + d;
        if (j < 0 || j > m) {
          score[k] = INVALID;
          continue;
        }
        let value = i === 0 && d === 0 ? 0 : INVALID;
        let from = STAY;
        const before = score[k] as number;
        if (i > 0 && j > 0 && before > INVALID) value = b[j - 1] === byte ? before + 1 : before;
        if (rowBest - SWITCH_COST > value) {
          value = rowBest - SWITCH_COST;
          from = FROM_ROW + rowBestDiagonal;
        }
        const above = bestAtB[j] as number;
        if (above - SWITCH_COST > value) {
          value = above - SWITCH_COST;
          from = FROM_B + (bestAtBDiagonal[j] as number);
        }
        if (value < INVALID / 2) value = INVALID;
        score[k] = value;
        back[row + k] = from;
        if (value > rowBest) {
          rowBest = value;
          rowBestDiagonal = k;
        }
        if (value > above) {
          bestAtB[j] = value;
          bestAtBDiagonal[j] = k;
        }
      }
    }
  }

  #trace(n: number, m: number, closed: boolean, commit: number, visit: OnDiagonal): void {
    let k = 0;
    if (closed) k = this.#diagonals.indexOf(m - n);
    else
      for (let c = 1; c < this.#count; c++)
        if ((this.#score[c] as number) > (this.#score[k] as number)) k = c;
    const runs: number[] = [];
    let i = n;
    let end = n;
    for (;;) {
      const from = this.#back[i * MAX_DIAGONALS + k] as number;
      if (from === STAY) {
        if (i === 0) break;
        i -= 1;
        continue;
      }
      if (end > i) runs.push(i, end, this.#diagonals[k] as number);
      if (from >= FROM_B) {
        // The same byte of B on a higher diagonal lies further up in A.
        const above = from - FROM_B;
        i -= (this.#diagonals[above] as number) - (this.#diagonals[k] as number);
        k = above;
      } else k = from - FROM_ROW;
      end = i;
    }
    if (end > i) runs.push(i, end, this.#diagonals[k] as number);
    for (let at = runs.length - 3; at >= 0; at -= 3) {
      const start = runs[at] as number;
      const stop = Math.min(runs[at + 1] as number, commit);
      if (stop > start) visit(start, start + (runs[at + 2] as number), stop - start);
    }
  }
}

const STAY = 0;
const FROM_ROW = 1;
const FROM_B = 64;

/** A key of four bytes, or -1 where they are all equal: runs of zeros or padding meet everywhere. */
function seed(bytes: Uint8Array, at: number): number {
  const value =
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24);
  if (value === Math.imul(bytes[at] as number, 0x01010101)) return -1;
  return Math.imul(value, 0x9e3779b1) >>> (32 - SEED_BITS);
}
