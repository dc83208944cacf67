import { relativeFields, relativeTargets } from '../../machine/relative-fields.js';
import { type Location, locationOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { firstPatch, type Patches } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** What decides whether two references out of two bodies lead to one thing. */
export interface TwinResolver {
  sameTarget(from: Location, to: Location): boolean;
  sameRelocation(sectionA: number, indexA: number, sectionB: number, indexB: number): boolean;
}

/** Longer functions are not merged that often, and comparing them again and again costs. Bytes. */
const LONGEST_TWIN = 1 << 16;

/**
 * Whether two functions are one but for their names: the same bytes, and what they refer to in the same places is the
 * same. Looking alike is not enough: whoever sends a call to another function may choose one that looks like the first.
 */
export function areTwins(
  { a, b }: Pick<ElfPairing, 'a' | 'b'>,
  piece: Piece,
  other: Piece,
  resolver: TwinResolver,
): boolean {
  const length = piece.body - piece.start;
  if (length !== other.body - other.start || length > LONGEST_TWIN) return false;
  const bodyA = bodyOf(a, piece);
  const bodyB = bodyOf(b, other);
  if (bodyA.length !== length || bodyB.length !== length) return false;
  return a.relocatable
    ? sameRelocated(a, piece, bodyA, b, other, bodyB, resolver)
    : sameLinked(a, piece, bodyA, b, other, bodyB, resolver);
}

function bodyOf(view: ElfView, piece: Piece): Uint8Array {
  const section = view.section(piece.section);
  return section === undefined
    ? new Uint8Array(0)
    : Uint8Array.from(view.content(section).subarray(piece.start, piece.body));
}

function sameRelocated(
  a: ElfView,
  piece: Piece,
  bodyA: Uint8Array,
  b: ElfView,
  other: Piece,
  bodyB: Uint8Array,
  resolver: TwinResolver,
): boolean {
  const patchesA = a.patches(piece.section);
  const patchesB = b.patches(other.section);
  let i = patchesA === undefined ? 0 : firstPatch(patchesA, piece.start);
  let k = patchesB === undefined ? 0 : firstPatch(patchesB, other.start);
  for (; ; i += 1, k += 1) {
    const at = within(patchesA, i, piece);
    if (at !== within(patchesB, k, other)) return false;
    if (at < 0) break;
    if (!resolver.sameRelocation(piece.section, i, other.section, k)) return false;
    const size = patchesA?.size[i] ?? 0;
    bodyA.fill(0, at, at + size);
    bodyB.fill(0, at, at + size);
  }
  return Buffer.compare(bodyA, bodyB) === 0;
}

/** The offset of a patch in a piece, or -1 where it is not in its body. */
function within(patches: Patches | undefined, index: number, piece: Piece): number {
  const offset = patches?.offset[index] ?? Number.POSITIVE_INFINITY;
  return offset < piece.body ? offset - piece.start : -1;
}

function sameLinked(
  a: ElfView,
  piece: Piece,
  bodyA: Uint8Array,
  b: ElfView,
  other: Piece,
  bodyB: Uint8Array,
  resolver: TwinResolver,
): boolean {
  const referencesA = references(a, piece, bodyA);
  const referencesB = references(b, other, bodyB);
  // Also where targets are not all known: a field of which nobody says where it leads is a difference then.
  if (Buffer.compare(bodyA, bodyB) !== 0 || referencesA.length !== referencesB.length) return false;
  return referencesA.every(([at, target], i) => {
    const [atB, targetB] = referencesB[i] ?? [-1, 0];
    if (at !== atB) return false;
    const inA = target - a.address(piece.section) - piece.start;
    const inB = targetB - b.address(other.section) - other.start;
    const inside = inA >= 0 && inA < bodyA.length;
    if (inside || (inB >= 0 && inB < bodyB.length)) return inA === inB;
    return resolver.sameTarget(a.locate(target), b.locate(targetB));
  });
}

/** What a body refers to; the fields that say so are zeros afterwards. */
function references(view: ElfView, piece: Piece, body: Uint8Array): [at: number, target: number][] {
  const found: [number, number][] = [];
  const { e_machine } = view.elf.header;
  const address = view.address(piece.section) + piece.start;
  relativeTargets(e_machine, body, 0, body.length, address, (at, target) => found.push([at, target]));
  const known = new Set(found.map(([at]) => at));
  relativeFields(e_machine, Uint8Array.from(body), (at, length) => {
    if (known.has(at)) body.fill(0, at, at + length);
  });
  return found;
}

/** Twins that were found and those that were not, by the places of both. */
export class TwinCache {
  readonly #known = new Map<string, boolean>();

  get(piece: Piece, other: Piece, compare: () => boolean): boolean {
    const key = `${locationOf(piece.section, piece.start)} ${locationOf(other.section, other.start)}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      // Two functions that call each other: not shown while it is being shown.
      this.#known.set(key, false);
      known = compare();
      this.#known.set(key, known);
    }
    return known;
  }
}
