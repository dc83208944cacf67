import { readLazies, readNumbers } from './lazies.js';
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
const MAX_DEPS = 100_000;

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
