import { readToken } from '../../ledger/claim.js';
import type { Range } from '../../ledger/ranges.js';
import type { Sink } from '../../ledger/sink.js';
import { changedRanges, explainBytes } from '../bytes.js';
import { encoded, sameBytes, Words } from './field.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import { isAligning } from './padding.js';
import type { ElfPairing } from './pairing.js';
import type { Piece } from './piece.js';
import { inTermsOf } from './pointers.js';
import type { References } from './references.js';
import type { ResizedTexts } from './text.js';
import { type TextLength, textLengths } from './text-length.js';
import { TypeIdPlaces } from './type-id-function.js';
import type { ElfView } from './view.js';

/** Constants are aligned to no more than a line of the cache. Bytes. */
const MAX_ALIGNMENT = 64;

/** Compares what is no code: constants, tables of pointers, jump tables. */
export class DataExplainer {
  readonly #typeIds: TypeIdPlaces;
  /** Where A's code refers to, by section and sorted. */
  #anchors: Map<number, Float64Array> | undefined;

  constructor(
    readonly pairing: ElfPairing,
    readonly references: References,
    readonly resized: ResizedTexts,
  ) {
    this.#typeIds = new TypeIdPlaces(pairing.a, pairing.correspondence.piecesA);
  }

  /** Whether two pieces tell how long a text is that has another length in B: with equal bytes one of them is wrong. */
  measuresText(piece: Piece, pair: Piece): boolean {
    return textLengths(this.resized, piece, pair).size > 0;
  }

  /** Two pieces as wholes, with what has no symbol behind them; `sink` starts where they do. */
  explain(piece: Piece, pair: Piece, sink: Sink): void {
    const { a, b } = this.pairing;
    const bytesA = bytesOf(a, piece);
    const bytesB = bytesOf(b, pair);
    if (
      Buffer.compare(bytesA, bytesB) === 0 &&
      !this.measuresText(piece, pair) &&
      Buffer.compare(inTermsOf(this.pairing, piece, bytesA), bytesB) === 0
    ) {
      sink.equal(0, 0, bytesA.length);
      return;
    }
    const [endA, endB] = this.#aligned(piece, pair, bytesA, bytesB);
    this.#inStep(piece, pair, bytesA.subarray(0, endA), bytesB.subarray(0, endB), sink);
    const rest = bytesB.subarray(endB);
    if (endA === bytesA.length && rest.length === 0) return;
    const from = 'the alignment of what follows';
    sink.derived(endA, bytesA.length - endA, endB, rest.length, rest, from, undefined, 'padding');
  }

  /** Where two constants end of which one has more zeros behind it, as the alignment of what follows asks. */
  #aligned(piece: Piece, pair: Piece, bytesA: Uint8Array, bytesB: Uint8Array): [number, number] {
    const { a, b } = this.pairing;
    const shorter = Math.min(bytesA.length, bytesB.length);
    const tail = Math.abs(bytesA.length - bytesB.length);
    const aligning = tail > 0 && isAligning(a, piece, tail) && isAligning(b, pair, tail);
    // Of what has no symbol nothing says which zeros are its own.
    const isBehind = Math.max(piece.body - piece.start, pair.body - pair.start) <= shorter;
    const isFilling = aligning && isBehind && isZero(bytesA, shorter) && isZero(bytesB, shorter);
    return isFilling ? [shorter, shorter] : [bytesA.length, bytesB.length];
  }

  #inStep(piece: Piece, pair: Piece, bytesA: Uint8Array, bytesB: Uint8Array, sink: Sink): void {
    const mapped = inTermsOf(this.pairing, piece, bytesA);
    const lengths = textLengths(this.resized, piece, pair);
    const { ranges, truncated } = changedRanges(mapped, bytesB);
    let atA = 0;
    let atB = 0;
    const words = wordRanges(ranges, piece.start, bytesA.length, bytesB.length);
    for (const range of textRanges(words, bytesA, bytesB)) {
      this.#mapped(bytesA, bytesB, atA, atB, range.aStart - atA, lengths, sink);
      atA = range.aStart + range.aLength;
      atB = range.bStart + range.bLength;
      const inner = sink.at(range.aStart, range.bStart);
      const changedA = bytesA.subarray(range.aStart, atA);
      const changedB = bytesB.subarray(range.bStart, atB);
      if (range.aLength !== range.bLength || (isText(changedA) && isText(changedB)))
        explainBytes(changedA, changedB, inner);
      else if (Buffer.compare(changedA, changedB) === 0)
        // The same bytes, but what they led to is elsewhere now.
        sink.change(range.aStart, range.aLength, range.bStart, range.bLength, { field: 'pointer' });
      else
        this.#inPlace(piece, pair, bytesA, bytesB, range.aStart, range.bStart, range.aLength, lengths, sink);
    }
    if (truncated) sink.change(atA, bytesA.length - atA, atB, bytesB.length - atB);
    else this.#mapped(bytesA, bytesB, atA, atB, bytesA.length - atA, lengths, sink);
  }

  /** Bytes that are equal once A's pointers are told as B's: equal as they are, or derived pointer by pointer. */
  #mapped(
    a: Uint8Array,
    b: Uint8Array,
    atA: number,
    atB: number,
    length: number,
    lengths: ReadonlyMap<number, TextLength>,
    sink: Sink,
  ): void {
    for (let at = 0; at < length; ) {
      const measured = measure(lengths, atA + at, atB + at, length - at, sink);
      if (measured > 0) {
        at += measured;
        continue;
      }
      const same = a[atA + at] === b[atB + at];
      let end = at + 1;
      while (end < length && !lengths.has(atA + end) && (a[atA + end] === b[atB + end]) === same) end += 1;
      if (same) sink.equal(atA + at, atB + at, end - at);
      else {
        const from = 'where the pointer leads';
        sink.derived(
          atA + at,
          end - at,
          atB + at,
          end - at,
          b.subarray(atB + at, atB + end),
          from,
          'pointer',
          'address-shift',
        );
      }
      at = end;
    }
  }

  /** Bytes that differ in place: hashes, offsets of jump tables, text. */
  #inPlace(
    piece: Piece,
    pair: Piece,
    a: Uint8Array,
    b: Uint8Array,
    atA: number,
    atB: number,
    length: number,
    lengths: ReadonlyMap<number, TextLength>,
    sink: Sink,
  ): void {
    const end = atA + length;
    for (let at = atA; at < end; ) {
      const to = atB + at - atA;
      let taken =
        measure(lengths, at, to, end - at, sink) || this.#word(piece, pair, a, b, at, to, end - at, sink);
      if (taken === 0) {
        // Up to the next place where a word may begin.
        taken = Math.min(end - at, 4 - ((piece.start + at) % 4));
        inPlace(a, b, at, to, taken, sink);
      }
      at += taken;
    }
  }

  /** Takes the word that starts here if it is a hash or leads somewhere; gives the bytes taken, or 0. */
  #word(
    piece: Piece,
    pair: Piece,
    a: Uint8Array,
    b: Uint8Array,
    atA: number,
    atB: number,
    room: number,
    sink: Sink,
  ): number {
    // A type id has 128 bits: half of one is some other number.
    const isId = room >= 16 && differing(a, atA, b, atB, 8) >= 6 && differing(a, atA + 8, b, atB + 8, 8) >= 6;
    if ((piece.start + atA) % 8 === 0 && isId) {
      sink.token('type-id', 'le64', atA, 8, atB, 8);
      sink.token('type-id', 'le64', atA + 8, 8, atB + 8, 8);
      if (this.#typeIds.has(locationOf(piece.section, piece.start + atA))) {
        for (const half of [atA, atA + 8]) sink.typed(readToken(a.subarray(half, half + 8), 'le64') ?? '');
      }
      return 16;
    }
    if ((piece.start + atA) % 4 !== 0 || room < 4 || differing(a, atA, b, atB, 4) === 0) return 0;
    return this.#jump(piece, pair, a, b, atA, atB, sink);
  }

  /** An offset of four bytes from the start of its table, which code refers to, or from itself. */
  #jump(
    piece: Piece,
    pair: Piece,
    a: Uint8Array,
    b: Uint8Array,
    atA: number,
    atB: number,
    sink: Sink,
  ): number {
    const { a: viewA, b: viewB, correspondence } = this.pairing;
    if (viewA.relocatable) return 0;
    const words = new Words(a, viewA.elf.header.littleEndian);
    const wordA = words.signed(atA, 4);
    const derive = (from: number, to: number, field: string): boolean => {
      const target = correspondence.at(viewA.locate(from + wordA));
      if (target === NOWHERE) return false;
      const value = viewB.address(sectionOf(target)) + offsetOf(target) - to;
      const expected = encoded(value, 4, viewB.elf.header.littleEndian);
      if (!sameBytes(expected, 0, b, atB, 4)) return false;
      sink.derived(atA, 4, atB, 4, expected, 'where it leads', field, 'address-shift');
      return true;
    };
    const base = this.#anchorBefore(piece.section, piece.start + atA);
    const baseB = base === NOWHERE ? NOWHERE : (this.references.anchors.get(base) ?? NOWHERE);
    if (baseB !== NOWHERE && sectionOf(baseB) === pair.section) {
      const from = viewA.address(sectionOf(base)) + offsetOf(base);
      const to = viewB.address(sectionOf(baseB)) + offsetOf(baseB);
      if (derive(from, to, 'offset')) return 4;
    }
    // Or from where it stands itself, as pointers of exception tables do.
    const hereA = viewA.address(piece.section) + piece.start + atA;
    const hereB = viewB.address(pair.section) + pair.start + atB;
    return derive(hereA, hereB, 'pointer') ? 4 : 0;
  }

  #anchorBefore(section: number, offset: number): Location {
    if (this.#anchors === undefined) {
      const lists = new Map<number, number[]>();
      for (const location of this.references.anchors.keys()) {
        const list = lists.get(sectionOf(location));
        if (list === undefined) lists.set(sectionOf(location), [offsetOf(location)]);
        else list.push(offsetOf(location));
      }
      this.#anchors = new Map([...lists].map(([of, list]) => [of, Float64Array.from(list).sort()]));
    }
    const sorted = this.#anchors.get(section);
    if (sorted === undefined) return NOWHERE;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NOWHERE : locationOf(section, sorted[low - 1] ?? 0);
  }
}

/**
 * The offsets of B's piece that those of A's became, from an alignment of their contents: for what has no symbols
 * inside. Made when it is first asked for; while it is made, nothing in it has a counterpart.
 */
export function alignedMap(pairing: ElfPairing, piece: Piece, pair: Piece): (offset: number) => number {
  let table:
    | { readonly a: Float64Array; readonly b: Float64Array; readonly length: Float64Array }
    | undefined;
  let busy = false;
  return (offset) => {
    if (busy) return -1;
    if (table === undefined) {
      busy = true;
      table = equalRanges(pairing, piece, pair);
      busy = false;
    }
    let low = 0;
    let high = table.a.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((table.a[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const start = table.a[low - 1];
    if (start === undefined || offset - start >= (table.length[low - 1] ?? 0)) return -1;
    return (table.b[low - 1] ?? 0) + offset - start;
  };
}

function equalRanges(
  pairing: ElfPairing,
  piece: Piece,
  pair: Piece,
): { readonly a: Float64Array; readonly b: Float64Array; readonly length: Float64Array } {
  const bytesB = bytesOf(pairing.b, pair);
  const bytesA = inTermsOf(pairing, piece, bytesOf(pairing.a, piece));
  const { ranges } = changedRanges(bytesA, bytesB);
  const rows: [number, number, number][] = [];
  let atA = 0;
  let atB = 0;
  for (const { aStart, aLength, bStart, bLength } of ranges) {
    if (aStart > atA) rows.push([atA, atB, aStart - atA]);
    // Bytes replaced by as many others stand for them.
    if (aLength === bLength) rows.push([aStart, bStart, aLength]);
    atA = aStart + aLength;
    atB = bStart + bLength;
  }
  if (bytesA.length > atA) rows.push([atA, atB, bytesA.length - atA]);
  return {
    a: Float64Array.from(rows, ([a]) => a),
    b: Float64Array.from(rows, ([, b]) => b),
    length: Float64Array.from(rows, ([, , length]) => length),
  };
}

/** Takes the word that starts here if it tells how long a text is; gives the bytes taken, or 0. */
function measure(
  lengths: ReadonlyMap<number, TextLength>,
  atA: number,
  atB: number,
  room: number,
  sink: Sink,
): number {
  const word = lengths.get(atA);
  if (word === undefined || word.to !== atB || word.size > room) return 0;
  if (word.texts === undefined) sink.change(atA, word.size, atB, word.size, { field: 'length' });
  else sink.measured(atA, atB, word.size, word.texts, { field: 'length' });
  return word.size;
}

/** Whether nothing but zeros follow, and no more of them than an alignment takes. */
function isZero(bytes: Uint8Array, from: number): boolean {
  if (bytes.length - from >= MAX_ALIGNMENT) return false;
  for (let i = from; i < bytes.length; i += 1) if (bytes[i] !== 0) return false;
  return true;
}

function bytesOf(view: ElfView, piece: Piece): Uint8Array {
  const section = view.section(piece.section);
  return section === undefined ? new Uint8Array(0) : view.content(section).subarray(piece.start, piece.end);
}

function differing(a: Uint8Array, atA: number, b: Uint8Array, atB: number, length: number): number {
  let count = 0;
  for (let i = 0; i < length; i += 1) if (a[atA + i] !== b[atB + i]) count += 1;
  return count;
}

/** Bytes of one length on both sides: equal ones, and unexplained ones. */
function inPlace(a: Uint8Array, b: Uint8Array, atA: number, atB: number, length: number, sink: Sink): void {
  for (let at = 0; at < length; ) {
    const same = a[atA + at] === b[atB + at];
    let end = at + 1;
    while (end < length && (a[atA + end] === b[atB + end]) === same) end += 1;
    if (same) sink.equal(atA + at, atB + at, end - at);
    else sink.change(atA + at, end - at, atB + at, end - at);
    at = end;
  }
}

/**
 * Ranges widened to whole words of eight bytes where both sides are in step, and joined where they touch then: a
 * hash may agree in a byte by chance.
 */
function wordRanges(ranges: readonly Range[], start: number, lengthA: number, lengthB: number): Range[] {
  const out: Range[] = [];
  for (const [i, range] of ranges.entries()) {
    let { aStart, bStart, aLength, bLength } = range;
    if (aLength === bLength) {
      const last = out.at(-1);
      const before = Math.min(
        (start + aStart) % 8,
        aStart - (last === undefined ? 0 : last.aStart + last.aLength),
      );
      const next = ranges[i + 1];
      const room = Math.min(
        (next?.aStart ?? lengthA) - aStart - aLength,
        (next?.bStart ?? lengthB) - bStart - bLength,
      );
      const after = Math.min((8 - ((start + aStart + aLength) % 8)) % 8, room);
      aStart -= before;
      bStart -= before;
      aLength += before + after;
      bLength += before + after;
    }
    const last = out.at(-1);
    const even = last !== undefined && last.aLength === last.bLength && aLength === bLength;
    if (even && last.aStart + last.aLength === aStart && last.bStart + last.bLength === bStart) {
      out.pop();
      out.push({
        aStart: last.aStart,
        bStart: last.bStart,
        aLength: last.aLength + aLength,
        bLength: last.bLength + bLength,
      });
    } else {
      out.push({ aStart, bStart, aLength, bLength });
    }
  }
  return out;
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every(isPrintable);
}

function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}

/** The ranges, those of text with the text around them, so that a path is seen whole. */
function textRanges(ranges: readonly Range[], a: Uint8Array, b: Uint8Array): Range[] {
  const out: Range[] = [];
  const same = (atA: number, atB: number): boolean => isPrintable(a[atA]) && a[atA] === b[atB];
  for (const [i, range] of ranges.entries()) {
    let { aStart, bStart } = range;
    let endA = aStart + range.aLength;
    let endB = bStart + range.bLength;
    if (!isText(a.subarray(aStart, endA)) || !isText(b.subarray(bStart, endB))) {
      out.push(range);
      continue;
    }
    const last = out.at(-1);
    const [fromA, fromB] =
      last === undefined ? [0, 0] : [last.aStart + last.aLength, last.bStart + last.bLength];
    while (aStart > fromA && bStart > fromB && same(aStart - 1, bStart - 1)) {
      aStart -= 1;
      bStart -= 1;
    }
    const next = ranges[i + 1];
    const [toA, toB] = next === undefined ? [a.length, b.length] : [next.aStart, next.bStart];
    while (endA < toA && endB < toB && same(endA, endB)) {
      endA += 1;
      endB += 1;
    }
    const joined =
      last !== undefined &&
      fromA === aStart &&
      fromB === bStart &&
      isText(a.subarray(last.aStart, fromA)) &&
      isText(b.subarray(last.bStart, fromB));
    if (joined) {
      out.pop();
      aStart = last.aStart;
      bStart = last.bStart;
    }
    out.push({ aStart, aLength: endA - aStart, bStart, bLength: endB - bStart });
  }
  return out;
}
