import { Column, WideColumn } from './columns.js';

/** Offsets and lengths: 32-bit where the contents are small enough, else doubles. */
export type OffsetArray = Uint32Array | Float64Array;

/**
 * Changed ranges in order, as columns. Range `i` says: the `aLength[i]` bytes at `aStart[i]` of A stand where B
 * has the `bLength[i]` bytes at `bStart[i]`. Ranges do not touch; what lies between two of them, before the first
 * and after the last is equal on both sides and of equal length. In bytes from the start of the content.
 */
export interface Ranges {
  readonly count: number;
  readonly aStart: OffsetArray;
  readonly aLength: OffsetArray;
  readonly bStart: OffsetArray;
  readonly bLength: OffsetArray;
}

/** One changed range. */
export interface Range {
  readonly aStart: number;
  readonly aLength: number;
  readonly bStart: number;
  readonly bLength: number;
}

/** The range at `index`; an index outside gives an empty range at 0. */
export function rangeAt(ranges: Ranges, index: number): Range {
  return {
    aStart: ranges.aStart[index] ?? 0,
    aLength: ranges.aLength[index] ?? 0,
    bStart: ranges.bStart[index] ?? 0,
    bLength: ranges.bLength[index] ?? 0,
  };
}

/** Takes changes in order and joins those that touch. */
export abstract class RangeJoiner {
  /** Bytes of A and of B inside ranges. */
  changedA = 0;
  changedB = 0;
  #open = false;
  #a = 0;
  #aEnd = 0;
  #b = 0;
  #bEnd = 0;

  /** Is given the ranges, in order; they do not touch. */
  protected abstract take(aStart: number, aLength: number, bStart: number, bLength: number): void;

  /** The next change; it starts at or behind the end of the one before. */
  change(a: number, aLength: number, b: number, bLength: number): void {
    if (aLength === 0 && bLength === 0) return;
    this.changedA += aLength;
    this.changedB += bLength;
    if (this.#open && a === this.#aEnd && b === this.#bEnd) {
      this.#aEnd += aLength;
      this.#bEnd += bLength;
      return;
    }
    this.close();
    this.#open = true;
    this.#a = a;
    this.#aEnd = a + aLength;
    this.#b = b;
    this.#bEnd = b + bLength;
  }

  /** No more changes come. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.take(this.#a, this.#aEnd - this.#a, this.#b, this.#bEnd - this.#b);
  }
}

/** Keeps the first `limit` ranges and counts all. */
export class RangeCollector extends RangeJoiner {
  readonly #aStart: Column | WideColumn;
  readonly #aLength: Column | WideColumn;
  readonly #bStart: Column | WideColumn;
  readonly #bLength: Column | WideColumn;
  #total = 0;

  /** `a`, `b`: bytes of the contents; `limit`: ranges to keep. */
  constructor(
    a: number,
    b: number,
    readonly limit: number,
  ) {
    super();
    const column = (): Column | WideColumn => (Math.max(a, b) < 2 ** 32 ? new Column() : new WideColumn());
    this.#aStart = column();
    this.#aLength = column();
    this.#bStart = column();
    this.#bLength = column();
  }

  protected override take(aStart: number, aLength: number, bStart: number, bLength: number): void {
    this.#total += 1;
    if (this.#aStart.length >= this.limit) return;
    this.#aStart.push(aStart);
    this.#aLength.push(aLength);
    this.#bStart.push(bStart);
    this.#bLength.push(bLength);
  }

  /** The ranges kept, and how many there were in all; none are left here. */
  finish(): { readonly ranges: Ranges; readonly total: number } {
    this.close();
    return {
      ranges: {
        count: this.#aStart.length,
        aStart: this.#aStart.drain(),
        aLength: this.#aLength.drain(),
        bStart: this.#bStart.drain(),
        bLength: this.#bLength.drain(),
      },
      total: this.#total,
    };
  }
}

/** A view of ranges for a reader: neighbours joined, the rest counted. */
export interface CoarseRanges {
  /** In the order of the contents. A joined range holds the equal bytes between its parts too. */
  readonly ranges: readonly CoarseRange[];
  /** Joined ranges that are not in `ranges`. */
  readonly leftOut: number;
  /** Bytes of A and of B in joined ranges that are not in `ranges`. */
  readonly leftOutA: number;
  readonly leftOutB: number;
}

export interface CoarseRange extends Range {
  /** Changed ranges inside. */
  readonly parts: number;
  /** Changed bytes of A and of B inside, without the equal ones between the parts. */
  readonly changedA: number;
  readonly changedB: number;
}

/** Which joined ranges are kept when there are more than `max`. */
export type CoarseOrder = 'first' | 'largest';

/**
 * Joins neighbours with at most `gap` equal bytes between them, and keeps `max` of what results: the first ones or
 * those with the most changed bytes (of equals the earlier). The memory it takes grows with `max` alone.
 */
export class CoarseJoiner {
  readonly #kept: KeptRanges;
  /** Joined ranges that no more can be joined to. */
  closed = 0;
  #parts = 0;
  #aStart = 0;
  #aEnd = 0;
  #bStart = 0;
  #bEnd = 0;
  #changedA = 0;
  #changedB = 0;

  constructor(
    readonly gap: number,
    max: number,
    order: CoarseOrder = 'largest',
  ) {
    this.#kept = new KeptRanges(max, order);
  }

  /** The next changed range, in order. */
  add(aStart: number, aLength: number, bStart: number, bLength: number): void {
    if (this.#parts > 0 && aStart - this.#aEnd > this.gap) this.#close();
    if (this.#parts === 0) {
      this.#aStart = aStart;
      this.#bStart = bStart;
    }
    this.#parts += 1;
    this.#aEnd = aStart + aLength;
    this.#bEnd = bStart + bLength;
    this.#changedA += aLength;
    this.#changedB += bLength;
  }

  finish(): CoarseRanges {
    if (this.#parts > 0) this.#close();
    return this.#kept.finish();
  }

  #close(): void {
    this.#kept.offer(
      this.#aStart,
      this.#aEnd - this.#aStart,
      this.#bStart,
      this.#bEnd - this.#bStart,
      this.#parts,
      this.#changedA,
      this.#changedB,
    );
    this.closed += 1;
    this.#parts = 0;
    this.#changedA = 0;
    this.#changedB = 0;
  }
}

/** As `CoarseJoiner`, of ranges that are there already. */
export function coarseRanges(
  ranges: Ranges,
  gap: number,
  max: number,
  order: CoarseOrder = 'largest',
): CoarseRanges {
  const joiner = new CoarseJoiner(gap, max, order);
  const { aStart, aLength, bStart, bLength } = ranges;
  for (let i = 0; i < ranges.count; i++)
    joiner.add(aStart[i] ?? 0, aLength[i] ?? 0, bStart[i] ?? 0, bLength[i] ?? 0);
  return joiner.finish();
}

/** Keeps up to twice `max` ranges and cuts them back to `max` when full: sorting is paid once for `max` additions. */
class KeptRanges {
  #ranges: CoarseRange[] = [];
  /** The weight that a range must exceed to be among the largest so far. */
  #least = -1;
  #leftOut = 0;
  #leftOutA = 0;
  #leftOutB = 0;

  constructor(
    readonly max: number,
    readonly order: CoarseOrder,
  ) {}

  offer(
    aStart: number,
    aLength: number,
    bStart: number,
    bLength: number,
    parts: number,
    changedA: number,
    changedB: number,
  ): void {
    const full =
      this.order === 'first' ? this.#ranges.length >= this.max : changedA + changedB <= this.#least;
    if (full) this.#drop(aLength, bLength);
    else if (
      this.#ranges.push({ aStart, aLength, bStart, bLength, parts, changedA, changedB }) >=
      this.max * 2 + 64
    )
      this.#cut();
  }

  finish(): CoarseRanges {
    this.#cut();
    const ranges = this.#ranges.sort((x, y) => x.aStart - y.aStart || x.bStart - y.bStart);
    return { ranges, leftOut: this.#leftOut, leftOutA: this.#leftOutA, leftOutB: this.#leftOutB };
  }

  #cut(): void {
    if (this.#ranges.length <= this.max) return;
    this.#ranges.sort((x, y) => weight(y) - weight(x) || x.aStart - y.aStart || x.bStart - y.bStart);
    for (const { aLength, bLength } of this.#ranges.splice(this.max)) this.#drop(aLength, bLength);
    const least = this.#ranges.at(-1);
    if (least !== undefined && this.order === 'largest') this.#least = weight(least);
  }

  #drop(aLength: number, bLength: number): void {
    this.#leftOut += 1;
    this.#leftOutA += aLength;
    this.#leftOutB += bLength;
  }
}

function weight(range: CoarseRange): number {
  return range.changedA + range.changedB;
}
