import type { Alignment } from './align.js';
import { firstDifference } from './block-reader.js';
import { emitInPlace } from './in-place.js';
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
export function layoutOf(ledger: Ledger, a: Uint8Array, b: Uint8Array, maxRanges: number): Alignment {
  const { lengthA, lengthB } = ledger;
  const [bufferA, bufferB] = [bufferOf(a), bufferOf(b)];
  const out = new RangeCollector(lengthA, lengthB, maxRanges);
  let atA = 0;
  let atB = 0;
  const changed = (endA: number, endB: number): void => {
    const length = endA - atA;
    if (length === endB - atB && length <= NARROW)
      emitInPlace(bufferA, atA, bufferB, atB, length, atA, atB, out);
    else out.change(atA, length, atB, endB - atB);
  };
  for (const segment of equalInOrderOfA(ledger)) {
    const startA = ledger.aStart.at(segment);
    const startB = ledger.bStart.at(segment);
    changed(startA, startB);
    atA = startA + ledger.aLength.at(segment);
    atB = startB + ledger.bLength.at(segment);
  }
  changed(lengthA, lengthB);
  const { ranges, total } = out.finish();
  return {
    first: firstDifference(bufferA, bufferB, Math.min(lengthA, lengthB)),
    ranges,
    total,
    truncated: total > ranges.count,
    changedA: out.changedA,
    changedB: out.changedB,
    equal: lengthA - out.changedA,
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
