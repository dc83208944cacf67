import { readHashTable } from '../../format/rmeta/hash-table.js';
import { leb128End, leb128Value } from '../../format/rmeta/leb128.js';
import type { CrateRoot, RootTable } from '../../format/rmeta/root.js';
import { positionsOf } from './table.js';

/** Positions lie behind magic, version and the position of the root. */
const HEADER = 16;

/** Where the source files start, ascending, and where the last one ends. */
export function sourceFiles(bytes: Uint8Array, root: CrateRoot): Float64Array {
  const starts: number[] = [root.sourceMap.position];
  positionsOf(bytes, root.sourceMap, root.sourceMap.position, (at) => starts.push(at));
  return Float64Array.from(starts).sort();
}

/**
 * Where the numbers of `interpret_alloc_index` start, and where the last one ends: it is the last array in front of the
 * tables, and its numbers ascend.
 */
function allocationIndex(bytes: Uint8Array, root: CrateRoot): Float64Array | undefined {
  const array = root.arrays.at(-1);
  const end = root.tables[0]?.position ?? 0;
  if (array === undefined || array.count > end - array.position) return undefined;
  const out = new Float64Array(array.count + 1);
  let [at, last] = [array.position, HEADER];
  for (let k = 0; k < array.count; k++) {
    const next = leb128End(bytes, at, end);
    const value = next < 0 ? -1 : leb128Value(bytes, at, next);
    if (value <= last || value >= array.position) return undefined;
    out[k] = at;
    [at, last] = [next, value];
  }
  out[array.count] = at;
  return at === end ? out : undefined;
}

/** Both roots speak of as many things, in the same order. */
export function correspond(a: CrateRoot, b: CrateRoot): boolean {
  const indices = (root: CrateRoot) => root.distances.map((d) => d.index).join();
  return (
    a.tables.length === b.tables.length && a.numbers.length === b.numbers.length && indices(a) === indices(b)
  );
}

export function tablesOf(root: CrateRoot): readonly RootTable[] {
  return [...root.tables, root.syntaxContexts, root.expnData, root.expnHashes, root.sourceMap];
}

/** Explains what is not nodes; offsets of lists are where each number starts, and last where the last one ends. */
export interface ZoneExplainer {
  table(name: string, tableA: RootTable, tableB: RootTable): void;
  hashMap(rootA: CrateRoot, rootB: CrateRoot): void;
  allocations(listA: Float64Array, listB: Float64Array): void;
  numbers(rootA: CrateRoot, rootB: CrateRoot): void;
}

/** A stretch that is not nodes. */
export interface Zone {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
  explain(of: ZoneExplainer): void;
}

/** Ascending; what would overlap is left out, and walked over as nodes. */
export function zonesOf(a: Uint8Array, rootA: CrateRoot, b: Uint8Array, rootB: CrateRoot): Zone[] {
  const table = (name: string, x: RootTable, y: RootTable): Zone => ({
    a: x.position,
    aEnd: x.position + x.width * x.count,
    b: y.position,
    bEnd: y.position + y.width * y.count,
    explain: (of) => of.table(name, x, y),
  });
  const mapEnd = (bytes: Uint8Array, at: number): number => {
    const start = leb128End(bytes, at);
    const found = start < 0 ? undefined : readHashTable(bytes, start);
    return found !== undefined && found.end === start + leb128Value(bytes, at, start) ? found.end : -1;
  };
  const [endA, endB] = [mapEnd(a, rootA.defPathHashMap), mapEnd(b, rootB.defPathHashMap)];
  const [listA, listB] = [allocationIndex(a, rootA), allocationIndex(b, rootB)];
  const same = listA !== undefined && listB !== undefined && listA.length === listB.length;
  const index: Zone[] = same
    ? [
        {
          a: listA[0] ?? 0,
          aEnd: listA.at(-1) ?? 0,
          b: listB[0] ?? 0,
          bEnd: listB.at(-1) ?? 0,
          explain: (of) => of.allocations(listA, listB),
        },
      ]
    : [];
  const zones: Zone[] = [
    ...index,
    ...rootA.tables.map((x, k) => table(`LazyTables[${k}]`, x, rootB.tables[k] ?? x)),
    table('syntax_contexts', rootA.syntaxContexts, rootB.syntaxContexts),
    table('expn_data', rootA.expnData, rootB.expnData),
    table('expn_hashes', rootA.expnHashes, rootB.expnHashes),
    {
      a: rootA.defPathHashMap,
      aEnd: endB < 0 ? -1 : endA,
      b: rootB.defPathHashMap,
      bEnd: endB,
      explain: (of) => of.hashMap(rootA, rootB),
    },
    table('source_map', rootA.sourceMap, rootB.sourceMap),
    {
      a: rootA.numbers[0] ?? 0,
      aEnd: rootA.numbers.at(-1) ?? 0,
      b: rootB.numbers[0] ?? 0,
      bEnd: rootB.numbers.at(-1) ?? 0,
      explain: (of) => of.numbers(rootA, rootB),
    },
  ];
  let [lastA, lastB] = [HEADER, HEADER];
  return zones.filter((zone) => {
    const inOrder = zone.a >= lastA && zone.b >= lastB && zone.aEnd >= zone.a && zone.bEnd >= zone.b;
    if (inOrder) [lastA, lastB] = [zone.aEnd, zone.bEnd];
    return inOrder && zone.aEnd <= a.length && zone.bEnd <= b.length;
  });
}
