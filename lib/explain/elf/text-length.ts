import type { MeasuredTexts } from '../../ledger/sink.js';
import { Words } from './field.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { firstPatch, type Patches, patchTarget } from './patch.js';
import type { Piece } from './piece.js';
import { fileOffset, type ResizedTexts } from './text.js';
import type { ElfView } from './view.js';

/** A word of data that tells how long the text is that the pointer before it leads to: Rust's `&str`, and what holds one. */
export interface TextLength {
  /** Offset in B's piece. */
  readonly to: number;
  /** Bytes. */
  readonly size: number;
  /** Where the texts begin, counted from the start of the two pieces in their files; undefined where it measures but one. */
  readonly texts: MeasuredTexts | undefined;
}

const NONE: ReadonlyMap<number, TextLength> = new Map();

/**
 * The words behind pointers in a piece that tell how long a text is which has another length in B, by offset in the piece.
 * A word is one where it is the length of the text, and nothing else, on one side at least: on the other it must then be
 * so too, without any zeros that may end a text or may align the next constant.
 */
export function textLengths(
  resized: ResizedTexts,
  piece: Piece,
  pair: Piece,
): ReadonlyMap<number, TextLength> {
  const patches = resized.starts.size > 0 ? resized.pairing.a.patches(piece.section) : undefined;
  if (patches === undefined) return NONE;
  let found: Map<number, TextLength> | undefined;
  for (let i = firstPatch(patches, piece.start); (patches.offset[i] ?? piece.end) < piece.end; i += 1) {
    const at = (patches.offset[i] ?? 0) + (patches.size[i] ?? 0) - piece.start;
    if (patches.offset[i + 1] === piece.start + at) continue;
    const word = wordBehind(resized, patches, i, piece, pair, at);
    if (word === undefined) continue;
    found ??= new Map();
    found.set(at, word);
  }
  return found ?? NONE;
}

function wordBehind(
  resized: ResizedTexts,
  patches: Patches,
  i: number,
  piece: Piece,
  pair: Piece,
  at: number,
): TextLength | undefined {
  const { a, b, correspondence } = resized.pairing;
  const size = wordSize(a);
  const textA = patches.size[i] === size ? patchTarget(a, patches, i) : NOWHERE;
  if (!resized.starts.has(textA)) return undefined;
  const there = correspondence.at(locationOf(piece.section, piece.start + at));
  const to = sectionOf(there) === pair.section ? offsetOf(there) - pair.start : -1;
  if (to < size) return undefined;
  const wordA = at + size > piece.end - piece.start ? undefined : wordAt(a, piece.section, piece.start + at);
  const wordB = to + size > pair.end - pair.start ? undefined : wordAt(b, pair.section, pair.start + to);
  const textB = pointerAt(b, pair.section, pair.start + to - size);
  if (wordA === undefined || wordB === undefined || textB === NOWHERE) return undefined;
  if (!resized.measures('a', wordA, textA) && !resized.measures('b', wordB, textB)) return undefined;
  if (!resized.isWhole('a', wordA, textA) || !resized.isWhole('b', wordB, textB))
    return { to, size, texts: undefined };
  const texts = {
    a: fileOffset(a, textA) - fileOffset(a, locationOf(piece.section, piece.start)),
    b: fileOffset(b, textB) - fileOffset(b, locationOf(pair.section, pair.start)),
    littleEndian: a.elf.header.littleEndian,
  };
  return { to, size, texts };
}

/** Bytes. */
function wordSize({ elf }: ElfView): number {
  return elf.header.class / 8;
}

/** What the pointer at an offset of a section leads to. */
function pointerAt(view: ElfView, section: number, offset: number): Location {
  const patches = view.patches(section);
  if (patches === undefined) return NOWHERE;
  const i = firstPatch(patches, offset);
  const stands = patches.offset[i] === offset && patches.size[i] === wordSize(view);
  return stands ? patchTarget(view, patches, i) : NOWHERE;
}

/** The word at an offset of a section; undefined where the file holds none. */
function wordAt(view: ElfView, section: number, at: number): number | undefined {
  const of = view.section(section);
  const size = wordSize(view);
  if (of === undefined || at < 0 || at + size > of.fileSize) return undefined;
  return new Words(view.content(of), view.elf.header.littleEndian).number(at, size);
}
