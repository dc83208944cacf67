import { diffArrays } from 'diff';
import { longestRising } from './anchors.js';

/** Receives, in order, every stretch where `aCount` lines of A at `a` stand for `bCount` lines of B at `b`. */
export type OnLines = (a: number, aCount: number, b: number, bCount: number) => void;

/** Lines of both sides together up to which a text goes to `diff` as a whole. */
const SMALL = 5000;

/**
 * Edits that `diff` may need for a whole text and for a stretch between anchors; with more, the stretch is replaced.
 * Its time grows with the square. A wall clock must not decide here: the same texts give the same report.
 */
const SMALL_EDITS = 1000;
const STRETCH_EDITS = 250;

/** Lines that must occur once together to anchor: single lines first; where these all repeat, several in a row. */
const RUNS = [1, 4, 16];

/** Anchors inside anchors, before `diff` has to do. */
const MAX_DEPTH = 8;

/**
 * Compares two texts given as lines with numbers for their content: equal lines have equal numbers. Small ones go to
 * `diff`; in others the lines that occur once on both sides anchor (patience), and what lies between begins anew. Time
 * is near-linear for any input.
 */
export function matchLines(a: Int32Array, b: Int32Array, visit: OnLines): void {
  const matcher = new LineMatcher(a, b, visit);
  const whole = matcher.trimmed({ a0: 0, a1: a.length, b0: 0, b1: b.length });
  const lines = whole.a1 - whole.a0 + whole.b1 - whole.b0;
  if (lines > SMALL || !matcher.shortest(whole, SMALL_EDITS)) matcher.refine(whole, 0);
}

interface Stretch {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

class LineMatcher {
  constructor(
    readonly a: Int32Array,
    readonly b: Int32Array,
    readonly visit: OnLines,
  ) {}

  trimmed({ a0, a1, b0, b1 }: Stretch): Stretch {
    while (a0 < a1 && b0 < b1 && this.a[a0] === this.b[b0]) {
      a0 += 1;
      b0 += 1;
    }
    while (a0 < a1 && b0 < b1 && this.a[a1 - 1] === this.b[b1 - 1]) {
      a1 -= 1;
      b1 -= 1;
    }
    return { a0, a1, b0, b1 };
  }

  refine(outer: Stretch, depth: number): void {
    const stretch = this.trimmed(outer);
    const { a0, a1, b0, b1 } = stretch;
    if (a0 === a1 && b0 === b1) return;
    const bothSides = a0 < a1 && b0 < b1;
    if (bothSides && depth < MAX_DEPTH && this.#anchored(stretch, depth)) return;
    if (bothSides && this.shortest(stretch, STRETCH_EDITS)) return;
    this.visit(a0, a1 - a0, b0, b1 - b0);
  }

  #anchored(stretch: Stretch, depth: number): boolean {
    return RUNS.some((run) => this.#anchoredBy(run, stretch, depth));
  }

  #anchoredBy(run: number, stretch: Stretch, depth: number): boolean {
    const pairs = uniquePairs(this.a, this.b, stretch, run);
    if (pairs.a.length === 0) return false;
    let { a0, b0 } = stretch;
    for (const index of longestRising(pairs.b)) {
      const a = pairs.a[index] ?? 0;
      const b = pairs.b[index] ?? 0;
      if (a < a0 || b < b0) continue;
      this.refine({ a0, a1: a, b0, b1: b }, depth + 1);
      a0 = a + run;
      b0 = b + run;
    }
    this.refine({ a0, a1: stretch.a1, b0, b1: stretch.b1 }, depth + 1);
    return true;
  }

  /** A shortest edit by `diff`; false where it would need more than `edits`. */
  shortest({ a0, a1, b0, b1 }: Stretch, edits: number): boolean {
    if (a0 === a1 || b0 === b1) {
      if (a1 - a0 + b1 - b0 > edits) return false;
      if (a0 < a1 || b0 < b1) this.visit(a0, a1 - a0, b0, b1 - b0);
      return true;
    }
    const left = Array.from(this.a.subarray(a0, a1));
    const right = Array.from(this.b.subarray(b0, b1));
    const changes = diffArrays(left, right, { maxEditLength: edits });
    if (!changes) return false;
    let a = a0;
    let b = b0;
    for (const { added, removed, value } of changes) {
      if (added) this.visit(a, 0, b, value.length);
      else if (removed) this.visit(a, value.length, b, 0);
      if (!added) a += value.length;
      if (!removed) b += value.length;
    }
    return true;
  }
}

/** Places in A and in B, as columns, rising in A. */
interface Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** Slots looked at for one run: a text made so that its runs collide loses anchors, not time. */
const PROBES = 64;

const TWICE = -1;
const NOWHERE = -2;

/**
 * Where `run` lines in a row occur once in the stretch of A and once in that of B. Found by their hash in a table with
 * open addressing: a `Map` of millions of lines would take most of the time.
 */
function uniquePairs(a: Int32Array, b: Int32Array, { a0, a1, b0, b1 }: Stretch, run: number): Pairs {
  let slots = 16;
  while (slots < 2 * (a1 - a0)) slots *= 2;
  const keys = new Int32Array(slots);
  const inA = new Int32Array(slots).fill(NOWHERE);
  const inB = new Int32Array(slots).fill(NOWHERE);
  const slotOf = (key: number): number => {
    let slot = Math.imul(key ^ (key >>> 15), 0x9e3779b1) & (slots - 1);
    for (let probe = 0; inA[slot] !== NOWHERE && keys[slot] !== key; probe++) {
      if (probe === PROBES) return -1;
      slot = (slot + 1) & (slots - 1);
    }
    return slot;
  };
  for (let i = a0; i + run <= a1; i++) {
    const key = runHash(a, i, run);
    const slot = slotOf(key);
    if (slot < 0) continue;
    inA[slot] = inA[slot] === NOWHERE ? i : TWICE;
    keys[slot] = key;
  }
  for (let j = b0; j + run <= b1; j++) {
    const slot = slotOf(runHash(b, j, run));
    if (slot >= 0) inB[slot] = inB[slot] === NOWHERE ? j : TWICE;
  }
  const pairs = { a: new Int32Array(a1 - a0), b: new Int32Array(a1 - a0) };
  let count = 0;
  for (let i = a0; i + run <= a1; i++) {
    const slot = slotOf(runHash(a, i, run));
    const j = inB[slot] ?? NOWHERE;
    if (slot < 0 || inA[slot] !== i || j < 0 || !sameLines(a, i, b, j, run)) continue;
    pairs.a[count] = i;
    pairs.b[count] = j;
    count += 1;
  }
  return { a: pairs.a.subarray(0, count), b: pairs.b.subarray(0, count) };
}

function runHash(lines: Int32Array, start: number, run: number): number {
  let key = lines[start] ?? 0;
  for (let k = 1; k < run; k++)
    key = (Math.imul(key ^ (key >>> 15), 0x2c9277b5) + (lines[start + k] ?? 0) + k) | 0;
  return key;
}

function sameLines(a: Int32Array, i: number, b: Int32Array, j: number, run: number): boolean {
  for (let k = 0; k < run; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}
