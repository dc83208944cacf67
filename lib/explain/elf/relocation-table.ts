import { lazyRelocations } from '../../format/elf/binding.js';
import { type Relocations, readRelocations } from '../../format/elf/relocation.js';
import { holdsAddress } from '../../format/elf/relocation-type.js';
import type { Section } from '../../format/elf/section.js';
import type { Sink } from '../../ledger/sink.js';
import { explainBytes } from '../bytes.js';
import { encoded, explainValue, sameBytes, Words } from './field.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { symbolsOf } from './patch.js';
import type { References } from './references.js';
import type { SymbolPairs } from './symbol-pairs.js';
import type { ElfView, NamedSymbols } from './view.js';

const STT_SECTION = 3;
/** x86-64's types whose addend counts from the end of a field of four bytes. */
const FROM_END_OF_FIELD = new Set([2, 4, 9, 41, 42]);
const EM_X86_64 = 62;

/** Two sections of relocations; `sink` is that of the section. */
export function explainRelocations(
  pairing: ElfPairing,
  references: References,
  sectionA: Section,
  sectionB: Section,
  sink: Sink,
): void {
  const { a, b, correspondence } = pairing;
  const tableA = readRelocations(a.elf, sectionA);
  const tableB = readRelocations(b.elf, sectionB);
  const contentA = a.content(sectionA);
  const contentB = b.content(sectionB);
  if (tableA.form !== 'rela' || tableB.form !== 'rela' || tableA.entrySize !== tableB.entrySize) {
    explainBytes(contentA, contentB, sink);
    return;
  }
  const isNumbered = isToldByNumber(a, sectionA) || isToldByNumber(b, sectionB);
  const rows = new Rows(pairing, tableA, tableB, sectionA, sectionB, references);
  const ofB = new Map<Location, number>();
  for (let i = tableB.length - 1; i >= 0; i -= 1) ofB.set(placeOf(b, tableB, i), i);
  const taken = new Uint8Array(tableB.length);
  for (let i = 0; i < tableA.length; i += 1) {
    const at = i * tableA.entrySize;
    const to = ofB.get(correspondence.at(placeOf(a, tableA, i))) ?? -1;
    if (to < 0 || taken[to] === 1) {
      sink.change(at, tableA.entrySize, 0, 0);
      continue;
    }
    taken[to] = 1;
    // The code that names it by its number is compared for itself, and calls something else now.
    if (isNumbered && to !== i)
      sink.change(at, tableA.entrySize, to * tableB.entrySize, tableB.entrySize, { field: 'order' });
    else rows.explain(i, to, sink);
  }
  for (let i = 0; i < tableB.length; i += 1) {
    if (taken[i] === 0) sink.change(0, 0, i * tableB.entrySize, tableB.entrySize);
  }
}

/** Whether code tells the relocations of this section by their number. */
function isToldByNumber(view: ElfView, { index }: Section): boolean {
  return !view.relocatable && lazyRelocations(view.elf)?.index === index;
}

/** What a relocation patches. */
function placeOf(view: ElfView, table: Relocations, index: number): Location {
  const offset = table.r_offset[index] ?? 0;
  return view.relocatable ? locationOf(table.target, offset) : view.locate(offset);
}

class Rows {
  readonly #a: Words;
  readonly #b: Words;
  readonly #symbolsA: NamedSymbols | undefined;
  readonly #symbolsB: NamedSymbols | undefined;
  readonly #pairs: SymbolPairs;
  readonly #references: References;

  constructor(
    readonly pairing: ElfPairing,
    readonly tableA: Relocations,
    readonly tableB: Relocations,
    sectionA: Section,
    sectionB: Section,
    references: References,
  ) {
    const { a, b } = pairing;
    this.#references = references;
    this.#a = new Words(a.content(sectionA), a.elf.header.littleEndian);
    this.#b = new Words(b.content(sectionB), b.elf.header.littleEndian);
    this.#symbolsA = symbolsOf(a, a.section(tableA.symtab));
    this.#symbolsB = symbolsOf(b, b.section(tableB.symtab));
    this.#pairs = this.#symbolsA === a.symbols ? pairing.symbols : pairing.dynamic;
  }

  explain(from: number, to: number, sink: Sink): void {
    const { tableA, tableB } = this;
    const size = tableA.entrySize;
    const word = size / 3;
    const at = from * size;
    const other = to * size;
    const bytesA = this.#a.bytes;
    const bytesB = this.#b.bytes;
    const typeA = tableA.r_type[from] ?? 0;
    const symbolA = tableA.r_sym[from] ?? 0;
    const symbolB = this.#pairs[symbolA] ?? -1;
    const field = (start: number, name: string, why: string, expected: () => Uint8Array | undefined) => {
      explainValue(bytesA, at + start, bytesB, other + start, word, sink, name, why, expected());
    };
    const { littleEndian } = this.pairing.b.elf.header;
    field(0, 'r_offset', 'where the patched field is', () => {
      const there = this.pairing.correspondence.at(placeOf(this.pairing.a, tableA, from));
      if (there === NOWHERE) return undefined;
      const { b } = this.pairing;
      return encoded(
        b.relocatable ? offsetOf(there) : b.address(sectionOf(there)) + offsetOf(there),
        word,
        littleEndian,
      );
    });
    // A record of frames tells of one function only, whatever the others are like.
    const twin =
      this.tableA.target !== this.pairing.framesA?.section.index &&
      tableA.r_sym[from] !== 0 &&
      symbolB !== tableB.r_sym[to] &&
      this.#isTwin(from, to);
    if (twin && sameBytes(bytesA, at + word, bytesB, other + word, word))
      sink.equal(at + word, other + word, word);
    else if (twin) sink.shown('merged-function', at + word, word, other + word, word, 'r_info');
    else
      field(word, 'r_info', 'the numbers of symbols', () => {
        if (symbolB < 0) return undefined;
        const info = word === 8 ? symbolB * 2 ** 32 + typeA : symbolB * 256 + typeA;
        return encoded(info, word, littleEndian);
      });
    if (this.#isBehindResizing(from)) {
      const there = this.#inResized(from, tableB.r_sym[to] ?? 0);
      // Nothing says which place of B it is that corresponds, so that the same number may be another place.
      if (there === undefined)
        sink.change(at + 2 * word, word, other + 2 * word, word, { field: 'r_addend' });
      else field(2 * word, 'r_addend', 'where it leads', () => encoded(there, word, littleEndian));
      return;
    }
    field(2 * word, 'r_addend', 'where it leads', () => {
      const addend = this.#addend(from, tableB.r_sym[to] ?? 0);
      return addend === undefined ? undefined : encoded(addend, word, littleEndian);
    });
  }

  /** Whether it leads into a named constant, behind its start, that is longer or shorter in B. */
  #isBehindResizing(from: number): boolean {
    const base = this.#baseOf(from);
    const piece = this.pairing.correspondence.pieceOfA(base);
    if (piece?.kind !== 'data' || piece.pair === undefined || offsetOf(base) !== piece.start) return false;
    const within = this.#within(from);
    const length = piece.body - piece.start;
    return within > 0 && within < length && length !== piece.pair.body - piece.pair.start;
  }

  /** What B's addend must be, of a relocation into a named constant. */
  #inResized(from: number, symbolB: number): number | undefined {
    const base = this.#baseOf(from);
    const there = this.pairing.correspondence.at(
      locationOf(sectionOf(base), offsetOf(base) + this.#within(from)),
    );
    const baseB = this.#symbolsB?.location(symbolB, this.pairing.b) ?? NOWHERE;
    if (there === NOWHERE || baseB === NOWHERE || sectionOf(there) !== sectionOf(baseB)) return undefined;
    return offsetOf(there) - offsetOf(baseB) - this.#bias(from);
  }

  /** Where its symbol lies, if that is a thing of an object and no section. */
  #baseOf(from: number): Location {
    const { a } = this.pairing;
    const symbol = this.tableA.r_sym[from] ?? 0;
    if (!a.relocatable || symbol === 0 || this.#symbolsA?.table.type(symbol) === STT_SECTION) return NOWHERE;
    return this.#symbolsA?.location(symbol, a) ?? NOWHERE;
  }

  /** Bytes behind its symbol. */
  #within(from: number): number {
    return (this.tableA.r_addend[from] ?? 0) + this.#bias(from);
  }

  #bias(from: number): number {
    const { e_machine } = this.pairing.a.elf.header;
    return e_machine === EM_X86_64 && FROM_END_OF_FIELD.has(this.tableA.r_type[from] ?? 0) ? 4 : 0;
  }

  /** Whether the two name two functions that are one but for their names. */
  #isTwin(from: number, to: number): boolean {
    const { tableA, tableB } = this;
    const { a, b } = this.pairing;
    if (tableA.r_type[from] !== tableB.r_type[to] || tableA.r_addend[from] !== tableB.r_addend[to])
      return false;
    const locationA = this.#symbolsA?.location(tableA.r_sym[from] ?? 0, a) ?? NOWHERE;
    const locationB = this.#symbolsB?.location(tableB.r_sym[to] ?? 0, b) ?? NOWHERE;
    return this.#references.locations(locationA, locationB) === 'twin';
  }

  /** What B's addend must be so that it leads to what A's leads to. */
  #addend(from: number, symbolB: number): number | undefined {
    const { a, b, correspondence } = this.pairing;
    const symbolA = this.tableA.r_sym[from] ?? 0;
    const addend = this.tableA.r_addend[from] ?? 0;
    if (symbolA === 0) {
      // Others count in the storage of a thread, or name a module.
      if (!holdsAddress(a.elf.header.e_machine, this.tableA.r_type[from] ?? 0)) return undefined;
      const there = a.relocatable ? NOWHERE : correspondence.at(a.locate(addend));
      return there === NOWHERE ? undefined : b.address(sectionOf(there)) + offsetOf(there);
    }
    if (
      this.#symbolsA?.table.type(symbolA) !== STT_SECTION ||
      this.#symbolsB?.table.type(symbolB) !== STT_SECTION
    )
      return undefined;
    const bias = this.#bias(from);
    const base = this.#symbolsA.location(symbolA, a);
    const there = correspondence.string(locationOf(sectionOf(base), offsetOf(base) + addend + bias));
    const baseB = this.#symbolsB?.location(symbolB, b) ?? NOWHERE;
    if (there === NOWHERE || sectionOf(there) !== sectionOf(baseB)) return undefined;
    return offsetOf(there) - offsetOf(baseB) - bias;
  }
}
