import { SHT_NOBITS } from '../../format/elf/constant.js';
import { relativeReferences } from '../../machine/relative-fields.js';
import { measuresBehind } from './code-length.js';
import type { Correspondence } from './correspondence.js';
import { type Location, NOWHERE, offsetOf } from './location.js';
import { type Patches, patchTarget } from './patch.js';
import type { Piece } from './piece.js';
import { isLengthOf } from './text.js';
import { wordAt, wordSize } from './text-length.js';
import type { ElfView } from './view.js';

const ET_EXEC = 2;

/** How a constant is referred to: not at all, only with its length beside, or otherwise too. */
type Reference = 0 | 1 | 2;

/**
 * Constants of a linked file that are read no farther than they reach, since whatever refers to one leads to its start and
 * tells its length: a word behind a pointer, or a constant of code behind the address. Made when it is first asked for.
 */
export class MeasuredPieces {
  readonly #references: Record<'a' | 'b', Uint8Array | undefined> = { a: undefined, b: undefined };

  constructor(
    readonly a: ElfView,
    readonly b: ElfView,
    readonly correspondence: Correspondence,
  ) {}

  has(side: 'a' | 'b', { kind, index }: Piece): boolean {
    // Addresses that nothing tells from other numbers may lead anywhere.
    if (kind !== 'data' || index < 0 || this[side].relocatable || this[side].elf.header.e_type === ET_EXEC)
      return false;
    this.#references[side] ??= this.#read(side);
    return this.#references[side][index] === 1;
  }

  #read(side: 'a' | 'b'): Uint8Array {
    const { correspondence } = this;
    const view = this[side];
    const sections = side === 'a' ? correspondence.piecesA : correspondence.piecesB;
    const at = (location: Location): Piece | undefined =>
      side === 'a' ? correspondence.pieceOfA(location) : correspondence.pieceOfB(location);
    let last = 0;
    for (const pieces of sections.values()) for (const { index } of pieces) last = Math.max(last, index);
    const references = new Uint8Array(last + 1);
    const note = (location: Location, measures: (text: Piece) => boolean): void => {
      const piece = location === NOWHERE ? undefined : at(location);
      if (piece?.kind !== 'data' || piece.index < 0) return;
      const known = references[piece.index] as Reference;
      if (known !== 2)
        references[piece.index] = offsetOf(location) === piece.start && measures(piece) ? 1 : 2;
    };
    for (const [section, pieces] of sections) {
      const patches = view.patches(section);
      if (patches !== undefined) notePointers(view, section, patches, note);
      for (const piece of pieces) if (piece.kind === 'code') noteCode(view, piece, note);
    }
    return references;
  }
}

type Note = (location: Location, measures: (text: Piece) => boolean) => void;

function notePointers(view: ElfView, section: number, patches: Patches, note: Note): void {
  const size = wordSize(view);
  for (let i = 0; i < patches.length; i += 1) {
    const target = patchTarget(view, patches, i);
    note(target, (text) => {
      const behind = (patches.offset[i] ?? 0) + size;
      if (patches.size[i] !== size || patches.offset[i + 1] === behind) return false;
      const word = wordAt(view, section, behind);
      return word !== undefined && isLengthOf(view, word, text, target);
    });
  }
}

function noteCode(view: ElfView, { section, start, body, end }: Piece, note: Note): void {
  const of = view.section(section);
  if (of === undefined || of.sh_type === SHT_NOBITS) return;
  const bytes = view.content(of);
  const address = view.address(section);
  for (const [from, to] of [
    [start, Math.min(body, bytes.length)],
    [body, Math.min(end, bytes.length)],
  ] as const) {
    if (from >= to) continue;
    const code = { bytes, start: from, end: to, address: address + from };
    relativeReferences(view.elf.header.e_machine, bytes, from, to, address + from, (at, _length, target) => {
      if (Number.isNaN(target)) return;
      const location = view.locate(target);
      note(location, (text) => {
        const length = measuresBehind(view, code, from + at);
        return length !== undefined && isLengthOf(view, length, text, location);
      });
    });
  }
}
