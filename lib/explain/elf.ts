import { memoryBytes } from '../artefact/bytes.js';
import { SHT_DYNAMIC, SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB } from '../format/elf/constant.js';
import type { Region } from '../format/elf/region.js';
import { isRelocationSection } from '../format/elf/relocation.js';
import type { Section } from '../format/elf/section.js';
import type { Table } from '../format/elf/table.js';
import { type Elf, openElf, regions } from '../format/elf.js';
import { LabelledSink } from '../ledger/labelled-sink.js';
import type { Sink, Why } from '../ledger/sink.js';
import { explainBytes } from './bytes.js';
import { attestAnonHash } from './elf/anon-hash.js';
import type { ArchiveFunctions } from './elf/archive-functions.js';
import { cCompiler } from './elf/c-compiler.js';
import { CodeLengths } from './elf/code-length.js';
import { contradictory } from './elf/contradictory.js';
import { alignedMap, DataExplainer } from './elf/data.js';
import { noteDebug } from './elf/debug-notes.js';
import { sameExtent } from './elf/extent.js';
import { explainFrames } from './elf/frames.js';
import { PieceExplainer } from './elf/function.js';
import { explainElfHeader, explainSectionHeaders, explainSegments } from './elf/headers.js';
import { interpreterSink } from './elf/interpreter-sink.js';
import { linkedOtherwise } from './elf/linker-signs.js';
import { explainPadding } from './elf/padding.js';
import { type ElfPairing, isDebugStrings, pairElf } from './elf/pairing.js';
import type { Piece } from './elf/piece.js';
import { isSlots } from './elf/pointers.js';
import { References } from './elf/references.js';
import { explainRelocations } from './elf/relocation-table.js';
import type { Strays } from './elf/strays.js';
import { explainSymbols } from './elf/symbol-table.js';
import {
  explainTable,
  SHT_GNU_HASH,
  SHT_GNU_VERDEF,
  SHT_GNU_VERNEED,
  SHT_GNU_VERSYM,
  SHT_HASH,
} from './elf/tables.js';
import { ResizedTexts } from './elf/text.js';
import { ElfView } from './elf/view.js';
import type { FunctionTally } from './function-tally.js';
import { explainString, PathRoots } from './string.js';

/** The archive that two objects lie in: functions may have gone to another object of it. */
export interface InArchive {
  readonly strays: Strays;
  readonly functions: ArchiveFunctions;
  readonly nameA: string;
  readonly nameB: string;
  /** Where the two contents start in the whole files. */
  readonly offsetA: number;
  readonly offsetB: number;
}

/**
 * Two ELF files. Everything is read and paired before the first segment is given away, so that a file whose structure
 * does not hold leaves the sink as it was.
 * @throws InputError where a structure of either does not fit the file
 */
export function prepareElf(
  a: Uint8Array,
  b: Uint8Array,
  tally: FunctionTally,
  inside?: InArchive,
): (sink: Sink) => void {
  const [elfA, elfB] = [openElf(memoryBytes(a)), openElf(memoryBytes(b))];
  // What only one side names cannot be paired by it.
  const stripped = elfA.stripped() !== elfB.stripped();
  const viewA = new ElfView(a, stripped);
  const viewB = new ElfView(b, stripped);
  const regionsA = regions(viewA.elf);
  const regionsB = regions(viewB.elf);
  const denied = contradictory(viewA.elf, viewB.elf);
  if (denied.length > 0 || !isLikeBuilt(viewA.elf, viewB.elf))
    return (sink) => {
      for (const text of denied) sink.note(text);
      explainBytes(a, b, interpreterSink(viewA.elf, viewB.elf, sink));
    };
  const pairing = pairElf(viewA, viewB);
  const explainer = new ElfExplainer(pairing, regionsA, regionsB, tally, inside);
  return (sink) => explainer.explain(sink);
}

const ET_EXEC = 2;

/**
 * Whether all that refers to a place tells so. An executable that is linked to fixed addresses has these in its code and
 * data as plain numbers: where anything stands elsewhere in B, a number that stayed may lead to something else.
 */
function sayWhereTheyLead({ a, b, correspondence }: ElfPairing): boolean {
  if (a.elf.header.e_type !== ET_EXEC && b.elf.header.e_type !== ET_EXEC) return true;
  for (const pieces of correspondence.piecesA.values()) {
    for (const { kind, section, start, end, pair } of pieces) {
      if (pair === undefined || kind === 'record') continue;
      const stayed = a.address(section) + start === b.address(pair.section) + pair.start;
      if (!stayed || end - start !== pair.end - pair.start) return false;
    }
  }
  return true;
}

class ElfExplainer {
  /** Of all debug strings: one of them may be the root of others. */
  readonly #roots = new PathRoots();
  readonly #references: References;
  readonly #code: PieceExplainer;
  readonly #data: DataExplainer;
  readonly #places = new Map<string, Sink>();

  constructor(
    readonly pairing: ElfPairing,
    readonly regionsA: readonly Region[],
    readonly regionsB: readonly Region[],
    readonly tally: FunctionTally,
    readonly inside: InArchive | undefined,
  ) {
    this.#references = new References(pairing, inside?.functions);
    const resized = new ResizedTexts(pairing);
    const lengths = new CodeLengths(resized);
    this.#code = new PieceExplainer(pairing.a, pairing.b, this.#references, tally.changed, lengths);
    this.#data = new DataExplainer(pairing, this.#references, resized);
  }

  explain(file: Sink): void {
    const { pairing } = this;
    const whole = interpreterSink(pairing.a.elf, pairing.b.elf, file);
    this.#mapData();
    noteDebug(pairing.a, pairing.b, whole);
    attestAnonHash(pairing.a, pairing.b, whole);
    const sink = this.#ofCompiler(whole);
    const made = this.#ofLinker(sink);
    const placed = sayWhereTheyLead(pairing);
    if (!placed)
      whole.note(
        'linked to fixed addresses, which nothing tells from other numbers: what moved is not shown',
      );
    explainElfHeader(pairing, made, placed);
    if (pairing.a.elf.segments.length + pairing.b.elf.segments.length > 0) explainSegments(pairing, made);
    explainSectionHeaders(pairing, made);
    // Code first: what it refers to says where tables in the data begin.
    for (const kind of ['code', 'data'] as const) this.#pieces(kind, sink);
    this.#tables(sink, made);
    this.#gaps(made);
  }

  /** What a C compiler made is not the root's, whatever differs in it. */
  #ofCompiler(sink: Sink): Sink {
    const { a, b } = this.pairing;
    const compilers = a.relocatable && b.relocatable ? [cCompiler(a.elf), cCompiler(b.elf)] : [];
    const [ofA, ofB] = compilers;
    if (ofA === undefined || ofB === undefined) return sink;
    sink.note(`an object of a C compiler: ${ofA === ofB ? ofA : `${ofA} in A, ${ofB} in B`}`);
    return new LabelledSink(sink, 'c-object', 'unexplained and code');
  }

  /** Headers and tables that a linker writes as it likes, where something tells that it liked otherwise. */
  #ofLinker(sink: Sink): Sink {
    const { a, b } = this.pairing;
    const told = a.relocatable || b.relocatable ? [] : linkedOtherwise(a.elf, b.elf);
    if (told.length === 0) return sink;
    sink.note(`linked otherwise: ${told.join(', ')}`);
    return new LabelledSink(sink, 'linker');
  }

  /** What has no symbols inside is measured by an alignment of its contents. */
  #mapData(): void {
    const { pairing } = this;
    for (const pieces of pairing.correspondence.piecesA.values()) {
      for (const piece of pieces) {
        const { pair } = piece;
        if (piece.kind !== 'data' || pair === undefined || isPlain(piece, pair)) continue;
        if (pairing.a.section(piece.section)?.sh_type === SHT_NOBITS) continue;
        piece.map = alignedMap(pairing, piece, pair);
      }
    }
  }

  #pieces(kind: Piece['kind'], sink: Sink): void {
    const { a, b, correspondence } = this.pairing;
    for (const [index, pieces] of correspondence.piecesA) {
      const section = a.section(index);
      if (section === undefined || section.sh_type === SHT_NOBITS) continue;
      for (const piece of pieces) {
        if (piece.kind !== kind) continue;
        if (piece.pair === undefined) this.#alone('a', section, piece, sink);
        else this.#pair(section, piece, piece.pair, sink);
      }
    }
    for (const [index, pieces] of correspondence.piecesB) {
      const section = b.section(index);
      if (section === undefined || section.sh_type === SHT_NOBITS) continue;
      for (const piece of pieces)
        if (piece.kind === kind && piece.pair === undefined) this.#alone('b', section, piece, sink);
    }
  }

  #alone(side: 'a' | 'b', section: Section, piece: Piece, sink: Sink): void {
    const isFunction = piece.kind === 'code' && piece.name !== '';
    const at = section.sh_offset + piece.start;
    if (isFunction && this.inside !== undefined) {
      const { strays, nameA, nameB, offsetA, offsetB } = this.inside;
      const { a, b, bodiesA, bodiesB } = this.pairing;
      if (side === 'a')
        strays.add('a', { view: a, bodies: bodiesA, piece, offset: offsetA + at, member: nameA });
      else strays.add('b', { view: b, bodies: bodiesB, piece, offset: offsetB + at, member: nameB });
      return;
    }
    if (isFunction) {
      const view = this.pairing[side];
      this.tally.only(side, piece.name, { view, section: piece.section, start: piece.start, end: piece.end });
    }
    const length = piece.end - piece.start;
    const place = this.#section(section, sink, side);
    const inner = piece.name === '' ? place : place.within(0, 0, 'symbol', piece.name);
    const why = { reason: piece.kind === 'code' ? ('code' as const) : ('unexplained' as const) };
    if (side === 'a') inner.change(at, length, 0, 0, why);
    else inner.change(0, 0, at, length, why);
  }

  #pair(section: Section, piece: Piece, pair: Piece, sink: Sink): void {
    const { a, b } = this.pairing;
    const other = b.section(pair.section);
    if (other === undefined) return;
    const fromA = section.sh_offset + piece.start;
    const fromB = other.sh_offset + pair.start;
    const length = piece.end - piece.start;
    const isFunction = piece.kind === 'code' && (piece.name !== '' || pair.name !== '');
    if (piece.kind === 'data' && !sameExtent(this.pairing, piece, pair)) {
      const why = { reason: 'object-order', field: 'what follows' } as const;
      this.#section(section, sink).change(fromA, length, fromB, pair.end - pair.start, why);
      return;
    }
    // The same code may lead elsewhere: it counts from where it stands, and what it leads to may have moved. So may
    // pointers, which stay what they were.
    if (
      piece.kind === 'data' &&
      length === pair.end - pair.start &&
      (a.relocatable || (a.patches(piece.section) === undefined && !isSlots(a, piece.section))) &&
      Buffer.compare(a.bytes.subarray(fromA, fromA + length), b.bytes.subarray(fromB, fromB + length)) ===
        0 &&
      !this.#data.measuresText(piece, pair)
    ) {
      sink.equal(fromA, fromB, length);
      return;
    }
    const place = this.#section(section, sink);
    const inner =
      piece.name === '' && pair.name === ''
        ? place.at(fromA, fromB)
        : place.within(fromA, fromB, 'symbol', piece.name, pair.name);
    if (piece.kind === 'data') {
      this.#data.explain(piece, pair, inner);
      return;
    }
    const outcome = this.#code.explain(piece, pair, inner);
    if (isFunction) this.tally.pair(outcome);
  }

  /** A place for a section of A (or of B, where A has none), counting from the start of the file. */
  #section(section: Section, sink: Sink, side: 'a' | 'b' = 'a'): Sink {
    const key = `${side} ${section.index}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = sink.within(0, 0, 'section', section.name === '' ? `section ${section.index}` : section.name);
      this.#places.set(key, place);
    }
    return place;
  }

  /** Sections that are tables: symbols, relocations, strings, frames and all that has a format of its own. */
  #tables(sink: Sink, made: Sink): void {
    const { a, b, correspondence, framesA, framesB } = this.pairing;
    const divided = (section: Section, pieces: ReadonlyMap<number, readonly Piece[]>) =>
      pieces.has(section.index) && section.index !== framesA?.section.index;
    const taken = new Set<number>();
    for (const section of a.elf.sections) {
      const to = correspondence.sections[section.index] ?? -1;
      if (to >= 0) taken.add(to);
      if (divided(section, correspondence.piecesA) || section.fileSize === 0) {
        const other = b.section(to);
        if (
          section.fileSize === 0 &&
          other !== undefined &&
          other.fileSize > 0 &&
          !correspondence.piecesB.has(to)
        )
          sink.within(0, other.sh_offset, 'section', other.name).change(0, 0, 0, other.fileSize);
        continue;
      }
      const other = b.section(to);
      if (other === undefined || other.sh_type === SHT_NOBITS) {
        made
          .within(section.sh_offset, 0, 'section', section.name)
          .change(0, section.fileSize, 0, 0, loneSection(section));
        continue;
      }
      const of = WRITTEN.has(section.name) ? made : sink;
      const inner = of.within(section.sh_offset, other.sh_offset, 'section', section.name, other.name);
      const contentA = a.content(section);
      const contentB = b.content(other);
      if (
        !refersElsewhere(section) &&
        !this.pairing.strings.has(section.index) &&
        Buffer.compare(contentA, contentB) === 0
      )
        inner.equal(0, 0, contentA.length);
      else if (section === framesA?.section && other === framesB?.section)
        explainFrames(this.pairing, framesA, framesB, inner);
      else this.#table(section, other, inner);
    }
    for (const section of b.elf.sections) {
      if (
        taken.has(section.index) ||
        section.fileSize === 0 ||
        (correspondence.piecesB.has(section.index) && section.index !== framesB?.section.index)
      )
        continue;
      made
        .within(0, section.sh_offset, 'section', section.name)
        .change(0, 0, 0, section.fileSize, loneSection(section));
    }
  }

  #table(section: Section, other: Section, sink: Sink): void {
    const { pairing } = this;
    const { a, b, strings } = pairing;
    const contentA = a.content(section);
    const contentB = b.content(other);
    const names = strings.get(section.index);
    if (names !== undefined && isDebugStrings(section))
      names.explain(
        sink,
        (textA, textB, of) => explainString(textA, textB, of, this.#roots),
        // In a linked file no relocation says who refers to which string.
        !a.relocatable,
      );
    else if (names !== undefined) names.explain(sink);
    else if (isRelocationSection(section))
      explainRelocations(pairing, this.#references, section, other, sink);
    else if (section.sh_type === SHT_SYMTAB || section.sh_type === SHT_DYNSYM) {
      const full = section.sh_type === SHT_SYMTAB || pairing.a.dynamic === undefined;
      const tableA = full ? a.symbols : a.dynamic;
      const tableB = full ? b.symbols : b.dynamic;
      const link = strings.get(section.sh_link);
      if (tableA === undefined || tableB === undefined) explainBytes(contentA, contentB, sink);
      else
        explainSymbols(
          pairing,
          tableA,
          tableB,
          full ? pairing.symbols : pairing.dynamic,
          link,
          contentA,
          contentB,
          sink,
        );
    } else explainTable(pairing, section, other, contentA, contentB, sink);
  }

  /** Gaps between structures, and what follows the last of them, by what they stand before. */
  #gaps(sink: Sink): void {
    const { a, b } = this.pairing;
    const ofB = new Map<string, Region>();
    for (const [i, region] of this.regionsB.entries()) {
      if (isGap(region)) ofB.set(this.#gapKey('b', this.regionsB, i), region);
    }
    for (const [i, region] of this.regionsA.entries()) {
      if (!isGap(region)) continue;
      const key = this.#gapKey('a', this.regionsA, i);
      const other = ofB.get(key);
      ofB.delete(key);
      const inner = sink.within(region.start, other?.start ?? 0, 'part', region.what);
      const gapA = a.bytes.subarray(region.start, region.start + region.length);
      const gapB =
        other === undefined ? new Uint8Array(0) : b.bytes.subarray(other.start, other.start + other.length);
      explainPadding(gapA, gapB, inner, region.kind !== 'trailing');
    }
    for (const region of ofB.values()) {
      const gapB = b.bytes.subarray(region.start, region.start + region.length);
      const inner = sink.within(0, region.start, 'part', region.what);
      explainPadding(new Uint8Array(0), gapB, inner, region.kind !== 'trailing');
    }
  }

  /** What a gap stands before, in A's numbers. */
  #gapKey(side: 'a' | 'b', all: readonly Region[], index: number): string {
    const region = all[index];
    if (region?.kind === 'trailing') return 'trailing';
    const next = all[index + 1];
    if (next?.section === undefined) return next?.kind ?? 'end';
    const { sections } = this.pairing.correspondence;
    return `section ${side === 'a' ? (sections[next.section] ?? -1) : next.section}`;
  }
}

function isGap({ kind }: Region): boolean {
  return kind === 'gap' || kind === 'trailing';
}

/** Tables that linkers write, and the names of sections. */
const WRITTEN: ReadonlySet<string> = new Set(['.dynamic', '.shstrtab', '.hash', '.gnu.hash']);

/** What a section looks like that only one side has: debug information and symbols are what stripping takes away. */
function loneSection({ name }: Section): Why {
  return /^\.(z?debug_|rela?\.z?debug_|symtab$|strtab$)/.test(name) ? { reason: 'debug-info' } : {};
}

/** Whether records of the two have one layout, so that they can be laid beside each other. */
function isLikeBuilt(a: Elf, b: Elf): boolean {
  const sizes = (x: Table, y: Table): boolean =>
    x.count === 0 || y.count === 0 || x.entrySize === y.entrySize;
  return (
    a.header.class === b.header.class &&
    a.header.littleEndian === b.header.littleEndian &&
    sizes(a.sectionTable, b.sectionTable) &&
    sizes(a.segmentTable, b.segmentTable)
  );
}

/** Symbols, what the dynamic linker reads first, hashes of names, and versions of symbols. */
const REFERRING: ReadonlySet<number> = new Set([
  SHT_SYMTAB,
  SHT_DYNSYM,
  SHT_DYNAMIC,
  SHT_HASH,
  SHT_GNU_HASH,
  SHT_GNU_VERSYM,
  SHT_GNU_VERNEED,
  SHT_GNU_VERDEF,
]);

/** Tables whose equal bytes may lead to something else, as numbers and places of what they name change. */
function refersElsewhere(section: Section): boolean {
  const { sh_type, name } = section;
  return isRelocationSection(section) || REFERRING.has(sh_type) || /^\.eh_frame(?:_hdr)?$/.test(name);
}

/** Whether an offset in a small constant is the same in the other, whatever else changed in them. */
function isPlain(piece: Piece, pair: Piece): boolean {
  const length = piece.end - piece.start;
  return (
    length < SMALL && length === pair.end - pair.start && piece.body - piece.start === pair.body - pair.start
  );
}

/** Bytes. */
const SMALL = 64;
