import { memoryBytes } from '../artefact/bytes.js';
import { alignBytes } from '../ledger/align.js';
import { type Range, rangeAt } from '../ledger/ranges.js';
import type { Sink } from '../ledger/sink.js';
import { explainString } from './string.js';

/** Ranges kept of one pair of stretches; what lies behind the last of them is one change. */
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

class ByteExplainer {
  #a = 0;
  #b = 0;

  constructor(
    readonly a: Uint8Array,
    readonly b: Uint8Array,
    readonly sink: Sink,
  ) {}

  run(): void {
    const { a, b } = this;
    const { ranges, truncated } = changedRanges(a, b);
    for (let i = 0; i < ranges.length; ) i = this.#group(ranges, i);
    if (truncated) this.#close(a.length, b.length, false);
    else this.#equalTo(a.length);
  }

  /** One change, with those behind it that lie in the same run of text. */
  #group(ranges: readonly Range[], first: number): number {
    const { a, b } = this;
    const start = ranges[first] as Range;
    let from = start.aStart;
    while (from > this.#a && start.aStart - from < LONGEST_RUN && isPrintable(a[from - 1])) from -= 1;
    let endA = start.aStart + start.aLength;
    let endB = start.bStart + start.bLength;
    let text = isText(a, start.aStart, endA) && isText(b, start.bStart, endB);
    let next = first + 1;
    for (; text; next += 1) {
      const range = ranges[next];
      const limit = range?.aStart ?? a.length;
      while (endA < limit && isPrintable(a[endA]) && endA - from < LONGEST_RUN) {
        endA += 1;
        endB += 1;
      }
      if (range === undefined || endA < limit || endA - from >= LONGEST_RUN) break;
      if (!isText(a, range.aStart, range.aStart + range.aLength)) break;
      if (!isText(b, range.bStart, range.bStart + range.bLength)) break;
      endA = range.aStart + range.aLength;
      endB = range.bStart + range.bLength;
    }
    text &&= endA - from > start.aLength || endB > start.bStart + start.bLength;
    if (!text) {
      this.#equalTo(start.aStart);
      this.#close(start.aStart + start.aLength, start.bStart + start.bLength, false);
      return first + 1;
    }
    this.#equalTo(from);
    this.#close(endA, endB, true);
    return next;
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

function isText(bytes: Uint8Array, from: number, end: number): boolean {
  for (let i = from; i < end; i += 1) if (!isPrintable(bytes[i])) return false;
  return true;
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || byte === 0x09);
}
