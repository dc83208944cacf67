import { MODULE } from '../../format/bitcode/code.js';
import type { BitcodeModule } from '../../format/bitcode/module.js';
import { OperandReader, VALUE } from '../../format/bitcode/operand-kind.js';
import type { Sink } from '../../ledger/sink.js';
import { LabelOrder } from '../label-order.js';
import { explainName, numberOf } from '../name.js';
import type { Pairing } from './pairing.js';
import type { Extent } from './symtab.js';
import { explainGuessed, nameAt } from './text.js';

/**
 * A name of A, a name of B, and what is known of the two: `counted`, what they name is equal but for names, and a number
 * in them is the one that its place in the module gives; `guessed`, it is one of several that are alike, so that the
 * names prove nothing.
 */
export type NamePair = readonly [Extent, Extent, ('counted' | 'guessed' | undefined)?];

export interface NamePairs {
  readonly extents: readonly NamePair[];
  /** Names of A by names of B. */
  readonly ofB: ReadonlyMap<string, string>;
  /** Names of B that are `counted`. */
  readonly counted: ReadonlySet<string>;
}

/** The names of the globals that are paired. */
export function namePairs(
  a: BitcodeModule,
  b: BitcodeModule,
  pairing: Pairing,
  explainedB: Uint8Array,
): NamePairs {
  const extents: NamePair[] = [];
  const ofB = new Map<string, string>();
  const countedOfB = new Set<string>();
  const content = new Content(b, explainedB);
  const [numbersA, numbersB] = [new GlobalNumbers(a), new GlobalNumbers(b)];
  const add = (i: number | undefined, j: number | undefined, guessed = false): void => {
    if (i === undefined || j === undefined) return;
    const from = extentOf(a, i);
    const to = extentOf(b, j);
    const nameA = nameAt(a, from.offset, from.length);
    const nameB = nameAt(b, to.offset, to.length);
    if (nameA === undefined || nameB === undefined) return;
    const family = numbersA.family(i);
    const counted = family === undefined ? content.explained(j) : numbersA.agree(family, numbersB);
    extents.push([from, to, guessed ? 'guessed' : counted ? 'counted' : undefined]);
    ofB.set(nameB, nameA);
    if (counted && !guessed) countedOfB.add(nameB);
  };
  pairing.comdats.forEach((y, x) => {
    add(a.comdats[x], b.comdats[y]);
  });
  for (let x = 0; x < a.globalCount; x += 1) {
    const y = pairing.values[x] ?? -1;
    if (y >= 0) add(a.values[x], b.values[y], pairing.guessed[x] === 1);
  }
  return { extents, ofB, counted: countedOfB };
}

/** The numbers in names of globals, which LLVM gives in the order of the module: `anon.<hash>.<n>`, `switch.table.<f>.<n>`. */
class GlobalNumbers {
  readonly #order = new LabelOrder();
  readonly #families = new Map<number, string>();

  constructor(module: BitcodeModule) {
    const entries = module.values.slice(0, module.globalCount);
    entries.forEach((entry, place) => {
      const { offset, length } = extentOf(module, entry);
      const name = numberOf(Buffer.from(nameAt(module, offset, length) ?? '', 'latin1'));
      if (name === undefined) return;
      this.#order.add(name.family, place, name.number);
      this.#families.set(entry, name.family);
    });
  }

  /** What a global counts among. */
  family(entry: number): string | undefined {
    return this.#families.get(entry);
  }

  /** Whether order says which name of a family has which number in both modules. */
  agree(family: string, of: GlobalNumbers): boolean {
    const numbers = this.#order.numbers(family);
    if (numbers === undefined) return false;
    return (
      numbers === of.#order.numbers(family) || (this.#order.isDense(family) && of.#order.isDense(family))
    );
  }
}

/** Constants nest no deeper than their types do; hostile ones go on without end. */
const DEEPEST = 64;

/** Whether all that a variable holds is explained. */
class Content {
  readonly #module: BitcodeModule;
  readonly #explained: Uint8Array;
  readonly #kinds: OperandReader;
  /** By value id: 1 yes, 2 no. */
  readonly #known: Uint8Array;

  constructor(module: BitcodeModule, explained: Uint8Array) {
    this.#module = module;
    this.#explained = explained;
    this.#kinds = new OperandReader(module);
    this.#known = new Uint8Array(module.values.length);
  }

  explained(entry: number): boolean {
    const { columns } = this.#module;
    if (columns.code[entry] !== MODULE.GLOBALVAR || this.#explained[entry] !== 1) return false;
    const initial = columns.low[(columns.first[entry] ?? 0) + 4] ?? 0;
    return initial > 0 && this.#value(initial - 1, 0);
  }

  #value(id: number, depth: number): boolean {
    const { columns, values, globalCount } = this.#module;
    if (id < globalCount) return true;
    const entry = values[id];
    if (entry === undefined || depth > DEEPEST) return false;
    const known = this.#known[id];
    if (known !== 0) return known === 1;
    this.#known[id] = 2;
    const from = columns.first[entry] ?? 0;
    const operands: number[] = [];
    this.#kinds.kinds(entry).forEach((kind, k) => {
      if (kind === VALUE) operands.push(columns.low[from + k] ?? 0);
    });
    const good = this.#explained[entry] === 1 && operands.every((operand) => this.#value(operand, depth + 1));
    if (good) this.#known[id] = 1;
    return good;
  }
}

function extentOf(module: BitcodeModule, entry: number): Extent {
  const { first, low } = module.columns;
  const at = first[entry] ?? 0;
  return { offset: low[at] ?? 0, length: low[at + 1] ?? 0 };
}

/** What no pair of names covers, in each string table. */
export interface TableRest {
  readonly a: readonly Extent[];
  readonly b: readonly Extent[];
}

/** Gives the paired names to the sink, each stretch of the tables once. The sink starts where the tables start. */
export function explainNames(
  a: BitcodeModule,
  b: BitcodeModule,
  pairs: readonly NamePair[],
  sink: Sink,
): TableRest {
  const lengthA = a.strtab?.length ?? 0;
  const lengthB = b.strtab?.length ?? 0;
  const usedA = new Uint8Array(lengthA);
  const usedB = new Uint8Array(lengthB);
  const tableA = table(a);
  const tableB = table(b);
  for (const [from, to, known] of pairs) {
    if (from.length === 0 || to.length === 0) continue;
    const endA = from.offset + from.length;
    const endB = to.offset + to.length;
    if (endA > lengthA || endB > lengthB) continue;
    if (usedA.subarray(from.offset, endA).includes(1) || usedB.subarray(to.offset, endB).includes(1))
      continue;
    usedA.fill(1, from.offset, endA);
    usedB.fill(1, to.offset, endB);
    const nameA = tableA.subarray(from.offset, endA);
    const nameB = tableB.subarray(to.offset, endB);
    const inside = sink.at(from.offset, to.offset);
    if (known === 'guessed') explainGuessed(nameA, nameB, inside);
    else explainName(nameA, nameB, inside, known === 'counted');
  }
  return { a: free(usedA), b: free(usedB) };
}

/** What stands in a string table and is no name of a pair: padding, and names of one side only. */
export function restOfTable(a: BitcodeModule, b: BitcodeModule, rest: TableRest, sink: Sink): void {
  const tableA = table(a);
  const tableB = table(b);
  const count = Math.max(rest.a.length, rest.b.length);
  for (let k = 0; k < count; k += 1) {
    const from = rest.a[k] ?? { offset: tableA.length, length: 0 };
    const to = rest.b[k] ?? { offset: tableB.length, length: 0 };
    const bytesA = tableA.subarray(from.offset, from.offset + from.length);
    const bytesB = tableB.subarray(to.offset, to.offset + to.length);
    if (from.length > 0 && to.length > 0) {
      explainName(bytesA, bytesB, sink.at(from.offset, to.offset), false);
    } else sink.change(from.offset, from.length, to.offset, to.length, { field: 'STRTAB_BLOB' });
  }
}

function table(module: BitcodeModule): Uint8Array {
  const from = module.bitcode.start + (module.strtab?.offset ?? 0);
  return module.bitcode.content.subarray(from, from + (module.strtab?.length ?? 0));
}

function free(used: Uint8Array): Extent[] {
  const out: Extent[] = [];
  for (let at = used.indexOf(0); at >= 0; ) {
    const next = used.indexOf(1, at);
    const end = next < 0 ? used.length : next;
    out.push({ offset: at, length: end - at });
    at = next < 0 ? -1 : used.indexOf(0, next);
  }
  return out;
}
