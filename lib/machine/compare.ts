import type { Code, CodeResult, CodeSink, Resolver, RowMapping } from './code.js';
import { GapSlide } from './gap-slide.js';
import type { Machine } from './machine.js';
import { emitPieces, INNER_JUMP, INNER_TARGET, OTHER, PAGE, Pieces, sameBytes } from './piece.js';
import { type RowReader, Rows } from './row.js';
import { RowAlignment } from './row-alignment.js';

/**
 * Compares two functions instruction by instruction and accounts for every byte of both, in order, to `sink`.
 *
 * As long as both have the same instructions they are compared in one pass. A field that gives an address counts by
 * what is there: outside the function the resolver decides, also where the bytes are equal; inside, both must
 * be the same row. A function in which anything else was added, removed or replaced is aligned row by row; that is a
 * good alignment, not the shortest. Time is linear in the length of both. The result is a function of the arguments
 * alone.
 *
 * No input makes it fail: where no instruction begins, the byte is a row of its own and must be equal. Code that is
 * longer than `LONGEST_CODE` is one `other`, without a look at it. Addresses must be safe integers, `start` and `end`
 * within the bytes and less than 2³¹.
 * @throws RangeError where they are not
 */
export function compareCode(
  machine: Machine,
  a: Code,
  b: Code,
  resolver: Resolver,
  sink: CodeSink,
): CodeResult {
  assertWithin(a);
  assertWithin(b);
  const reader = machine.rows;
  pieces.count = 0;
  rowsA.count = 0;
  reader.begin(a, b, resolver, pieces);
  const longest = Math.max(a.end - a.start, b.end - b.start);
  const parallel = sameLength(a, b) && longest <= LONGEST_CODE && reader.lockstep(rowsA);
  if (parallel) {
    rowsA.close(a.end);
    settleParallel(a, b);
  } else if (longest > LONGEST_ALIGNED) {
    return compareWhole(a, b, sink);
  } else {
    compareAligned(reader, a, b, resolver);
  }
  reader.finish();
  emitPieces(pieces, a, b, reader.field, sink);
  return summarise(a, b, parallel);
}

/**
 * Bytes of a function on one side. The longest of rustc and LLVM have 100 kB; without a bound the scratch memory of a
 * hostile one would be many times its length.
 */
export const LONGEST_CODE = 4 << 20;

/** The same for functions whose instructions differ. */
const LONGEST_ALIGNED = 1 << 20;

/** Scratch memory: comparing is synchronous and happens hundreds of thousands of times. */
const pieces = new Pieces();
const rowsA = new Rows();
const rowsB = new Rows();
const alignment = new RowAlignment();
const slide = new GapSlide();

function assertWithin({ bytes, start, end, address }: Code): void {
  const placed = start >= 0 && start <= end && end <= bytes.length && end < 2 ** 31;
  if (!(placed && Number.isSafeInteger(address) && Number.isSafeInteger(address + (end - start)))) {
    throw new RangeError(
      `code from ${start} to ${end} at address ${address} is not in ${bytes.length} bytes`,
    );
  }
}

function sameLength(a: Code, b: Code): boolean {
  return a.end - a.start === b.end - b.start;
}

function compareWhole(a: Code, b: Code, sink: CodeSink): CodeResult {
  sink.other(a.start, a.end - a.start, b.start, b.end - b.start);
  return {
    verdict: 'changed',
    rowsA: Math.sign(a.end - a.start),
    rowsB: Math.sign(b.end - b.start),
    changedRows: 1,
    paddingRows: 0,
    firstChanged: { a: a.start, b: b.start },
    mapping: { a: new Int32Array(0), b: new Int32Array(0) },
  };
}

function compareAligned(reader: RowReader, a: Code, b: Code, resolver: Resolver): void {
  rowsA.count = 0;
  rowsB.count = 0;
  reader.scan(a, rowsA);
  reader.scan(b, rowsB);
  alignment.align(rowsA, rowsB);
  comparePairs(reader, a, b, resolver);
  if (!slide.begin(alignment, rowsA, rowsB, pieces)) return;
  comparePairs(reader, a, b, resolver);
  slide.settle(alignment, rowsA, pieces);
  comparePairs(reader, a, b, resolver);
}

/** Compares the rows that are paired, and accounts for all others. */
function comparePairs(reader: RowReader, a: Code, b: Code, resolver: Resolver): void {
  pieces.count = 0;
  reader.begin(a, b, resolver, pieces);
  let nextA = 0;
  let nextB = 0;
  for (let i = 0; i < rowsA.count; i++) {
    const j = alignment.pairs[i] as number;
    if (j < 0) continue;
    addGap(reader, a, b, nextA, i, nextB, j);
    const at = rowsA.starts[i] as number;
    const bt = rowsB.starts[j] as number;
    reader.pair(at, (rowsA.starts[i + 1] as number) - at, bt, (rowsB.starts[j + 1] as number) - bt);
    nextA = i + 1;
    nextB = j + 1;
  }
  addGap(reader, a, b, nextA, rowsA.count, nextB, rowsB.count);
  settleAligned(a, b);
}

/** Rows without a counterpart between two pairs: removed, added or, together, replaced. */
function addGap(reader: RowReader, a: Code, b: Code, a0: number, a1: number, b0: number, b1: number): void {
  if (a0 === a1 && b0 === b1) return;
  const [aStart, aEnd] = [rowsA.starts[a0] as number, rowsA.starts[a1] as number];
  const [bStart, bEnd] = [rowsB.starts[b0] as number, rowsB.starts[b1] as number];
  let padding = 0;
  if (a0 === a1) padding = paddingRows(reader, b, rowsB, b0, b1);
  else if (b0 === b1) padding = paddingRows(reader, a, rowsA, a0, a1);
  const rows = Math.max(a1 - a0, b1 - b0);
  pieces.add(OTHER, aStart, aStart, aEnd - aStart, bStart, bEnd - bStart, rows, padding, false);
  reader.skip(aStart, aEnd, bStart, bEnd);
}

function paddingRows(reader: RowReader, code: Code, rows: Rows, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const at = rows.starts[i] as number;
    if (reader.isPadding(code, at, (rows.starts[i + 1] as number) - at)) count += 1;
  }
  return count;
}

/** Targets inside functions whose rows lie at the same distance from their starts. */
function settleParallel(a: Code, b: Code): void {
  for (let i = 0; i < pieces.count; i++) {
    if (pieces.kind[i] !== INNER_TARGET) continue;
    const inA = (pieces.x[i] as number) - a.address;
    if (inA === (pieces.y[i] as number) - b.address && wholeAt(a, b, inA)) pieces.same[i] = 1;
  }
}

/** A jump into the middle of an instruction sees other instructions there: its bytes must be equal then. */
function wholeAt(a: Code, b: Code, offset: number): boolean {
  const row = rowsA.at(a.start + offset);
  const start = rowsA.starts[row] as number;
  if (start === a.start + offset) return true;
  const length = (rowsA.starts[row + 1] as number) - start;
  return sameBytes(a.bytes, start, length, b.bytes, b.start + (start - a.start), length);
}

function settleAligned(a: Code, b: Code): void {
  for (let i = 0; i < pieces.count; i++) {
    const kind = pieces.kind[i];
    if (kind !== INNER_TARGET && kind !== INNER_JUMP) continue;
    const inA = a.start + (pieces.x[i] as number) - a.address;
    const inB = b.start + (pieces.y[i] as number) - b.address;
    if (sameRow(a, inA, b, inB)) pieces.same[i] = 1;
  }
}

function sameRow(a: Code, inA: number, b: Code, inB: number): boolean {
  const i = rowsA.at(inA);
  const j = rowsB.at(inB);
  const at = rowsA.starts[i] as number;
  const bt = rowsB.starts[j] as number;
  if (inA - at !== inB - bt) return false;
  const paired = alignment.pairs[i] as number;
  if (inA > at) {
    const aLength = (rowsA.starts[i + 1] as number) - at;
    const bLength = (rowsB.starts[j + 1] as number) - bt;
    return paired === j && sameBytes(a.bytes, at, aLength, b.bytes, bt, bLength);
  }
  if (paired >= 0) return paired === j;
  // Both at the first of the rows that replaced each other: the row before is paired, or there is none.
  if (i === 0) return j === 0 && (alignment.pairsOfB[0] as number) < 0;
  const before = alignment.pairs[i - 1] as number;
  return before >= 0 && before === j - 1 && (alignment.pairsOfB[j] as number) < 0;
}

function summarise(a: Code, b: Code, parallel: boolean): CodeResult {
  let changedRows = 0;
  let paddingCount = 0;
  let moved = false;
  let firstChanged: { a: number; b: number } | undefined;
  let row = -1;
  for (let i = 0; i < pieces.count; i++) {
    const kind = pieces.kind[i] as number;
    const at = pieces.row[i] as number;
    if (pieces.same[i] === 1) {
      moved ||= !equalPiece(a, b, i);
      continue;
    }
    if (kind === OTHER) {
      changedRows += pieces.x[i] as number;
      paddingCount += pieces.y[i] as number;
    } else if (at !== row) changedRows += 1;
    row = at;
    // The row's start in B lies as far before the piece as in A.
    firstChanged ??= { a: at, b: (pieces.b[i] as number) - ((pieces.a[i] as number) - at) };
  }
  return {
    verdict: changedRows > 0 ? 'changed' : moved ? 'moved' : 'equal',
    rowsA: rowsA.count,
    rowsB: parallel ? rowsA.count : rowsB.count,
    changedRows,
    paddingRows: paddingCount,
    firstChanged,
    mapping: parallel ? undefined : mappingOf(a, b),
  };
}

function equalPiece(a: Code, b: Code, i: number): boolean {
  const kind = pieces.kind[i] as number;
  return (
    kind <= PAGE &&
    sameBytes(
      a.bytes,
      pieces.a[i] as number,
      pieces.aLength[i] as number,
      b.bytes,
      pieces.b[i] as number,
      pieces.bLength[i] as number,
    )
  );
}

function mappingOf(a: Code, b: Code): RowMapping {
  let count = 0;
  for (let i = 0; i < rowsA.count; i++) if ((alignment.pairs[i] as number) >= 0) count += 1;
  const inA = new Int32Array(count);
  const inB = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < rowsA.count; i++) {
    const j = alignment.pairs[i] as number;
    if (j < 0) continue;
    inA[at] = (rowsA.starts[i] as number) - a.start;
    inB[at] = (rowsB.starts[j] as number) - b.start;
    at += 1;
  }
  return { a: inA, b: inB };
}
