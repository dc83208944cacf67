import { matchLines, type OnLines } from '../../ledger/line-match.js';

/**
 * Aligns two texts given as keys: what stands between two stretches visited has equal keys on both sides, and none of
 * it is empty, so that what was removed and what was put in its place come together.
 */
export function visitGaps(a: Int32Array, b: Int32Array, visit: OnLines): void {
  if (sameKeys(a, b) || isOneGap(a, b, visit)) return;
  let startA = -1;
  let startB = -1;
  let endA = -1;
  let endB = -1;
  matchLines(a, b, (atA, countA, atB, countB) => {
    if (atA !== endA || atB !== endB) {
      if (startA >= 0) visit(startA, endA - startA, startB, endB - startB);
      startA = atA;
      startB = atB;
    }
    endA = atA + countA;
    endB = atB + countB;
  });
  if (startA >= 0) visit(startA, endA - startA, startB, endB - startB);
}

function sameKeys(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** Keys on both sides, multiplied, that are held each against each. */
const FEW = 256;

/** Visits what differs where it is little and nothing in it is on both sides: the aligner would come to the same. */
function isOneGap(a: Int32Array, b: Int32Array, visit: OnLines): boolean {
  let start = 0;
  let [endA, endB] = [a.length, b.length];
  while (start < endA && start < endB && a[start] === b[start]) start += 1;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  if ((endA - start) * (endB - start) > FEW) return false;
  for (let i = start; i < endA; i += 1) for (let j = start; j < endB; j += 1) if (a[i] === b[j]) return false;
  visit(start, endA - start, start, endB - start);
  return true;
}
