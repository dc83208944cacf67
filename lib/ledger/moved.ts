import type { OwnerTable } from './owner-table.js';
import { SegmentList } from './segment-list.js';

/**
 * The segments with an owner for equal ones that stand in another order in B: order is a difference too. As few as
 * possible of them are called moved (a longest increasing sequence stays where it is).
 */
export function markMoved(segments: SegmentList, owners: OwnerTable): SegmentList {
  const stays = rowsThatStay(segments);
  if (stays === undefined) return segments;
  const moved = owners.push({ place: 0, reason: 'object-order', state: 'moved' });
  const out = new SegmentList();
  let row = 0;
  const at = segments.cursor();
  while (at.next()) {
    let { owner } = at;
    if (owner === 0) {
      if (stays[row] === 0) owner = moved;
      row += 1;
    }
    out.add(at.aStart, at.aLength, at.bStart, at.bLength, owner);
  }
  return out;
}

/** 1 for each equal segment, in the order of the list, that stays where it is; undefined where all do. */
function rowsThatStay(segments: SegmentList): Uint8Array | undefined {
  // What sorting took is let go here: each column has as many numbers as there are segments.
  const { order, bStart } = equalInOrderOfA(segments);
  return longestIncreasing(order, bStart);
}

/** The equal segments of a list in columns, one row each, and their rows in the order of A. */
interface EqualSegments {
  readonly aStart: Uint32Array;
  readonly bStart: Uint32Array;
  readonly length: Uint32Array;
  readonly order: Uint32Array;
}

/** Segments that are equal and not called moved. */
export function equalInOrderOfA(segments: SegmentList): EqualSegments {
  let count = 0;
  for (const at = segments.cursor(); at.next(); ) if (at.owner === 0) count += 1;
  const aStart = new Uint32Array(count);
  const bStart = new Uint32Array(count);
  const length = new Uint32Array(count);
  const rows = new Uint32Array(count);
  let sorted = true;
  let row = 0;
  for (const at = segments.cursor(); at.next(); ) {
    if (at.owner !== 0) continue;
    aStart[row] = at.aStart;
    bStart[row] = at.bStart;
    length[row] = at.aLength;
    rows[row] = row;
    if (row > 0 && at.aStart < (aStart[row - 1] as number)) sorted = false;
    row += 1;
  }
  return { aStart, bStart, length, order: sorted ? rows : sortedBy(rows, aStart) };
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

/** 1 for the elements of `order` along which `bStart` rises, as many as possible, by their numbers; undefined where it does along all. */
function longestIncreasing(order: Uint32Array, bStart: Uint32Array): Uint8Array | undefined {
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
  if (length === order.length) return undefined;
  const stays = new Uint8Array(order.length);
  for (let at = tails[length - 1] as number; at >= 0; at = before[at] as number)
    stays[order[at] as number] = 1;
  return stays;
}
