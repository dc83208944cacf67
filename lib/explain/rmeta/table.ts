import { littleEndian } from '../../format/rmeta/leb128.js';
import type { RootTable } from '../../format/rmeta/root.js';
import type { Sink } from '../../ledger/sink.js';
import { REFERRED, type RmetaPair } from './reference.js';

/** How the entries of a `LazyTable` are to be read. */
type Reading = 'position' | 'list' | 'hash';

/** Entries that a position may refer to lie behind the header. */
const HEADER = 16;

/** Positions that the entries of a table tell, whatever it is a table of: as they are, or interleaved with a length. */
export function positionsOf(
  bytes: Uint8Array,
  table: RootTable,
  limit: number,
  visit: (at: number) => void,
): void {
  if (table.width < 2 || table.width >= 8) return;
  const list = readsAsLists(bytes, table, limit);
  for (let k = 0; k < table.count; k++) {
    const at = table.position + k * table.width;
    const position = list ? positionOfList(bytes, at, table.width) : littleEndian(bytes, at, table.width);
    if (position > HEADER && position < limit) visit(position);
  }
}

/** Whether not all entries are positions as they stand. */
function readsAsLists(bytes: Uint8Array, table: RootTable, limit: number): boolean {
  for (let k = 0; k < table.count; k++) {
    if (littleEndian(bytes, table.position + k * table.width, table.width) >= limit) return true;
  }
  return false;
}

/** The bytes of a list's position stand between those of its length, so that the upper zeros of both fall away. */
function positionOfList(bytes: Uint8Array, at: number, width: number): number {
  return littleEndian(bytes, at, (width + 1) >> 1, 2);
}

/**
 * A table of the same thing on both sides. Entries that differ are positions (of a node, or of a list with its
 * length) that correspond, or hashes; each is checked by itself, all are read in the way that holds for most.
 */
export function explainTable(
  { a, b, map }: RmetaPair,
  sink: Sink,
  tableA: RootTable,
  tableB: RootTable,
): void {
  const { width, count } = tableA;
  const sizeB = tableB.width * tableB.count;
  if (tableB.width !== width || tableB.count !== count) {
    sink.change(tableA.position, width * count, tableB.position, sizeB);
    return;
  }
  const entry = new Uint8Array(width);
  const refers = (position: number) => position > HEADER && position < tableA.position;
  /** Whether B's entry is what A's must be there; `entry` holds it then. */
  const holds = (reading: Reading, k: number): boolean => {
    const at = tableA.position + k * width;
    const list = reading === 'list';
    const position = list ? positionOfList(a, at, width) : littleEndian(a, at, width);
    const other = refers(position) ? map.toB(position) : -1;
    if (other < 0) return false;
    entry.fill(0);
    let rest = other;
    for (let byte = 0; byte < width; byte += list ? 2 : 1) {
      entry[byte] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    if (list) for (let byte = 1; byte < width; byte += 2) entry[byte] = a[at + byte] as number;
    if (rest !== 0) return false;
    const start = tableB.position + k * width;
    for (let byte = 0; byte < width; byte++) if (b[start + byte] !== entry[byte]) return false;
    return true;
  };
  /** Whether an entry is the same although what it refers to lies elsewhere in B. */
  const stayed = (reading: Reading, k: number): boolean => {
    if (reading === 'hash') return false;
    const at = tableA.position + k * width;
    const list = reading === 'list';
    const position = list ? positionOfList(a, at, width) : littleEndian(a, at, width);
    const other = refers(position) ? map.toB(position) : -1;
    return other >= 0 && other !== position;
  };
  const reading = readingOf(a, b, tableA, tableB, holds);
  const runs = new Runs(sink, tableA, tableB);
  const recomputed = new Uint8Array(width * count);
  for (let k = 0; k < count; k++) {
    if (sameEntry(a, b, tableA, tableB, k) && !stayed(reading, k)) runs.take('equal', k);
    else if (reading === 'hash') runs.take('hash', k);
    else if (holds(reading, k)) {
      recomputed.set(entry, k * width);
      runs.take('derived', k);
    } else runs.take('change', k);
  }
  runs.finish(recomputed);
}

function readingOf(
  a: Uint8Array,
  b: Uint8Array,
  tableA: RootTable,
  tableB: RootTable,
  holds: (reading: Reading, k: number) => boolean,
): Reading {
  let positions = 0;
  let lists = 0;
  let differing = 0;
  for (let k = 0; k < tableA.count; k++) {
    if (sameEntry(a, b, tableA, tableB, k)) continue;
    differing += 1;
    if (holds('position', k)) positions += 1;
    if (holds('list', k)) lists += 1;
  }
  if (differing === 0) return 'hash';
  if (tableA.width === 8 && Math.max(positions, lists) * 2 < differing) return 'hash';
  return lists > positions || readsAsLists(a, tableA, tableA.position) ? 'list' : 'position';
}

function sameEntry(a: Uint8Array, b: Uint8Array, tableA: RootTable, tableB: RootTable, k: number): boolean {
  const { width } = tableA;
  const x = tableA.position + k * width;
  const y = tableB.position + k * width;
  for (let byte = 0; byte < width; byte++) if (a[x + byte] !== b[y + byte]) return false;
  return true;
}

type RunKind = 'equal' | 'derived' | 'change' | 'hash';

/** Entries in a row that fare alike become one segment; a hash stays one by itself. */
class Runs {
  #kind: RunKind | undefined;
  #from = 0;
  #next = 0;
  readonly #closed: { kind: RunKind; from: number; end: number }[] = [];

  constructor(
    readonly sink: Sink,
    readonly a: RootTable,
    readonly b: RootTable,
  ) {}

  take(kind: RunKind, k: number): void {
    if (kind !== this.#kind || kind === 'hash') {
      this.#close();
      this.#kind = kind;
      this.#from = k;
    }
    this.#next = k + 1;
  }

  finish(recomputed: Uint8Array): void {
    this.#close();
    const { width } = this.a;
    for (const { kind, from, end } of this.#closed) {
      const a = this.a.position + from * width;
      const b = this.b.position + from * width;
      const length = (end - from) * width;
      if (kind === 'equal') this.sink.equal(a, b, length);
      else if (kind === 'hash') this.sink.token('crate-hash', 'le64', a, length, b, length, 'DefPathHash');
      else if (kind === 'change') this.sink.change(a, length, b, length);
      else {
        const bytes = recomputed.subarray(from * width, end * width);
        this.sink.derived(a, length, b, length, bytes, REFERRED, 'LazyTable');
      }
    }
  }

  #close(): void {
    if (this.#kind !== undefined) this.#closed.push({ kind: this.#kind, from: this.#from, end: this.#next });
  }
}
