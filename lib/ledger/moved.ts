import type { OwnerTable } from './owner-table.js';

interface Segments {
  readonly count: number;
  readonly aStart: Uint32Array;
  readonly bStart: Uint32Array;
  readonly owner: Uint32Array;
}

/**
 * Equal segments that stand in another order in B get an owner: order is a difference too. As few as possible of
 * them are called moved (a longest increasing sequence stays where it is).
 */
export function markMoved(segments: Segments, owners: OwnerTable): void {
  const equal = equalInOrderOfA(segments);
  const kept = longestIncreasing(equal, segments.bStart);
  if (kept.length === equal.length) return;
  const moved = owners.push({ place: 0, reason: 'object-order', state: 'moved' });
  let next = 0;
  for (let i = 0; i < equal.length; i += 1) {
    const segment = equal[i] as number;
    if (kept[next] === segment) next += 1;
    else segments.owner[segment] = moved;
  }
}

/** Segments that are equal and not called moved, in the order of A. */
export function equalInOrderOfA({
  count,
  aStart,
  owner,
}: Pick<Segments, 'count' | 'aStart' | 'owner'>): Uint32Array {
  let equal = 0;
  for (let i = 0; i < count; i += 1) if (owner[i] === 0) equal += 1;
  const indices = new Uint32Array(equal);
  let sorted = true;
  let at = 0;
  let last = -1;
  for (let i = 0; i < count; i += 1) {
    if (owner[i] !== 0) continue;
    indices[at] = i;
    at += 1;
    const start = aStart[i] as number;
    if (start < last) sorted = false;
    last = start;
  }
  if (sorted) return indices;
  return sortedBy(indices, aStart);
}

const DIGIT = 11;
const DIGITS = 1 << DIGIT;

/** The numbers of segments by the values they have, equal ones in their order. Least digit first: a comparator would be called hundreds of millions of times. */
export function sortedBy(indices: Uint32Array, values: Uint32Array): Uint32Array {
  let from: Uint32Array = indices;
  let to: Uint32Array = new Uint32Array(indices.length);
  const { length } = indices;
  let largest = 0;
  for (let i = 0; i < length; i += 1) {
    const value = values[indices[i] as number] as number;
    if (value > largest) largest = value;
  }
  for (let shift = 0; shift < 32 && largest >>> shift > 0; shift += DIGIT) {
    const next = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < length; i += 1) {
      const digit = ((values[from[i] as number] as number) >>> shift) & (DIGITS - 1);
      next[digit + 1] = (next[digit + 1] as number) + 1;
    }
    for (let digit = 0; digit < DIGITS; digit += 1)
      next[digit + 1] = (next[digit + 1] as number) + (next[digit] as number);
    for (let i = 0; i < length; i += 1) {
      const index = from[i] as number;
      const digit = ((values[index] as number) >>> shift) & (DIGITS - 1);
      const place = next[digit] as number;
      to[place] = index;
      next[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** The elements of `order` along which `bStart` rises, as many as possible. */
function longestIncreasing(order: Uint32Array, bStart: Uint32Array): Uint32Array {
  const tails = new Uint32Array(order.length);
  /** What the tails are in B, so that a search stays in one array. */
  const values = new Uint32Array(order.length);
  const before = new Int32Array(order.length).fill(-1);
  let length = 0;
  for (let i = 0; i < order.length; i += 1) {
    const value = bStart[order[i] as number] as number;
    let low = 0;
    let high = length;
    // Nearly always the next one is behind the last.
    if (length > 0 && (values[length - 1] as number) < value) low = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = tails[low - 1] as number;
    tails[low] = i;
    values[low] = value;
    if (low === length) length += 1;
  }
  const out = new Uint32Array(length);
  let at = length > 0 ? (tails[length - 1] as number) : -1;
  for (let i = length - 1; i >= 0; i -= 1) {
    out[i] = order[at] as number;
    at = before[at] as number;
  }
  return out;
}
