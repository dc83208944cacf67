import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { type ElfPairing, sameBody } from './pairing.js';
import type { Patches } from './patch.js';
import type { ElfView } from './view.js';

/**
 * How two references agree: both lead to corresponding things; to constants under other labels with the same
 * content; to two functions with one body, of which LLVM or the linker kept one.
 */
export type Relation = 'same' | 'label' | 'twin';

const STT_SECTION = 3;
const SHF_MERGE = 0x10n;
/** x86-64's types whose addend counts from the end of a field of four bytes. */
const FROM_END_OF_FIELD = new Set([2, 4, 9, 41, 42]);
const EM_X86_64 = 62;

/** Says whether what A refers to and what B refers to are the same things. */
export class References {
  /** Places of data that code of A refers to, with the places of B: jump tables begin there. */
  readonly anchors = new Map<Location, Location>();

  constructor(readonly pairing: ElfPairing) {}

  /** Two addresses; in relocatable files, locations. Undefined where they lead to different things. */
  address(targetA: number, targetB: number): Relation | undefined {
    const { a, b } = this.pairing;
    const from = a.relocatable ? targetA : a.locate(targetA);
    const to = b.relocatable ? targetB : b.locate(targetB);
    return this.#locations(from, to);
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
    const pairs = patchesA.symbols === a.symbols ? this.pairing.symbols : this.pairing.dynamic;
    const named = patchesA.symbols?.table.type(symbolA) !== STT_SECTION;
    if (symbolA !== 0 && named && pairs[symbolA] === symbolB && addendA === addendB) return 'same';
    const baseA = patchTargetBase(a, patchesA, indexA);
    const baseB = patchTargetBase(b, patchesB, indexB);
    for (const bias of biasesOf(a, patchesA.type[indexA] ?? 0)) {
      const relation = this.#locations(shifted(baseA, addendA + bias), shifted(baseB, addendB + bias));
      if (relation !== undefined) return relation;
    }
    return undefined;
  }

  #locations(from: Location, to: Location): Relation | undefined {
    if (from === NOWHERE || to === NOWHERE) return undefined;
    const { correspondence } = this.pairing;
    if (correspondence.at(from) === to) {
      this.anchors.set(from, to);
      return 'same';
    }
    const pieceA = correspondence.pieceOfA(from);
    const pieceB = correspondence.pieceOfB(to);
    if (pieceA === undefined || pieceB === undefined || pieceA.kind !== pieceB.kind) return undefined;
    const { bodiesA, bodiesB } = this.pairing;
    if (pieceA.kind === 'code') {
      const starts = pieceA.start === offsetOf(from) && pieceB.start === offsetOf(to);
      return starts && bodiesA.key(pieceA) === bodiesB.key(pieceB) ? 'twin' : undefined;
    }
    return this.#sameConstant(from, to) ? 'label' : undefined;
  }

  /** Constants that a linker may merge: their whole content is what is at the two places. */
  #sameConstant(from: Location, to: Location): boolean {
    const { a, b } = this.pairing;
    const sectionA = a.section(sectionOf(from));
    const sectionB = b.section(sectionOf(to));
    if (sectionA === undefined || sectionB === undefined) return false;
    const size = sectionA.sh_entsize;
    if ((sectionA.sh_flags & SHF_MERGE) === 0n || sectionA.sh_flags !== sectionB.sh_flags) return false;
    if (size === 0 || size > 64 || sectionB.sh_entsize !== size || (sectionA.sh_flags & 0x20n) !== 0n)
      return false;
    const atA = offsetOf(from) - (offsetOf(from) % size);
    const atB = offsetOf(to) - (offsetOf(to) % size);
    if (offsetOf(from) - atA !== offsetOf(to) - atB) return false;
    const constantA = a.content(sectionA).subarray(atA, atA + size);
    return (
      constantA.length === size &&
      Buffer.compare(constantA, b.content(sectionB).subarray(atB, atB + size)) === 0
    );
  }

  /** Whether the two functions that pieces stand for have one body. */
  sameFunction(piece: Parameters<typeof sameBody>[1]): boolean {
    return sameBody(this.pairing, piece);
  }
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
