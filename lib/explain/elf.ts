import { SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB } from '../format/elf/constant.js';
import type { Region } from '../format/elf/region.js';
import { isRelocationSection } from '../format/elf/relocation.js';
import type { Section } from '../format/elf/section.js';
import { regions } from '../format/elf.js';
import type { Sink } from '../ledger/sink.js';
import { explainBytes } from './bytes.js';
import { CodeExplainer } from './elf/code.js';
import { alignedMap, DataExplainer } from './elf/data.js';
import { explainFrames } from './elf/frames.js';
import { explainElfHeader, explainSectionHeaders, explainSegments } from './elf/headers.js';
import { type ElfPairing, pairElf } from './elf/pairing.js';
import type { Piece } from './elf/piece.js';
import { References } from './elf/references.js';
import { explainRelocations } from './elf/relocation-table.js';
import { explainSymbols } from './elf/symbol-table.js';
import { explainTable } from './elf/tables.js';
import { ElfView } from './elf/view.js';
import type { FunctionTally } from './function-tally.js';

export interface ExplainedElf {
  explain(sink: Sink): void;
}

/**
 * Two ELF files. Everything is read and paired before the first segment is given away, so that a file whose structure
 * does not hold leaves the sink as it was.
 * @throws InputError where a structure of either does not fit the file
 */
export function prepareElf(a: Uint8Array, b: Uint8Array, tally: FunctionTally): ExplainedElf {
  const viewA = new ElfView(a);
  const viewB = new ElfView(b);
  const regionsA = regions(viewA.elf);
  const regionsB = regions(viewB.elf);
  if (
    viewA.elf.header.class !== viewB.elf.header.class ||
    viewA.elf.header.littleEndian !== viewB.elf.header.littleEndian
  )
    return { explain: (sink) => explainBytes(a, b, sink) };
  const pairing = pairElf(viewA, viewB);
  const explainer = new ElfExplainer(pairing, regionsA, regionsB, tally);
  return { explain: (sink) => explainer.explain(sink) };
}

class ElfExplainer {
  readonly #code: CodeExplainer;
  readonly #data: DataExplainer;
  readonly #places = new Map<number, Sink>();

  constructor(
    readonly pairing: ElfPairing,
    readonly regionsA: readonly Region[],
    readonly regionsB: readonly Region[],
    readonly tally: FunctionTally,
  ) {
    const references = new References(pairing);
    this.#code = new CodeExplainer(pairing, references);
    this.#data = new DataExplainer(pairing, references);
  }

  explain(sink: Sink): void {
    const { pairing } = this;
    this.#mapData();
    explainElfHeader(pairing, sink);
    if (pairing.a.elf.segments.length + pairing.b.elf.segments.length > 0) explainSegments(pairing, sink);
    explainSectionHeaders(pairing, sink);
    // Code first: what it refers to says where tables in the data begin.
    for (const kind of ['code', 'data'] as const) this.#pieces(kind, sink);
    this.#tables(sink);
    this.#gaps(sink);
  }

  /** What has no symbols inside is measured by an alignment of its contents. */
  #mapData(): void {
    const { pairing } = this;
    for (const pieces of pairing.correspondence.piecesA.values()) {
      for (const piece of pieces) {
        if (piece.kind !== 'data' || piece.pair === undefined || piece.end - piece.start < 64) continue;
        if (pairing.a.section(piece.section)?.sh_type === SHT_NOBITS) continue;
        piece.map = alignedMap(pairing, piece, piece.pair);
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
    if (isFunction) this.tally.only(side, piece.name);
    const at = section.sh_offset + piece.start;
    const length = piece.end - piece.start;
    const place = this.#section(section, sink);
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
    const equal =
      length === pair.end - pair.start &&
      Buffer.compare(a.bytes.subarray(fromA, fromA + length), b.bytes.subarray(fromB, fromB + length)) === 0;
    const isFunction = piece.kind === 'code' && (piece.name !== '' || pair.name !== '');
    if (equal && !isFunction) {
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
    const bodyA = piece.body - piece.start;
    const bodyB = pair.body - pair.start;
    const body = { startA: piece.start, endA: piece.body, startB: pair.start, endB: pair.body };
    const outcome = this.#code.explain(piece, pair, body, inner);
    if (isFunction) this.tally.pair(outcome);
    const restA = a.bytes.subarray(fromA + bodyA, fromA + length);
    const restB = b.bytes.subarray(fromB + bodyB, fromB + pair.end - pair.start);
    const rest = inner.at(bodyA, bodyB);
    if (isFilling(restA) && isFilling(restB)) explainPadding(restA, restB, rest);
    else {
      // Code that no symbol covers.
      const range = { startA: piece.body, endA: piece.end, startB: pair.body, endB: pair.end };
      this.#code.explain(piece, pair, range, rest);
    }
  }

  /** A place for a section of A (or of B, where A has none), counting from the start of the file. */
  #section(section: Section, sink: Sink): Sink {
    const key = section.headerOffset;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = sink.within(0, 0, 'section', section.name === '' ? `section ${section.index}` : section.name);
      this.#places.set(key, place);
    }
    return place;
  }

  /** Sections that are tables: symbols, relocations, strings, frames and all that has a format of its own. */
  #tables(sink: Sink): void {
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
        sink.within(section.sh_offset, 0, 'section', section.name).change(0, section.fileSize, 0, 0);
        continue;
      }
      const inner = sink.within(section.sh_offset, other.sh_offset, 'section', section.name, other.name);
      const contentA = a.content(section);
      const contentB = b.content(other);
      if (Buffer.compare(contentA, contentB) === 0) inner.equal(0, 0, contentA.length);
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
      sink.within(0, section.sh_offset, 'section', section.name).change(0, 0, 0, section.fileSize);
    }
  }

  #table(section: Section, other: Section, sink: Sink): void {
    const { pairing } = this;
    const { a, b, strings } = pairing;
    const contentA = a.content(section);
    const contentB = b.content(other);
    const names = strings.get(section.index);
    if (names !== undefined) names.explain(sink);
    else if (isRelocationSection(section)) explainRelocations(pairing, section, other, sink);
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
      const gapB = other === undefined ? NOTHING : b.bytes.subarray(other.start, other.start + other.length);
      explainPadding(gapA, gapB, inner);
    }
    for (const region of ofB.values()) {
      const gapB = b.bytes.subarray(region.start, region.start + region.length);
      explainPadding(NOTHING, gapB, sink.within(0, region.start, 'part', region.what));
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

const NOTHING = new Uint8Array(0);

/**
 * Bytes between structures: where both sides are nothing but the usual filling (zeros, `int3`, the processor's no-ops),
 * another length follows from the alignment of what comes next, and another choice among no-ops of one length from who
 * filled the gap. All else stays unexplained.
 */
function explainPadding(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  if (a.length === 0 && b.length === 0) return;
  if (a.length === b.length && Buffer.compare(a, b) === 0) sink.equal(0, 0, a.length);
  else if (isFilling(a) && isFilling(b) && (a.length !== b.length || differing(a, b) >= LEAST_DIFFERING))
    sink.derived(0, a.length, 0, b.length, b, 'the alignment of what follows', undefined, 'padding');
  else sink.change(0, a.length, 0, b.length, { reason: 'padding' });
}

/** Other no-ops of one length have at least so many other bytes; fewer may be a change that somebody made. */
const LEAST_DIFFERING = 3;

function differing(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (const [i, byte] of a.entries()) if (byte !== b[i]) count += 1;
  return count;
}

/** No more than a page, and of one kind. */
function isFilling(bytes: Uint8Array): boolean {
  if (bytes.length > 4096) return false;
  if (bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 0xcc)) return true;
  let single = false;
  for (let at = 0; at < bytes.length; ) {
    const length = noOp(bytes, at);
    // Nobody fills with two short ones where a longer one does.
    if (length === 0 || (length === 1 && single)) return false;
    single = length === 1;
    at += length;
  }
  return true;
}

/** Intel SDM, "NOP", recommended multi-byte sequences, with any number of 66 prefixes and a segment override before. */
function noOp(bytes: Uint8Array, at: number): number {
  let from = at;
  while (bytes[from] === 0x66) from += 1;
  if (bytes[from] === 0x2e) from += 1;
  if (bytes[from] === 0x90) return from + 1 - at;
  if (bytes[from] !== 0x0f || bytes[from + 1] !== 0x1f) return 0;
  const length = { 0: 3, 64: 4, 68: 5, 128: 7, 132: 8 }[bytes[from + 2] ?? 0xff];
  if (length === undefined) return 0;
  for (let i = 3; i < length; i += 1) if (bytes[from + i] !== 0) return 0;
  return from + length <= bytes.length ? from + length - at : 0;
}
