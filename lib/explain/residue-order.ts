import type { Reason } from '../ledger/owner.js';

export interface Ranked {
  readonly reason: Reason;
  /** Whether it lies in a function or another symbol. */
  readonly inSymbol: boolean;
  /** Members and sections around it. */
  readonly place: readonly string[];
  /** Bytes on the side that has more of them. */
  readonly size: number;
}

/**
 * What of the residue is told first: changed code, however few bytes it is, then what has no reason at all, then what
 * has the looks of one; the largest of each first. What is not told is still counted, so this decides only what a
 * person sees: one changed instruction before a megabyte of bitcode.
 */
export function compareResidue(x: Ranked, y: Ranked): number {
  return weight(x) - weight(y) || y.size - x.size;
}

/** What no program runs: bitcode, which only link-time optimisation reads, and crate metadata. */
const NOT_RUN: ReadonlySet<string> = new Set(['.llvmbc', '.rmeta', '.rustc', 'lib.rmeta']);

function weight({ reason, inSymbol, place }: Ranked): number {
  const behind = place.some((name) => NOT_RUN.has(name)) ? 2 : 0;
  switch (reason) {
    case 'code':
    case 'c-object':
      return inSymbol ? 0 : 1;
    case 'unexplained':
      return (inSymbol ? 2 : 3) + behind;
    case 'padding':
      return 6;
    default:
      return 7;
  }
}
