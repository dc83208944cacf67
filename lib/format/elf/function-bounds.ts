import type { Elf } from '../elf.js';
import { type EhFrame, readEhFrame } from './eh-frame.js';

/** Where functions lie, by address: one element a function, sorted by start. */
export interface FunctionBounds {
  readonly length: number;
  readonly start: Float64Array;
  /** The first address behind the function. */
  readonly end: Float64Array;
  /** The FDE that says so, by its index in the `EhFrame`. */
  readonly fde: Uint32Array;
}

/**
 * The functions of a linked file as its `.eh_frame` tells them, also where symbols are stripped. FDEs of no bytes or
 * without a known address are left out, so a relocatable file has none; ranges may overlap in a forged file.
 */
export function functionBounds(elf: Elf, frame: EhFrame | undefined = readEhFrame(elf)): FunctionBounds {
  if (frame === undefined) return columns(0);
  const { pcBegin, pcRange } = frame;
  let count = 0;
  const order = new Uint32Array(frame.length);
  for (let fde = 0; fde < frame.length; fde += 1) {
    if ((pcRange[fde] ?? 0) > 0 && (pcBegin[fde] ?? Number.NaN) >= 0) {
      order[count] = fde;
      count += 1;
    }
  }
  const used = order.subarray(0, count);
  used.sort((a, b) => (pcBegin[a] ?? 0) - (pcBegin[b] ?? 0) || a - b);
  const bounds = columns(count);
  for (const [index, fde] of used.entries()) {
    const start = pcBegin[fde] ?? 0;
    bounds.start[index] = start;
    bounds.end[index] = start + (pcRange[fde] ?? 0);
    bounds.fde[index] = fde;
  }
  return bounds;
}

function columns(length: number): FunctionBounds {
  return {
    length,
    start: new Float64Array(length),
    end: new Float64Array(length),
    fde: new Uint32Array(length),
  };
}
