import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { type Piece, pieceAt } from './piece.js';
import type { StringPairs } from './strings.js';

/**
 * Which place of B each place of A became, as the pairs of pieces say. What refers to a place of A is *derived* in B
 * where it refers to the place that corresponds.
 */
export class Correspondence {
  /** Tables of strings by section of A, once they are paired. */
  strings: ReadonlyMap<number, StringPairs> = new Map();
  /** Sections of A without pieces that have one content with their counterparts. */
  unchanged: ReadonlySet<number> = new Set();

  constructor(
    readonly piecesA: ReadonlyMap<number, readonly Piece[]>,
    readonly piecesB: ReadonlyMap<number, readonly Piece[]>,
    /** Section of B for a section of A, or -1. */
    readonly sections: Int32Array,
  ) {}

  at(location: Location): Location {
    if (location === NOWHERE) return NOWHERE;
    const section = sectionOf(location);
    const offset = offsetOf(location);
    const pieces = this.piecesA.get(section);
    if (pieces === undefined) {
      const other = this.sections[section] ?? -1;
      const same = offset === 0 || this.unchanged.has(section);
      const there = same ? offset : (this.strings.get(section)?.offset(offset) ?? -1);
      return other < 0 || there < 0 ? NOWHERE : locationOf(other, there);
    }
    const piece = pieceAt(pieces, offset);
    if (piece === undefined) return NOWHERE;
    const within = inPair(piece, offset - piece.start);
    if (within >= 0 && piece.pair !== undefined)
      return locationOf(piece.pair.section, piece.pair.start + within);
    return NOWHERE;
  }

  /** As `at`, for what is known to refer to a string: the start of a table of strings is its first string. */
  string(location: Location): Location {
    const strings = location === NOWHERE ? undefined : this.strings.get(sectionOf(location));
    if (strings === undefined) return this.at(location);
    const other = this.sections[sectionOf(location)] ?? -1;
    const there = strings.offset(offsetOf(location));
    return other < 0 || there < 0 ? NOWHERE : locationOf(other, there);
  }

  pieceOfA(location: Location): Piece | undefined {
    const pieces = location === NOWHERE ? undefined : this.piecesA.get(sectionOf(location));
    return pieces === undefined ? undefined : pieceAt(pieces, offsetOf(location));
  }

  pieceOfB(location: Location): Piece | undefined {
    const pieces = location === NOWHERE ? undefined : this.piecesB.get(sectionOf(location));
    return pieces === undefined ? undefined : pieceAt(pieces, offsetOf(location));
  }
}

/** The offset in the paired piece, or -1 where the two have no common measure there. */
function inPair(piece: Piece, offset: number): number {
  const other = piece.pair;
  if (other === undefined) return -1;
  if (offset === 0) return 0;
  const sizeA = piece.body - piece.start;
  const sizeB = other.body - other.start;
  if (offset === sizeA) return sizeB;
  if (offset === piece.end - piece.start) return other.end - other.start;
  if (piece.map !== undefined) return piece.map(offset);
  // What follows a constant belongs to nobody: of two of unequal lengths the shorter is the constant.
  if (piece.kind === 'data') return offset < Math.min(sizeA, sizeB) ? offset : -1;
  return sizeA === sizeB && offset < sizeA ? offset : -1;
}
