import type { Correspondence } from './correspondence.js';
import { NOWHERE } from './location.js';
import { firstPatch } from './patch.js';
import type { Piece } from './piece.js';
import type { ElfView, NamedSymbols } from './view.js';

const STT_SECTION = 3;

/** For each symbol of A's table that of B's, or -1. */
export type SymbolPairs = Int32Array;

/**
 * Pairs the symbols of two tables: those of sections by the sections, defined ones by the place they name, all by
 * their names without hashes; undefined ones that share such a name by who refers to them.
 */
export function pairSymbols(
  a: ElfView,
  b: ElfView,
  tableA: NamedSymbols | undefined,
  tableB: NamedSymbols | undefined,
  correspondence: Correspondence,
): SymbolPairs {
  if (tableA === undefined || tableB === undefined) return new Int32Array(0);
  const pairs = new Int32Array(tableA.length).fill(-1);
  const taken = new Uint8Array(tableB.length);
  const join = (from: number, to: number) => {
    if (pairs[from] !== -1 || taken[to] === 1) return;
    pairs[from] = to;
    taken[to] = 1;
  };
  if (tableA.length > 0 && tableB.length > 0) join(0, 0);
  pairDefined(a, b, tableA, tableB, correspondence, join);
  if (a.relocatable) pairByReference(a, b, tableA, tableB, correspondence, join);
  pairByName(a, b, tableA, tableB, pairs, taken, join);
  return pairs;
}

type Join = (from: number, to: number) => void;

function pairDefined(
  a: ElfView,
  b: ElfView,
  tableA: NamedSymbols,
  tableB: NamedSymbols,
  correspondence: Correspondence,
  join: Join,
): void {
  const ofB = new Map<string, number[]>();
  for (let i = tableB.length - 1; i > 0; i -= 1) {
    const location = tableB.location(i, b);
    if (location === NOWHERE) continue;
    const key = `${location} ${tableB.table.type(i)} ${tableB.table.bind(i)} ${tableB.skeleton(i)}`;
    const list = ofB.get(key);
    if (list === undefined) ofB.set(key, [i]);
    else list.push(i);
  }
  for (let i = 1; i < tableA.length; i += 1) {
    const location = tableA.location(i, a);
    if (location === NOWHERE) continue;
    const there =
      tableA.table.type(i) === STT_SECTION
        ? sectionStart(correspondence, tableA.table.st_shndx[i] ?? 0)
        : correspondence.at(location);
    if (there === NOWHERE) continue;
    const key = `${there} ${tableA.table.type(i)} ${tableA.table.bind(i)} ${tableA.skeleton(i)}`;
    const to = ofB.get(key)?.pop();
    if (to !== undefined) join(i, to);
  }
}

function sectionStart({ sections }: Correspondence, section: number): number {
  const other = sections[section] ?? -1;
  return other < 0 ? NOWHERE : other * 2 ** 32;
}

/** Two functions that are one refer to the same things in the same order: so their undefined symbols are paired. */
function pairByReference(
  a: ElfView,
  b: ElfView,
  tableA: NamedSymbols,
  tableB: NamedSymbols,
  { piecesA }: Correspondence,
  join: Join,
): void {
  for (const pieces of piecesA.values()) {
    for (const piece of pieces) {
      const { pair } = piece;
      if (pair === undefined) continue;
      const patchesA = a.patches(piece.section);
      const patchesB = b.patches(pair.section);
      if (patchesA === undefined || patchesB === undefined) continue;
      const shift = pair.start - piece.start;
      let i = firstPatch(patchesA, piece.start);
      let k = firstPatch(patchesB, pair.start);
      for (; inside(patchesA.offset[i], piece) && inside(patchesB.offset[k], pair); i += 1, k += 1) {
        if ((patchesA.offset[i] ?? 0) + shift !== patchesB.offset[k] || patchesA.type[i] !== patchesB.type[k])
          break;
        const from = patchesA.symbol[i] ?? 0;
        const to = patchesB.symbol[k] ?? 0;
        if (tableA.table.st_shndx[from] !== 0 || tableB.table.st_shndx[to] !== 0) continue;
        if (tableA.skeleton(from) === tableB.skeleton(to)) join(from, to);
      }
    }
  }
}

function inside(offset: number | undefined, piece: Piece): boolean {
  return offset !== undefined && offset < piece.end;
}

/** What is left: first with first under one name without hashes. */
function pairByName(
  a: ElfView,
  b: ElfView,
  tableA: NamedSymbols,
  tableB: NamedSymbols,
  pairs: SymbolPairs,
  taken: Uint8Array,
  join: Join,
): void {
  const key = (table: NamedSymbols, view: ElfView, i: number, name: string): string =>
    `${table.table.type(i)} ${table.location(i, view) === NOWHERE ? 'away' : 'here'} ${name}`;
  for (const nameOf of ['name', 'skeleton'] as const) {
    const free = new Map<string, number[]>();
    for (let i = tableB.length - 1; i > 0; i -= 1) {
      if (taken[i] === 1) continue;
      const of = key(tableB, b, i, tableB[nameOf](i));
      const list = free.get(of);
      if (list === undefined) free.set(of, [i]);
      else list.push(i);
    }
    for (let i = 1; i < tableA.length; i += 1) {
      if (pairs[i] !== -1) continue;
      const to = free.get(key(tableA, a, i, tableA[nameOf](i)))?.pop();
      if (to !== undefined) join(i, to);
    }
  }
}
