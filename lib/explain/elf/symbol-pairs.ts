import type { Correspondence } from './correspondence.js';
import { hashText, type Key, mixed } from './hash.js';
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
  const keyOf = (location: Location, table: NamedSymbols, i: number): Key =>
    mixed(mixed(table.key(i), location), table.table.st_info[i] ?? 0);
  const free = new Waiting(tableB.length);
  for (let i = tableB.length - 1; i > 0; i -= 1) {
    const location = tableB.location(i, b);
    if (location !== NOWHERE) free.add(keyOf(location, tableB, i), i);
  }
  for (let i = 1; i < tableA.length; i += 1) {
    const location = tableA.location(i, a);
    if (location === NOWHERE) continue;
    const there =
      tableA.table.type(i) === STT_SECTION
        ? sectionStart(correspondence, tableA.table.st_shndx[i] ?? 0)
        : correspondence.at(location);
    const to = there === NOWHERE ? 0 : free.take(keyOf(there, tableA, i));
    if (to > 0) join(i, to);
  }
}

/** Symbols by key: the one added last comes first. */
class Waiting {
  readonly #first = new Map<Key, number>();
  readonly #next: Uint32Array;

  constructor(symbols: number) {
    this.#next = new Uint32Array(symbols);
  }

  add(key: Key, symbol: number): void {
    this.#next[symbol] = this.#first.get(key) ?? 0;
    this.#first.set(key, symbol);
  }

  /** 0 where there is none. */
  take(key: Key): number {
    const symbol = this.#first.get(key) ?? 0;
    if (symbol > 0) this.#first.set(key, this.#next[symbol] ?? 0);
    return symbol;
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
  const kindOf = (table: NamedSymbols, view: ElfView, i: number): number =>
    table.table.type(i) * 2 + (table.location(i, view) === NOWHERE ? 1 : 0);
  const full = (table: NamedSymbols, i: number): Key => hashText(table.name(i));
  const skeleton = (table: NamedSymbols, i: number): Key => table.key(i);
  for (const nameOf of [full, skeleton]) {
    const free = new Waiting(tableB.length);
    for (let i = tableB.length - 1; i > 0; i -= 1)
      if (taken[i] === 0) free.add(mixed(nameOf(tableB, i), kindOf(tableB, b, i)), i);
    for (let i = 1; i < tableA.length; i += 1) {
      if (pairs[i] !== -1) continue;
      const to = free.take(mixed(nameOf(tableA, i), kindOf(tableA, a, i)));
      if (to > 0) join(i, to);
    }
  }
}
