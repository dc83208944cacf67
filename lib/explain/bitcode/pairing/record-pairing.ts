import type { BitcodeModule, Body } from '../../../format/bitcode/module.js';
import {
  METADATA_ID,
  METADATA_NEXT,
  METADATA_RELATIVE,
  OperandReader,
  RELATIVE,
  SIGNED_RELATIVE,
  VALUE,
  VALUE_NEXT,
} from '../../../format/bitcode/operand-kind.js';
import { blockEnds } from '../children.js';
import type { BodyPair } from '../pairing.js';
import { nameAt, skeletonOf, textAt } from '../text.js';
import type { KeyPairs } from './key-pairs.js';

/**
 * What of two modules is paired so far, and the rule that spreads it: two operands in the same place of two paired
 * records name the same thing. A thing is paired once and never again.
 */
export class RecordPairing {
  readonly kindsA: OperandReader;
  readonly kindsB: OperandReader;
  /** Entries of A by entries of B, and back. */
  readonly ofB: Int32Array;
  readonly ofA: Int32Array;
  readonly endsA: Int32Array;
  readonly endsB: Int32Array;
  readonly values: Int32Array;
  readonly valuesBack: Int32Array;
  readonly metadata: Int32Array;
  readonly metadataBack: Int32Array;
  readonly bodies: BodyPair[] = [];
  readonly bodiesOfA = new Map<number, Body>();
  readonly bodiesOfB = new Map<number, Body>();
  readonly guessed: Uint8Array;
  readonly guessedStrings = new Set<number>();
  readonly guessedMetadata: Uint8Array;
  /** Whether what is paired now is paired for its order among others that are alike. */
  guessing = false;
  /** The bodies whose records are being paired. */
  body: BodyPair | undefined;
  /** Pairs of constants of these whose records are still to be compared. */
  readonly openLocal: number[] = [];
  /** Entries of their constants, by value id. */
  localsA: ReadonlyMap<number, number> = new Map();
  localsB: ReadonlyMap<number, number> = new Map();
  /** Pairs the records of two bodies whose functions were paired. */
  pairBodies: (a: Body, b: Body) => void = () => undefined;
  /** Pairs of values and of metadata whose records are still to be compared. */
  readonly open: number[] = [];
  readonly openMetadata: number[] = [];
  readonly #skeletonsA: string[] = [];
  readonly #skeletonsB: string[] = [];

  constructor(
    readonly a: BitcodeModule,
    readonly b: BitcodeModule,
    readonly keys: KeyPairs,
  ) {
    this.kindsA = new OperandReader(a);
    this.kindsB = new OperandReader(b);
    this.ofB = new Int32Array(b.columns.count).fill(-1);
    this.ofA = new Int32Array(a.columns.count).fill(-1);
    this.endsA = blockEnds(a.columns);
    this.endsB = blockEnds(b.columns);
    for (const body of a.bodies) this.bodiesOfA.set(body.value, body);
    for (const body of b.bodies) this.bodiesOfB.set(body.value, body);
    this.guessed = new Uint8Array(a.values.length);
    this.values = new Int32Array(a.values.length).fill(-1);
    this.valuesBack = new Int32Array(b.values.length).fill(-1);
    this.metadata = new Int32Array(a.strings.length + a.nodes.length).fill(-1);
    this.guessedMetadata = new Uint8Array(a.strings.length + a.nodes.length);
    this.metadataBack = new Int32Array(b.strings.length + b.nodes.length).fill(-1);
  }

  bindValue(x: number, y: number): boolean {
    const a = this.a;
    const b = this.b;
    if (x >= a.values.length || y >= b.values.length || x < 0 || y < 0) return false;
    if (this.values[x] === y) return true;
    if (this.values[x] !== -1 || this.valuesBack[y] !== -1) return false;
    const entryA = a.values[x] ?? 0;
    const entryB = b.values[y] ?? 0;
    if (a.columns.code[entryA] !== b.columns.code[entryB]) return false;
    if (x < a.globalCount !== y < b.globalCount) return false;
    if (x < a.globalCount) {
      if (this.skeleton(a, x) !== this.skeleton(b, y)) return false;
    } else if (!this.#sameType(entryA, entryB)) return false;
    this.values[x] = y;
    this.valuesBack[y] = x;
    if (this.guessing) this.guessed[x] = 1;
    this.open.push(x, y);
    return true;
  }

  bindMetadata(x: number, y: number): boolean {
    const a = this.a;
    const b = this.b;
    if (x < 0 || y < 0) return false;
    if (x >= this.metadata.length || y >= this.metadataBack.length) return false;
    if (this.metadata[x] === y) return true;
    if (this.metadata[x] !== -1 || this.metadataBack[y] !== -1) return false;
    const textA = a.strings[x];
    const textB = b.strings[y];
    if ((textA === undefined) !== (textB === undefined)) return false;
    if (textA !== undefined && textB !== undefined) {
      const skeleton = skeletonOf(textAt(a, textA.offset, textA.length));
      if (skeleton !== skeletonOf(textAt(b, textB.offset, textB.length))) return false;
    } else {
      const codeA = a.columns.code[a.nodes[x - a.strings.length] ?? 0];
      if (codeA !== b.columns.code[b.nodes[y - b.strings.length] ?? 0]) return false;
      this.openMetadata.push(x, y);
    }
    this.metadata[x] = y;
    this.metadataBack[y] = x;
    if (this.guessing) this.guessedMetadata[x] = 1;
    return true;
  }

  /** Compares the records of what was paired, until nothing new is paired by that. */
  drain(): void {
    while (this.open.length > 0 || this.openMetadata.length > 0) {
      const node = this.openMetadata.pop();
      if (node !== undefined) {
        const from = this.openMetadata.pop() ?? 0;
        this.pairRecord(
          this.a.nodes[from - this.a.strings.length] ?? 0,
          this.b.nodes[node - this.b.strings.length] ?? 0,
        );
        continue;
      }
      const y = this.open.pop() ?? 0;
      const x = this.open.pop() ?? 0;
      this.pairRecord(this.a.values[x] ?? 0, this.b.values[y] ?? 0);
      const bodyA = this.bodiesOfA.get(x);
      const bodyB = this.bodiesOfB.get(y);
      if (bodyA !== undefined && bodyB !== undefined) this.pairBodies(bodyA, bodyB);
    }
  }

  pairEntries(i: number, j: number): boolean {
    if (this.ofB[j] !== -1 || this.ofA[i] !== -1) return false;
    this.ofB[j] = i;
    this.ofA[i] = j;
    return true;
  }

  /** Pairs two records and, where they are of one form, what their operands name. */
  pairRecord(i: number, j: number): void {
    if (!this.pairEntries(i, j)) return;
    const a = this.a.columns;
    const b = this.b.columns;
    if (a.code[i] !== b.code[j]) return;
    const kindsA = this.kindsA.kinds(i);
    const kindsB = this.kindsB.kinds(j);
    const count = Math.min(kindsA.length, kindsB.length);
    const fromA = a.first[i] ?? 0;
    const fromB = b.first[j] ?? 0;
    for (let k = 0; k < count; k += 1) {
      const kind = kindsA[k] ?? 0;
      if (kind !== kindsB[k]) return;
      const x = a.low[fromA + k] ?? 0;
      const y = b.low[fromB + k] ?? 0;
      if (kind === VALUE) this.#bindOperand(x, y);
      else if (kind === VALUE_NEXT) {
        if (x > 0 && y > 0) this.#bindOperand(x - 1, y - 1);
      } else if (kind === RELATIVE) {
        this.#bindOperand((this.a.number[i] ?? 0) - (x | 0), (this.b.number[j] ?? 0) - (y | 0));
      } else if (kind === SIGNED_RELATIVE) {
        this.#bindOperand((this.a.number[i] ?? 0) - signed(x), (this.b.number[j] ?? 0) - signed(y));
      } else if (kind === METADATA_ID) this.bindMetadata(x, y);
      else if (kind === METADATA_NEXT) this.bindMetadata(x - 1, y - 1);
      else if (kind === METADATA_RELATIVE) {
        this.bindMetadata((this.a.number[i] ?? 0) - (x | 0), (this.b.number[j] ?? 0) - (y | 0));
      }
    }
  }

  pairMaybe(i: number | undefined, j: number | undefined): void {
    if (i !== undefined && j !== undefined) this.pairRecord(i, j);
  }

  #bindOperand(x: number, y: number): void {
    const body = this.body;
    if (body === undefined || x < body.a.firstArgument || y < body.b.firstArgument) {
      this.bindValue(x, y);
      return;
    }
    const localA = x - body.a.firstArgument;
    const localB = y - body.b.firstArgument;
    if (body.values[localA] !== -1 || body.back[localB] !== -1) return;
    const entryA = this.localsA.get(x);
    const entryB = this.localsB.get(y);
    if (entryA === undefined || entryB === undefined) return;
    if (this.a.columns.code[entryA] !== this.b.columns.code[entryB] || !this.#sameType(entryA, entryB))
      return;
    body.values[localA] = localB;
    body.back[localB] = localA;
    this.openLocal.push(entryA, entryB);
  }

  #sameType(entryA: number, entryB: number): boolean {
    return this.keys.types[this.a.constantTypes[entryA] ?? -1] === this.b.constantTypes[entryB];
  }

  skeleton(module: BitcodeModule, id: number): string {
    const cache = module === this.a ? this.#skeletonsA : this.#skeletonsB;
    const known = cache[id];
    if (known !== undefined) return known;
    const { first, low } = module.columns;
    const at = first[module.values[id] ?? 0] ?? 0;
    const skeleton = skeletonOf(nameAt(module, low[at] ?? 0, low[at + 1] ?? 0) ?? '');
    cache[id] = skeleton;
    return skeleton;
  }
}

/** Undoes the encoding of a signed number: its sign is bit 0. */
function signed(value: number): number {
  return value % 2 === 0 ? value / 2 : -((value - 1) / 2);
}
