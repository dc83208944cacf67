import { matchLines, type OnLines } from '../../ledger/line-match.js';

/**
 * Aligns two texts given as keys: what stands between two stretches visited has equal keys on both sides, and none of
 * it is empty, so that what was removed and what was put in its place come together.
 */
export function visitGaps(a: Int32Array, b: Int32Array, visit: OnLines): void {
  if (sameKeys(a, b)) return;
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
