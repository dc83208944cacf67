import type { EhFrame } from '../../format/elf/eh-frame.js';
import type { Sink } from '../../ledger/sink.js';
import { explainBytes } from '../bytes.js';
import { encoded, explainField, sameBytes, Words } from './field.js';
import { functionOf } from './frame-pairs.js';
import { locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import type { Piece } from './piece.js';

const FROM = 'where the function is';

/** The records of two `.eh_frame` sections; `sink` is that of the section. */
export function explainFrames(pairing: ElfPairing, framesA: EhFrame, framesB: EhFrame, sink: Sink): void {
  const { a, b, correspondence } = pairing;
  const wordsA = new Words(a.content(framesA.section), a.elf.header.littleEndian);
  const wordsB = new Words(b.content(framesB.section), b.elf.header.littleEndian);
  const fdesA = byStart(framesA);
  const fdesB = byStart(framesB);
  for (const piece of correspondence.piecesA.get(framesA.section.index) ?? []) {
    const { pair, start } = piece;
    const length = piece.end - start;
    if (pair === undefined) {
      sink.change(start, length, 0, 0);
      continue;
    }
    const fdeA = fdesA.get(start);
    const fdeB = fdesB.get(pair.start);
    const inner = sink.at(start, pair.start);
    if (fdeA !== undefined && fdeB !== undefined)
      explainFde(pairing, framesA, framesB, fdeA, fdeB, wordsA, wordsB, sink, piece, pair);
    else if (
      length === pair.end - pair.start &&
      sameBytes(wordsA.bytes, start, wordsB.bytes, pair.start, length)
    )
      inner.equal(0, 0, length);
    else if (length === pair.end - pair.start)
      explainCie(pairing, framesA, framesB, piece, pair, wordsA, wordsB, inner);
    else
      explainBytes(
        wordsA.bytes.subarray(start, piece.end),
        wordsB.bytes.subarray(pair.start, pair.end),
        inner,
      );
  }
  for (const piece of correspondence.piecesB.get(framesB.section.index) ?? []) {
    if (piece.pair === undefined) sink.change(0, 0, piece.start, piece.end - piece.start);
  }
}

function byStart(frames: EhFrame): Map<number, number> {
  const out = new Map<number, number>();
  for (let i = 0; i < frames.length; i += 1) out.set((frames.offset[i] ?? 0) - frames.section.sh_offset, i);
  return out;
}

function explainFde(
  pairing: ElfPairing,
  framesA: EhFrame,
  framesB: EhFrame,
  fdeA: number,
  fdeB: number,
  wordsA: Words,
  wordsB: Words,
  sink: Sink,
  piece: Piece,
  pair: Piece,
): void {
  const { a, b, correspondence } = pairing;
  const baseA = framesA.section.sh_offset;
  const baseB = framesB.section.sh_offset;
  const addressB = Number(framesB.section.sh_addr);
  const function_ = functionOf(a, framesA, fdeA);
  const there = correspondence.at(function_);
  let at = piece.start;
  let to = pair.start;
  /** A field, and what lies before it. */
  const field = (
    offsetA: number,
    offsetB: number,
    length: number,
    name: string,
    from: string,
    value: number | undefined,
  ) => {
    plain(wordsA, at, offsetA, wordsB, to, offsetB, sink);
    explainField(wordsA, offsetA, wordsB, offsetB, length, sink, name, from, value);
    at = offsetA + length;
    to = offsetB + length;
  };
  field(piece.start, pair.start, 4, 'length', 'the length of the record', pair.end - pair.start - 4);
  const cie = framesA.cies[framesA.cie[fdeA] ?? 0];
  const cieB = correspondence.pieceOfA(locationOf(framesA.section.index, (cie?.offset ?? 0) - baseA))?.pair;
  const pointerB = (framesB.ciePointer[fdeB] ?? 0) - baseB;
  field(
    (framesA.ciePointer[fdeA] ?? 0) - baseA,
    pointerB,
    4,
    'CIE_pointer',
    'where the CIE is',
    cieB === undefined ? undefined : pointerB - cieB.start,
  );
  const begin = (framesB.pcBeginOffset[fdeB] ?? 0) - baseB;
  const length = framesA.pcBeginLength[fdeA] ?? 0;
  if (length !== framesB.pcBeginLength[fdeB]) {
    sink.change(at, piece.end - at, to, pair.end - to);
    return;
  }
  const target =
    there === NOWHERE || b.relocatable ? undefined : b.address(sectionOf(there)) + offsetOf(there);
  field(
    (framesA.pcBeginOffset[fdeA] ?? 0) - baseA,
    begin,
    length,
    'PC_begin',
    FROM,
    target === undefined ? undefined : target - (addressB + begin),
  );
  field(
    (framesA.pcRangeOffset[fdeA] ?? 0) - baseA,
    (framesB.pcRangeOffset[fdeB] ?? 0) - baseB,
    framesA.pcRangeLength[fdeA] ?? 0,
    'PC_range',
    'the length of the function',
    rangeOf(pairing, function_, framesA.pcRange[fdeA] ?? 0),
  );
  if ((framesA.lsdaLength[fdeA] ?? 0) > 0 && framesA.lsdaLength[fdeA] === framesB.lsdaLength[fdeB]) {
    const offset = (framesB.lsdaOffset[fdeB] ?? 0) - baseB;
    const lsda = correspondence.at(b.relocatable ? NOWHERE : a.locate(framesA.lsda[fdeA] ?? 0));
    field(
      (framesA.lsdaOffset[fdeA] ?? 0) - baseA,
      offset,
      framesA.lsdaLength[fdeA] ?? 0,
      'LSDA',
      'where the exception table is',
      lsda === NOWHERE ? undefined : b.address(sectionOf(lsda)) + offsetOf(lsda) - (addressB + offset),
    );
  }
  const common = Math.min(piece.end - at, pair.end - to);
  plain(wordsA, at, at + common, wordsB, to, to + common, sink);
  const restA = wordsA.bytes.subarray(at + common, piece.end);
  const restB = wordsB.bytes.subarray(to + common, pair.end);
  if (restA.length + restB.length === 0) return;
  // DW_CFA_nop, which is 0, up to the next multiple of eight.
  if (
    restA.every((byte) => byte === 0) &&
    restB.every((byte) => byte === 0) &&
    restA.length + restB.length < 8
  )
    sink.derived(
      at + common,
      restA.length,
      to + common,
      restB.length,
      restB,
      'the alignment of records',
      undefined,
      'padding',
    );
  else sink.change(at + common, restA.length, to + common, restB.length);
}

/** What the FDE says of the function's length, if that is what the symbol says too, on both sides. */
function rangeOf({ correspondence }: ElfPairing, function_: number, stored: number): number | undefined {
  const piece = correspondence.pieceOfA(function_);
  if (piece?.pair === undefined || piece.start !== offsetOf(function_) || piece.body - piece.start !== stored)
    return undefined;
  return piece.pair.body - piece.pair.start;
}

/** Bytes between fields: equal, or call frame instructions that differ. */
function plain(
  a: Words,
  fromA: number,
  endA: number,
  b: Words,
  fromB: number,
  endB: number,
  sink: Sink,
): void {
  const length = endA - fromA;
  if (length === endB - fromB && sameBytes(a.bytes, fromA, b.bytes, fromB, length))
    sink.equal(fromA, fromB, length);
  else explainBytes(a.bytes.subarray(fromA, endA), b.bytes.subarray(fromB, endB), sink.at(fromA, fromB));
}

/** The pointer to the personality routine is relative to where it stands; all else must be equal. */
function explainCie(
  { a, b, correspondence }: ElfPairing,
  framesA: EhFrame,
  framesB: EhFrame,
  piece: Piece,
  pair: Piece,
  wordsA: Words,
  wordsB: Words,
  inner: Sink,
): void {
  const cieA = framesA.cies.find(({ offset }) => offset - framesA.section.sh_offset === piece.start);
  const cieB = framesB.cies.find(({ offset }) => offset - framesB.section.sh_offset === pair.start);
  const bytesA = wordsA.bytes.subarray(piece.start, piece.end);
  const bytesB = wordsB.bytes.subarray(pair.start, pair.end);
  const from = cieA?.personality;
  const to = cieB?.personality;
  const same = from !== undefined && to !== undefined && from.encoding === to.encoding;
  if (
    !same ||
    cieA === undefined ||
    cieB === undefined ||
    from.offset - cieA.offset !== to.offset - cieB.offset
  ) {
    explainBytes(bytesA, bytesB, inner);
    return;
  }
  const at = from.offset - cieA.offset;
  const target = correspondence.at(a.locate(from.address));
  const position = b.address(framesB.section.index) + to.offset - framesB.section.sh_offset;
  explainBytes(bytesA.subarray(0, at), bytesB.subarray(0, at), inner);
  if (target === NOWHERE)
    explainBytes(
      bytesA.subarray(at, at + from.length),
      bytesB.subarray(at, at + to.length),
      inner.at(at, at),
    );
  else {
    const value = b.address(sectionOf(target)) + offsetOf(target) - position;
    const bytes = encoded(value, to.length, b.elf.header.littleEndian);
    inner.derived(at, from.length, at, to.length, bytes, 'where the personality routine is', 'personality');
  }
  const end = at + from.length;
  explainBytes(bytesA.subarray(end), bytesB.subarray(end), inner.at(end, end));
}
