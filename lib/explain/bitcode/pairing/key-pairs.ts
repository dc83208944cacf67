import type { BitcodeModule } from '../../../format/bitcode/module.js';
import type { ModuleKeys } from '../key.js';

/** Things that are paired by what they say themselves: types, attributes, comdats. Ids of B by ids of A; -1 for none. */
export interface KeyPairs {
  readonly types: Int32Array;
  readonly lists: Int32Array;
  readonly comdats: Int32Array;
  readonly groups: ReadonlyMap<number, number>;
}

export function keyPairs(a: ModuleKeys, b: ModuleKeys): KeyPairs {
  const groupsA = [...a.groups];
  const groupsB = [...b.groups];
  const groups = new Map<number, number>();
  byKey(
    groupsA.map(([, key]) => key),
    groupsB.map(([, key]) => key),
  ).forEach((to, from) => {
    const idA = groupsA[from]?.[0];
    const idB = groupsB[to]?.[0];
    if (idA !== undefined && idB !== undefined) groups.set(idA, idB);
  });
  return {
    types: byKey(a.types, b.types),
    lists: byKey(a.lists, b.lists),
    comdats: byKey(a.comdats, b.comdats),
    groups,
  };
}

/** Ids of B by ids of A whose keys are the same; of several with one key, in their order. */
function byKey(a: readonly number[], b: readonly number[]): Int32Array {
  const out = new Int32Array(a.length).fill(-1);
  const inB = positions(b);
  for (const [key, list] of positions(a)) {
    const other = inB.get(key) ?? [];
    list.forEach((x, k) => {
      out[x] = other[k] ?? -1;
    });
  }
  return out;
}

/** Where each key stands. */
export function positions(keys: readonly number[]): Map<number, number[]> {
  const out = new Map<number, number[]>();
  keys.forEach((key, i) => {
    const list = out.get(key);
    if (list === undefined) out.set(key, [i]);
    else list.push(i);
  });
  return out;
}

/** Walks two lists of records as long as their codes agree, from the front and, where that ends, from the back. */
export function commonEnds(
  a: BitcodeModule,
  listA: readonly number[],
  b: BitcodeModule,
  listB: readonly number[],
): (visit: (i: number, j: number) => void) => void {
  const same = (i: number | undefined, j: number | undefined): boolean =>
    i !== undefined && j !== undefined && a.columns.code[i] === b.columns.code[j];
  const shorter = Math.min(listA.length, listB.length);
  let front = 0;
  while (front < shorter && same(listA[front], listB[front])) front += 1;
  let back = 0;
  while (back < shorter - front && same(listA[listA.length - 1 - back], listB[listB.length - 1 - back]))
    back += 1;
  return (visit) => {
    for (let k = 0; k < front; k += 1) visit(listA[k] ?? 0, listB[k] ?? 0);
    for (let k = back; k > 0; k -= 1) visit(listA[listA.length - k] ?? 0, listB[listB.length - k] ?? 0);
  };
}
