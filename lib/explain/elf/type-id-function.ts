import { relativeTargets } from '../../machine/relative-fields.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { firstPatch, patchTarget } from './patch.js';
import { isCode, type Piece } from './piece.js';
import type { ElfView } from './view.js';

/** `<T as core::any::Any>::type_id` and `core::error::Error::type_id` as both manglings have them, and none of anybody else's. */
const TYPE_ID = /(?:core\.\.any\.\.Any\$GT\$|3Any|5Error)7type_id/;
/** How far the processor counts from the field that is patched. */
const FIELD = 4;

/**
 * Whether a function is one that gives the id of a type and does nothing else. Whatever numbers differ in it are a type
 * id; in any other function they may be constants that look like one.
 */
export function givesTypeId(piece: Piece, pair: Piece): boolean {
  return TYPE_ID.test(piece.name) && TYPE_ID.test(pair.name);
}

/** The places of a file that such functions refer to: since LLVM 20 an id is loaded from a constant of 16 bytes. */
export class TypeIdPlaces {
  #places: Set<Location> | undefined;

  constructor(
    readonly view: ElfView,
    readonly pieces: ReadonlyMap<number, readonly Piece[]>,
  ) {}

  has(location: Location): boolean {
    this.#places ??= this.#find();
    return this.#places.has(location);
  }

  #find(): Set<Location> {
    const found = new Set<Location>();
    for (const [index, pieces] of this.pieces) {
      const section = this.view.section(index);
      if (section === undefined || !isCode(section)) continue;
      for (const piece of pieces)
        if (piece.pair !== undefined && givesTypeId(piece, piece.pair)) this.#add(piece, found);
    }
    return found;
  }

  #add(piece: Piece, found: Set<Location>): void {
    const { view } = this;
    if (view.relocatable) {
      const patches = view.patches(piece.section);
      if (patches === undefined) return;
      for (let i = firstPatch(patches, piece.start); (patches.offset[i] ?? piece.body) < piece.body; i += 1) {
        const to = patchTarget(view, patches, i);
        const symbol = patches.symbols?.location(patches.symbol[i] ?? 0, view) ?? NOWHERE;
        const addend = patches.addend[i] ?? 0;
        if (symbol !== NOWHERE) found.add(locationOf(sectionOf(symbol), offsetOf(symbol) + addend + FIELD));
        if (to !== NOWHERE) found.add(to);
      }
      return;
    }
    const section = view.section(piece.section);
    if (section === undefined) return;
    const body = view.content(section).subarray(piece.start, piece.body);
    const address = view.address(piece.section) + piece.start;
    relativeTargets(view.elf.header.e_machine, body, 0, body.length, address, (_, target) => {
      found.add(view.locate(target));
    });
  }
}
