import type { Bytes } from '../artefact/bytes.js';
import { AnchorSearch, type Gap } from './anchors.js';
import { BlockReader, commonPrefix, commonSuffix } from './block-reader.js';
import { DiagonalPath, MAX_STRETCH } from './diagonals.js';
import { agreeingPrefix, emitInPlace, inPlaceStretches } from './in-place.js';
import { RangeCollector, type RangeJoiner, type Ranges } from './ranges.js';

/** How two contents lie beside each other. All counts are in bytes and exact, whatever `truncated` says. */
export interface Alignment {
  /** The offset of the first difference: the shorter length if one content begins with the other. */
  readonly first: number;
  /** The changed ranges; everything else is equal. */
  readonly ranges: Ranges;
  /** Changed ranges in all. */
  readonly total: number;
  /** Whether `ranges` holds only the first ones. */
  readonly truncated: boolean;
  /** Bytes of A without an equal byte of B, and the other way round. */
  readonly changedA: number;
  readonly changedB: number;
  /** Bytes that are equal on both sides. */
  readonly equal: number;
}

export interface AlignOptions {
  /** Changed ranges to keep; the rest is only counted. */
  readonly maxRanges?: number | undefined;
}

const DEFAULT_MAX_RANGES = 1_000_000;

/**
 * Aligns two contents: which ranges of A were replaced by which ranges of B. Replaying the ranges on A gives B.
 * The result is a function of the contents alone. It is a good alignment, not the shortest one, and a block that
 * moved counts as removed here and inserted there.
 *
 * What is equal at both ends is cut off; then each gap is treated by the first means that fits: bytes in place where
 * both sides are of equal length and mostly agree, anchors (see `AnchorSearch`) with ever smaller windows between which
 * the same begins anew, and for short gaps the best path over a few diagonals (see `DiagonalPath`).
 * Contents are read by offset in blocks. Time is near-linear in the longer one; memory is about 20 MB, and 16 bytes
 * (32 for contents over 4 GiB) for each range kept; only these are left at the end.
 * @throws InputError where a content cannot be read
 */
export function alignBytes(a: Bytes, b: Bytes, options: AlignOptions = {}): Alignment {
  const maxRanges = options.maxRanges ?? DEFAULT_MAX_RANGES;
  const collector = new RangeCollector(a.length, b.length, maxRanges);
  const first = alignInto(a, b, collector);
  const { ranges, total } = collector.finish();
  const equal = a.length - collector.changedA;
  if (equal !== b.length - collector.changedB)
    throw new Error(`the alignment does not close: ${equal} equal bytes on one side`);
  return {
    first,
    ranges,
    total,
    truncated: total > ranges.count,
    changedA: collector.changedA,
    changedB: collector.changedB,
    equal,
  };
}

/**
 * As `alignBytes`, but the ranges are given away as they are found, and none is kept.
 * @returns the offset of the first difference, as in `Alignment`
 */
export function alignInto(a: Bytes, b: Bytes, out: RangeJoiner): number {
  const first = new Aligner(a, b, out).run();
  SEARCH.release();
  out.close();
  return first;
}

/** Bytes of an anchor's window; a smaller one finds more, and more by chance. */
const WINDOWS = [32, 16, 8];

/** A gap that shrank by this factor is searched again with the same window, since more of it is unique now. */
const SHRINK = 8;

/** Gaps up to this length on both sides go to `DiagonalPath` at once. Bytes. */
const SHORT = 1024;

/** Bytes of A that are aligned at once where nothing longer can be anchored, and how many of them are kept. */
const STRETCH = 4096;
const COMMIT = 3072;

/** Seeds that must meet on one diagonal of a stretch for it to be worth aligning; random bytes reach 2. */
const RELATED = 4;

/** Stretches without anything in common after which the rest of a gap is taken as replaced. */
const HOPELESS = 64;

/** A stretch of a path where less than one byte in this many is equal is taken as replaced as a whole. */
const SPARSE = 4;

/** One for all: each walk and each search starts anew, and they do not overlap. */
const PATH = new DiagonalPath();
const SEARCH = new AnchorSearch();

class Aligner {
  readonly #a: BlockReader;
  readonly #b: BlockReader;
  readonly #out: RangeJoiner;
  readonly #path = PATH;

  constructor(a: Bytes, b: Bytes, out: RangeJoiner) {
    this.#a = new BlockReader(a);
    this.#b = new BlockReader(b);
    this.#out = out;
  }

  run(): number {
    const whole: Gap = { a0: 0, a1: this.#a.length, b0: 0, b1: this.#b.length };
    const first = commonPrefix(this.#a, 0, this.#b, 0, Math.min(whole.a1, whole.b1));
    this.#refine({ ...whole, a0: first, b0: first }, 0, Number.POSITIVE_INFINITY);
    return first;
  }

  /** @param searched the length of the gap when it was last searched with this level's window */
  #refine(outer: Gap, level: number, searched: number): void {
    const gap = this.#trimmed(outer);
    const n = gap.a1 - gap.a0;
    const m = gap.b1 - gap.b0;
    if (n === 0 || m === 0) {
      this.#out.change(gap.a0, n, gap.b0, m);
      return;
    }
    if (n === m && this.#inPlace(gap, level, searched)) return;
    if (n <= SHORT && m <= SHORT) {
      this.#closed(gap);
      return;
    }
    const longest = Math.max(n, m);
    let next = longest * SHRINK > searched ? level + 1 : level;
    for (; next < WINDOWS.length; next++) {
      if (this.#anchored(gap, next, longest)) return;
    }
    if (n <= MAX_STRETCH && m <= MAX_STRETCH) this.#closed(gap);
    else this.#stretches(gap);
  }

  /** Without the equal bytes at both ends. */
  #trimmed({ a0, a1, b0, b1 }: Gap): Gap {
    const room = Math.min(a1 - a0, b1 - b0);
    const prefix = commonPrefix(this.#a, a0, this.#b, b0, room);
    const suffix = commonSuffix(this.#a, a1, this.#b, b1, room - prefix);
    return { a0: a0 + prefix, a1: a1 - suffix, b0: b0 + prefix, b1: b1 - suffix };
  }

  /** Emits a gap of equal lengths whose sides mostly agree in place; where they do not, refines these parts. */
  #inPlace(gap: Gap, level: number, searched: number): boolean {
    const length = gap.a1 - gap.a0;
    const bad = inPlaceStretches(this.#a, gap.a0, this.#b, gap.b0, length);
    if (!bad) return false;
    let at = 0;
    for (let i = 0; i < bad.length; i += 2) {
      const start = bad[i] as number;
      const end = bad[i + 1] as number;
      this.#emit(gap.a0 + at, gap.b0 + at, start - at);
      const part = { a0: gap.a0 + start, a1: gap.a0 + end, b0: gap.b0 + start, b1: gap.b0 + end };
      this.#refine(part, level, searched);
      at = end;
    }
    this.#emit(gap.a0 + at, gap.b0 + at, length - at);
    return true;
  }

  /** Splits the gap at its anchors and refines what lies between them; false where there are none. */
  #anchored(gap: Gap, level: number, longest: number): boolean {
    const window = WINDOWS[level] ?? 8;
    const chain = SEARCH.find(this.#a, this.#b, gap, window);
    let a0 = gap.a0;
    let b0 = gap.b0;
    let found = false;
    for (let i = 0; i < chain.a.length; i++) {
      let x = chain.a[i] as number;
      let y = chain.b[i] as number;
      if (x < a0 || y < b0) continue;
      const forward = commonPrefix(this.#a, x, this.#b, y, Math.min(gap.a1 - x, gap.b1 - y));
      if (forward < window) continue;
      const back = commonSuffix(this.#a, x, this.#b, y, Math.min(x - a0, y - b0));
      const a1 = x + forward;
      const b1 = y + forward;
      x -= back;
      y -= back;
      this.#refine({ a0, a1: x, b0, b1: y }, level, longest);
      a0 = a1;
      b0 = b1;
      found = true;
    }
    if (found) this.#refine({ a0, a1: gap.a1, b0, b1: gap.b1 }, level, longest);
    return found;
  }

  /** A short gap as a whole. */
  #closed(gap: Gap): void {
    const n = gap.a1 - gap.a0;
    this.#follow(gap, n, gap.b1 - gap.b0, true, n);
  }

  /** A long gap without anchors: stretch by stretch, each beginning where the part kept of the one before ended. */
  #stretches(gap: Gap): void {
    let { a0, b0 } = gap;
    let hopeless = 0;
    while (hopeless < HOPELESS) {
      const n = gap.a1 - a0;
      const m = gap.b1 - b0;
      const rest = { a0, a1: gap.a1, b0, b1: gap.b1 };
      if (n <= MAX_STRETCH && m <= MAX_STRETCH) {
        this.#closed(rest);
        return;
      }
      if (n < STRETCH || m < STRETCH) break;
      const agreeing = agreeingPrefix(this.#a, a0, this.#b, b0, Math.min(n, m));
      if (agreeing > 0) {
        this.#emit(a0, b0, agreeing);
        a0 += agreeing;
        b0 += agreeing;
        hopeless = 0;
        continue;
      }
      const end = this.#follow(rest, STRETCH, Math.min(m, STRETCH * 2), false, COMMIT);
      hopeless = end.votes < RELATED ? hopeless + 1 : 0;
      a0 = end.a;
      b0 = end.b;
    }
    this.#remainder({ a0, a1: gap.a1, b0, b1: gap.b1 });
  }

  /** Content that has nothing in common, or none left to compare with. */
  #remainder(gap: Gap): void {
    const n = gap.a1 - gap.a0;
    if (n === gap.b1 - gap.b0) this.#emit(gap.a0, gap.b0, n);
    else this.#out.change(gap.a0, n, gap.b0, gap.b1 - gap.b0);
  }

  /** Aligns `n` bytes of A with `m` of B at the start of the gap; returns where the part that is kept ends. */
  #follow(gap: Gap, n: number, m: number, closed: boolean, commit: number): PathEnd {
    const va = this.#a.view(gap.a0, n);
    const vb = this.#b.view(gap.b0, m);
    let a = 0;
    let b = 0;
    const votes = this.#path.walk(va, vb, closed, commit, (x, y, length) => {
      let same = 0;
      for (let i = 0; i < length; i++) if (va[x + i] === vb[y + i]) same += 1;
      if (n !== m && same * SPARSE < length) return;
      this.#out.change(gap.a0 + a, x - a, gap.b0 + b, y - b);
      emitInPlace(va, x, vb, y, length, gap.a0 + x, gap.b0 + y, this.#out);
      a = x + length;
      b = y + length;
    });
    const endA = closed ? n : commit;
    const endB = closed ? m : Math.min(m, b + (commit - a));
    this.#out.change(gap.a0 + a, endA - a, gap.b0 + b, endB - b);
    return { a: gap.a0 + endA, b: gap.b0 + endB, votes };
  }

  #emit(a: number, b: number, length: number): void {
    const step = 2 ** 16;
    for (let at = 0; at < length; at += step) {
      const size = Math.min(step, length - at);
      emitInPlace(
        this.#a.view(a + at, size),
        0,
        this.#b.view(b + at, size),
        0,
        size,
        a + at,
        b + at,
        this.#out,
      );
    }
  }
}

interface PathEnd {
  readonly a: number;
  readonly b: number;
  readonly votes: number;
}
