import { CONSTANT, CONSTANTS_BLOCK, METADATA, METADATA_BLOCK } from '../../format/bitcode/code.js';
import { type Columns, RECORD } from '../../format/bitcode/columns.js';
import { type BitcodeModule, readMetadataStrings } from '../../format/bitcode/module.js';
import type { Sink } from '../../ledger/sink.js';
import { explainName } from '../name.js';
import type { Pairing } from './pairing.js';
import { explainGuessed } from './text.js';
import type { Translation } from './translate.js';

/** Bytes of a content, from and up to an offset. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Two modules, paired, and B's stream as it follows from A's. */
export interface Recomputed {
  readonly a: BitcodeModule;
  readonly b: BitcodeModule;
  readonly pairing: Pairing;
  readonly translation: Translation;
  /** From B's magic number on. */
  readonly stream: Uint8Array;
}

/** Blobs of A and B (entries) and who explains what is in them; the sink given starts where they start. */
export type BlobPair = readonly [number, number, (sink: Sink) => void];

/** Equal bytes between two changed ones that are worth a segment of their own. */
const WORTH = 8;

/**
 * A stretch of the one stream and of the other that stand for each other: their blobs are compared byte by byte, all
 * else is either derived bit by bit or belongs to a record that is not explained.
 */
export function explainRun(
  both: Recomputed,
  a: Stretch,
  b: Stretch,
  sink: Sink,
  blobs: readonly BlobPair[] = [],
): void {
  let fromA = a.from;
  let fromB = b.from;
  for (const [entryA, entryB, explain] of [...metadataBlobs(both, b), ...blobs].sort((x, y) => x[1] - y[1])) {
    const blobA = blobStretch(both.a, entryA);
    const blobB = blobStretch(both.b, entryB);
    if (blobA.from < fromA || blobA.to > a.to || blobB.from < fromB || blobB.to > b.to) {
      // Out of the common order: what is in it is not looked at, so it is not explained.
      both.translation.explainedA[entryA] = 0;
      both.translation.explainedB[entryB] = 0;
      continue;
    }
    explainBits(both, { from: fromA, to: blobA.from }, { from: fromB, to: blobB.from }, sink);
    explain(sink.at(blobA.from, blobB.from));
    fromA = blobA.to;
    fromB = blobB.to;
  }
  explainBits(both, { from: fromA, to: a.to }, { from: fromB, to: b.to }, sink);
}

function blobStretch(module: BitcodeModule, entry: number): Stretch {
  const blob = module.columns.blobs.get(entry) ?? { offset: 0, length: 0 };
  const from = module.bitcode.start + blob.offset;
  return { from, to: from + blob.length };
}

/** The explained METADATA_STRINGS of a stretch. */
function metadataBlobs(both: Recomputed, b: Stretch): BlobPair[] {
  const { columns, bitcode } = both.b;
  const out: BlobPair[] = [];
  const last = entryAt(columns, (b.to - bitcode.start) * 8);
  for (let j = entryAt(columns, (b.from - bitcode.start) * 8); j < last; j += 1) {
    if (columns.block[j] !== METADATA_BLOCK || columns.kind[j] !== RECORD) continue;
    if (columns.code[j] !== METADATA.STRINGS || both.translation.explainedB[j] !== 1) continue;
    const i = both.pairing.ofB[j] ?? -1;
    const ofModule = both.b.strings[0]?.entry === j;
    out.push([i, j, (sink) => explainStrings(both, i, j, ofModule, sink)]);
  }
  return out;
}

/** Lengths, which follow from the strings, then the strings by their pairs. */
function explainStrings(both: Recomputed, i: number, j: number, ofModule: boolean, sink: Sink): void {
  const blobA = blobStretch(both.a, i);
  const blobB = blobStretch(both.b, j);
  const guessed = both.pairing.guessedStrings;
  const stringsA = readMetadataStrings(both.a.bitcode, i);
  const stringsB = readMetadataStrings(both.b.bitcode, j);
  const charsA = (stringsA[0]?.offset ?? blobA.to) - blobA.from;
  const charsB = (stringsB[0]?.offset ?? blobB.to) - blobB.from;
  const contentA = both.a.bitcode.content;
  const contentB = both.b.bitcode.content;
  const lengthsA = contentA.subarray(blobA.from, blobA.from + charsA);
  const lengthsB = contentB.subarray(blobB.from, blobB.from + charsB);
  if (Buffer.compare(lengthsA, lengthsB) === 0) sink.equal(0, 0, charsA);
  else
    sink.derived(
      0,
      charsA,
      0,
      charsB,
      lengthBytes(stringsB),
      'the lengths of the strings',
      'METADATA_STRINGS',
    );
  stringsA.forEach((string, k) => {
    const other = stringsB[ofModule ? (both.pairing.metadata[k] ?? -1) : k];
    if (other === undefined) return;
    const textA = contentA.subarray(string.offset, string.offset + string.length);
    const textB = contentB.subarray(other.offset, other.offset + other.length);
    const inside = sink.at(string.offset - blobA.from, other.offset - blobB.from);
    const unsure = ofModule ? both.pairing.guessedMetadata[k] === 1 : guessed.has(j);
    if (unsure) explainGuessed(textA, textB, inside);
    else explainName(textA, textB, inside, false);
  });
  const endA = last(stringsA, blobA.from + charsA) - blobA.from;
  const endB = last(stringsB, blobB.from + charsB) - blobB.from;
  sink.change(endA, blobA.to - blobA.from - endA, endB, blobB.to - blobB.from - endB);
}

function last(
  strings: readonly { readonly offset: number; readonly length: number }[],
  none: number,
): number {
  const string = strings[strings.length - 1];
  return string === undefined ? none : string.offset + string.length;
}

/** The lengths as VBR6, filled up to a word. */
function lengthBytes(strings: readonly { readonly length: number }[]): Uint8Array {
  const bits: number[] = [];
  for (const { length } of strings) {
    let rest = length;
    for (; rest >= 32; rest >>>= 5) bits.push((rest & 31) | 32);
    bits.push(rest);
  }
  const out = new Uint8Array(Math.ceil((bits.length * 6) / 32) * 4);
  bits.forEach((chunk, k) => {
    const at = k * 6;
    const shifted = chunk << (at & 7);
    out[at >>> 3] = (out[at >>> 3] ?? 0) | shifted;
    if (shifted > 255) out[(at >>> 3) + 1] = shifted >>> 8;
  });
  return out;
}

/** Bits: what is explained is derived, byte by byte; a byte that a record holds a part of that is not is that record's. */
function explainBits(both: Recomputed, a: Stretch, b: Stretch, sink: Sink): void {
  const residueA = residue(both.a, both.translation.explainedA, a);
  const residueB = residue(both.b, both.translation.explainedB, b);
  const bothSides = residueA.length === residueB.length;
  const pieces = Math.max(residueA.length, residueB.length);
  let fromA = a.from;
  let fromB = b.from;
  for (let k = 0; k < pieces; k += 1) {
    const lostA = residueA[k] ?? { from: a.to, to: a.to, typeId: false };
    const lostB = residueB[k] ?? { from: b.to, to: b.to, typeId: false };
    explainDerived(both, { from: fromA, to: lostA.from }, { from: fromB, to: lostB.from }, sink);
    const reason = bothSides && lostA.typeId && lostB.typeId ? 'type-id' : 'unexplained';
    explainResidue(both, lostA, lostB, reason, sink);
    fromA = lostA.to;
    fromB = lostB.to;
  }
  explainDerived(both, { from: fromA, to: a.to }, { from: fromB, to: b.to }, sink);
}

interface Residue extends Stretch {
  /** All of it are integers that look like a hash. */
  readonly typeId: boolean;
}

/** Bytes that hold a part of an entry that is not explained. */
function residue(module: BitcodeModule, explained: Uint8Array, stretch: Stretch): Residue[] {
  const { columns, bitcode } = module;
  const out: Residue[] = [];
  const from = (stretch.from - bitcode.start) * 8;
  const to = (stretch.to - bitcode.start) * 8;
  for (let i = entryAt(columns, from); i < columns.count && (columns.bit[i] ?? 0) < to; i += 1) {
    if (explained[i] === 1) continue;
    const start = Math.max(stretch.from, bitcode.start + ((columns.bit[i] ?? 0) >>> 3));
    const end = Math.min(stretch.to, bitcode.start + (((columns.bit[i + 1] ?? 0) + 7) >>> 3));
    if (end <= start) continue;
    const typeId = looksHashed(columns, i);
    const before = out[out.length - 1];
    if (before === undefined || before.to < start) out.push({ from: start, to: end, typeId });
    else out[out.length - 1] = { from: before.from, to: end, typeId: before.typeId && typeId };
  }
  return out;
}

/** An integer of more than 48 bits. */
function looksHashed(columns: Columns, entry: number): boolean {
  if (columns.block[entry] !== CONSTANTS_BLOCK) return false;
  if (columns.code[entry] !== CONSTANT.INTEGER && columns.code[entry] !== CONSTANT.WIDE_INTEGER) return false;
  return (columns.high[columns.first[entry] ?? 0] ?? 0) > 0xffff;
}

function explainResidue(
  both: Recomputed,
  a: Stretch,
  b: Stretch,
  reason: 'type-id' | 'unexplained',
  sink: Sink,
): void {
  const bytesA = both.a.bitcode.content.subarray(a.from, a.to);
  const bytesB = both.b.bitcode.content.subarray(b.from, b.to);
  if (Buffer.compare(bytesA, bytesB) === 0) sink.equal(a.from, b.from, bytesA.length);
  else sink.change(a.from, bytesA.length, b.from, bytesB.length, { reason, field: fieldOf(both, a, b) });
}

/** The record that differs, by the numbers of its block and its code. */
function fieldOf(both: Recomputed, a: Stretch, b: Stretch): string {
  const [module, at] = b.to > b.from ? [both.b, b.from] : [both.a, a.from];
  const explained = module === both.b ? both.translation.explainedB : both.translation.explainedA;
  let entry = entryAt(module.columns, (at - module.bitcode.start) * 8);
  while (entry + 1 < module.columns.count && explained[entry] === 1) entry += 1;
  return `block ${module.columns.block[entry]}, record ${module.columns.code[entry]}`;
}

function explainDerived(both: Recomputed, a: Stretch, b: Stretch, sink: Sink): void {
  const contentA = both.a.bitcode.content;
  const contentB = both.b.bitcode.content;
  const start = both.b.bitcode.start;
  const derive = (fromA: number, toA: number, fromB: number, toB: number): void => {
    if (fromA === toA && fromB === toB) return;
    // In front of the magic number stands a wrapper, which is no part of the stream.
    if (fromB < start) sink.change(fromA, toA - fromA, fromB, toB - fromB);
    else {
      const recomputed = both.stream.subarray(fromB - start, toB - start);
      sink.derived(fromA, toA - fromA, fromB, toB - fromB, recomputed, 'symbol names and their order');
    }
  };
  let { from: fromA, to: toA } = a;
  let { from: fromB, to: toB } = b;
  const shorter = Math.min(toA - fromA, toB - fromB);
  let front = 0;
  while (front < shorter && contentA[fromA + front] === contentB[fromB + front]) front += 1;
  sink.equal(fromA, fromB, front);
  fromA += front;
  fromB += front;
  let back = 0;
  while (back < shorter - front && contentA[toA - 1 - back] === contentB[toB - 1 - back]) back += 1;
  toA -= back;
  toB -= back;
  sink.equal(toA, toB, back);
  if (toA - fromA !== toB - fromB) {
    derive(fromA, toA, fromB, toB);
    return;
  }
  // Of one length: equal runs stand in between.
  const shift = fromB - fromA;
  let changed = fromA;
  let at = fromA;
  while (at < toA) {
    let end = at;
    while (end < toA && contentA[end] === contentB[end + shift]) end += 1;
    if (end - at >= WORTH) {
      derive(changed, at, changed + shift, at + shift);
      sink.equal(at, at + shift, end - at);
      changed = end;
    }
    at = end + 1;
  }
  derive(changed, toA, changed + shift, toB);
}

/** The entry that holds a bit. */
function entryAt(columns: Columns, bit: number): number {
  let low = 0;
  let high = columns.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((columns.bit[middle + 1] ?? 0) <= bit) low = middle + 1;
    else high = middle;
  }
  return low;
}
