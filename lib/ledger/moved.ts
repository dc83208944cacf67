import type { Column } from './columns.js';
import type { Owner } from './owner.js';

interface Segments {
  readonly count: number;
  readonly aStart: Column;
  readonly aLength: Column;
  readonly bStart: Column;
  readonly bLength: Column;
  readonly owner: Column;
}

/**
 * Equal segments that stand in another order in B get an owner: order is a difference too. As few as possible of
 * them are called moved (a longest increasing sequence stays where it is).
 */
export function markMoved(segments: Segments, owners: Owner[]): void {
  const equal = equalInOrderOfA(segments);
  const kept = longestIncreasing(equal, segments.bStart);
  if (kept.length === equal.length) return;
  const moved = owners.length;
  owners.push({ place: 0, reason: 'object-order', state: 'moved' });
  let next = 0;
  for (const segment of equal) {
    if (kept[next] === segment) next += 1;
    else segments.owner.set(segment, moved);
  }
}

/** Segments that are equal and not called moved, in the order of A. */
export function equalInOrderOfA({
  count,
  aStart,
  owner,
}: Pick<Segments, 'count' | 'aStart' | 'owner'>): Uint32Array {
  let equal = 0;
  for (let i = 0; i < count; i += 1) if (owner.at(i) === 0) equal += 1;
  const indices = new Uint32Array(equal);
  let sorted = true;
  let at = 0;
  let last = -1;
  for (let i = 0; i < count; i += 1) {
    if (owner.at(i) !== 0) continue;
    indices[at] = i;
    at += 1;
    if (aStart.at(i) < last) sorted = false;
    last = aStart.at(i);
  }
  if (sorted) return indices;
  return sortedBy(indices, aStart);
}

const DIGIT = 11;
const DIGITS = 1 << DIGIT;

/** The numbers of segments by the values they have, equal ones in their order. Least digit first: a comparator would be called hundreds of millions of times. */
export function sortedBy(indices: Uint32Array, values: Column): Uint32Array {
  let from: Uint32Array = indices;
  let to: Uint32Array = new Uint32Array(indices.length);
  for (let shift = 0; shift < 32; shift += DIGIT) {
    const next = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < from.length; i += 1) {
      const digit = (values.at(from[i] as number) >>> shift) & (DIGITS - 1);
      next[digit + 1] = (next[digit + 1] as number) + 1;
    }
    for (let digit = 0; digit < DIGITS; digit += 1)
      next[digit + 1] = (next[digit + 1] as number) + (next[digit] as number);
    for (let i = 0; i < from.length; i += 1) {
      const index = from[i] as number;
      const digit = (values.at(index) >>> shift) & (DIGITS - 1);
      to[next[digit] as number] = index;
      next[digit] = (next[digit] as number) + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** The elements of `order` along which `bStart` rises, as many as possible. */
function longestIncreasing(order: Uint32Array, bStart: Column): Uint32Array {
  const tails = new Uint32Array(order.length);
  const before = new Int32Array(order.length).fill(-1);
  let length = 0;
  for (let i = 0; i < order.length; i += 1) {
    const value = bStart.at(order[i] ?? 0);
    let low = 0;
    let high = length;
    // Nearly always the next one is behind the last.
    if (length > 0 && bStart.at(order[tails[length - 1] ?? 0] ?? 0) < value) low = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bStart.at(order[tails[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = tails[low - 1] ?? -1;
    tails[low] = i;
    if (low === length) length += 1;
  }
  const out = new Uint32Array(length);
  let at = length > 0 ? (tails[length - 1] ?? -1) : -1;
  for (let i = length - 1; i >= 0; i -= 1) {
    out[i] = order[at] ?? 0;
    at = before[at] ?? -1;
  }
  return out;
}
