import type { Bytes } from '../artefact/bytes.js';
import { readHashTable } from '../format/rmeta/hash-table.js';
import { leb128End, leb128Value, littleEndian } from '../format/rmeta/leb128.js';
import { type CrateRoot, crateHashOffset, type RootTable, readCrateRoot } from '../format/rmeta/root.js';
import { type CrateIdSource, crateIdSource, stableCrateId } from '../format/rmeta/stable-crate-id.js';
import { LabelledSink } from '../ledger/labelled-sink.js';
import type { Sink } from '../ledger/sink.js';
import { Correspondence } from './rmeta/correspondence.js';
import { explainHashMap } from './rmeta/hash-map.js';
import { LayoutSeeds } from './rmeta/layout-seed.js';
import { MARK, type Mark, Marks } from './rmeta/marks.js';
import { NodePlaces } from './rmeta/node-places.js';
import { NodeWalk } from './rmeta/node-walk.js';
import { orderSign } from './rmeta/order-signs.js';
import { leb128, REFERRED, type RmetaPair } from './rmeta/reference.js';
import { explainTable, positionsOf } from './rmeta/table.js';
import { correspond, sourceFiles, tablesOf, type ZoneExplainer, zonesOf } from './rmeta/zones.js';

const MAGIC = Buffer.from('rust\0\0\0', 'latin1');
/** Magic, version, and the position of the root, since version 9 of 64 bits; a dylib has the like in front of it. */
const HEADER = 16;
const WIDE = 9;

/**
 * Accounts for two contents of crate metadata: an `.rmeta` file, section `.rmeta` of a `lib.rmeta`, or section
 * `.rustc` of a dylib. Hashes become claims; positions, distances and hash tables are recomputed; texts are looked at
 * as texts; the rest stays unexplained. Of versions before 9 only the nodes are walked over, since where the tables
 * lie is not known.
 */
export function explainRmeta(a: Bytes, b: Bytes, sink: Sink): void {
  const wholeA = a.read(0, a.length);
  const wholeB = b.read(0, b.length);
  const innerA = isWrapped(wholeA);
  if (innerA !== isWrapped(wholeB) || !innerA) {
    explainMetadata(wholeA, wholeB, sink);
    return;
  }
  explainWrapped(wholeA, wholeB, sink);
}

function explainMetadata(a: Uint8Array, b: Uint8Array, sink: Sink): Correspondence {
  const sign = orderSign(a, b);
  return new RmetaExplainer(a, b, sign === undefined ? sink : new LabelledSink(sink, sign)).run();
}

/** Section `.rustc`: magic, version, the length of the metadata, the metadata, and padding by the linker. */
function isWrapped(bytes: Uint8Array): boolean {
  const starts = (at: number) => MAGIC.equals(bytes.subarray(at, at + MAGIC.length));
  return bytes.length >= 2 * HEADER && (bytes[MAGIC.length] as number) >= WIDE && starts(0) && starts(HEADER);
}

function explainWrapped(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const endA = Math.min(a.length, HEADER + littleEndian(a, 8, 8));
  const endB = Math.min(b.length, HEADER + littleEndian(b, 8, 8));
  new Plain(a, b, sink).take(0, 8, 0, 8);
  const inner = sink.at(HEADER, HEADER);
  const map = explainMetadata(a.subarray(HEADER, endA), b.subarray(HEADER, endB), inner);
  sink.derived(8, 8, 8, 8, wide(map.toB(endA - HEADER)), 'the metadata', 'length');
  new Plain(a, b, sink).take(endA, a.length, endB, b.length);
}

class RmetaExplainer implements ZoneExplainer {
  readonly #map = new Correspondence();
  readonly #pair: RmetaPair;
  readonly #places: NodePlaces;
  readonly #walk: NodeWalk;

  constructor(
    readonly a: Uint8Array,
    readonly b: Uint8Array,
    readonly sink: Sink,
  ) {
    this.#pair = { a, b, map: this.#map };
    this.#places = new NodePlaces(sink, a.length);
    this.#walk = new NodeWalk(this.#pair, sink, this.#places);
  }

  run(): Correspondence {
    const { a, b, sink } = this;
    const version = a[MAGIC.length] ?? 0;
    const known = version >= WIDE && version === b[MAGIC.length] && Math.min(a.length, b.length) >= HEADER;
    if (!known) {
      this.#walk.walk({ a: 0, aEnd: a.length, b: 0, bEnd: b.length });
    } else {
      new Plain(a, b, sink).take(0, 8, 0, 8);
      const rootA = readCrateRoot(a);
      const rootB = readCrateRoot(b);
      const alike = rootA !== undefined && rootB !== undefined && correspond(rootA, rootB);
      if (alike) this.#known(rootA, rootB);
      else this.#unknown();
      const position = this.#map.toB(littleEndian(a, 8, 8));
      sink.derived(8, 8, 8, 8, wide(position), 'the crate root', 'root position');
    }
    this.#map.shift(a.length, b.length);
    return this.#map;
  }

  /** Stubs, versions before 9, and roots of a form that is not known. */
  #unknown(): void {
    const { a, b } = this;
    const hash = crateHashOffset(a);
    const marks = hash === undefined ? [] : [{ at: hash, length: 16, kind: MARK.crateHash }];
    this.#walk.walk({ a: HEADER, aEnd: a.length, b: HEADER, bEnd: b.length }, new Marks(marks));
  }

  #known(rootA: CrateRoot, rootB: CrateRoot): void {
    const { a } = this;
    for (const table of tablesOf(rootA))
      positionsOf(a, table, rootA.position, (at) => {
        this.#places.add(at);
      });
    for (const array of rootA.arrays) this.#places.add(array.position);
    this.#places.add(rootA.position);
    this.#crateId(rootA, rootB);
    const marks = this.#marks(rootA, rootB);
    if ((a[MAGIC.length] ?? 0) > WIDE) this.#walk.seeds = new LayoutSeeds(a, rootA, this.b, rootB);
    const zones = zonesOf(a, rootA, this.b, rootB);
    let fromA = HEADER;
    let fromB = HEADER;
    let together = true;
    for (const zone of zones) {
      // Where a zone starts is what the root says; it counts only if walking up to there comes to the same.
      together = this.#nodes(fromA, zone.a, fromB, zone.b, marks, together);
      if (together) this.#map.shift(zone.a, zone.b);
      else this.#map.gap(zone.a);
      zone.explain(this);
      fromA = zone.aEnd;
      fromB = zone.bEnd;
    }
    this.#nodes(fromA, a.length, fromB, this.b.length, marks, true);
  }

  /** The id of the crate is a hash: where what it was made of stands in the metadata, that attests it. */
  #crateId(rootA: CrateRoot, rootB: CrateRoot): void {
    const { a, b, sink } = this;
    const [atA, atB] = [rootA.stableCrateId, rootB.stableCrateId];
    if (Buffer.compare(a.subarray(atA, atA + 8), b.subarray(atB, atB + 8)) === 0) return;
    const [ofA, ofB] = [crateIdSource(a, rootA), crateIdSource(b, rootB)];
    if (ofA !== undefined && ofB !== undefined)
      sink.attested('crate-hash', 'le64', atA, atB, stableCrateId(ofA), stableCrateId(ofB));
    if (ofA !== undefined || ofB !== undefined)
      sink.note(`StableCrateId is the hash of ${madeOf(ofA)} in A, of ${madeOf(ofB)} in B`);
  }

  #nodes(a: number, aEnd: number, b: number, bEnd: number, marks: Marks, together: boolean): boolean {
    if (a === aEnd && b === bEnd) return together;
    return this.#walk.walk({ a, aEnd, b, bEnd }, marks);
  }

  table(name: string, tableA: RootTable, tableB: RootTable): void {
    if (tableA.count > 0 || tableB.count > 0)
      explainTable(this.#pair, this.sink.within(0, 0, 'part', name), tableA, tableB);
  }

  hashMap(rootA: CrateRoot, rootB: CrateRoot): void {
    const { a, b } = this;
    const startA = leb128End(a, rootA.defPathHashMap);
    const startB = leb128End(b, rootB.defPathHashMap);
    const tableA = readHashTable(a, startA);
    const tableB = readHashTable(b, startB);
    const sink = this.sink.within(0, 0, 'part', 'def_path_hash_map');
    if (tableA === undefined || tableB === undefined) return;
    new Plain(a, b, sink).take(rootA.defPathHashMap, startA, rootB.defPathHashMap, startB);
    explainHashMap(a, tableA, b, tableB, sink);
  }

  /** The numbers of the root behind the crate's id: distances are recomputed, all else must be equal. */
  numbers(rootA: CrateRoot, rootB: CrateRoot): void {
    const { a, b } = this;
    const sink = this.sink.within(0, 0, 'symbol', 'CrateRoot');
    const plain = new Plain(a, b, sink);
    const distances = new Map(rootA.distances.map((d) => [d.index, d]));
    const count = rootA.numbers.length - 1;
    for (let k = 0; k < count; k++) {
      const [x, xEnd] = [rootA.numbers[k] as number, rootA.numbers[k + 1] as number];
      const [y, yEnd] = [rootB.numbers[k] as number, rootB.numbers[k + 1] as number];
      const distance = distances.get(k);
      const other = distance === undefined ? -1 : this.#map.toB(distance.position);
      const from = distance === undefined ? -1 : this.#map.toB(distance.from);
      if (other >= 0 && from >= 0) {
        const recomputed = leb128(Math.abs(other - from));
        sink.derived(x, xEnd - x, y, yEnd - y, recomputed, REFERRED, 'distance');
      } else plain.take(x, xEnd, y, yEnd);
    }
    this.#map.shift(rootA.numbers[count] as number, rootB.numbers[count] as number);
  }

  /** `interpret_alloc_index`: where each allocation of the interpreter starts. */
  allocations(listA: Float64Array, listB: Float64Array): void {
    const { a, b } = this;
    const sink = this.sink.within(0, 0, 'part', 'interpret_alloc_index');
    for (let k = 0; k + 1 < listA.length; k++) {
      const [x, xEnd] = [listA[k] as number, listA[k + 1] as number];
      const [y, yEnd] = [listB[k] as number, listB[k + 1] as number];
      const other = this.#map.toB(leb128Value(a, x, xEnd));
      if (other < 0) new Plain(a, b, sink).take(x, xEnd, y, yEnd);
      else sink.derived(x, xEnd - x, y, yEnd - y, leb128(other), REFERRED, 'position');
    }
  }

  #marks(rootA: CrateRoot, rootB: CrateRoot): Marks {
    const { a, b } = this;
    const list: { at: number; length: number; kind: Mark }[] = [];
    const mark = (at: number, length: number, kind: Mark) => list.push({ at, length, kind });
    for (const dep of rootA.crateDeps) {
      mark(dep.hash, 16, MARK.crateHash);
      if (dep.hostHash !== undefined) mark(dep.hostHash, 16, MARK.crateHash);
      mark(dep.extraFilename.offset, dep.extraFilename.length, MARK.extraFilename);
    }
    positionsOf(a, rootA.expnHashes, rootA.expnHashes.position, (at) => mark(at, 16, MARK.expnHash));
    mark(rootA.hash, 16, MARK.crateHash);
    mark(rootA.extraFilename.offset, rootA.extraFilename.length, MARK.extraFilename);
    mark(rootA.stableCrateId, 8, MARK.crateId);
    const files = sourceFiles(a, rootA);
    const others = sourceFiles(b, rootB);
    if (files.length === others.length) {
      // Behind the id stand an empty list (of characters that were taken out) and the number of this crate, 0.
      for (const end of files.slice(1))
        if (a[end - 1] === 0 && a[end - 2] === 0) mark(end - 18, 16, MARK.sourceFile);
    }
    return new Marks(list);
  }
}

function madeOf(source: CrateIdSource | undefined): string {
  if (source === undefined) return 'something that the metadata do not tell';
  const flag = source.metadata.length === 0 ? 'no -C metadata' : `-C metadata=${source.metadata.join(' ')}`;
  return `"${source.name}", ${flag}, "${source.version}"`;
}

/** Bytes beside each other that may only be equal. */
class Plain {
  constructor(
    readonly a: Uint8Array,
    readonly b: Uint8Array,
    readonly sink: Sink,
  ) {}

  take(a: number, aEnd: number, b: number, bEnd: number): void {
    const same = Buffer.compare(this.a.subarray(a, aEnd), this.b.subarray(b, bEnd)) === 0;
    if (same) this.sink.equal(a, b, aEnd - a);
    else this.sink.change(a, aEnd - a, b, bEnd - b);
  }
}

function wide(value: number): Uint8Array {
  const out = Buffer.alloc(8);
  if (value >= 0) out.writeBigUInt64LE(BigInt(value));
  return out;
}
