import type { Section } from '../../format/elf/section.js';
import { symbolTokens } from '../../symbol/name.js';
import type { ArchiveFunctions } from './archive-functions.js';
import { sameExtent } from './extent.js';
import { sameJumps } from './jump-table.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { firstPatch, type Patches, patchTarget } from './patch.js';
import { isCode, type Piece } from './piece.js';
import { FRAME } from './thunk.js';
import { areTwins, TwinCache } from './twin.js';
import type { ElfView } from './view.js';

/**
 * How two references agree: both lead to corresponding things; to constants under other labels with the same
 * content; to two functions with one body, of which LLVM or the linker kept one.
 */
export type Relation = 'same' | 'label' | 'twin';

const STT_SECTION = 3;
const SHF_WRITE = 1n;
const SHF_MERGE = 0x10n;
const SHF_STRINGS = 0x20n;
/** Constants that lead to constants are followed so far. */
const MAX_DEPTH = 2;
/** x86-64's types whose addend counts from the end of a field of four bytes. */
const FROM_END_OF_FIELD = new Set([2, 4, 9, 41, 42]);
const EM_X86_64 = 62;

/** Pairs of addresses that are remembered at most, and bytes of a file for each; powers of two. */
const MOST_REMEMBERED = 2 ** 14;
const LEAST_REMEMBERED = 2 ** 4;
const BYTES_FOR_EACH = 2 ** 6;

/** Says whether what A refers to and what B refers to are the same things. */
export class References {
  /** Places of data that code of A refers to, with the places of B: jump tables begin there. */
  readonly anchors = new Map<Location, Location>();
  readonly #twins = new TwinCache();
  #twinDepth = 0;

  /** By section of A. */
  readonly #isCode: Uint8Array;
  /** Addresses that lead to the same, met of late: each is asked for twice, and some functions call all the time. */
  readonly #sameA: Float64Array;
  readonly #sameB: Float64Array;

  constructor(
    readonly pairing: ElfPairing,
    readonly archive?: ArchiveFunctions | undefined,
  ) {
    let remembered = LEAST_REMEMBERED;
    while (remembered < MOST_REMEMBERED && remembered * BYTES_FOR_EACH < pairing.a.bytes.length)
      remembered *= 2;
    this.#sameA = new Float64Array(remembered).fill(Number.NaN);
    this.#sameB = new Float64Array(remembered);
    this.#isCode = Uint8Array.from(pairing.a.elf.sections, (section) => (isCode(section) ? 1 : 0));
  }

  /** Two addresses; in relocatable files, locations. Undefined where they lead to different things. */
  address(targetA: number, targetB: number): Relation | undefined {
    const slot = (targetA ^ Math.imul(targetB, 0x9e3779b1)) & (this.#sameA.length - 1);
    if (this.#sameA[slot] === targetA && this.#sameB[slot] === targetB) return 'same';
    const { a, b } = this.pairing;
    const from = a.relocatable ? targetA : a.locate(targetA);
    const to = b.relocatable ? targetB : b.locate(targetB);
    const relation = this.locations(from, to);
    if (relation === 'same') {
      this.#sameA[slot] = targetA;
      this.#sameB[slot] = targetB;
    }
    return relation;
  }

  /** Tables that objects hold have relocations. */
  sameJumps(piece: Piece, targetA: number, pair: Piece, targetB: number): boolean {
    const { a, b, correspondence } = this.pairing;
    if (a.relocatable || b.relocatable) return true;
    const [from, to] = [a.locate(targetA), b.locate(targetB)];
    if (from === NOWHERE || to === NOWHERE || this.#isCode[sectionOf(from)] === 1) return true;
    return sameJumps(
      { view: a, function_: piece, place: from },
      { view: b, function_: pair, place: to },
      correspondence,
    );
  }

  /** Two relocations by their number among those that patch their sections. */
  relocation(sectionA: number, indexA: number, sectionB: number, indexB: number): Relation | undefined {
    const { a, b } = this.pairing;
    const patchesA = a.patches(sectionA);
    const patchesB = b.patches(sectionB);
    if (patchesA === undefined || patchesB === undefined) return undefined;
    if (patchesA.type[indexA] !== patchesB.type[indexB]) return undefined;
    const symbolA = patchesA.symbol[indexA] ?? 0;
    const symbolB = patchesB.symbol[indexB] ?? 0;
    const addendA = patchesA.addend[indexA] ?? 0;
    const addendB = patchesB.addend[indexB] ?? 0;
    // No symbol at all: nothing that could have gone elsewhere.
    if (symbolA === 0 && symbolB === 0 && a.relocatable) return addendA === addendB ? 'same' : undefined;
    const pairs = patchesA.symbols === a.symbols ? this.pairing.symbols : this.pairing.dynamic;
    const named = patchesA.symbols?.table.type(symbolA) !== STT_SECTION;
    if (symbolA !== 0 && named && pairs[symbolA] === symbolB && addendA === addendB) return 'same';
    const baseA = patchTargetBase(a, patchesA, indexA);
    const baseB = patchTargetBase(b, patchesB, indexB);
    if (addendA === addendB && named && symbolA !== 0) {
      const nameA = patchesA.symbols?.name(symbolA) ?? '';
      const nameB = patchesB.symbols?.name(symbolB) ?? '';
      const relation =
        nameB === '' ? undefined : this.#byName(patchesA, symbolA, patchesB, symbolB, nameA, nameB);
      if (relation !== undefined) return relation;
    }
    for (const bias of biasesOf(a, patchesA.type[indexA] ?? 0)) {
      const relation = this.locations(shifted(baseA, addendA + bias), shifted(baseB, addendB + bias));
      if (relation !== undefined) return relation;
    }
    return undefined;
  }

  /**
   * Two global names, one of them of a thing in the object and one of a thing in another: one name without hashes
   * that nothing else has, or a function and what LLVM left of its twin in another object.
   */
  #byName(
    patchesA: Patches,
    symbolA: number,
    patchesB: Patches,
    symbolB: number,
    nameA: string,
    nameB: string,
  ): Relation | undefined {
    const skeletonA = patchesA.symbols?.skeleton(symbolA) ?? '';
    const skeletonB = patchesB.symbols?.skeleton(symbolB) ?? '';
    if (skeletonA === skeletonB) {
      const unique =
        patchesA.symbols?.isUnique(symbolA) === true && patchesB.symbols?.isUnique(symbolB) === true;
      return unique ? 'label' : undefined;
    }
    if (this.archive === undefined) return undefined;
    const behindA = this.archive.thunk('a', nameA);
    const behindB = this.archive.thunk('b', nameB);
    if (behindA === undefined && behindB === undefined) return undefined;
    const endA = behindA === undefined ? skeletonA : symbolTokens(behindA).skeleton;
    const endB = behindB === undefined ? skeletonB : symbolTokens(behindB).skeleton;
    return endA === endB ? 'twin' : undefined;
  }

  /** Two places. */
  locations(from: Location, to: Location): Relation | undefined {
    if (from === NOWHERE || to === NOWHERE) return undefined;
    const { a, b, correspondence } = this.pairing;
    if (correspondence.at(from) === to) {
      // Nothing is counted from a place in code.
      if (this.#isCode[sectionOf(from)] === 0) this.anchors.set(from, to);
      return 'same';
    }
    const slotA = slotTarget(a, from);
    const slotB = slotTarget(b, to);
    // Two slots of the global offset table for two names of one function.
    if (slotA !== NOWHERE && slotB !== NOWHERE)
      return this.locations(slotA, slotB) === undefined ? undefined : 'twin';
    const behindA = this.#throughThunk(a, from);
    const behindB = this.#throughThunk(b, to);
    if ((behindA !== from || behindB !== to) && correspondence.at(behindA) === behindB) return 'twin';
    const pieceA = correspondence.pieceOfA(from);
    const pieceB = correspondence.pieceOfB(to);
    if (pieceA === undefined || pieceB === undefined || pieceA.kind !== pieceB.kind) return undefined;
    if (pieceA.kind === 'code') {
      const starts = pieceA.start === offsetOf(from) && pieceB.start === offsetOf(to);
      return starts && this.#areTwins(pieceA, pieceB) ? 'twin' : undefined;
    }
    return sameExtent(this.pairing, pieceA, pieceB) && this.#sameConstant(from, to, pieceA, pieceB, MAX_DEPTH)
      ? 'label'
      : undefined;
  }

  #areTwins(pieceA: Piece, pieceB: Piece): boolean {
    const { bodiesA, bodiesB } = this.pairing;
    if (this.#twinDepth === MAX_DEPTH || bodiesA.key(pieceA) !== bodiesB.key(pieceB)) return false;
    if (this.#stayedApart(pieceA, pieceB)) return false;
    return this.#twins.get(pieceA, pieceB, () => {
      this.#twinDepth += 1;
      const twins = areTwins(this.pairing, pieceA, pieceB, {
        sameTarget: (from, to) =>
          this.locations(from, to) !== undefined &&
          sameJumps(
            { view: this.pairing.a, function_: pieceA, place: from },
            { view: this.pairing.b, function_: pieceB, place: to },
            this.pairing.correspondence,
          ),
        sameRelocation: (...place) => this.relocation(...place) !== undefined,
      });
      this.#twinDepth -= 1;
      return twins;
    });
  }

  /**
   * Whether both functions are there with their bodies on both sides, each under its own name: nothing was merged, and
   * whoever calls one where the other was called before had a choice.
   */
  #stayedApart(pieceA: Piece, pieceB: Piece): boolean {
    const { bodiesA, bodiesB } = this.pairing;
    if (pieceA.pair === undefined || pieceB.pair === undefined || pieceA.pair === pieceB) return false;
    if (pieceA.name === '' || pieceB.name === '' || pieceA.key === pieceB.key) return false;
    const [inB, inA] = [pieceA.pair, pieceB.pair];
    return (
      inB.key === pieceA.key &&
      inA.key === pieceB.key &&
      bodiesB.key(inB) === bodiesA.key(pieceA) &&
      bodiesA.key(inA) === bodiesB.key(pieceB)
    );
  }

  /** What LLVM leaves of one of two equal functions: a jump to the other, with or without a frame around it. */
  #throughThunk(view: ElfView, location: Location): Location {
    const section = view.section(sectionOf(location));
    if (section === undefined || view.relocatable || view.elf.header.e_machine !== EM_X86_64) return location;
    const code = view.content(section);
    let at = offsetOf(location);
    if (FRAME.every((byte, i) => code[at + i] === byte)) at += FRAME.length;
    if (code[at] !== 0xe9 || at + 5 > code.length) return location;
    const displacement = new DataView(code.buffer, code.byteOffset + at + 1, 4).getInt32(0, true);
    return locationOf(section.index, at + 5 + displacement);
  }

  /** Constants of which a file may hold copies, or a linker one for many: the same bytes, and pointers to the same. */
  #sameConstant(from: Location, to: Location, pieceA: Piece, pieceB: Piece, depth: number): boolean {
    const { a, b } = this.pairing;
    const sectionA = a.section(sectionOf(from));
    const sectionB = b.section(sectionOf(to));
    if (sectionA === undefined || sectionB === undefined) return false;
    if (!isConstant(sectionA) || !isConstant(sectionB)) return false;
    const [start, end] = constantAt(sectionA, pieceA, offsetOf(from));
    const [other, otherEnd] = constantAt(sectionB, pieceB, offsetOf(to));
    if (end - start !== otherEnd - other || offsetOf(from) - start !== offsetOf(to) - other) return false;
    const bytesA = Uint8Array.from(a.content(sectionA).subarray(start, end));
    const bytesB = Uint8Array.from(b.content(sectionB).subarray(other, otherEnd));
    if (bytesA.length !== end - start || bytesB.length !== end - start) return false;
    const patchesA = a.patches(sectionA.index);
    const patchesB = b.patches(sectionB.index);
    let i = patchesA === undefined ? 0 : firstPatch(patchesA, start);
    let k = patchesB === undefined ? 0 : firstPatch(patchesB, other);
    const next = (patches: Patches | undefined, at: number, base: number, limit: number): number => {
      const offset = patches?.offset[at] ?? Number.POSITIVE_INFINITY;
      return offset < limit ? offset - base : -1;
    };
    for (;;) {
      const atA = next(patchesA, i, start, end);
      const atB = next(patchesB, k, other, otherEnd);
      if (atA !== atB) return false;
      if (atA < 0 || patchesA === undefined || patchesB === undefined) break;
      if (patchesA.type[i] !== patchesB.type[k] || !this.#samePointer(patchesA, i, patchesB, k, depth))
        return false;
      bytesA.fill(0, atA, atA + (patchesA.size[i] ?? 0));
      bytesB.fill(0, atA, atA + (patchesB.size[k] ?? 0));
      i += 1;
      k += 1;
    }
    return Buffer.compare(bytesA, bytesB) === 0;
  }

  #samePointer(patchesA: Patches, i: number, patchesB: Patches, k: number, depth: number): boolean {
    const { a, b, correspondence } = this.pairing;
    const from = patchTarget(a, patchesA, i);
    const to = patchTarget(b, patchesB, k);
    if (from === NOWHERE || to === NOWHERE) {
      const pairs = patchesA.symbols === a.symbols ? this.pairing.symbols : this.pairing.dynamic;
      return (
        from === to &&
        pairs[patchesA.symbol[i] ?? 0] === patchesB.symbol[k] &&
        patchesA.addend[i] === patchesB.addend[k]
      );
    }
    if (correspondence.at(from) === to) return true;
    const pieceA = correspondence.pieceOfA(from);
    const pieceB = correspondence.pieceOfB(to);
    if (depth === 0 || pieceA === undefined || pieceB === undefined) return false;
    if (pieceA.kind !== 'data' || pieceB.kind !== 'data') return false;
    return (
      sameExtent(this.pairing, pieceA, pieceB) && this.#sameConstant(from, to, pieceA, pieceB, depth - 1)
    );
  }
}

/** What a slot of the global offset table holds, once it is loaded. */
function slotTarget(view: ElfView, location: Location): Location {
  if (view.section(sectionOf(location))?.name !== '.got') return NOWHERE;
  const patches = view.patches(sectionOf(location));
  if (patches === undefined) return NOWHERE;
  const i = firstPatch(patches, offsetOf(location));
  return patches.offset[i] === offsetOf(location) ? patchTarget(view, patches, i) : NOWHERE;
}

/** Read-only, or so once the file is loaded. Two variables are two, whatever they hold. */
function isConstant({ sh_flags, name }: Section): boolean {
  return (sh_flags & SHF_WRITE) === 0n || name.startsWith('.data.rel.ro');
}

/** The constant at an offset: an element of a section of elements of one size, or the piece. */
function constantAt(section: Section, piece: Piece, offset: number): [number, number] {
  const size = section.sh_entsize;
  const merged = (section.sh_flags & SHF_MERGE) !== 0n && (section.sh_flags & SHF_STRINGS) === 0n;
  if (!merged || size === 0 || size > 64) return [piece.start, piece.end];
  const start = offset - (offset % size);
  return [start, start + size];
}

/**
 * How far from the patched field the addend counts. The processor counts from the end of the instruction, which on
 * x86-64 may have a constant of one, two or four bytes behind the field.
 */
function biasesOf(view: ElfView, type: number): readonly number[] {
  return view.elf.header.e_machine === EM_X86_64 && FROM_END_OF_FIELD.has(type) ? [4, 5, 6, 8] : [0];
}

function patchTargetBase(view: ElfView, patches: Patches, index: number): Location {
  const symbol = patches.symbol[index] ?? 0;
  if (symbol === 0) return view.relocatable ? NOWHERE : view.locate(0);
  return patches.symbols?.location(symbol, view) ?? NOWHERE;
}

function shifted(location: Location, by: number): Location {
  return location === NOWHERE ? NOWHERE : locationOf(sectionOf(location), offsetOf(location) + by);
}
