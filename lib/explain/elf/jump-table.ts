import { SHT_NOBITS } from '../../format/elf/constant.js';
import type { Correspondence } from './correspondence.js';
import { Words } from './field.js';
import { type Location, NOWHERE, offsetOf, sectionOf } from './location.js';
import { isCode, type Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Bytes of an entry: how far the target is from the start of the table, on x86-64 and aarch64 (LLVM, `EK_LabelDifference32`). */
const ENTRY = 4;
/** Entries at the start of a table of which one leads into the function: others may lead to parts of it elsewhere. */
const FIRST = 4;

/** A place that a function refers to. */
export interface Referred {
  readonly view: ElfView;
  readonly function_: Piece;
  readonly place: Location;
}

/**
 * Whether two tables of jumps that a function refers to lead to the same places. In a linked file an entry counts from
 * its table into the function, and no relocation says so: where the two have moved apart, an entry that stayed leads
 * elsewhere. A place is a table if one of its first numbers leads into the function that refers to it; what is none,
 * and functions of unequal lengths, which were changed, are true.
 */
export function sameJumps(a: Referred, b: Referred, correspondence: Correspondence): boolean {
  const length = a.function_.body - a.function_.start;
  if (length !== b.function_.body - b.function_.start || (!leadsInside(a) && !leadsInside(b))) return true;
  const [tableA, tableB] = [
    new Table(a, correspondence.pieceOfA(a.place)),
    new Table(b, correspondence.pieceOfB(b.place)),
  ];
  const most = Math.min(tableA.room, tableB.room);
  for (let at = 0; at + ENTRY <= most; at += ENTRY) {
    const [inA, inB] = [tableA.target(at), tableB.target(at)];
    const inside = (inA >= 0 && inA < length) || (inB >= 0 && inB < length);
    if (inside && inA !== inB) return false;
    if (inside) continue;
    // A part of the function that stands elsewhere.
    const there = correspondence.at(tableA.location(at));
    if (there !== NOWHERE && isCodeAt(b.view, there) && there !== tableB.location(at)) return false;
  }
  return true;
}

/** Whether one of the first numbers leads into the function. Asked for each reference to data: no object is made for it. */
function leadsInside({ view, function_, place }: Referred): boolean {
  const section = view.section(sectionOf(place));
  if (section === undefined || section.sh_type === SHT_NOBITS) return false;
  const { bytes } = view;
  const offset = offsetOf(place);
  const start = section.sh_offset + offset;
  const end = Math.min(start + FIRST * ENTRY, section.sh_offset + section.fileSize);
  const base = view.address(section.index) + offset - view.address(function_.section) - function_.start;
  const length = function_.body - function_.start;
  for (let at = start; at + ENTRY <= end; at += ENTRY) {
    const [w, x, y, z] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0];
    const number = view.elf.header.littleEndian
      ? w | (x << 8) | (y << 16) | (z << 24)
      : z | (y << 8) | (x << 16) | (w << 24);
    if (base + number >= 0 && base + number < length) return true;
  }
  return false;
}

class Table {
  /** Bytes up to where the next thing begins that is referred to. */
  readonly room: number;
  readonly #words: Words;
  readonly #start: number;
  readonly #address: number;
  readonly #function: number;

  constructor({ view, function_, place }: Referred, piece: Piece | undefined) {
    const section = view.section(sectionOf(place));
    const isTable = section !== undefined && section.sh_type !== SHT_NOBITS && !isCode(section);
    const content = isTable ? view.content(section) : new Uint8Array(0);
    this.#words = new Words(content, view.elf.header.littleEndian);
    this.#start = offsetOf(place);
    this.room = Math.min(content.length, piece?.end ?? 0) - this.#start;
    this.#address = view.address(sectionOf(place)) + this.#start;
    this.#function = view.address(function_.section) + function_.start;
    this.location = (at) => view.locate(this.#address + this.#words.signed(this.#start + at, ENTRY));
  }

  /** Where an entry leads. */
  readonly location: (at: number) => Location;

  /** How far behind the start of the function an entry leads. */
  target(at: number): number {
    return this.#address + this.#words.signed(this.#start + at, ENTRY) - this.#function;
  }
}

function isCodeAt(view: ElfView, location: Location): boolean {
  const section = view.section(sectionOf(location));
  return section !== undefined && isCode(section);
}
