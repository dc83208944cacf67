import { CONSTANT, CONSTANTS_BLOCK, FUNCTION_BLOCK, MODULE, TYPE } from '../../format/bitcode/code.js';
import { RECORD } from '../../format/bitcode/columns.js';
import type { BitcodeModule, Body } from '../../format/bitcode/module.js';
import {
  ATTRIBUTE_GROUP,
  ATTRIBUTES,
  COMDAT,
  NAME_OFFSET,
  NAME_SIZE,
  OperandReader,
  RAW,
  RELATIVE,
  TYPE_ID,
  VALUE,
  VALUE_NEXT,
} from '../../format/bitcode/operand-kind.js';
import { nameAt, skeletonOf } from './text.js';

/** Small numbers for keys, the same for both sides. */
export class Keys {
  readonly #numbers = new Map<string, number>();

  of(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Constants nest no deeper than their types do; hostile ones go on without end. */
const DEEPEST = 64;

/**
 * What the types, attributes and globals of a module are, whatever numbers they have: two with one key, one on each
 * side, are candidates for each other.
 */
export class ModuleKeys {
  readonly #module: BitcodeModule;
  readonly #keys: Keys;
  readonly #operands: OperandReader;
  readonly types: number[] = [];
  /** By group id. */
  readonly groups = new Map<number, number>();
  readonly lists: number[] = [];
  readonly comdats: number[] = [];
  readonly globals: number[] = [];
  readonly #constants = new Map<number, number>();
  #bodyKinds = new Uint8Array(256);

  constructor(module: BitcodeModule, keys: Keys) {
    this.#module = module;
    this.#keys = keys;
    this.#operands = new OperandReader(module);
    module.types.forEach((entry, id) => {
      this.types.push(keys.of(this.#type(entry, id)));
    });
    for (const [id, entry] of module.groups) this.groups.set(id, keys.of(`g${this.#operandText(entry, 1)}`));
    for (const entry of module.lists) this.lists.push(keys.of(`l${this.#record(entry)}`));
    for (const entry of module.comdats) {
      this.comdats.push(keys.of(`c${this.#record(entry)} ${this.#name(entry)}`));
    }
    for (let id = 0; id < module.globalCount; id += 1) this.globals.push(this.#global(id));
  }

  #type(entry: number, id: number): string {
    const { columns, typeNames } = this.#module;
    const named = typeNames.get(id);
    const name = named === undefined ? '' : skeletonOf(this.#text(named));
    const code = columns.code[entry] ?? 0;
    return `t${code} ${name} ${code === TYPE.OPAQUE ? '' : this.#operandText(entry)}`;
  }

  #text(entry: number): string {
    const { first, low } = this.#module.columns;
    const chars = Array.from(low.subarray(first[entry], first[entry + 1]), (c) =>
      String.fromCharCode(c & 255),
    );
    return chars.join('');
  }

  #record(entry: number): string {
    return `${this.#module.columns.code[entry]} ${this.#operandText(entry)}`;
  }

  /** The operands with ids told by what they stand for; names and values left out. */
  #operandText(entry: number, start = 0): string {
    const { first, low, high } = this.#module.columns;
    const from = first[entry] ?? 0;
    const kinds = this.#operands.kinds(entry);
    let text = '';
    // A number that looks like a hash may be another one in the other module.
    if (isHash(this.#module, entry)) return ' hash';
    for (let i = start; i < kinds.length; i += 1) {
      const value = low[from + i] ?? 0;
      switch (kinds[i]) {
        case TYPE_ID:
          text += ` t${this.types[value] ?? `+${value}`}`;
          break;
        case ATTRIBUTE_GROUP:
          text += ` g${this.groups.get(value)}`;
          break;
        case ATTRIBUTES:
          text += value === 0 ? ' 0' : ` l${this.lists[value - 1]}`;
          break;
        case COMDAT:
          text += value === 0 ? ' 0' : ` c${this.comdats[value - 1]}`;
          break;
        case NAME_OFFSET:
        case NAME_SIZE:
        case VALUE:
        case VALUE_NEXT:
          break;
        default:
          text += ` ${value}.${high[from + i]}`;
      }
    }
    return text;
  }

  #name(entry: number): string {
    const { first, low } = this.#module.columns;
    const at = first[entry] ?? 0;
    return skeletonOf(nameAt(this.#module, low[at] ?? 0, low[at + 1] ?? 0) ?? '');
  }

  #global(id: number): number {
    const entry = this.#module.values[id] ?? 0;
    const { columns } = this.#module;
    let content = '';
    if (columns.code[entry] === MODULE.GLOBALVAR) {
      const initial = columns.low[(columns.first[entry] ?? 0) + 4] ?? 0;
      if (initial > 0) content = `${this.#value(initial - 1, 0)}`;
    }
    return this.#keys.of(`v${this.#record(entry)} ${this.#name(entry)} ${content}`);
  }

  #value(id: number, depth: number): number {
    const entry = this.#module.values[id];
    if (entry === undefined || depth > DEEPEST) return -1;
    if (id < this.#module.globalCount) return this.#keys.of(`n${this.#name(entry)}`);
    const known = this.#constants.get(id);
    if (known !== undefined) return known;
    this.#constants.set(id, -2);
    const { columns, constantTypes } = this.#module;
    const kinds = this.#operands.kinds(entry).slice();
    const from = columns.first[entry] ?? 0;
    let text = `k${columns.code[entry]} t${this.types[constantTypes[entry] ?? 0]} ${this.#operandText(entry)}`;
    kinds.forEach((kind, i) => {
      if (kind === VALUE) text += ` v${this.#value(columns.low[from + i] ?? 0, depth + 1)}`;
    });
    const key = this.#keys.of(text);
    this.#constants.set(id, key);
    return key;
  }

  /** What a function is and does, whatever numbers the types, globals and constants in it have. */
  body(key: number, body: Body): number {
    const { columns, number, values } = this.#module;
    const hash = new Mix();
    const locals = new Map<number, number>();
    for (let i = body.enter + 1; i < body.end; i += 1) {
      if (columns.block[i] === CONSTANTS_BLOCK && (number[i] ?? -1) >= 0) {
        const type = this.types[this.#module.constantTypes[i] ?? 0];
        locals.set(number[i] ?? 0, this.#keys.of(`k${columns.code[i]} t${type} ${this.#operandText(i)}`));
      }
    }
    const value = (id: number, entry: number): void => {
      const local = id < values.length ? this.#value(id, 0) : locals.get(id);
      if (local !== undefined) hash.add(1, local);
      else if (id < body.firstLocal) hash.add(2, id - body.firstArgument);
      else hash.add(3, (number[entry] ?? 0) - id);
    };
    for (let i = body.enter + 1; i < body.end; i += 1) {
      if (columns.block[i] !== FUNCTION_BLOCK || columns.kind[i] !== RECORD) continue;
      const kinds = this.#operands.kinds(i);
      this.#bodyKinds = this.#bodyKinds.length < kinds.length ? kinds.slice() : this.#bodyKinds;
      this.#bodyKinds.set(kinds);
      const count = kinds.length;
      const from = columns.first[i] ?? 0;
      hash.add(4, columns.code[i] ?? 0);
      for (let k = 0; k < count; k += 1) {
        const operand = columns.low[from + k] ?? 0;
        const kind = this.#bodyKinds[k];
        if (kind === RELATIVE) value((number[i] ?? 0) - (operand | 0), i);
        else if (kind === VALUE) value(operand, i);
        else if (kind === TYPE_ID) hash.add(5, this.types[operand] ?? -1);
        else if (kind === ATTRIBUTES) hash.add(6, this.lists[operand - 1] ?? -1);
        else if (kind === RAW) hash.add(7, operand);
      }
    }
    return this.#keys.of(`b${key} ${hash.text()}`);
  }
}

/** An integer of more than 48 bits. */
function isHash({ columns }: BitcodeModule, entry: number): boolean {
  const code = columns.code[entry];
  if (columns.block[entry] !== CONSTANTS_BLOCK) return false;
  if (code !== CONSTANT.INTEGER && code !== CONSTANT.WIDE_INTEGER) return false;
  return (columns.high[columns.first[entry] ?? 0] ?? 0) > 0xffff;
}

/** Two running 32-bit sums over numbers, in their order. Chance hits pair the wrong things, and are then seen. */
class Mix {
  #x = 0x9e3779b9;
  #y = 0x85ebca6b;

  add(kind: number, value: number): void {
    this.#x = Math.imul(this.#x ^ value ^ (kind << 28), 0xcc9e2d51);
    this.#x ^= this.#x >>> 15;
    this.#y = Math.imul((this.#y + value) ^ kind, 0x1b873593);
    this.#y ^= this.#y >>> 13;
  }

  text(): string {
    return `${this.#x} ${this.#y}`;
  }
}
