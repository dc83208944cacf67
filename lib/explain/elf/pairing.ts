import { type EhFrame, readEhFrame } from '../../format/elf/eh-frame.js';
import type { Section } from '../../format/elf/section.js';
import { Bodies } from './body.js';
import { Correspondence } from './correspondence.js';
import { pairFrames } from './frame-pairs.js';
import { pairByReferences } from './graph.js';
import { LabelNumbers } from './label-numbers.js';
import { matchPieces } from './match.js';
import { dividePieces, type Piece } from './piece.js';
import { pairSections } from './section-pairs.js';
import { StringPairs } from './strings.js';
import { pairSymbols, type SymbolPairs } from './symbol-pairs.js';
import type { ElfView, NamedSymbols } from './view.js';

const SHF_STRINGS = 0x20n;
const SHF_COMPRESSED = 0x800n;

/** Two ELF files with all that belongs together in them. */
export interface ElfPairing {
  readonly a: ElfView;
  readonly b: ElfView;
  readonly bodiesA: Bodies;
  readonly bodiesB: Bodies;
  readonly framesA: EhFrame | undefined;
  readonly framesB: EhFrame | undefined;
  readonly correspondence: Correspondence;
  readonly symbols: SymbolPairs;
  /** Of `.dynsym` beside a `.symtab`. */
  readonly dynamic: SymbolPairs;
  /** String tables by section of A. */
  readonly strings: ReadonlyMap<number, StringPairs>;
}

/** @throws InputError where a table of either does not fit the file */
export function pairElf(a: ElfView, b: ElfView): ElfPairing {
  const framesA = readEhFrame(a.elf);
  const framesB = readEhFrame(b.elf);
  const divisionA = dividePieces(a, framesA);
  const divisionB = dividePieces(b, framesB);
  const bodiesA = new Bodies(a, divisionA);
  const bodiesB = new Bodies(b, divisionB);
  const undefinedSymbols = pairByReferences(
    { view: a, division: divisionA, bodies: bodiesA, frames: framesA },
    { view: b, division: divisionB, bodies: bodiesB, frames: framesB },
  );
  const piecesA = divisionA.bySection;
  const piecesB = divisionB.bySection;
  matchPieces(
    divisionA.all,
    divisionB.all,
    (piece) => bodiesA.key(piece),
    (piece) => bodiesB.key(piece),
    (x, y) => bodiesA.likeness(x, y, bodiesB),
  );
  const sections = pairSections(a, b, piecesA);
  const correspondence = new Correspondence(piecesA, piecesB, sections);
  if (framesA !== undefined && framesB !== undefined)
    pairFrames(a, b, framesA, framesB, correspondence, piecesA, piecesB);
  const symbols = pairSymbols(
    a,
    b,
    a.symbols,
    b.symbols,
    correspondence,
    a.relocatable ? undefinedSymbols : [],
  );
  const dynamic = pairSymbols(
    a,
    b,
    a.dynamic,
    b.dynamic,
    correspondence,
    a.relocatable ? [] : undefinedSymbols,
  );
  const pairing = { a, b, bodiesA, bodiesB, framesA, framesB, correspondence, symbols, dynamic };
  const strings = pairStrings(pairing);
  correspondence.strings = strings;
  correspondence.unchanged = unchangedTables(pairing);
  return { ...pairing, strings };
}

/** Whether the two pieces have one content but for addresses, so that their names are names of one thing. */
function sameBody({ bodiesA, bodiesB }: Pick<ElfPairing, 'bodiesA' | 'bodiesB'>, piece: Piece): boolean {
  return piece.pair !== undefined && bodiesA.key(piece) === bodiesB.key(piece.pair);
}

function pairStrings(pairing: Omit<ElfPairing, 'strings'>): Map<number, StringPairs> {
  const { a, b, correspondence } = pairing;
  const out = new Map<number, StringPairs>();
  const tableOf = (sectionA: number, sectionB: number): StringPairs | undefined => {
    const known = out.get(sectionA);
    if (known !== undefined) return known;
    const from = a.section(sectionA);
    const to = b.section(sectionB);
    if (from === undefined || to === undefined || correspondence.sections[sectionA] !== sectionB)
      return undefined;
    const table = new StringPairs(a.content(from), b.content(to));
    out.set(sectionA, table);
    return table;
  };
  const numbersA = new LabelNumbers(a, pairing.framesA);
  const numbersB = new LabelNumbers(b, pairing.framesB);
  const numbered = (lawA: string | undefined, lawB: string | undefined) =>
    lawA !== undefined && lawA === lawB;
  // Names of symbols first: in objects, the names of their sections end with them.
  for (const [pairs, tableA, tableB] of [
    [pairing.symbols, a.symbols, b.symbols],
    [pairing.dynamic, a.dynamic, b.dynamic],
  ] as const) {
    const from = linkOf(a, tableA);
    const to = linkOf(b, tableB);
    const strings = from === undefined || to === undefined ? undefined : tableOf(from, to);
    if (strings === undefined || tableA === undefined || tableB === undefined) continue;
    for (let i = 1; i < pairs.length; i += 1) {
      const other = pairs[i] ?? -1;
      if (other < 0) continue;
      const nameA = tableA.table.st_name[i] ?? 0;
      if (nameA === 0) continue;
      const piece = correspondence.pieceOfA(tableA.location(i, a));
      strings.join(
        nameA,
        tableB.table.st_name[other] ?? 0,
        piece !== undefined && sameBody(pairing, piece),
        tableA === a.symbols && numbered(numbersA.symbolLaw(i), numbersB.symbolLaw(other)),
      );
    }
  }
  const names = tableOf(a.elf.header.e_shstrndx, b.elf.header.e_shstrndx);
  for (const section of a.elf.sections) {
    const other = b.section(correspondence.sections[section.index] ?? -1);
    if (names === undefined || other === undefined || section.sh_name === 0) continue;
    const [piece, second] = correspondence.piecesA.get(section.index) ?? [];
    names.join(
      section.sh_name,
      other.sh_name,
      piece !== undefined && second === undefined && sameBody(pairing, piece),
      numbered(numbersA.sectionLaw(section.index), numbersB.sectionLaw(other.index)),
    );
  }
  for (const table of out.values()) table.joinRest();
  for (const section of a.elf.sections) {
    const other = b.section(correspondence.sections[section.index] ?? -1);
    if (other === undefined || out.has(section.index) || !isDebugStrings(section) || !isDebugStrings(other))
      continue;
    const table = tableOf(section.index, other.index);
    table?.joinRest();
    table?.joinPaths();
    table?.joinInOrder();
  }
  return out;
}

/** Debug information in objects: what differs between two builds is in its relocations. */
function unchangedTables({ a, b, correspondence }: Omit<ElfPairing, 'strings'>): Set<number> {
  const tables = a.elf.sections.filter((section) => {
    const other = b.section(correspondence.sections[section.index] ?? -1);
    return (
      section.name.startsWith('.debug_') &&
      !correspondence.piecesA.has(section.index) &&
      other !== undefined &&
      section.fileSize === other.fileSize &&
      Buffer.compare(a.content(section), b.content(other)) === 0
    );
  });
  return new Set(tables.map(({ index }) => index));
}

/** `.debug_str`, `.debug_line_str`: strings that other sections refer to by their offset. */
export function isDebugStrings({ name, sh_flags }: Section): boolean {
  return name.startsWith('.debug_') && (sh_flags & SHF_STRINGS) !== 0n && (sh_flags & SHF_COMPRESSED) === 0n;
}

/** The section with the names of a symbol table. */
function linkOf(view: ElfView, symbols: NamedSymbols | undefined): number | undefined {
  if (symbols === undefined) return undefined;
  return view.elf.sections.find((s) => s.sh_offset === symbols.table.offset && s.sh_entsize > 0)?.sh_link;
}
