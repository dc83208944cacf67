import { leb128End, leb128Value, littleEndian } from './leb128.js';

/**
 * The crate root of metadata of version 9 and later: where everything lies. Nothing of it is taken from the field
 * list of one rustc release: `LazyTables` is the longest run of (width, length, distance) in which each distance is the
 * size of the table before, and the arrays in front of the tables must lead to a first table from which the distances
 * behind it lead to a table of source files that ends where the root starts. All positions count from the start of the metadata.
 */
export interface CrateRoot {
  readonly position: number;
  /** Where the version string ends: the first thing encoded, `CrateDep` of the first dependency, stands here. */
  readonly start: number;
  /** The crate hash (SVH), 16 bytes. */
  readonly hash: number;
  /** The text of `extra_filename`, mostly `-<16hex>`. */
  readonly extraFilename: TextRange;
  /** Eight bytes. */
  readonly stableCrateId: number;
  /** Numbers of the root behind the id, in order: where each starts, and last where the last one ends. */
  readonly numbers: Float64Array;
  /** What of these numbers is the distance of a node, and of which: index into `numbers`, and the position. */
  readonly distances: readonly Distance[];
  /** The `LazyArray`s in front of the tables that are not empty, in order. */
  readonly arrays: readonly RootArray[];
  /** `LazyTables`, empty ones too. */
  readonly tables: readonly RootTable[];
  readonly syntaxContexts: RootTable;
  readonly expnData: RootTable;
  readonly expnHashes: RootTable;
  readonly sourceMap: RootTable;
  /** Where the node of `def_path_hash_map` starts: its length, then the table. */
  readonly defPathHashMap: number;
  readonly crateDeps: readonly CrateDep[];
}

export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

export interface Distance {
  readonly index: number;
  readonly position: number;
  /** From where it is measured: the node before, or the root itself for the first. */
  readonly from: number;
}

export interface RootArray {
  readonly count: number;
  readonly position: number;
}

/** `LazyTable`: `count` entries of `width` bytes; trailing zero bytes of the widest entry are left out in all. */
export interface RootTable {
  readonly width: number;
  readonly count: number;
  readonly position: number;
}

/** Offsets of what identifies a dependency. */
export interface CrateDep {
  readonly hash: number;
  readonly hostHash?: number | undefined;
  readonly extraFilename: TextRange;
}

const HEADER = 16;
/** The root has some 300 numbers. */
const MAX_NUMBERS = 1024;
/** Tables that follow each other without a gap before the run is believed: there are 60 to 80. */
const MIN_TABLES = 24;
const MAX_DEPS = 100_000;
/** What a hash table starts with, behind its length. */
const HASH_TABLE = Buffer.from('ODHT', 'latin1');
/** Bytes between the table of source files and the root: none up to 1.96, small arrays since. */
const MAX_REST = 1024;
/** Arrays between the tables and the syntax contexts: two up to 1.88, more since exportable items have theirs. */
const ARRAYS_BEHIND = [2, 3, 4, 5, 6];

/** Where the crate hash stands, also in a stub, whose root ends behind its header. */
export function crateHashOffset(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER) return undefined;
  const position = littleEndian(bytes, 8, 8);
  if (position <= HEADER || bytes[position] !== 0) return undefined;
  const triple = readText(bytes, position + 1);
  const hash = triple === undefined ? bytes.length : triple.offset + triple.length + 1;
  return hash + 16 <= bytes.length ? hash : undefined;
}

/** @returns undefined where the root does not have the form described above; nothing is known then */
export function readCrateRoot(bytes: Uint8Array): CrateRoot | undefined {
  if (bytes.length < HEADER) return undefined;
  const position = littleEndian(bytes, 8, 8);
  const version = readText(bytes, HEADER);
  if (version === undefined || position <= HEADER || position >= bytes.length) return undefined;
  const start = version.offset + version.length + 1;
  const head = readHead(bytes);
  if (head === undefined) return undefined;
  const numbers = readNumbers(bytes, head.end);
  const lazies = readLazies(bytes, position, start, numbers);
  if (lazies === undefined) return undefined;
  const { tables, syntaxContexts, expnData, expnHashes, sourceMap } = lazies;
  const inside = (t: RootTable) =>
    t.position >= HEADER && t.width <= 16 && t.position + t.width * t.count <= bytes.length;
  if (![...tables, syntaxContexts, expnData, expnHashes, sourceMap].every(inside)) return undefined;
  const crateDeps = readCrateDeps(bytes, start, lazies.arrays);
  return { position, start, ...head, ...lazies, crateDeps };
}

interface Head {
  readonly hash: number;
  readonly extraFilename: TextRange;
  readonly stableCrateId: number;
  readonly end: number;
}

/** `CrateHeader` (target, hash, name, whether a proc macro), `extra_filename` and `stable_crate_id`. */
function readHead(bytes: Uint8Array): Head | undefined {
  const hash = crateHashOffset(bytes);
  if (hash === undefined) return undefined; // or a target described by a file of its own
  const name = symbolEnd(bytes, hash + 16);
  if (name < 0) return undefined;
  // Behind the name: whether a proc macro, and since version 10 whether a stub.
  const extraFilename = readText(bytes, name + 1) ?? readText(bytes, name + 2);
  if (extraFilename === undefined) return undefined;
  const stableCrateId = extraFilename.offset + extraFilename.length + 1;
  return { hash, extraFilename, stableCrateId, end: stableCrateId + 8 };
}

/** Every field behind the id is a number or a byte below 0x80: they read as LEB128 throughout. */
function readNumbers(bytes: Uint8Array, from: number): Float64Array {
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

interface Lazies {
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

function readLazies(
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

/** `LazyArray<CrateDep>`: name, hash, the host's hash where there is one, kind, `extra_filename`, whether private. */
function readCrateDeps(bytes: Uint8Array, start: number, arrays: readonly RootArray[]): CrateDep[] {
  const array = arrays.find((a) => a.position === start);
  const out: CrateDep[] = [];
  if (array === undefined || array.count > MAX_DEPS) return out;
  let at = start;
  for (let i = 0; i < array.count; i++) {
    const hash = symbolEnd(bytes, at);
    if (hash < 0) break;
    const tag = bytes[hash + 16];
    if (tag === undefined || tag > 1) break;
    const hostHash = tag === 1 ? hash + 17 : undefined;
    const extraFilename = readText(bytes, hash + 17 + tag * 16 + 1);
    if (extraFilename === undefined) break;
    out.push({ hash, hostHash, extraFilename });
    at = extraFilename.offset + extraFilename.length + 2;
  }
  return out;
}

/** Where a `Symbol` ends (0: its text, 1: a position of it, 2: its number in the compiler's list), or -1. */
function symbolEnd(bytes: Uint8Array, at: number): number {
  const tag = bytes[at];
  if (tag === 1 || tag === 2) return leb128End(bytes, at + 1);
  const text = tag === 0 ? readText(bytes, at + 1) : undefined;
  return text === undefined ? -1 : text.offset + text.length + 1;
}

/** A string: its length, its bytes, and 0xc1, which no UTF-8 has. */
export function readText(bytes: Uint8Array, at: number): TextRange | undefined {
  const offset = leb128End(bytes, at);
  if (offset < 0) return undefined;
  const length = leb128Value(bytes, at, offset);
  return bytes[offset + length] === 0xc1 ? { offset, length } : undefined;
}
