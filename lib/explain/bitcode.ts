import { InputError } from '../error.js';
import { ColumnBuilder } from '../format/bitcode/columns.js';
import { type BitcodeModule, readModule } from '../format/bitcode/module.js';
import { type Bitcode, encodeBitcode, isBitcode, readBitcode } from '../format/bitcode.js';
import type { Sink } from '../ledger/sink.js';
import { type BodyPair, type Pairing, pairModules } from './bitcode/pairing.js';
import { type BlobPair, explainRun, type Recomputed, type Stretch } from './bitcode/run.js';
import { explainNames, namePairs, restOfTable } from './bitcode/string-table.js';
import { explainSymtab, translateSymtab } from './bitcode/symtab.js';
import { nameAt } from './bitcode/text.js';
import { translate } from './bitcode/translate.js';

/**
 * Two bitcode modules (`.llvmbc`, a `.bc` file). The stream is packed bit by bit, so a hash of another length moves
 * all that follows, and rustc orders functions by their names, hashes included, so that numbers of types, values and
 * metadata change places. Both are undone: the things of A are paired with those of B, A's records are said in B's
 * numbers and encoded again, and what gives B's very bits is derived from the names, which are compared in the string
 * table. All else stays with the record that holds it.
 * @returns false, and nothing given to the sink, where the two are no bitcode that can be read
 */
export function explainBitcode(a: Uint8Array, b: Uint8Array, sink: Sink): boolean {
  if (!isBitcode(a) || !isBitcode(b)) return false;
  try {
    const moduleA = readModule(readBitcode(a, columns.a));
    const moduleB = readModule(readBitcode(b, columns.b));
    new Explainer(moduleA, moduleB, sink).run();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) {
      // Where memory ran out its columns may be of several lengths.
      columns = { a: new ColumnBuilder(), b: new ColumnBuilder() };
      throw error;
    }
    sink.note(`the bitcode is compared byte by byte: ${error.what}`);
    return false;
  } finally {
    columns.a.release();
    columns.b.release();
  }
}

/** One pair is explained after the other, and they are large: all use the same memory. */
let columns = { a: new ColumnBuilder(), b: new ColumnBuilder() };

class Explainer {
  readonly #a: BitcodeModule;
  readonly #b: BitcodeModule;
  readonly #sink: Sink;
  readonly #pairing: Pairing;
  readonly #recomputed: Recomputed;

  constructor(a: BitcodeModule, b: BitcodeModule, sink: Sink) {
    this.#a = a;
    this.#b = b;
    this.#sink = sink;
    this.#pairing = pairModules(a, b);
    const translation = translate(a, b, this.#pairing);
    const stream = encodeBitcode(b.bitcode, { low: translation.low, high: translation.high });
    this.#recomputed = { a, b, pairing: this.#pairing, translation, stream };
  }

  run(): void {
    const areaA = functionArea(this.#a);
    const areaB = functionArea(this.#b);
    const endA = this.#a.bitcode.end;
    const endB = this.#b.bitcode.end;
    const headA = tablesStart(this.#a);
    const headB = tablesStart(this.#b);
    this.#module({ from: 0, to: areaA.from }, { from: 0, to: areaB.from });
    this.#functions(areaA, areaB);
    this.#module({ from: areaA.to, to: headA }, { from: areaB.to, to: headB });
    this.#tables({ from: headA, to: endA }, { from: headB, to: endB });
    const restA = this.#a.bitcode.content.length - endA;
    const restB = this.#b.bitcode.content.length - endB;
    tail(
      this.#a.bitcode,
      this.#b.bitcode,
      this.#sink.within(endA, endB, 'part', 'behind the bitcode'),
      restA,
      restB,
    );
  }

  #module(a: Stretch, b: Stretch): void {
    explainRun(this.#recomputed, a, b, this.#sink.within(0, 0, 'part', 'module'));
  }

  #functions(areaA: Stretch, areaB: Stretch): void {
    const pairs = new Map<number, BodyPair>(this.#pairing.bodies.map((pair) => [pair.b.enter, pair]));
    const taken = new Set<number>();
    for (const body of this.#b.bodies) {
      const stretch = stretchOf(this.#b, body.enter, body.end);
      const pair = pairs.get(body.enter);
      if (pair === undefined) {
        const sink = this.#sink.within(0, 0, 'symbol', functionName(this.#b, body.value));
        sink.change(areaA.from, 0, stretch.from, stretch.to - stretch.from, { field: 'FUNCTION_BLOCK' });
        continue;
      }
      taken.add(pair.a.enter);
      const nameA = functionName(this.#a, pair.a.value);
      const nameB = functionName(this.#b, body.value);
      const sink = this.#sink.within(0, 0, 'symbol', nameA, nameA === nameB ? undefined : nameB);
      explainRun(this.#recomputed, stretchOf(this.#a, pair.a.enter, pair.a.end), stretch, sink);
    }
    for (const body of this.#a.bodies) {
      if (taken.has(body.enter)) continue;
      const stretch = stretchOf(this.#a, body.enter, body.end);
      const sink = this.#sink.within(0, 0, 'symbol', functionName(this.#a, body.value));
      sink.change(stretch.from, stretch.to - stretch.from, areaB.from, 0, { field: 'FUNCTION_BLOCK' });
    }
  }

  /** The symbol table and the string table, byte by byte, and the bits around them. */
  #tables(a: Stretch, b: Stretch): void {
    const { explainedB } = this.#recomputed.translation;
    const names = namePairs(this.#a, this.#b, this.#pairing, explainedB);
    const symtab = translateSymtab(this.#a, this.#b, names);
    const blobs: BlobPair[] = [];
    if (symtab !== undefined) {
      blobs.push([
        this.#a.symtabEntry,
        this.#b.symtabEntry,
        (sink) => explainSymtab(this.#a.symtab?.length ?? 0, symtab, sink),
      ]);
    }
    const strings = [...names.extents, ...(symtab?.strings ?? [])];
    blobs.push([
      this.#a.strtabEntry,
      this.#b.strtabEntry,
      (sink) => {
        restOfTable(this.#a, this.#b, explainNames(this.#a, this.#b, strings, sink), sink);
      },
    ]);
    for (const [entryA, entryB] of blobs) {
      // What is in them is looked at byte by byte; the bits around them tell how long they are.
      // Where it is not written as LLVM writes it, the bits around it say something else, too.
      const regular = !this.#a.columns.irregular.has(entryA) && !this.#b.columns.irregular.has(entryB);
      this.#recomputed.translation.explainedA[entryA] = regular ? 1 : 0;
      this.#recomputed.translation.explainedB[entryB] = regular ? 1 : 0;
    }
    explainRun(this.#recomputed, a, b, this.#sink.within(0, 0, 'part', 'symbol and string table'), blobs);
  }
}

/** The bodies where they stand in one row on bytes, as LLVM writes them; else an empty stretch at the tables. */
function functionArea(module: BitcodeModule): Stretch {
  const { bodies, columns } = module;
  const first = bodies[0];
  const last = bodies[bodies.length - 1];
  const none = tablesStart(module);
  if (first === undefined || last === undefined) return { from: none, to: none };
  let next = first.enter;
  for (const body of bodies) {
    if (body.enter !== next || (columns.bit[body.enter] ?? 0) % 8 !== 0) {
      throw new InputError('function blocks do not stand in one row', { offset: module.bitcode.start });
    }
    next = body.end + 1;
  }
  return {
    from: stretchOf(module, first.enter, first.end).from,
    to: stretchOf(module, last.enter, last.end).to,
  };
}

/** Where the module's block ends: symbol and string table follow. */
function tablesStart(module: BitcodeModule): number {
  const { columns, bitcode, moduleEntry } = module;
  const first = columns.bit[moduleEntry + 1] ?? 0;
  const words = columns.low[(columns.first[moduleEntry] ?? 0) + 2] ?? 0;
  return bitcode.start + first / 8 + words * 4;
}

function stretchOf(module: BitcodeModule, enter: number, end: number): Stretch {
  const { columns, bitcode } = module;
  return {
    from: bitcode.start + (columns.bit[enter] ?? 0) / 8,
    to: bitcode.start + (columns.bit[end + 1] ?? 0) / 8,
  };
}

function functionName(module: BitcodeModule, value: number): string {
  const { first, low } = module.columns;
  const at = first[module.values[value] ?? 0] ?? 0;
  return nameAt(module, low[at] ?? 0, low[at + 1] ?? 0) ?? '';
}

function tail(a: Bitcode, b: Bitcode, sink: Sink, lengthA: number, lengthB: number): void {
  const same =
    lengthA === lengthB && Buffer.compare(a.content.subarray(a.end), b.content.subarray(b.end)) === 0;
  if (same) sink.equal(0, 0, lengthA);
  else sink.change(0, lengthA, 0, lengthB);
}
