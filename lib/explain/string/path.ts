import { isUtf8 } from 'node:buffer';
import { type Component, prefixPair } from '../../cause/build-path.js';

import type { Cut } from './cut.js';
import { visitGaps } from './gaps.js';
import type { Lexed } from './lexer.js';
import type { TokenType } from './tokens.js';

const BUILD_PATH: TokenType = { cause: 'build-path', encoding: 'text' };

/** More pairs of prefixes than a build has. */
const MAX_ROOTS = 64;

/** The pairs of differing prefixes that were seen in two files. */
export class PathRoots {
  readonly #pairs = new Map<string, readonly [a: string, b: string]>();

  add(a: string, b: string): void {
    if (this.#pairs.size < MAX_ROOTS) this.#pairs.set(`${a}\0${b}`, [a, b]);
  }

  /** The longest known pair that both paths begin with, at component boundaries. */
  find(a: string, b: string): readonly [a: string, b: string] | undefined {
    let best: readonly [string, string] | undefined;
    for (const pair of this.#pairs.values()) {
      const longer = best === undefined || pair[0].length + pair[1].length > best[0].length + best[1].length;
      if (longer && under(a, pair[0]) && under(b, pair[1])) best = pair;
    }
    return best;
  }
}

function under(path: string, root: string): boolean {
  return path.startsWith(root) && (path.length === root.length || path[root.length] === '/');
}

/** Two paths that belong together, unit `i` and unit `j`. */
export function explainPath(
  left: Lexed,
  i: number,
  right: Lexed,
  j: number,
  cut: Cut,
  roots: PathRoots,
): void {
  const a = pathOf(left, i);
  const b = pathOf(right, j);
  if (a.text !== b.text) {
    const glued = gluedText(a.text, b.text);
    const known = roots.find(a.text.slice(glued), b.text.slice(glued));
    const pair = known
      ? { a: glued + known[0].length, b: glued + known[1].length }
      : rootPair(left, a, right, b, glued);
    if (pair !== undefined) {
      const rootA = a.text.slice(glued, pair.a);
      const rootB = b.text.slice(glued, pair.b);
      if (!known) roots.add(rootA, rootB);
      cut.equal(a.offset + glued, b.offset + glued);
      cut.token(BUILD_PATH, a.offset + pair.a, b.offset + pair.b);
      a.first = atomAt(left, a.first, a.end, a.offset + pair.a);
      b.first = atomAt(right, b.first, b.end, b.offset + pair.b);
    }
  }
  explainAtoms(left, a.first, a.end, right, b.first, b.end, cut);
}

/** Atoms aligned by their keys; gaps are changes. */
function explainAtoms(
  left: Lexed,
  i0: number,
  i1: number,
  right: Lexed,
  j0: number,
  j1: number,
  cut: Cut,
): void {
  let i = i0;
  let j = j0;
  const together = (toI: number): void => {
    for (; i < toI; i += 1, j += 1) cut.atoms(left, i, right, j);
  };
  visitGaps(left.key.subarray(i0, i1), right.key.subarray(j0, j1), (a, aCount, b, bCount) => {
    together(i0 + a);
    i = i0 + a + aCount;
    j = j0 + b + bCount;
    cut.change(left.start[i] ?? 0, right.start[j] ?? 0);
  });
  together(i1);
}

interface Path {
  readonly text: string;
  readonly offset: number;
  /** Its atoms. */
  first: number;
  readonly end: number;
}

function pathOf(lexed: Lexed, unit: number): Path {
  const first = lexed.unit[unit] ?? 0;
  const end = lexed.unit[unit + 1] ?? first;
  const offset = lexed.start[first] ?? 0;
  return { text: lexed.text.slice(offset, lexed.start[end] ?? offset), offset, first, end };
}

/**
 * The length of what stands before an absolute path without a separator, as texts lie in `.rodata`: `value/build/a`.
 * It must be the same on both sides; then the path begins with the first slash.
 */
function gluedText(a: string, b: string): number {
  const slash = a.indexOf('/');
  return b.indexOf('/') === slash && a.slice(0, slash) === b.slice(0, slash) ? slash : 0;
}

/** A relative root is only believed before what is named like a file: prose has slashes too. */
const FILE_NAME = /\.[A-Za-z]\w*$/;

function rootPair(
  left: Lexed,
  a: Path,
  right: Lexed,
  b: Path,
  glued: number,
): { readonly a: number; readonly b: number } | undefined {
  const pair = prefixPair(components(left, a, glued), components(right, b, glued));
  if (pair === undefined) return undefined;
  const root = { a: glued + pair.a, b: glued + pair.b };
  const rootA = a.text.slice(glued, root.a);
  const rootB = b.text.slice(glued, root.b);
  if (rootA === rootB || !isName(rootA) || !isName(rootB)) return undefined;
  const absolute = a.text[glued] === '/' && b.text[glued] === '/';
  return absolute || FILE_NAME.test(a.text) ? root : undefined;
}

/** Binary data has slashes too; a path is text. */
function isName(text: string): boolean {
  return isUtf8(Buffer.from(text, 'latin1'));
}

function components(lexed: Lexed, path: Path, glued: number): Component[] {
  const found: Component[] = [];
  const from = path.offset + glued;
  let shape = '';
  for (let i = atomAt(lexed, path.first, path.end, from); i < path.end; i += 1) {
    const start = lexed.start[i] ?? 0;
    const type = lexed.type[i] ?? -1;
    const text = lexed.text.slice(start, lexed.start[i + 1] ?? start);
    if (type < 0 && text === '/') {
      found.push({ end: start - from, shape });
      shape = '';
    } else shape += type < 0 ? text : String.fromCharCode(0x100 + type);
  }
  found.push({ end: path.offset + path.text.length - from, shape });
  return found;
}

/** The first atom that begins at `offset` or behind it. */
function atomAt(lexed: Lexed, first: number, end: number, offset: number): number {
  let i = first;
  while (i < end && (lexed.start[i] ?? 0) < offset) i += 1;
  return i;
}
