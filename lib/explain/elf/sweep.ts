import { SHT_NOBITS } from '../../format/elf/constant.js';
import { Column } from '../../ledger/columns.js';
import { relativeReferences } from '../../machine/relative-fields.js';
import { hashScratch, type Key, scratchOf } from './hash.js';
import { type Location, NOWHERE } from './location.js';
import { firstPatch } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Bytes from the lowest address of a file to what is remembered as a target. */
const FARTHEST = 2 ** 32;

/**
 * All code of a linked file, read once: what each function refers to outside itself, and its content without the
 * bytes that addresses decide. Functions count in the order of the sections.
 */
export class CodeSweep {
  /** References of function `i`: from `start.at(i)` up to `start.at(i + 1)`. */
  readonly start = new Column();
  /** Offset of the field in the function. */
  readonly at = new Column();
  /** The address it names, from `#base` on. */
  readonly #target = new Column();
  readonly #base: number;
  readonly #contents: Key[] = [];

  /** @param found is told every place that code refers to, also of code between functions */
  constructor(
    readonly view: ElfView,
    bySection: ReadonlyMap<number, readonly Piece[]>,
    found: (location: Location) => void,
  ) {
    this.#base = view.lowestAddress();
    for (const [index, pieces] of bySection) {
      const section = view.section(index);
      const content =
        section === undefined || section.sh_type === SHT_NOBITS ? new Uint8Array(0) : view.content(section);
      for (const piece of pieces) this.#piece(view, piece, content, found);
    }
    this.start.push(this.at.length);
  }

  target(reference: number): Location {
    return this.view.locate(this.#base + this.#target.at(reference));
  }

  content(function_: number): Key {
    return this.#contents[function_] ?? 0;
  }

  #piece(view: ElfView, piece: Piece, content: Uint8Array, found: (location: Location) => void): void {
    const { section, start, body, end } = piece;
    const { e_machine } = view.elf.header;
    const address = view.address(section);
    this.start.push(this.at.length);
    const bytes = scratchOf(content.subarray(start, body));
    relativeReferences(
      e_machine,
      content,
      start,
      Math.min(body, content.length),
      address + start,
      (at, length, target) => {
        bytes.fill(0, at, at + length);
        if (Number.isNaN(target)) return;
        const inside = target - address;
        if (inside >= start && inside < end) return;
        const location = view.locate(target);
        if (location === NOWHERE) return;
        found(location);
        // No code reaches farther than 2 GiB, so that hardly any file is larger.
        if (target - this.#base >= FARTHEST) return;
        this.at.push(at);
        this.#target.push(target - this.#base);
      },
    );
    const patches = view.patches(section);
    if (patches !== undefined) {
      for (let i = firstPatch(patches, start); i < patches.length; i += 1) {
        const at = (patches.offset[i] ?? 0) - start;
        if (at >= bytes.length) break;
        bytes.fill(0, at, at + (patches.size[i] ?? 0));
      }
    }
    this.#contents.push(hashScratch(bytes.length));
    const rest = Math.min(end, content.length);
    if (rest > body) {
      relativeReferences(e_machine, content, body, rest, address + body, (_at, _length, target) => {
        if (!Number.isNaN(target)) found(view.locate(target));
      });
    }
  }
}
