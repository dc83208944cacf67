import { memoryBytes } from '../artefact/bytes.js';
import { alignBytes, alignInto } from '../ledger/align.js';
import { type Range, RangeJoiner, rangeAt } from '../ledger/ranges.js';
import type { Sink } from '../ledger/sink.js';
import { explainString } from './string.js';

/** Ranges told of one pair of stretches; what lies behind the last of them is one change. */
const MAX_RANGES = 2_000_000;
/** How far a run of printable bytes around a change is followed. */
const LONGEST_RUN = 4096;

/**
 * Two stretches of which nothing is known but their bytes: aligned; text that differs is looked at as text, all else
 * stays unexplained.
 */
export function explainBytes(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  new ByteExplainer(a, b, sink).run();
}

/** The changed ranges of two stretches in order, and whether they are all. */
export function changedRanges(
  a: Uint8Array,
  b: Uint8Array,
): { readonly ranges: Range[]; readonly truncated: boolean } {
  const { ranges, truncated } = alignBytes(memoryBytes(a), memoryBytes(b), { maxRanges: MAX_RANGES });
  return { ranges: Array.from({ length: ranges.count }, (_, i) => rangeAt(ranges, i)), truncated };
}

/** Ranges are explained as they are found: there may be millions. */
class ByteExplainer extends RangeJoiner {
  #a = 0;
  #b = 0;
  #ranges = 0;
  /** A change in text that is still open: what comes next may lie in the same run. */
  #text: TextRun | undefined;

  constructor(
    readonly a: Uint8Array,
    readonly b: Uint8Array,
    readonly sink: Sink,
  ) {
    super();
  }

  run(): void {
    const { a, b } = this;
    alignInto(memoryBytes(a), memoryBytes(b), this);
    if (this.#text !== undefined) this.#closeText(this.#text, a.length);
    if (this.#ranges > MAX_RANGES) this.#close(a.length, b.length, false);
    else this.#equalTo(a.length);
  }

  protected override take(aStart: number, aLength: number, bStart: number, bLength: number): void {
    this.#ranges += 1;
    if (this.#ranges > MAX_RANGES) {
      if (this.#text !== undefined) this.#closeText(this.#text, aStart);
      return;
    }
    const aEnd = aStart + aLength;
    const bEnd = bStart + bLength;
    const isInText = isText(this.a, aStart, aEnd) && isText(this.b, bStart, bEnd);
    const open = this.#text;
    if (open !== undefined) {
      if (this.#reaches(open, aStart) && isInText) {
        open.endA = aEnd;
        open.endB = bEnd;
        return;
      }
      this.#closeText(open, aStart);
    }
    if (isInText) {
      const from = this.#startOfText(aStart);
      this.#text = { from, start: aStart, changedA: aEnd, changedB: bEnd, endA: aEnd, endB: bEnd };
    } else {
      this.#equalTo(aStart);
      this.#close(aEnd, bEnd, false);
    }
  }

  /** Where the run of text around a change starts. */
  #startOfText(aStart: number): number {
    let from = aStart;
    while (from > this.#a && aStart - from < LONGEST_RUN && isPrintable(this.a[from - 1])) from -= 1;
    return from;
  }

  /** Follows a run of text up to `limit`; whether it goes on there. */
  #reaches(run: TextRun, limit: number): boolean {
    const { a } = this;
    while (run.endA < limit && isPrintable(a[run.endA]) && run.endA - run.from < LONGEST_RUN) {
      run.endA += 1;
      run.endB += 1;
    }
    return run.endA >= limit && run.endA - run.from < LONGEST_RUN;
  }

  /** @param limit where the next change starts */
  #closeText(run: TextRun, limit: number): void {
    this.#reaches(run, limit);
    this.#text = undefined;
    const { from, start, changedA, changedB, endA, endB } = run;
    if (endA - from <= changedA - start && endB <= changedB) {
      this.#equalTo(start);
      this.#close(changedA, changedB, false);
    } else {
      this.#equalTo(from);
      this.#close(endA, endB, true);
    }
  }

  #equalTo(a: number): void {
    const length = a - this.#a;
    this.sink.equal(this.#a, this.#b, length);
    this.#a += length;
    this.#b += length;
  }

  #close(endA: number, endB: number, text: boolean): void {
    const { a, b, sink } = this;
    if (text) {
      const inner = sink.at(this.#a, this.#b);
      explainString(a.subarray(this.#a, endA), b.subarray(this.#b, endB), inner);
    } else {
      sink.change(this.#a, endA - this.#a, this.#b, endB - this.#b);
    }
    this.#a = endA;
    this.#b = endB;
  }
}

/** One change, with those behind it that lie in the same run of text. */
interface TextRun {
  /** Where the run starts in A, and where the first change. */
  readonly from: number;
  readonly start: number;
  /** Where the first change ends. */
  readonly changedA: number;
  readonly changedB: number;
  /** How far the run is followed. */
  endA: number;
  endB: number;
}

function isText(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i += 1) if (!isPrintable(bytes[i])) return false;
  return true;
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || byte === 0x09);
}
