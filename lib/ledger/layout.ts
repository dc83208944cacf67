import type { Alignment } from './align.js';
import { BlockReader, commonPrefix } from './block-reader.js';
import type { Content } from './content.js';
import type { Ledger } from './ledger.js';
import { equalInOrderOfA } from './moved.js';
import { RangeCollector } from './ranges.js';

/** Changed stretches up to this length, equal on both sides, are told byte by byte: a token, an instruction, a field. */
const NARROW = 64;

/**
 * How a ledger lays two contents beside each other, as `alignBytes` would: what is equal and in order stays, what lies
 * between is changed, without the bytes that agree in place where it is short.
 * @param maxRanges changed ranges to keep; the rest is only counted
 */
export function layoutOf(ledger: Ledger, a: Content, b: Content, maxRanges: number): Alignment {
  const { lengthA, lengthB } = ledger;
  const out = new RangeCollector(lengthA, lengthB, maxRanges);
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
  const { ranges, total } = out.finish();
  return {
    first: commonPrefix(
      new BlockReader(a.source),
      0,
      new BlockReader(b.source),
      0,
      Math.min(lengthA, lengthB),
    ),
    ranges,
    total,
    truncated: total > ranges.count,
    changedA: out.changedA,
    changedB: out.changedB,
    equal: lengthA - out.changedA,
  };
}

/** The bytes that differ in place. */
function narrow(
  a: Content,
  fromA: number,
  b: Content,
  fromB: number,
  length: number,
  out: RangeCollector,
): void {
  const atA = a.hold(fromA, fromA + length);
  const atB = b.hold(fromB, fromB + length);
  for (let at = 0; at < length; at += 1)
    if (a.bytes[atA + at] !== b.bytes[atB + at]) out.change(fromA + at, 1, fromB + at, 1);
}
