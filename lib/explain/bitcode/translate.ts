import {
  CONSTANT,
  CONSTANTS_BLOCK,
  METADATA,
  METADATA_BLOCK,
  MODULE,
  MODULE_BLOCK,
  TYPE,
  TYPE_BLOCK,
} from '../../format/bitcode/code.js';
import { DEFINE, END, ENTER, RECORD } from '../../format/bitcode/columns.js';
import type { BitcodeModule } from '../../format/bitcode/module.js';
import {
  ATTRIBUTE_GROUP,
  ATTRIBUTES,
  COMDAT,
  METADATA_ID,
  METADATA_NEXT,
  METADATA_RELATIVE,
  NAME_OFFSET,
  NAME_SIZE,
  OperandReader,
  POSITION,
  RAW,
  RELATIVE,
  SIGNED_RELATIVE,
  SORTED_VALUE,
  TYPE_ID,
  VALUE,
  VALUE_NEXT,
} from '../../format/bitcode/operand-kind.js';
import { hashHolds, moduleHash } from './module-hash.js';
import { type NameTable, nameTable } from './name-table.js';
import type { BodyPair, Pairing } from './pairing.js';
import { Positions } from './position.js';
import { markSetTypes } from './set-type.js';
import { skeletonOf } from './text.js';

/** B's stream, recomputed from A's records. */
export interface Translation {
  /** Operands in the places of B's columns; those of entries that are not explained are B's own. */
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** By entry, 1: all of its bits follow from the other side. */
  readonly explainedA: Uint8Array;
  readonly explainedB: Uint8Array;
  /** Entries of B, constants in pairs that differ in one number of 64 bits or more. */
  readonly constants: readonly number[];
}

/**
 * Says A's records in B's numbers: every operand of A's record goes through the maps of the pairing, and what follows
 * from the place of things is computed anew. Where the outcome is B's record, it is explained.
 */
export function translate(a: BitcodeModule, b: BitcodeModule, pairing: Pairing): Translation {
  return new Translator(a, b, pairing).run();
}

class Translator {
  readonly #a: BitcodeModule;
  readonly #b: BitcodeModule;
  readonly #pairing: Pairing;
  readonly #kindsA: OperandReader;
  readonly #kindsB: OperandReader;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;
  readonly #goodA: Uint8Array;
  readonly #goodB: Uint8Array;
  readonly #constants: number[] = [];
  readonly #names: NameTable;
  readonly #places: Positions;
  #body: BodyPair | undefined;
  #sourceNamed = false;
  #moduleUnmoved: boolean | undefined;
  #bodyUnmoved: { readonly body: BodyPair; readonly unmoved: boolean } | undefined;

  constructor(a: BitcodeModule, b: BitcodeModule, pairing: Pairing) {
    this.#a = a;
    this.#b = b;
    this.#pairing = pairing;
    this.#kindsA = new OperandReader(a);
    this.#kindsB = new OperandReader(b);
    this.#low = b.columns.low.slice();
    this.#high = b.columns.high.slice();
    this.#goodA = new Uint8Array(a.columns.count);
    this.#goodB = new Uint8Array(b.columns.count);
    this.#names = nameTable(b);
    this.#places = new Positions(b, pairing.endsB);
  }

  run(): Translation {
    const bodies = new Map(this.#pairing.bodies.map((body) => [body.b.enter, body]));
    const { count, kind } = this.#b.columns;
    for (let j = 0; j < count; j += 1) {
      const body = bodies.get(j);
      if (body !== undefined) this.#body = body;
      this.#entry(j, kind[j] ?? 0);
      if (this.#body !== undefined && j === this.#body.b.end) this.#body = undefined;
    }
    this.#setTypes();
    this.#hash();
    return {
      low: this.#low,
      high: this.#high,
      explainedA: this.#goodA,
      explainedB: this.#goodB,
      constants: this.#constants,
    };
  }

  #entry(j: number, kind: number): void {
    const i = this.#pairing.ofB[j] ?? -1;
    const a = this.#a.columns;
    const b = this.#b.columns;
    if (i < 0 || a.kind[i] !== kind || a.irregular.has(i) || b.irregular.has(j)) return;
    let good = false;
    if (kind === RECORD)
      good = a.abbreviation[i] === b.abbreviation[j] && a.code[i] === b.code[j] && this.#record(i, j);
    else if (kind === DEFINE) good = this.#same(i, j, 0, a.first[i + 1] ?? 0);
    else if (kind === ENTER) {
      // The length in words follows from what the block holds: its END was checked where the stream was read.
      good = this.#same(i, j, 0, (a.first[i] ?? 0) + 2);
    } else good = kind === END || i === j;
    if (good) this.#accept(i, j);
  }

  #accept(i: number, j: number): void {
    this.#goodA[i] = 1;
    this.#goodB[j] = 1;
  }

  /** Whether operands from `skip` on, up to `end` of A's, are the same. */
  #same(i: number, j: number, skip: number, end: number): boolean {
    const a = this.#a.columns;
    const b = this.#b.columns;
    const fromA = a.first[i] ?? 0;
    const fromB = b.first[j] ?? 0;
    if ((a.first[i + 1] ?? 0) - fromA !== (b.first[j + 1] ?? 0) - fromB) return false;
    for (let k = skip; fromA + k < end; k += 1) {
      if (a.low[fromA + k] !== b.low[fromB + k] || a.high[fromA + k] !== b.high[fromB + k]) return false;
    }
    return true;
  }

  #record(i: number, j: number): boolean {
    const a = this.#a.columns;
    const b = this.#b.columns;
    const block = b.block[j];
    const code = b.code[j];
    if (block === MODULE_BLOCK && code === MODULE.HASH) return false;
    if (block === MODULE_BLOCK && code === MODULE.SOURCE_FILENAME) return this.#sourceName(i, j);
    if (block === METADATA_BLOCK && code === METADATA.STRINGS) return this.#strings(i, j);
    if (block === METADATA_BLOCK && code === METADATA.INDEX) return this.#positions(j);
    if (block === TYPE_BLOCK && code === TYPE.STRUCT_NAME) {
      // Not byte by byte in the stream: only an equal name is explained.
      return this.#same(i, j, 0, a.first[i + 1] ?? 0);
    }
    if (a.blobs.has(i) || b.blobs.has(j)) return false;
    if (!(this.#kindsA.knows(i) && this.#kindsB.knows(j)) && !this.#unmoved()) return false;
    const fromA = a.first[i] ?? 0;
    const fromB = b.first[j] ?? 0;
    const count = (a.first[i + 1] ?? 0) - fromA;
    if (count !== (b.first[j + 1] ?? 0) - fromB) return false;
    const kinds = this.#kindsA.kinds(i);
    let good = true;
    let sorted = -1;
    for (let k = 0; k < count; k += 1) {
      const kind = kinds[k] ?? RAW;
      const value = a.low[fromA + k] ?? 0;
      let to: number | undefined;
      let high = 0;
      if (kind === RAW) {
        to = value;
        high = a.high[fromA + k] ?? 0;
      } else if (kind === SORTED_VALUE) {
        if (sorted < 0) sorted = k;
        to = this.#value(value);
      } else if (kind === SIGNED_RELATIVE) {
        const relative = this.#relative(i, j, signed(value, a.high[fromA + k] ?? 0));
        if (relative !== undefined) to = relative < 0 ? -relative * 2 + 1 : relative * 2;
      } else if (kind === POSITION || kind === NAME_OFFSET || kind === NAME_SIZE) {
        to = undefined;
        if (kind === POSITION ? this.#positions(j) : this.#name(i, j, k, kind)) to = b.low[fromB + k];
      } else if (a.high[fromA + k] === 0) to = this.#id(kind, value, i, j);
      if (to === undefined) good = false;
      else {
        this.#low[fromB + k] = to;
        this.#high[fromB + k] = high;
      }
    }
    if (good && sorted >= 0) this.#low.subarray(fromB + sorted, fromB + count).sort();
    for (let k = fromB; k < fromB + count && good; k += 1) {
      good = this.#low[k] === b.low[k] && this.#high[k] === b.high[k];
    }
    if (!good) {
      this.#low.set(b.low.subarray(fromB, fromB + count), fromB);
      this.#high.set(b.high.subarray(fromB, fromB + count), fromB);
      if (block === CONSTANTS_BLOCK && (code === CONSTANT.INTEGER || code === CONSTANT.WIDE_INTEGER)) {
        this.#constants.push(j);
      }
    }
    return good;
  }

  /** Whether every id stands for the same id: then equal numbers say the same, whatever they are. */
  #unmoved(): boolean {
    const { types, lists, comdats, values, metadata, groups } = this.#pairing;
    this.#moduleUnmoved ??=
      [types, lists, comdats, values, metadata].every((map) => map.every((to, from) => to === from)) &&
      [...groups].every(([from, to]) => from === to) &&
      this.#a.types.length === this.#b.types.length &&
      this.#a.values.length === this.#b.values.length;
    const body = this.#body;
    if (!this.#moduleUnmoved || body === undefined) return this.#moduleUnmoved;
    if (this.#bodyUnmoved?.body !== body) {
      const { values, a, b } = body;
      const constants = a.firstInstruction - a.firstArgument;
      const unmoved =
        constants === b.firstInstruction - b.firstArgument &&
        values.subarray(0, constants).every((to, from) => to === from);
      this.#bodyUnmoved = { body, unmoved };
    }
    return this.#bodyUnmoved.unmoved;
  }

  #id(kind: number, id: number, i: number, j: number): number | undefined {
    const { types, groups, lists, comdats } = this.#pairing;
    switch (kind) {
      case TYPE_ID:
        return known(types[id]);
      case VALUE:
        return this.#value(id);
      case VALUE_NEXT: {
        const to = id === 0 ? -1 : this.#value(id - 1);
        return to === undefined ? undefined : to + 1;
      }
      case RELATIVE: {
        const to = this.#relative(i, j, id | 0);
        return to === undefined ? undefined : to >>> 0;
      }
      case METADATA_ID:
        return this.#metadata(id);
      case METADATA_NEXT: {
        const to = id === 0 ? -1 : this.#metadata(id - 1);
        return to === undefined ? undefined : to + 1;
      }
      case METADATA_RELATIVE: {
        const to = this.#metadata((this.#a.number[i] ?? 0) - (id | 0));
        return to === undefined ? undefined : ((this.#b.number[j] ?? 0) - to) >>> 0;
      }
      case ATTRIBUTES:
        return id === 0 ? 0 : after(lists[id - 1]);
      case ATTRIBUTE_GROUP:
        return groups.get(id);
      case COMDAT:
        return id === 0 ? 0 : after(comdats[id - 1]);
      default:
        return undefined;
    }
  }

  #value(id: number): number | undefined {
    const body = this.#body;
    if (id < this.#pairing.values.length) return known(this.#pairing.values[id]);
    if (body === undefined) return undefined;
    const to = known(body.values[id - body.a.firstArgument]);
    return to === undefined ? undefined : to + body.b.firstArgument;
  }

  #relative(i: number, j: number, relative: number): number | undefined {
    const to = this.#value((this.#a.number[i] ?? 0) - relative);
    return to === undefined ? undefined : (this.#b.number[j] ?? 0) - to;
  }

  /** Metadata of a function follow those of the module, in the order of their records. */
  #metadata(id: number): number | undefined {
    const { metadata } = this.#pairing;
    if (id < metadata.length) return known(metadata[id]);
    return id - metadata.length + this.#b.strings.length + this.#b.nodes.length;
  }

  /** Names have one skeleton, and B's name stands where a writer puts it. */
  #name(i: number, j: number, operand: number, kind: number): boolean {
    const at = kind === NAME_SIZE ? operand - 1 : operand;
    const a = this.#a.columns;
    const b = this.#b.columns;
    const fromA = (a.first[i] ?? 0) + at;
    const fromB = (b.first[j] ?? 0) + at;
    return (
      this.#names.placed(b.low[fromB] ?? 0, b.low[fromB + 1] ?? 0) &&
      this.#names.paired(
        this.#a,
        a.low[fromA] ?? 0,
        a.low[fromA + 1] ?? 0,
        b.low[fromB] ?? 0,
        b.low[fromB + 1] ?? 0,
      )
    );
  }

  #positions(j: number): boolean {
    const expected = this.#places.of(j);
    if (expected === undefined) return false;
    const from = this.#b.columns.first[j] ?? 0;
    const length = (this.#b.columns.first[j + 1] ?? 0) - from;
    return (
      expected.length === length &&
      expected.every((value, k) => value < 0 || this.#b.columns.low[from + k] === value)
    );
  }

  /** The source's name also stands in the string table, byte by byte: there it is owned, here it is repeated. */
  #sourceName(i: number, j: number): boolean {
    // A module has one; each further one would search the table again.
    if (this.#sourceNamed) return false;
    this.#sourceNamed = true;
    const nameA = chars(this.#a, i);
    const nameB = chars(this.#b, j);
    return nameA === nameB || (skeletonOf(nameA) === skeletonOf(nameB) && this.#names.has(nameB));
  }

  /**
   * Strings of a function stand one by one, those of the module by their pairs. That each has a partner explains the
   * record; the strings themselves are compared where the record is cut up.
   */
  #strings(i: number, j: number): boolean {
    const first = this.#a.columns.first[i] ?? 0;
    // [count, offset of the characters]: the offset follows from the lengths.
    if (!this.#same(i, j, 0, first + 1)) return false;
    if (this.#body !== undefined) return true;
    if (this.#b.number[j] !== 0) return false;
    return this.#a.strings.every((_, id) => (this.#pairing.metadata[id] ?? -1) >= 0);
  }

  #setTypes(): void {
    markSetTypes(this.#b, this.#goodB, (next, j) => {
      const i = this.#pairing.ofB[next] ?? -1;
      const type = i < 0 ? undefined : this.#pairing.types[this.#a.constantTypes[i] ?? -1];
      const at = this.#b.columns.first[j] ?? 0;
      return type !== undefined && type === this.#b.columns.low[at];
    });
    markSetTypes(this.#a, this.#goodA, (next) => (this.#pairing.ofA[next] ?? -1) >= 0);
  }

  #hash(): void {
    const i = moduleHash(this.#a);
    const j = moduleHash(this.#b);
    if (i < 0 || j < 0 || this.#a.columns.abbreviation[i] !== this.#b.columns.abbreviation[j]) return;
    if (hashHolds(this.#a, i) && hashHolds(this.#b, j)) this.#accept(i, j);
  }
}

function chars(module: BitcodeModule, entry: number): string {
  const { first, low } = module.columns;
  return Array.from(low.subarray(first[entry], first[entry + 1]), (c) => String.fromCharCode(c & 255)).join(
    '',
  );
}

function known(id: number | undefined): number | undefined {
  return id === undefined || id < 0 ? undefined : id;
}

function after(id: number | undefined): number | undefined {
  const found = known(id);
  return found === undefined ? undefined : found + 1;
}

/** Undoes the encoding of a signed number: its sign is bit 0. */
function signed(low: number, high: number): number {
  const value = high * 2 ** 32 + low;
  return value % 2 === 0 ? value / 2 : -((value - 1) / 2);
}
