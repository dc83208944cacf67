import { memoryBytes } from '../artefact/bytes.js';
import { type Alignment, alignBytes } from '../ledger/align.js';
import { type Range, type Ranges, rangeAt } from '../ledger/ranges.js';
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
  const { ranges, truncated } = align(a, b);
  return { ranges: Array.from({ length: ranges.count }, (_, i) => rangeAt(ranges, i)), truncated };
}

function align(a: Uint8Array, b: Uint8Array): Alignment {
  return alignBytes(memoryBytes(a), memoryBytes(b), { maxRanges: MAX_RANGES });
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
    const { ranges, truncated } = align(a, b);
    for (let i = 0; i < ranges.count; ) i = this.#group(ranges, i);
    if (truncated) this.#close(a.length, b.length, false);
    else this.#equalTo(a.length);
  }

  /** One change, with those behind it that lie in the same run of text. */
  #group({ count, aStart, aLength, bStart, bLength }: Ranges, first: number): number {
    const { a, b } = this;
    const startA = aStart[first] as number;
    const startB = bStart[first] as number;
    const changedEndA = startA + (aLength[first] as number);
    const changedEndB = startB + (bLength[first] as number);
    if (!isText(a, startA, changedEndA) || !isText(b, startB, changedEndB)) {
      this.#equalTo(startA);
      this.#close(changedEndA, changedEndB, false);
      return first + 1;
    }
    let from = startA;
    while (from > this.#a && startA - from < LONGEST_RUN && isPrintable(a[from - 1])) from -= 1;
    let endA = changedEndA;
    let endB = changedEndB;
    let next = first + 1;
    for (; ; next += 1) {
      const limit = next < count ? (aStart[next] as number) : a.length;
      while (endA < limit && isPrintable(a[endA]) && endA - from < LONGEST_RUN) {
        endA += 1;
        endB += 1;
      }
      if (next >= count || endA < limit || endA - from >= LONGEST_RUN) break;
      const [nextA, nextB] = [aStart[next] as number, bStart[next] as number];
      if (!isText(a, nextA, nextA + (aLength[next] as number))) break;
      if (!isText(b, nextB, nextB + (bLength[next] as number))) break;
      endA = nextA + (aLength[next] as number);
      endB = nextB + (bLength[next] as number);
    }
    if (endA - from <= changedEndA - startA && endB <= changedEndB) {
      this.#equalTo(startA);
      this.#close(changedEndA, changedEndB, false);
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
