import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import type { Piece } from './piece.js';
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
  readonly #inA: PieceIndex;
  readonly #inB: PieceIndex;

  constructor(
    readonly piecesA: ReadonlyMap<number, readonly Piece[]>,
    readonly piecesB: ReadonlyMap<number, readonly Piece[]>,
    /** Section of B for a section of A, or -1. */
    readonly sections: Int32Array,
  ) {
    this.#inA = new PieceIndex(piecesA);
    this.#inB = new PieceIndex(piecesB);
  }

  at(location: Location): Location {
    if (location === NOWHERE) return NOWHERE;
    const section = sectionOf(location);
    const offset = offsetOf(location);
    const pieces = this.#inA.of(section);
    if (pieces === undefined) {
      const other = this.sections[section] ?? -1;
      const same = offset === 0 || this.unchanged.has(section);
      const there = same ? offset : (this.strings.get(section)?.offset(offset) ?? -1);
      return other < 0 || there < 0 ? NOWHERE : locationOf(other, there);
    }
    const piece = pieces.at(offset);
    if (piece === undefined) {
      // A section with nothing in it is all start.
      const other = pieces.pieces.length === 0 && offset === 0 ? (this.sections[section] ?? -1) : -1;
      return other < 0 ? NOWHERE : locationOf(other, 0);
    }
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
    return location === NOWHERE ? undefined : this.#inA.of(sectionOf(location))?.at(offsetOf(location));
  }

  pieceOfB(location: Location): Piece | undefined {
    return location === NOWHERE ? undefined : this.#inB.of(sectionOf(location))?.at(offsetOf(location));
  }
}

/** The pieces of each section by where they start, in a column: they are looked for millions of times. */
class PieceIndex {
  readonly #sections = new Map<number, SectionPieces>();

  constructor(readonly pieces: ReadonlyMap<number, readonly Piece[]>) {}

  of(section: number): SectionPieces | undefined {
    const pieces = this.pieces.get(section);
    if (pieces === undefined) return undefined;
    let known = this.#sections.get(section);
    // Records of frames are divided after all else is paired.
    if (known?.pieces !== pieces) {
      known = new SectionPieces(pieces);
      this.#sections.set(section, known);
    }
    return known;
  }
}

class SectionPieces {
  readonly #starts: Float64Array;

  constructor(readonly pieces: readonly Piece[]) {
    this.#starts = Float64Array.from(pieces, ({ start }) => start);
  }

  /** The piece that holds an offset; its end too where nothing follows. */
  at(offset: number): Piece | undefined {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    const piece = this.pieces[low - 1];
    return piece !== undefined && offset <= piece.end ? piece : undefined;
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
  if (offset < sizeA) return sizeA === sizeB ? offset : -1;
  // What stands behind a function has no size of its own, as what starts a program and ends it.
  return piece.end - piece.body === other.end - other.body ? sizeB + (offset - sizeA) : -1;
}
