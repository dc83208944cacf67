import type { EhFrame } from '../../format/elf/eh-frame.js';
import type { Correspondence } from './correspondence.js';
import { type Location, NOWHERE } from './location.js';
import { firstPatch, patchTarget } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/**
 * Makes the records of `.eh_frame` pieces of their own and pairs them: an FDE by its function, a CIE by what it says
 * and by the FDEs that name it.
 */
export function pairFrames(
  a: ElfView,
  b: ElfView,
  framesA: EhFrame,
  framesB: EhFrame,
  correspondence: Correspondence,
  piecesA: Map<number, Piece[]>,
  piecesB: Map<number, Piece[]>,
): void {
  const recordsA = records(a, framesA);
  const recordsB = records(b, framesB);
  piecesA.set(framesA.section.index, recordsA.all);
  piecesB.set(framesB.section.index, recordsB.all);
  const ofB = new Map<Location, number>();
  for (let i = framesB.length - 1; i >= 0; i -= 1) ofB.set(functionOf(b, framesB, i), i);
  for (let i = 0; i < framesA.length; i += 1) {
    const to = ofB.get(correspondence.at(functionOf(a, framesA, i)));
    if (to === undefined) continue;
    join(recordsA.fdes[i], recordsB.fdes[to]);
    join(recordsA.cies[framesA.cie[i] ?? 0], recordsB.cies[framesB.cie[to] ?? 0]);
  }
  for (const [i, cie] of recordsA.cies.entries()) join(cie, recordsB.cies[i]);
  for (const [i, end] of recordsA.ends.entries()) join(end, recordsB.ends[i]);
}

/** Where the function of an FDE is: in a relocatable file the relocation says it. */
export function functionOf(view: ElfView, frames: EhFrame, fde: number): Location {
  const begin = frames.pcBegin[fde] ?? Number.NaN;
  if (!Number.isNaN(begin) && !view.relocatable) return view.locate(begin);
  return framePointer(view, frames, frames.pcBeginOffset[fde] ?? 0);
}

/** Where a field of a relocatable file's `.eh_frame` leads; `at` is its offset in the file. */
export function framePointer(view: ElfView, frames: EhFrame, at: number): Location {
  const patches = view.patches(frames.section.index);
  if (patches === undefined) return NOWHERE;
  const offset = at - frames.section.sh_offset;
  const patch = firstPatch(patches, offset);
  return patches.offset[patch] === offset ? patchTarget(view, patches, patch) : NOWHERE;
}

function records(
  view: ElfView,
  frames: EhFrame,
): { all: Piece[]; cies: Piece[]; fdes: Piece[]; ends: Piece[] } {
  const { section } = frames;
  const piece = (offset: number, length: number): Piece => ({
    kind: 'record',
    section: section.index,
    start: offset - section.sh_offset,
    body: offset - section.sh_offset + length,
    end: offset - section.sh_offset + length,
    name: '',
    key: 0,
    index: -1,
    pair: undefined,
    rule: undefined,
    map: undefined,
  });
  const cies = frames.cies.map(({ offset, length }) => piece(offset, length));
  const fdes = Array.from({ length: frames.length }, (_, i) =>
    piece(frames.offset[i] ?? 0, frames.recordLength[i] ?? 0),
  );
  const ends = frames.terminators.map(({ offset, length }) => piece(offset, length));
  const known = [...cies, ...fdes, ...ends].sort((x, y) => x.start - y.start);
  // What no record covers stands in pieces too, so that nothing of the section is lost.
  const all: Piece[] = [];
  let at = 0;
  for (const record of known) {
    if (record.start > at) all.push(piece(section.sh_offset + at, record.start - at));
    all.push(record);
    at = record.end;
  }
  const size = view.content(section).length;
  if (size > at) all.push(piece(section.sh_offset + at, size - at));
  return { all, cies, fdes, ends };
}

function join(a: Piece | undefined, b: Piece | undefined): void {
  if (a === undefined || b === undefined || a.pair !== undefined || b.pair !== undefined) return;
  a.pair = b;
  b.pair = a;
  a.rule = 'name';
  b.rule = 'name';
}
