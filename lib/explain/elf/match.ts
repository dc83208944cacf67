import { demangle } from '../../symbol/demangle.js';
import { type Key, mixed } from './hash.js';
import type { Piece } from './piece.js';

/** What two pieces must share to be one thing under other names: their content without addresses and hashes. */
export type BodyKey = (piece: Piece) => Key;

/** A measure of likeness of two pieces' contents, from 0 to 1. */
export type Likeness = (a: Piece, b: Piece) => number;

/** Pieces under one name that are compared each with each; in larger groups only neighbours in size are. */
const SMALL_GROUP = 48;
/** Below it two functions are not one that changed. */
const LEAST_LIKENESS = 0.3;
/** The same where the names differ too, and how far the next best must lie behind: what is generic looks alike. */
const RENAMED_LIKENESS = 0.5;
const RENAMED_MARGIN = 0.2;
/** A body that changed and is shorter than this says nothing. Bytes. */
const TELLING_CHANGED_BODY = 128;
/** A body shorter than this says nothing: `ret` is everywhere. Bytes. */
const TELLING_BODY = 16;

/**
 * Pairs the pieces of two files: by their names without hashes; where several share one, by full name, by equal body,
 * by likeness; and what is left over by equal body under whatever name, by the name as it is read, and by likeness. The
 * rest is on one side only.
 */
export function matchPieces(
  a: readonly Piece[],
  b: readonly Piece[],
  keyA: BodyKey,
  keyB: BodyKey,
  likeness: Likeness,
): void {
  matchGroups(a, b, ({ kind, key }) => ofKind(kind, key), keyA, keyB, likeness);
  matchRenamed(a, b, keyA, keyB);
  // Which number an `impl` has in its module changes with every one before it, and is not shown.
  matchGroups(a, b, shownName, keyA, keyB, likeness);
  matchRenamedAndChanged(a, b, likeness);
}

/** Pairs within the groups of free pieces that share a key; those without one are let be. */
function matchGroups(
  a: readonly Piece[],
  b: readonly Piece[],
  groupOf: (piece: Piece) => Key | string | undefined,
  keyA: BodyKey,
  keyB: BodyKey,
  likeness: Likeness,
): void {
  const groups = new Map<Key | string, Group>();
  for (const [side, pieces] of [
    ['a', a],
    ['b', b],
  ] as const) {
    for (const piece of pieces) {
      const key = isFree(piece) ? groupOf(piece) : undefined;
      if (key === undefined) continue;
      let group = groups.get(key);
      if (group === undefined) {
        group = { a: [], b: [] };
        groups.set(key, group);
      }
      group[side].push(piece);
    }
  }
  for (const group of groups.values()) {
    const [onlyA] = group.a;
    const [onlyB] = group.b;
    if (onlyA === undefined || onlyB === undefined) continue;
    if (group.a.length === 1 && group.b.length === 1) join(onlyA, onlyB, 'name');
    else matchGroup(group, keyA, keyB, likeness);
  }
}

interface Group {
  a: Piece[];
  b: Piece[];
}

function matchGroup(group: Group, keyA: BodyKey, keyB: BodyKey, likeness: Likeness): void {
  byKey(group, fullName, fullName, 'name');
  byKey(group, keyA, keyB, 'body');
  const left = { a: group.a.filter(isFree), b: group.b.filter(isFree) };
  if (left.a.length === 0 || left.b.length === 0) return;
  if (left.a.length === 1 && left.b.length === 1) {
    const [a, b] = [left.a[0] as Piece, left.b[0] as Piece];
    if (group.a.length === group.b.length || likeness(a, b) >= LEAST_LIKENESS) join(a, b, 'similar');
    return;
  }
  matchSimilar(left, likeness);
}

/** Pairs those of one key, first with first. */
function byKey<K>(
  group: Group,
  ofA: (piece: Piece) => K | undefined,
  ofB: (piece: Piece) => K | undefined,
  rule: Piece['rule'],
): void {
  const waiting = new Map<K, Piece[]>();
  for (const piece of group.b) {
    if (!isFree(piece)) continue;
    const key = ofB(piece);
    if (key === undefined) continue;
    const list = waiting.get(key);
    if (list === undefined) waiting.set(key, [piece]);
    else list.push(piece);
  }
  for (const list of waiting.values()) list.reverse();
  for (const piece of group.a) {
    if (!isFree(piece)) continue;
    const key = ofA(piece);
    const other = key === undefined ? undefined : waiting.get(key)?.pop();
    if (other !== undefined) join(piece, other, rule);
  }
}

function matchSimilar({ a, b }: Group, likeness: Likeness): void {
  const all = a.length * b.length <= SMALL_GROUP * SMALL_GROUP;
  const bySize = [...b].sort((x, y) => size(x) - size(y));
  const candidates: { readonly a: Piece; readonly b: Piece; readonly score: number }[] = [];
  for (const piece of a) {
    const near = all ? b : neighbours(bySize, size(piece));
    for (const other of near) {
      const score = likeness(piece, other);
      if (score >= LEAST_LIKENESS) candidates.push({ a: piece, b: other, score });
    }
  }
  candidates.sort((x, y) => y.score - x.score || x.a.start - y.a.start || x.b.start - y.b.start);
  for (const candidate of candidates) {
    if (isFree(candidate.a) && isFree(candidate.b)) join(candidate.a, candidate.b, 'similar');
  }
}

/** The pieces nearest in size. */
function neighbours(sorted: readonly Piece[], wanted: number): readonly Piece[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (size(sorted[middle] as Piece) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted.slice(Math.max(0, low - SMALL_GROUP / 4), low + SMALL_GROUP / 4);
}

/** What is left over and has a body that only one piece on each side has. */
function matchRenamed(a: readonly Piece[], b: readonly Piece[], keyA: BodyKey, keyB: BodyKey): void {
  const unique = (pieces: readonly Piece[], keyOf: BodyKey): Map<Key, Piece | undefined> => {
    const out = new Map<Key, Piece | undefined>();
    for (const piece of pieces) {
      if (!isFree(piece) || size(piece) < TELLING_BODY) continue;
      const key = ofKind(piece.kind, keyOf(piece));
      out.set(key, out.has(key) ? undefined : piece);
    }
    return out;
  };
  const ofB = unique(b, keyB);
  for (const [key, piece] of unique(a, keyA)) {
    const other = ofB.get(key);
    if (piece !== undefined && other !== undefined) join(piece, other, 'body');
  }
}

/**
 * Functions that are left over under whatever name: each with the one that is most like it, where that is so seen from
 * both and no other comes near. A function that went and one that came in its place are told as one that changed only
 * where most of it stayed.
 */
function matchRenamedAndChanged(a: readonly Piece[], b: readonly Piece[], likeness: Likeness): void {
  const left = (pieces: readonly Piece[]): Piece[] =>
    pieces
      .filter((piece) => piece.kind === 'code' && isFree(piece) && size(piece) >= TELLING_CHANGED_BODY)
      .sort((x, y) => size(x) - size(y) || x.start - y.start);
  const [leftA, leftB] = [left(a), left(b)];
  const best = (piece: Piece, others: readonly Piece[], score: Likeness): Piece | undefined => {
    const scored = neighbours(others, size(piece)).map((other) => ({ other, score: score(piece, other) }));
    const [first, second] = scored.sort((x, y) => y.score - x.score);
    if (first === undefined || first.score < RENAMED_LIKENESS) return undefined;
    return second !== undefined && first.score - second.score < RENAMED_MARGIN ? undefined : first.other;
  };
  const ofB = new Map(leftB.map((piece) => [piece, best(piece, leftA, (y, x) => likeness(x, y))]));
  const found = leftA.map((piece) => [piece, best(piece, leftB, likeness)] as const);
  for (const [piece, other] of found)
    if (other !== undefined && ofB.get(other) === piece) join(piece, other, 'similar');
}

/** A key for pieces of one kind. */
export function ofKind(kind: Piece['kind'], key: Key): Key {
  return mixed(key, KINDS.indexOf(kind));
}

const KINDS: readonly Piece['kind'][] = ['code', 'data', 'record'];

/** A function's name as it is read: without hashes and numbers that tell apart what is called the same. */
function shownName({ kind, name }: Piece): string | undefined {
  return kind === 'code' ? demangle(name) : undefined;
}

function fullName({ name }: Piece): string | undefined {
  return name === '' ? undefined : name;
}

function join(a: Piece, b: Piece, rule: Piece['rule']): void {
  a.pair = b;
  b.pair = a;
  a.rule = rule;
  b.rule = rule;
}

function isFree(piece: Piece): boolean {
  return piece.pair === undefined;
}

function size(piece: Piece): number {
  return piece.body - piece.start;
}
