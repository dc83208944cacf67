import { type BlockReader, firstDifference } from './block-reader.js';
import type { RangeJoiner } from './ranges.js';

/** Bytes over which agreement in place is judged. */
const WINDOW = 64;

/** Bytes that must be equal in a window for it to agree. */
const AGREEING = 28;

/** Stretches of windows that do not agree and lie closer than this are one. Bytes. */
const JOIN = 256;

/** Of so many windows one may disagree; with more, bytes were inserted here and removed there. */
const TOLERATED = 16;

const STEP = 2 ** 16;

/**
 * Judges two stretches of equal length in place. Returns the parts that disagree, as pairs of start and end
 * relative to the stretches, or undefined where these are so many that something was inserted and something else removed.
 */
export function inPlaceStretches(
  a: BlockReader,
  a0: number,
  b: BlockReader,
  b0: number,
  length: number,
): number[] | undefined {
  let allowed = Math.floor(length / WINDOW / TOLERATED);
  const out: number[] = [];
  for (let from = 0; from < length; from += STEP) {
    const size = Math.min(STEP, length - from);
    const va = a.view(a0 + from, size);
    const vb = b.view(b0 + from, size);
    if (va.equals(vb)) continue;
    for (let at = 0; at < size; at += WINDOW) {
      const end = Math.min(at + WINDOW, size);
      if (
        at % 4096 === 0 &&
        va.compare(vb, at, Math.min(at + 4096, size), at, Math.min(at + 4096, size)) === 0
      ) {
        at += 4096 - WINDOW;
        continue;
      }
      let same = 0;
      for (let i = at; i < end; i++) if (va[i] === vb[i]) same += 1;
      if (same * WINDOW >= AGREEING * (end - at)) continue;
      if (--allowed < 0) return undefined;
      const start = Math.max(0, from + at - WINDOW);
      const stop = Math.min(length, from + end + WINDOW);
      const last = out.length - 1;
      if (last > 0 && start - (out[last] as number) < JOIN) out[last] = stop;
      else out.push(start, stop);
    }
  }
  return out;
}

/** The bytes from `a0` and `b0` on, in whole windows, that agree in place: at most `max`, and at most one block. */
export function agreeingPrefix(a: BlockReader, a0: number, b: BlockReader, b0: number, max: number): number {
  const size = Math.min(STEP, max);
  const va = a.view(a0, size);
  const vb = b.view(b0, size);
  if (va.equals(vb)) return size;
  let at = 0;
  for (; at + WINDOW <= size; at += WINDOW) {
    let same = 0;
    for (let i = at; i < at + WINDOW; i++) if (va[i] === vb[i]) same += 1;
    if (same < AGREEING) break;
  }
  return at;
}

/** Hands on every run of differing bytes of two stretches of equal length, given as views and as offsets. */
export function emitInPlace(
  va: Buffer,
  x: number,
  vb: Buffer,
  y: number,
  length: number,
  a: number,
  b: number,
  out: RangeJoiner,
): void {
  const pa = va.subarray(x, x + length);
  const pb = vb.subarray(y, y + length);
  let at = 0;
  while (at < length) {
    at = nextDifference(pa, pb, at, length);
    const start = at;
    while (at < length && pa[at] !== pb[at]) at += 1;
    out.change(a + start, at - start, b + start, at - start);
  }
}

/** A few bytes one by one, then by blocks. */
function nextDifference(pa: Buffer, pb: Buffer, from: number, length: number): number {
  const near = Math.min(length, from + 128);
  let at = from;
  while (at < near && pa[at] === pb[at]) at += 1;
  if (at < near || at === length) return at;
  return at + firstDifference(pa.subarray(at, length), pb.subarray(at, length), length - at);
}
