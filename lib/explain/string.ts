import type { Sink } from '../ledger/sink.js';
import { Cut } from './string/cut.js';
import { visitGaps } from './string/gaps.js';
import { type Lexed, lex } from './string/lexer.js';
import { explainPath, PathRoots } from './string/path.js';

export { PathRoots };

/** Text beyond the differing part that is read for what a token there belongs to: a symbol, a path. */
const CONTEXT = 8192;

/** Longer differing parts are not looked into. Characters. */
const MAX_LENGTH = 2 ** 24;

/**
 * Cuts two runs of text that belong together (a string of a string table, a symbol's name, a line, printable bytes
 * in a row) into what is equal, tokens that stand for each other, and what stays unexplained; covers both exactly
 * once. A token is claimed only where one of its kind stands at the same place on both sides; of a path, only that
 * a root was mapped: all that differs lies in its first components, and at least the last is equal. Counters of
 * local labels stay unexplained here: what they label must be compared.
 *
 * Texts are aligned by words, a path being one. Time is near-linear; differing parts of more than 16 MiB are not
 * looked into. `roots` holds the pairs of prefixes seen so far and takes those that are seen here: give one to all
 * calls of a pair of files, so that a path that *is* a root (a compilation directory) is known for one. `field`: what the
 * text is, where a structure says so.
 */
export function explainString(
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
  roots: PathRoots = new PathRoots(),
  field?: string,
): void {
  const textA = latin1(a);
  const textB = latin1(b);
  const cut = new Cut(textA, textB, sink, field);
  const room = Math.min(a.length, b.length);
  const prefix = commonPrefix(a, b, room);
  if (prefix < room || a.length !== b.length) {
    const suffix = commonSuffix(a, b, room - prefix);
    const from = Math.max(0, prefix - CONTEXT);
    const toA = Math.min(a.length, a.length - suffix + CONTEXT);
    const toB = b.length - (a.length - toA);
    if (Math.max(toA, toB) - from <= MAX_LENGTH) {
      cut.equal(from, from);
      explainUnits(lex(a, textA, from, toA), lex(b, textB, from, toB), cut, roots);
    }
  }
  cut.finish();
}

function explainUnits(left: Lexed, right: Lexed, cut: Cut, roots: PathRoots): void {
  let i = 0;
  let j = 0;
  const together = (toI: number): void => {
    for (; i < toI; i += 1, j += 1) explainUnit(left, i, right, j, cut, roots);
  };
  visitGaps(left.unitKey, right.unitKey, (a, aCount, b, bCount) => {
    together(a);
    j = b;
    explainGap(left, a, a + aCount, right, b, b + bCount, cut, roots);
    i = a + aCount;
    j = b + bCount;
  });
  together(left.isPath.length);
}

/** Two units that have one key. */
function explainUnit(left: Lexed, i: number, right: Lexed, j: number, cut: Cut, roots: PathRoots): void {
  if (left.isPath[i] === true && right.isPath[j] === true) explainPath(left, i, right, j, cut, roots);
  else cut.atoms(left, left.unit[i] ?? 0, right, right.unit[j] ?? 0);
}

/** Units without a counterpart; but if there are as many paths on both sides, these are laid beside each other. */
function explainGap(
  left: Lexed,
  i0: number,
  i1: number,
  right: Lexed,
  j0: number,
  j1: number,
  cut: Cut,
  roots: PathRoots,
): void {
  const pathsA = paths(left, i0, i1);
  const pathsB = paths(right, j0, j1);
  if (pathsA.length === pathsB.length) {
    for (const [n, i] of pathsA.entries()) {
      const j = pathsB[n] ?? j0;
      cut.change(unitStart(left, i), unitStart(right, j));
      explainPath(left, i, right, j, cut, roots);
    }
  }
  cut.change(unitStart(left, i1), unitStart(right, j1));
}

function paths(lexed: Lexed, from: number, to: number): number[] {
  const found: number[] = [];
  for (let i = from; i < to; i += 1) if (lexed.isPath[i] === true) found.push(i);
  return found;
}

function unitStart(lexed: Lexed, unit: number): number {
  return lexed.start[lexed.unit[unit] ?? 0] ?? 0;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function commonPrefix(a: Uint8Array, b: Uint8Array, room: number): number {
  let at = 0;
  while (at < room && a[at] === b[at]) at += 1;
  return at;
}

function commonSuffix(a: Uint8Array, b: Uint8Array, room: number): number {
  let length = 0;
  while (length < room && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1;
  return length;
}
