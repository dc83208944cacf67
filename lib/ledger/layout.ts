import type { Alignment } from './align.js';
import { BlockReader, commonPrefix } from './block-reader.js';
import type { Content } from './content.js';
import type { Ledger } from './ledger.js';
import { equalInOrderOfA } from './moved.js';
import { CoarseJoiner, type CoarseRanges, RangeCollector, RangeJoiner } from './ranges.js';

/** Changed stretches up to this length, equal on both sides, are told byte by byte: a token, an instruction, a field. */
const NARROW = 64;

/** How a ledger lays two contents beside each other. */
export interface Layout extends Alignment {
  /** All changed ranges, neighbours joined. */
  readonly coarse: CoarseRanges;
}

export interface LayoutOptions {
  /** Equal bytes between two changed ranges that are joined. */
  readonly gap: number;
  /** Joined ranges to keep, the largest. */
  readonly largest: number;
  /** Of how many joined ranges the single ones are kept, from the beginning; the rest is only counted. */
  readonly first: number;
  /** Single ranges to keep at most. */
  readonly maxRanges: number;
}

/**
 * As `alignBytes` would lay them: what is equal and in order stays, what lies between is changed, without the bytes that
 * agree in place where it is short.
 */
export function layoutOf(ledger: Ledger, a: Content, b: Content, options: LayoutOptions): Layout {
  const { lengthA, lengthB } = ledger;
  const out = new LayoutRanges(lengthA, lengthB, options);
  let atA = 0;
  let atB = 0;
  const changed = (endA: number, endB: number): void => {
    const length = endA - atA;
    if (length === endB - atB && length <= NARROW) narrow(a, atA, b, atB, length, out);
    else out.change(atA, length, atB, endB - atB);
  };
  const { order, aStart, bStart, length } = equalInOrderOfA(ledger.segments);
  for (const row of order) {
    const startA = aStart[row] as number;
    const startB = bStart[row] as number;
    changed(startA, startB);
    atA = startA + (length[row] as number);
    atB = startB + (length[row] as number);
  }
  changed(lengthA, lengthB);
  out.close();
  const { changedA, changedB } = out;
  const { ranges } = out.single.finish();
  return {
    first: commonPrefix(
      new BlockReader(a.source),
      0,
      new BlockReader(b.source),
      0,
      Math.min(lengthA, lengthB),
    ),
    ranges,
    total: out.total,
    truncated: out.total > ranges.count,
    changedA,
    changedB,
    equal: lengthA - changedA,
    coarse: out.coarse.finish(),
  };
}

class LayoutRanges extends RangeJoiner {
  readonly single: RangeCollector;
  readonly coarse: CoarseJoiner;
  readonly #first: number;
  total = 0;

  constructor(a: number, b: number, { gap, largest, first, maxRanges }: LayoutOptions) {
    super();
    this.single = new RangeCollector(a, b, maxRanges);
    this.coarse = new CoarseJoiner(gap, largest);
    this.#first = first;
  }

  protected override take(aStart: number, aLength: number, bStart: number, bLength: number): void {
    this.total += 1;
    this.coarse.add(aStart, aLength, bStart, bLength);
    if (this.coarse.closed < this.#first) this.single.change(aStart, aLength, bStart, bLength);
  }
}

/** The bytes that differ in place. */
function narrow(
  a: Content,
  fromA: number,
  b: Content,
  fromB: number,
  length: number,
  out: RangeJoiner,
): void {
  const atA = a.hold(fromA, fromA + length);
  const atB = b.hold(fromB, fromB + length);
  for (let at = 0; at < length; at += 1)
    if (a.bytes[atA + at] !== b.bytes[atB + at]) out.change(fromA + at, 1, fromB + at, 1);
}
