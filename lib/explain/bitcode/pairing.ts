import {
  CONSTANTS_BLOCK,
  FUNCTION_BLOCK,
  GLOBALVAL_SUMMARY_BLOCK,
  METADATA,
  METADATA_BLOCK,
  MODULE,
  MODULE_BLOCK,
  PARAMATTR_BLOCK,
  PARAMATTR_GROUP_BLOCK,
  TYPE,
  TYPE_BLOCK,
  VALUE_SYMTAB_BLOCK,
} from '../../format/bitcode/code.js';
import type { BitcodeModule, Body } from '../../format/bitcode/module.js';
import {
  METADATA_ID,
  METADATA_NEXT,
  METADATA_RELATIVE,
  OperandReader,
  RELATIVE,
  SIGNED_RELATIVE,
  VALUE,
  VALUE_NEXT,
} from '../../format/bitcode/operand-kind.js';
import { blockEnds, type Children, childrenOf } from './children.js';
import { Keys, ModuleKeys } from './key.js';
import { nameAt, skeletonOf, textAt } from './text.js';

/** Two bodies of one function, and which of their values stand for each other, counted from their first argument. */
export interface BodyPair {
  readonly a: Body;
  readonly b: Body;
  /** From A to B and back; -1 for none. */
  readonly values: Int32Array;
  readonly back: Int32Array;
}

/** Which things of one module stand for which of another; -1 for none. Numbers are ids, from A to B, unless said otherwise. */
export interface Pairing {
  /** Entries of A by entries of B, and back. */
  readonly ofB: Int32Array;
  readonly ofA: Int32Array;
  readonly types: Int32Array;
  readonly groups: ReadonlyMap<number, number>;
  readonly lists: Int32Array;
  readonly comdats: Int32Array;
  readonly values: Int32Array;
  readonly metadata: Int32Array;
  /** By value id of A, 1: paired as one of several that are alike. */
  readonly guessed: Uint8Array;
  /** Metadata records of B in bodies of functions so paired. */
  readonly guessedStrings: ReadonlySet<number>;
  /** By metadata id of A, likewise. */
  readonly guessedMetadata: Uint8Array;
  readonly bodies: readonly BodyPair[];
  readonly endsA: Int32Array;
  readonly endsB: Int32Array;
}

/**
 * Finds which types, attributes, values, metadata and records of two modules stand for each other. Types and
 * attributes are paired by what they say, globals by their names without hashes and by their content where that
 * tells them apart, and all else by where it is used: two operands in the same place of two paired records name the
 * same thing. A thing is paired once and never again, so each map is one to one; whether paired records really say the
 * same is for `translate` to find out.
 */
export function pairModules(a: BitcodeModule, b: BitcodeModule): Pairing {
  return new Pairer(a, b).run();
}

class Pairer {
  readonly #a: BitcodeModule;
  readonly #b: BitcodeModule;
  readonly #kindsA: OperandReader;
  readonly #kindsB: OperandReader;
  readonly #ofB: Int32Array;
  readonly #ofA: Int32Array;
  readonly #endsA: Int32Array;
  readonly #endsB: Int32Array;
  readonly #types: Int32Array;
  readonly #lists: Int32Array;
  readonly #comdats: Int32Array;
  readonly #groups: Map<number, number>;
  readonly #values: Int32Array;
  readonly #valuesBack: Int32Array;
  readonly #metadata: Int32Array;
  readonly #metadataBack: Int32Array;
  readonly #bodies: BodyPair[] = [];
  readonly #bodiesOfA = new Map<number, Body>();
  readonly #bodiesOfB = new Map<number, Body>();
  /** Pairs of values and of metadata whose records are still to be compared. */
  readonly #open: number[] = [];
  readonly #openMetadata: number[] = [];
  #body: BodyPair | undefined;
  readonly #guessed: Uint8Array;
  readonly #guessedStrings = new Set<number>();
  /** Ids of blocks met. */
  readonly #tables = new Set<number>();
  readonly #guessedMetadata: Uint8Array;
  #guessing = false;

  constructor(a: BitcodeModule, b: BitcodeModule) {
    this.#a = a;
    this.#b = b;
    this.#kindsA = new OperandReader(a);
    this.#kindsB = new OperandReader(b);
    this.#ofB = new Int32Array(b.columns.count).fill(-1);
    this.#ofA = new Int32Array(a.columns.count).fill(-1);
    this.#endsA = blockEnds(a.columns);
    this.#endsB = blockEnds(b.columns);
    for (const body of a.bodies) this.#bodiesOfA.set(body.value, body);
    for (const body of b.bodies) this.#bodiesOfB.set(body.value, body);
    this.#guessed = new Uint8Array(a.values.length);
    this.#values = new Int32Array(a.values.length).fill(-1);
    this.#valuesBack = new Int32Array(b.values.length).fill(-1);
    this.#metadata = new Int32Array(a.strings.length + a.nodes.length).fill(-1);
    this.#guessedMetadata = new Uint8Array(a.strings.length + a.nodes.length);
    this.#metadataBack = new Int32Array(b.strings.length + b.nodes.length).fill(-1);
    const keys = new Keys();
    const keysA = new ModuleKeys(a, keys);
    const keysB = new ModuleKeys(b, keys);
    this.#types = byKey(keysA.types, keysB.types);
    this.#lists = byKey(keysA.lists, keysB.lists);
    this.#comdats = byKey(keysA.comdats, keysB.comdats);
    const groupsA = [...keysA.groups];
    const groupsB = [...keysB.groups];
    const groups = byKey(
      groupsA.map(([, key]) => key),
      groupsB.map(([, key]) => key),
    );
    this.#groups = new Map();
    groups.forEach((to, from) => {
      const idA = groupsA[from]?.[0];
      const idB = groupsB[to]?.[0];
      if (idA !== undefined && idB !== undefined) this.#groups.set(idA, idB);
    });
    this.#keyedGlobals(keysA, keysB);
  }

  run(): Pairing {
    this.#rest();
    this.#structure();
    return {
      ofB: this.#ofB,
      ofA: this.#ofA,
      types: this.#types,
      groups: this.#groups,
      lists: this.#lists,
      comdats: this.#comdats,
      values: this.#values,
      metadata: this.#metadata,
      guessed: this.#guessed,
      guessedStrings: this.#guessedStrings,
      guessedMetadata: this.#guessedMetadata,
      bodies: this.#bodies,
      endsA: this.#endsA,
      endsB: this.#endsB,
    };
  }

  /**
   * Globals whose content or body tells them apart, and what they use. Then those without a body whose key only one on
   * each side has, if both sides have the same keys: else two functions of one name may be made for different types. What
   * is left is paired by its key and in its order: that is guessed.
   */
  #keyedGlobals(keysA: ModuleKeys, keysB: ModuleKeys): void {
    const contentA = this.#contents(keysA, this.#a, this.#bodiesOfA);
    const contentB = this.#contents(keysB, this.#b, this.#bodiesOfB);
    for (const [content, list] of contentA) {
      const other = contentB.get(content);
      if (list.length === 1 && other?.length === 1) this.#bindValue(list[0] ?? -1, other[0] ?? -1);
    }
    this.#drain();
    const inA = positions(keysA.globals);
    const inB = positions(keysB.globals);
    const sameSet =
      inA.size === inB.size && [...inA].every(([key, list]) => inB.get(key)?.length === list.length);
    for (const [key, list] of sameSet ? inA : []) {
      const id = list[0] ?? -1;
      if (list.length === 1 && !this.#bodiesOfA.has(id)) this.#bindValue(id, inB.get(key)?.[0] ?? -1);
    }
    this.#drain();
    this.#guessing = true;
    for (const [key, list] of inA) {
      const openA = list.filter((id) => this.#values[id] === -1);
      const openB = (inB.get(key) ?? []).filter((id) => this.#valuesBack[id] === -1);
      openA.forEach((id, i) => {
        if (this.#values[id] !== -1) return;
        this.#bindValue(id, openB[i] ?? -1);
        this.#drain();
      });
    }
  }

  /** Variables and functions with a body, by all that is in them. */
  #contents(
    keys: ModuleKeys,
    module: BitcodeModule,
    bodies: ReadonlyMap<number, Body>,
  ): Map<number, number[]> {
    const content = keys.globals.map((key, id) => {
      const body = bodies.get(id);
      if (body !== undefined) return keys.body(key, body);
      return module.columns.code[module.values[id] ?? 0] === MODULE.GLOBALVAR ? key : -1;
    });
    const out = positions(content);
    out.delete(-1);
    return out;
  }

  /** What is used nowhere, and what differs in more than a hash: by name, else in its order. */
  #rest(): void {
    const globals = (module: BitcodeModule, bound: Int32Array): Map<string, number[]> => {
      const map = new Map<string, number[]>();
      for (let id = 0; id < module.globalCount; id += 1) {
        if (bound[id] !== -1) continue;
        const key = `${module.columns.code[module.values[id] ?? 0]} ${this.#skeleton(module, id)}`;
        const list = map.get(key);
        if (list === undefined) map.set(key, [id]);
        else list.push(id);
      }
      return map;
    };
    const inB = globals(this.#b, this.#valuesBack);
    for (const [key, list] of globals(this.#a, this.#values)) {
      const other = inB.get(key) ?? [];
      if (list.length !== other.length) continue;
      list.forEach((id, i) => {
        this.#bindValue(id, other[i] ?? -1);
        this.#drain();
      });
    }
    this.#restOfStrings();
    this.#inOrder(
      this.#a.values.length,
      (id) => id < this.#a.globalCount || this.#values[id] !== -1,
      this.#b.values.length,
      (id) => id < this.#b.globalCount || this.#valuesBack[id] !== -1,
      (x, y) => this.#bindValue(x, y),
    );
    this.#inOrder(
      this.#metadata.length,
      (id) => id < this.#a.strings.length || this.#metadata[id] !== -1,
      this.#metadataBack.length,
      (id) => id < this.#b.strings.length || this.#metadataBack[id] !== -1,
      (x, y) => this.#bindMetadata(x, y),
    );
  }

  #restOfStrings(): void {
    const byText = new Map<string, number[]>();
    this.#b.strings.forEach(({ offset, length }, id) => {
      if (this.#metadataBack[id] !== -1) return;
      const key = skeletonOf(textAt(this.#b, offset, length));
      const list = byText.get(key);
      if (list === undefined) byText.set(key, [id]);
      else list.push(id);
    });
    for (const list of byText.values()) list.reverse();
    this.#a.strings.forEach(({ offset, length }, id) => {
      if (this.#metadata[id] !== -1) return;
      const to = byText.get(skeletonOf(textAt(this.#a, offset, length)))?.pop();
      if (to !== undefined) this.#bindMetadata(id, to);
    });
  }

  #inOrder(
    countA: number,
    skipA: (id: number) => boolean,
    countB: number,
    skipB: (id: number) => boolean,
    bind: (x: number, y: number) => boolean,
  ): void {
    let y = 0;
    for (let x = 0; x < countA; x += 1) {
      if (skipA(x)) continue;
      while (y < countB && skipB(y)) y += 1;
      if (y === countB) return;
      if (bind(x, y)) {
        y += 1;
        this.#drain();
      }
    }
  }

  #skeleton(module: BitcodeModule, id: number): string {
    const cache = module === this.#a ? this.#skeletonsA : this.#skeletonsB;
    const known = cache[id];
    if (known !== undefined) return known;
    const { first, low } = module.columns;
    const at = first[module.values[id] ?? 0] ?? 0;
    const skeleton = skeletonOf(nameAt(module, low[at] ?? 0, low[at + 1] ?? 0) ?? '');
    cache[id] = skeleton;
    return skeleton;
  }

  readonly #skeletonsA: string[] = [];
  readonly #skeletonsB: string[] = [];

  #bindValue(x: number, y: number): boolean {
    const a = this.#a;
    const b = this.#b;
    if (x >= a.values.length || y >= b.values.length || x < 0 || y < 0) return false;
    if (this.#values[x] === y) return true;
    if (this.#values[x] !== -1 || this.#valuesBack[y] !== -1) return false;
    const entryA = a.values[x] ?? 0;
    const entryB = b.values[y] ?? 0;
    if (a.columns.code[entryA] !== b.columns.code[entryB]) return false;
    if (x < a.globalCount !== y < b.globalCount) return false;
    if (x < a.globalCount) {
      if (this.#skeleton(a, x) !== this.#skeleton(b, y)) return false;
    } else if (!this.#sameType(entryA, entryB)) return false;
    this.#values[x] = y;
    this.#valuesBack[y] = x;
    if (this.#guessing) this.#guessed[x] = 1;
    this.#open.push(x, y);
    return true;
  }

  #sameType(entryA: number, entryB: number): boolean {
    return this.#types[this.#a.constantTypes[entryA] ?? -1] === this.#b.constantTypes[entryB];
  }

  #bindMetadata(x: number, y: number): boolean {
    const a = this.#a;
    const b = this.#b;
    if (x < 0 || y < 0) return false;
    if (x >= this.#metadata.length || y >= this.#metadataBack.length) return false;
    if (this.#metadata[x] === y) return true;
    if (this.#metadata[x] !== -1 || this.#metadataBack[y] !== -1) return false;
    const textA = a.strings[x];
    const textB = b.strings[y];
    if ((textA === undefined) !== (textB === undefined)) return false;
    if (textA !== undefined && textB !== undefined) {
      const skeleton = skeletonOf(textAt(a, textA.offset, textA.length));
      if (skeleton !== skeletonOf(textAt(b, textB.offset, textB.length))) return false;
    } else {
      const codeA = a.columns.code[a.nodes[x - a.strings.length] ?? 0];
      if (codeA !== b.columns.code[b.nodes[y - b.strings.length] ?? 0]) return false;
      this.#openMetadata.push(x, y);
    }
    this.#metadata[x] = y;
    this.#metadataBack[y] = x;
    if (this.#guessing) this.#guessedMetadata[x] = 1;
    return true;
  }

  /** Compares the records of what was paired, until nothing new is paired by that. */
  #drain(): void {
    while (this.#open.length > 0 || this.#openMetadata.length > 0) {
      const node = this.#openMetadata.pop();
      if (node !== undefined) {
        const from = this.#openMetadata.pop() ?? 0;
        this.#pairRecord(
          this.#a.nodes[from - this.#a.strings.length] ?? 0,
          this.#b.nodes[node - this.#b.strings.length] ?? 0,
        );
        continue;
      }
      const y = this.#open.pop() ?? 0;
      const x = this.#open.pop() ?? 0;
      this.#pairRecord(this.#a.values[x] ?? 0, this.#b.values[y] ?? 0);
      const bodyA = this.#bodiesOfA.get(x);
      const bodyB = this.#bodiesOfB.get(y);
      if (bodyA !== undefined && bodyB !== undefined) this.#pairBodies(bodyA, bodyB);
    }
  }

  #pairEntries(i: number, j: number): boolean {
    if (this.#ofB[j] !== -1 || this.#ofA[i] !== -1) return false;
    this.#ofB[j] = i;
    this.#ofA[i] = j;
    return true;
  }

  /** Pairs two records and, where they are of one form, what their operands name. */
  #pairRecord(i: number, j: number): void {
    if (!this.#pairEntries(i, j)) return;
    const a = this.#a.columns;
    const b = this.#b.columns;
    if (a.code[i] !== b.code[j]) return;
    const kindsA = this.#kindsA.kinds(i);
    const kindsB = this.#kindsB.kinds(j);
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
        this.#bindOperand((this.#a.number[i] ?? 0) - (x | 0), (this.#b.number[j] ?? 0) - (y | 0));
      } else if (kind === SIGNED_RELATIVE) {
        this.#bindOperand((this.#a.number[i] ?? 0) - signed(x), (this.#b.number[j] ?? 0) - signed(y));
      } else if (kind === METADATA_ID) this.#bindMetadata(x, y);
      else if (kind === METADATA_NEXT) this.#bindMetadata(x - 1, y - 1);
      else if (kind === METADATA_RELATIVE) {
        this.#bindMetadata((this.#a.number[i] ?? 0) - (x | 0), (this.#b.number[j] ?? 0) - (y | 0));
      }
    }
  }

  #bindOperand(x: number, y: number): void {
    const body = this.#body;
    if (body === undefined || x < body.a.firstArgument || y < body.b.firstArgument) {
      this.#bindValue(x, y);
      return;
    }
    const localA = x - body.a.firstArgument;
    const localB = y - body.b.firstArgument;
    if (body.values[localA] !== -1 || body.back[localB] !== -1) return;
    const entryA = this.#localsA.get(x);
    const entryB = this.#localsB.get(y);
    if (entryA === undefined || entryB === undefined) return;
    if (this.#a.columns.code[entryA] !== this.#b.columns.code[entryB] || !this.#sameType(entryA, entryB))
      return;
    body.values[localA] = localB;
    body.back[localB] = localA;
    this.#openLocal.push(entryA, entryB);
  }

  /** Pairs of constants of the bodies at hand whose records are still to be compared. */
  readonly #openLocal: number[] = [];
  /** Entries of the constants of the bodies at hand, by value id. */
  #localsA = new Map<number, number>();
  #localsB = new Map<number, number>();

  #pairBodies(bodyA: Body, bodyB: Body): void {
    if (!this.#pairEntries(bodyA.enter, bodyB.enter)) return;
    this.#pairEntries(bodyA.end, bodyB.end);
    const a = childrenOf(this.#a.columns, this.#endsA, bodyA.enter);
    const b = childrenOf(this.#b.columns, this.#endsB, bodyB.enter);
    const constantsA = this.#constants(this.#a, this.#endsA, a);
    const constantsB = this.#constants(this.#b, this.#endsB, b);
    const body: BodyPair = {
      a: bodyA,
      b: bodyB,
      values: new Int32Array(bodyA.firstInstruction - bodyA.firstArgument + a.records.length).fill(-1),
      back: new Int32Array(bodyB.firstInstruction - bodyB.firstArgument + b.records.length).fill(-1),
    };
    this.#bodies.push(body);
    const local = (x: number, y: number): void => {
      body.values[x - bodyA.firstArgument] = y - bodyB.firstArgument;
      body.back[y - bodyB.firstArgument] = x - bodyA.firstArgument;
    };
    const argumentCount = bodyA.firstLocal - bodyA.firstArgument;
    if (argumentCount !== bodyB.firstLocal - bodyB.firstArgument) return;
    for (let k = 0; k < argumentCount; k += 1) local(bodyA.firstArgument + k, bodyB.firstArgument + k);
    const common = commonEnds(this.#a, a.records, this.#b, b.records);
    common((i, j) => {
      const x = this.#a.number[i] ?? -1;
      if (x >= 0) local(x, this.#b.number[j] ?? 0);
    });
    this.#body = body;
    this.#localsA = constantsA;
    this.#localsB = constantsB;
    this.#localMetadata(a, b);
    common((i, j) => this.#pairRecord(i, j));
    for (let j = this.#openLocal.pop(); j !== undefined; j = this.#openLocal.pop()) {
      this.#pairRecord(this.#openLocal.pop() ?? 0, j);
    }
    this.#pairDefinitions(a, b);
    for (const [id, blocksA] of a.blocks) {
      const blocksB = b.blocks.get(id) ?? [];
      for (let k = 0; k < Math.min(blocksA.length, blocksB.length); k += 1) {
        this.#pairBlock(id, blocksA[k] ?? 0, blocksB[k] ?? 0);
      }
    }
    this.#body = undefined;
  }

  #constants(module: BitcodeModule, ends: Int32Array, children: Children): Map<number, number> {
    const out = new Map<number, number>();
    for (const enter of children.blocks.get(CONSTANTS_BLOCK) ?? []) {
      for (const entry of childrenOf(module.columns, ends, enter).records) {
        const number = module.number[entry] ?? -1;
        if (number >= 0) out.set(number, entry);
      }
    }
    return out;
  }

  /** Metadata of a function stand in the order of their use: record by record. */
  #localMetadata(a: Children, b: Children): void {
    const blocksA = a.blocks.get(METADATA_BLOCK) ?? [];
    const blocksB = b.blocks.get(METADATA_BLOCK) ?? [];
    for (let k = 0; k < Math.min(blocksA.length, blocksB.length); k += 1) {
      const insideA = childrenOf(this.#a.columns, this.#endsA, blocksA[k] ?? 0);
      const insideB = childrenOf(this.#b.columns, this.#endsB, blocksB[k] ?? 0);
      if (this.#guessing) for (const j of insideB.records) this.#guessedStrings.add(j);
      commonEnds(this.#a, insideA.records, this.#b, insideB.records)((i, j) => this.#pairRecord(i, j));
    }
  }

  /** Blocks, definitions and the records that have no number to be paired by. */
  #structure(): void {
    const a = childrenOf(this.#a.columns, this.#endsA, -1);
    const b = childrenOf(this.#b.columns, this.#endsB, -1);
    this.#pairEntries(0, 0);
    for (const [id, blocksA] of a.blocks) {
      const blocksB = b.blocks.get(id) ?? [];
      if (blocksA.length === 1 && blocksB.length === 1) this.#pairBlock(id, blocksA[0] ?? 0, blocksB[0] ?? 0);
    }
  }

  #pairBlock(id: number, enterA: number, enterB: number): void {
    this.#pairEntries(enterA, enterB);
    this.#pairEntries(this.#endsA[enterA] ?? 0, this.#endsB[enterB] ?? 0);
    const a = childrenOf(this.#a.columns, this.#endsA, enterA);
    const b = childrenOf(this.#b.columns, this.#endsB, enterB);
    this.#pairDefinitions(a, b);
    const again = this.#tables.has(id);
    this.#tables.add(id);
    if (id === GLOBALVAL_SUMMARY_BLOCK || id === VALUE_SYMTAB_BLOCK) this.#pairByValue(a, b);
    else if (again) {
      // The tables of a module are paired whole, at their first block.
    } else if (id === TYPE_BLOCK) this.#pairTypes();
    else if (id === PARAMATTR_GROUP_BLOCK) {
      for (const [x, y] of this.#groups) this.#pairMaybe(this.#a.groups.get(x), this.#b.groups.get(y));
    } else if (id === PARAMATTR_BLOCK) {
      this.#lists.forEach((y, x) => {
        this.#pairMaybe(this.#a.lists[x], this.#b.lists[y]);
      });
    } else if (id === MODULE_BLOCK) {
      this.#comdats.forEach((y, x) => {
        this.#pairMaybe(this.#a.comdats[x], this.#b.comdats[y]);
      });
    }
    this.#pairLoose(id, a, b);
    if (id !== MODULE_BLOCK) return;
    for (const [inner, blocksA] of a.blocks) {
      const blocksB = b.blocks.get(inner) ?? [];
      if (inner === FUNCTION_BLOCK || blocksA.length !== blocksB.length) continue;
      blocksA.forEach((enter, k) => {
        this.#pairBlock(inner, enter, blocksB[k] ?? 0);
      });
    }
  }

  #pairMaybe(i: number | undefined, j: number | undefined): void {
    if (i !== undefined && j !== undefined) this.#pairRecord(i, j);
  }

  #pairTypes(): void {
    this.#types.forEach((y, x) => {
      if (y === -1) return;
      this.#pairMaybe(this.#a.types[x], this.#b.types[y]);
      this.#pairMaybe(this.#a.typeNames.get(x), this.#b.typeNames.get(y));
    });
  }

  /** Records that start with the id of a value: those of one value and one code. */
  #pairByValue(a: Children, b: Children): void {
    const columnsA = this.#a.columns;
    const columnsB = this.#b.columns;
    const inB = new Map<string, number>();
    for (const j of b.records) {
      inB.set(`${columnsB.code[j]} ${columnsB.low[columnsB.first[j] ?? 0]}`, j);
    }
    for (const i of a.records) {
      if (this.#kindsA.kinds(i)[0] !== VALUE) continue;
      const value = this.#values[columnsA.low[columnsA.first[i] ?? 0] ?? 0] ?? -1;
      this.#pairMaybe(i, inB.get(`${columnsA.code[i]} ${value}`));
    }
  }

  /** Records in the order they stand in, where their codes agree; those that have a number are left out. */
  #pairLoose(id: number, a: Children, b: Children): void {
    const loose = (module: BitcodeModule, records: readonly number[], paired: Int32Array): number[] =>
      records.filter((entry) => {
        if (paired[entry] !== -1) return false;
        const code = module.columns.code[entry];
        if (id === TYPE_BLOCK) return code === TYPE.NUMENTRY;
        if (id === CONSTANTS_BLOCK) return false;
        if (id === MODULE_BLOCK) {
          return code !== MODULE.COMDAT && (module.number[entry] ?? -1) < 0;
        }
        if (id === METADATA_BLOCK) return (module.number[entry] ?? -1) < 0 || code === METADATA.STRINGS;
        return id !== PARAMATTR_BLOCK && id !== PARAMATTR_GROUP_BLOCK && id !== VALUE_SYMTAB_BLOCK;
      });
    const looseA = loose(this.#a, a.records, this.#ofA);
    const looseB = loose(this.#b, b.records, this.#ofB);
    commonEnds(this.#a, looseA, this.#b, looseB)((i, j) => this.#pairRecord(i, j));
    this.#drain();
  }

  #pairDefinitions(a: Children, b: Children): void {
    a.definitions.forEach((i, k) => {
      const j = b.definitions[k];
      if (j !== undefined) this.#pairEntries(i, j);
    });
  }
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

function positions(keys: readonly number[]): Map<number, number[]> {
  const out = new Map<number, number[]>();
  keys.forEach((key, i) => {
    const list = out.get(key);
    if (list === undefined) out.set(key, [i]);
    else list.push(i);
  });
  return out;
}

/** Walks two lists of records as long as their codes agree, from the front and, where that ends, from the back. */
function commonEnds(
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

/** Undoes the encoding of a signed number: its sign is bit 0. */
function signed(value: number): number {
  return value % 2 === 0 ? value / 2 : -((value - 1) / 2);
}
