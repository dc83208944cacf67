import { isUtf8 } from 'node:buffer';
import { type Location, locationOf, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Zeros behind a text: the NUL that may end it, and what aligns the next constant. */
const MOST_ZEROS = 64;

/** The constants of A that are longer or shorter in B: of a text among them, whatever tells its length must change. */
export class ResizedTexts {
  #starts: ReadonlySet<Location> | undefined;

  constructor(readonly pairing: ElfPairing) {}

  /** Where they begin. Most pairs have none, and are not looked through any further. */
  get starts(): ReadonlySet<Location> {
    this.#starts ??= resized(this.pairing);
    return this.#starts;
  }

  /** Whether a number may be the length of the text that begins at a place of A or of B, with zeros at its end or without. */
  measures(side: 'a' | 'b', length: number, start: Location): boolean {
    const text = this.#textAt(side, start);
    return text !== undefined && isLengthOf(this.pairing[side], length, text, start);
  }

  /** Whether a number is the length of that text without the zeros at its end. */
  isWhole(side: 'a' | 'b', length: number, start: Location): boolean {
    const text = this.#textAt(side, start);
    return text?.start === offsetOf(start) && withoutZeros(bytesOf(this.pairing[side], text)) === length;
  }

  #textAt(side: 'a' | 'b', start: Location): Piece | undefined {
    const { correspondence } = this.pairing;
    return side === 'a' ? correspondence.pieceOfA(start) : correspondence.pieceOfB(start);
  }
}

function resized({ a, b, correspondence }: ElfPairing): Set<Location> {
  const starts = new Set<Location>();
  for (const pieces of correspondence.piecesA.values()) {
    for (const piece of pieces) {
      const { kind, section, start, body, pair } = piece;
      if (kind !== 'data' || pair === undefined || body - start === pair.body - pair.start) continue;
      // What only aligns the next constant differs wherever one moves.
      if (withoutZeros(bytesOf(a, piece)) !== withoutZeros(bytesOf(b, pair)))
        starts.add(locationOf(section, start));
    }
  }
  return starts;
}

/** The length without the zeros at the end. */
function withoutZeros(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

/** The bytes of a constant, as far as its symbol says, or up to what else is referred to. */
function bytesOf(view: ElfView, { section, start, body }: Piece): Uint8Array {
  const of = view.section(section);
  return of === undefined ? new Uint8Array(0) : view.content(of).subarray(start, body);
}

/** Whether a number is the length of a constant that is a text and begins at `from`, and no other number can be. */
function isLengthOf(view: ElfView, length: number, text: Piece, from: Location): boolean {
  const bytes = bytesOf(view, text);
  if (text.start !== offsetOf(from) || length === 0 || length > bytes.length) return false;
  const isEnd = bytes.length - length <= MOST_ZEROS && withoutZeros(bytes) <= length;
  return isEnd && isUtf8(bytes.subarray(0, length));
}

/** Where a place of a section lies in the file. */
export function fileOffset(view: ElfView, location: Location): number {
  return (view.section(sectionOf(location))?.sh_offset ?? 0) + offsetOf(location);
}
