import { isUtf8 } from 'node:buffer';
import type { Sink } from '../../ledger/sink.js';
import { Words } from './field.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { firstPatch, type Patches, patchTarget } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Zeros behind a text: the NUL that may end it, and what aligns the next constant. */
const MOST_ZEROS = 64;

/** A word of data that tells how long the text is that the pointer before it leads to: Rust's `&str`, and what holds one. */
export interface TextLength {
  /** Offset in B's piece. */
  readonly to: number;
  /** Bytes. */
  readonly size: number;
  /** Where the texts begin, counted from the start of the two pieces in their files. */
  readonly texts: Parameters<Sink['measured']>[3];
}

const NONE: ReadonlyMap<number, TextLength> = new Map();

/** Finds the words behind pointers that tell how long a text is, where that text has another length in B. */
export class TextLengths {
  #resized: boolean | undefined;

  constructor(readonly pairing: ElfPairing) {}

  /**
   * By offset in the piece. A word is one where it is the length of the text, and nothing else, on one side at least: on
   * the other it must then be so too.
   */
  of(piece: Piece, pair: Piece): ReadonlyMap<number, TextLength> {
    this.#resized ??= this.#anyResized();
    const patches = this.#resized ? this.pairing.a.patches(piece.section) : undefined;
    if (patches === undefined) return NONE;
    let found: Map<number, TextLength> | undefined;
    for (let i = firstPatch(patches, piece.start); (patches.offset[i] ?? piece.end) < piece.end; i += 1) {
      const at = (patches.offset[i] ?? 0) + (patches.size[i] ?? 0) - piece.start;
      if (patches.offset[i + 1] === piece.start + at) continue;
      const word = this.#word(patches, i, piece, pair, at);
      if (word === undefined) continue;
      found ??= new Map();
      found.set(at, word);
    }
    return found ?? NONE;
  }

  /** Most pairs have none, and are not looked through. */
  #anyResized(): boolean {
    for (const pieces of this.pairing.correspondence.piecesA.values())
      if (pieces.some(isResized)) return true;
    return false;
  }

  #word(patches: Patches, i: number, piece: Piece, pair: Piece, at: number): TextLength | undefined {
    const { a, b, correspondence } = this.pairing;
    const size = wordSize(a);
    if (patches.size[i] !== size) return undefined;
    const textA = patchTarget(a, patches, i);
    const text = correspondence.pieceOfA(textA);
    if (text === undefined || !isResized(text)) return undefined;
    const there = correspondence.at(locationOf(piece.section, piece.start + at));
    const to = sectionOf(there) === pair.section ? offsetOf(there) - pair.start : -1;
    if (to < size || at + size > piece.end - piece.start || to + size > pair.end - pair.start)
      return undefined;
    const textB = targetAt(b, pair.section, pair.start + to - size);
    if (textB === NOWHERE) return undefined;
    const isLength =
      measures(a, piece, at, text, textA) || measures(b, pair, to, correspondence.pieceOfB(textB), textB);
    if (!isLength) return undefined;
    const texts = {
      a: fileOffset(a, textA) - fileOffset(a, locationOf(piece.section, piece.start)),
      b: fileOffset(b, textB) - fileOffset(b, locationOf(pair.section, pair.start)),
      littleEndian: a.elf.header.littleEndian,
    };
    return { to, size, texts };
  }
}

/** Data whose counterpart is longer or shorter. */
function isResized({ kind, start, body, pair }: Piece): boolean {
  return kind === 'data' && pair !== undefined && body - start !== pair.body - pair.start;
}

function wordSize({ elf }: ElfView): number {
  return elf.header.class / 8;
}

/** What the pointer at an offset of a section leads to. */
function targetAt(view: ElfView, section: number, offset: number): Location {
  const patches = view.patches(section);
  if (patches === undefined) return NOWHERE;
  const i = firstPatch(patches, offset);
  return patches.offset[i] === offset && patches.size[i] === wordSize(view)
    ? patchTarget(view, patches, i)
    : NOWHERE;
}

/** Whether the word at an offset of a piece is the length of a constant that is a text. */
function measures(
  view: ElfView,
  piece: Piece,
  at: number,
  text: Piece | undefined,
  start: Location,
): boolean {
  if (text === undefined || text.start !== offsetOf(start)) return false;
  const words = new Words(bytesOf(view, piece), view.elf.header.littleEndian);
  if (at + wordSize(view) > words.bytes.length) return false;
  const length = words.number(at, wordSize(view));
  const bytes = bytesOf(view, text);
  if (length === 0 || length > bytes.length || bytes.length - length > MOST_ZEROS) return false;
  return bytes.subarray(length).every((byte) => byte === 0) && isUtf8(bytes.subarray(0, length));
}

function bytesOf(view: ElfView, { section, start, end }: Piece): Uint8Array {
  const of = view.section(section);
  return of === undefined ? new Uint8Array(0) : view.content(of).subarray(start, end);
}

function fileOffset(view: ElfView, location: Location): number {
  return (view.section(sectionOf(location))?.sh_offset ?? 0) + offsetOf(location);
}
