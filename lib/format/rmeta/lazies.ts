import { leb128End, leb128Value } from './leb128.js';
import type { Distance, RootArray, RootTable } from './root.js';

const HEADER = 16;
/** The root has some 300 numbers. */
const MAX_NUMBERS = 1024;
/** What a hash table starts with, behind its length. */
const HASH_TABLE = Buffer.from('ODHT', 'latin1');
/** Tables that follow each other without a gap before the run is believed: there are 60 to 80. */
const MIN_TABLES = 24;
/** Bytes between the table of source files and the root: none up to 1.96, small arrays since. */
const MAX_REST = 1024;
/** Arrays between the tables and the syntax contexts: two up to 1.88, more since exportable items have theirs. */
const ARRAYS_BEHIND = [2, 3, 4, 5, 6];

/** Every field behind the id is a number or a byte below 0x80: they read as LEB128 throughout. */
export function readNumbers(bytes: Uint8Array, from: number): Float64Array {
  const out: number[] = [from];
  let at = from;
  while (at < bytes.length && out.length <= MAX_NUMBERS) {
    const end = leb128End(bytes, at);
    if (end < 0) break;
    out.push(end);
    at = end;
  }
  return Float64Array.from(out);
}

/** What the numbers of the root come to. */
export interface Lazies {
  readonly numbers: Float64Array;
  readonly distances: readonly Distance[];
  readonly arrays: readonly RootArray[];
  readonly tables: readonly RootTable[];
  readonly syntaxContexts: RootTable;
  readonly expnData: RootTable;
  readonly expnHashes: RootTable;
  readonly sourceMap: RootTable;
  readonly defPathHashMap: number;
}

/** @returns undefined where they do not agree with each other */
export function readLazies(
  bytes: Uint8Array,
  root: number,
  start: number,
  offsets: Float64Array,
): Lazies | undefined {
  const values = new Float64Array(offsets.length - 1);
  for (let i = 0; i < values.length; i++) {
    values[i] = leb128Value(bytes, offsets[i] as number, offsets[i + 1] as number);
  }
  const run = longestTableRun(values);
  if (run === undefined) return undefined;
  // Behind the tables, empty fields may look like more of them.
  for (let count = run.count; count >= Math.max(MIN_TABLES, run.count - 3); count--) {
    for (const arrays of ARRAYS_BEHIND) {
      const found = readAround(bytes, root, offsets, values, start, { index: run.index, count }, arrays);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function readAround(
  bytes: Uint8Array,
  root: number,
  offsets: Float64Array,
  values: Float64Array,
  start: number,
  { index, count }: TableRun,
  arrays: number,
): Lazies | undefined {
  // Distances first count from an unknown origin, the first table; the end of the last table tells where that is.
  const after = new LazyReader(values, index, 0);
  const tables: RootTable[] = [];
  after.skipDistance(2);
  for (let i = 0; i < count; i++) tables.push(after.table());
  for (let i = 0; i < arrays; i++) after.array();
  const [syntaxContexts, expnData, expnHashes] = [after.table(), after.table(), after.table()];
  const defPathHashMap = after.value();
  const sourceMap = after.table();
  const hygiene = [syntaxContexts, expnData, expnHashes, sourceMap];
  if (after.failed || hygiene.some((t) => (t.width === 0) !== (t.count === 0))) return undefined;
  const length = sourceMap.position + sourceMap.width * sourceMap.count;
  const before = arraysBefore(values, index, root, (origin, arrays) => {
    const rest = root - (origin + length);
    const table = leb128End(bytes, origin + defPathHashMap);
    if (table < 0 || !HASH_TABLE.equals(bytes.subarray(table, table + 4))) return false;
    return rest === 0 || (rest > 0 && rest <= MAX_REST && arrays[0]?.position === start);
  });
  if (before === undefined) return undefined;
  const { origin } = before;
  const placed = (t: RootTable): RootTable => ({ ...t, position: t.position + origin });
  return {
    numbers: offsets.slice(0, after.next + 1),
    distances: [
      ...before.distances,
      ...after.distances.map((d) => ({
        index: d.index,
        position: d.position + origin,
        from: d.from + origin,
      })),
    ],
    arrays: before.arrays,
    tables: tables.map(placed),
    syntaxContexts: placed(syntaxContexts),
    expnData: placed(expnData),
    expnHashes: placed(expnHashes),
    sourceMap: placed(sourceMap),
    defPathHashMap: defPathHashMap + origin,
  };
}

interface TableRun {
  /** Of the first table's width among the numbers. */
  readonly index: number;
  readonly count: number;
}

/** The numbers of a run of tables, each starting where the one before ends. */
function longestTableRun(values: Float64Array): TableRun | undefined {
  const at = (i: number) => values[i] ?? -1;
  const table = (i: number) => {
    const width = at(i);
    return width <= 16 && at(i + 2) >= 0 && (width === 0) === (at(i + 1) === 0);
  };
  let best = { index: 0, count: 0 };
  for (let start = 0; start + 2 < values.length; start++) {
    if (!table(start) || at(start + 2) === 0) continue;
    let count = 1;
    while (
      table(start + 3 * count) &&
      at(start + 3 * count + 2) === at(start + 3 * count - 3) * at(start + 3 * count - 2)
    )
      count += 1;
    if (count > best.count) best = { index: start, count };
  }
  return best.count >= MIN_TABLES ? best : undefined;
}

/** The arrays in front of the tables: from the first number from which they lead to the first table. */
function arraysBefore(
  values: Float64Array,
  end: number,
  root: number,
  fits: (origin: number, arrays: readonly RootArray[]) => boolean,
) {
  for (let start = 0; start < end; start++) {
    for (const procMacro of [false, true]) {
      const reader = new LazyReader(values, start, root, true);
      const arrays: RootArray[] = [];
      const stop = procMacro ? end - 2 : end;
      while (!reader.failed && reader.next < stop) {
        // `ProcMacroData`: present, the declarations, no stability, and the macros, which are the last array.
        if (procMacro && reader.proceedsTo(stop)) continue;
        const array = reader.array();
        if (array.count > 0) arrays.push(array);
      }
      if (reader.failed) continue;
      if (procMacro) {
        const macros = reader.array();
        if (macros.count > 0) arrays.push(macros);
      }
      if (reader.next !== end) continue;
      reader.next = end + 2;
      const origin = reader.value();
      if (arrays.every((a) => a.position >= HEADER) && fits(origin, arrays)) {
        return { arrays, distances: reader.distances, origin };
      }
    }
  }
  return undefined;
}

/** Follows the distances from node to node. The first one of a root counts backwards from where the root starts. */
class LazyReader {
  next: number;
  failed = false;
  readonly distances: Distance[] = [];
  readonly #values: Float64Array;
  #last: number;
  #backwards: boolean;
  #skipped = -1;

  constructor(values: Float64Array, next: number, last: number, backwards = false) {
    this.#values = values;
    this.next = next;
    this.#last = last;
    this.#backwards = backwards;
  }

  /** The distance `ahead` numbers on is from a node that is not known: it counts as 0 here, and is not listed. */
  skipDistance(ahead: number): void {
    this.#skipped = this.next + ahead;
  }

  number(): number {
    const value = this.#values[this.next];
    if (value === undefined) this.failed = true;
    this.next += 1;
    return value ?? 0;
  }

  value(): number {
    const index = this.next;
    const distance = this.number();
    if (index === this.#skipped) return this.#last;
    const from = this.#last;
    this.#last = this.#backwards ? from - distance : from + distance;
    this.#backwards = false;
    this.distances.push({ index, position: this.#last, from });
    return this.#last;
  }

  array(): RootArray {
    const count = this.number();
    return count === 0 ? { count, position: 0 } : { count, position: this.value() };
  }

  table(): RootTable {
    const width = this.number();
    const count = this.number();
    return { width, count, position: this.value() };
  }

  /** Steps over the three numbers `1, DefIndex, 0` where these stand right in front of `stop`. */
  proceedsTo(stop: number): boolean {
    if (this.next + 3 !== stop || this.#values[this.next] !== 1 || this.#values[stop - 1] !== 0) return false;
    this.next = stop;
    return true;
  }
}
