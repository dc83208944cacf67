import type { Correspondence } from './correspondence.js';
import { type Location, NOWHERE } from './location.js';
import type { ElfView, NamedSymbols } from './view.js';

const STT_SECTION = 3;

/** For each symbol of A's table that of B's, or -1. */
export type SymbolPairs = Int32Array;

/**
 * Pairs the symbols of two tables: those of sections by the sections, defined ones by the place they name, all by
 * their names without hashes.
 * @param known pairs of undefined symbols that references showed
 */
export function pairSymbols(
  a: ElfView,
  b: ElfView,
  tableA: NamedSymbols | undefined,
  tableB: NamedSymbols | undefined,
  correspondence: Correspondence,
  known: readonly (readonly [number, number])[],
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
  for (const [from, to] of known) join(from, to);
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
  const ofB = new Map<Location, number[]>();
  for (let i = 1; i < tableB.length; i += 1) {
    const location = tableB.location(i, b);
    if (location === NOWHERE) continue;
    const list = ofB.get(location);
    if (list === undefined) ofB.set(location, [i]);
    else list.push(i);
  }
  const taken = new Uint8Array(tableB.length);
  for (let i = 1; i < tableA.length; i += 1) {
    const location = tableA.location(i, a);
    if (location === NOWHERE) continue;
    const there =
      tableA.table.type(i) === STT_SECTION
        ? sectionStart(correspondence, tableA.table.st_shndx[i] ?? 0)
        : correspondence.at(location);
    if (there === NOWHERE) continue;
    const info = tableA.table.st_info[i];
    const to = ofB
      .get(there)
      ?.find(
        (k) =>
          taken[k] === 0 && tableB.table.st_info[k] === info && tableB.skeleton(k) === tableA.skeleton(i),
      );
    if (to === undefined) continue;
    taken[to] = 1;
    join(i, to);
  }
}

function sectionStart({ sections }: Correspondence, section: number): number {
  const other = sections[section] ?? -1;
  return other < 0 ? NOWHERE : other * 2 ** 32;
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
