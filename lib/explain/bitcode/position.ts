import {
  FUNCTION_BLOCK,
  METADATA,
  METADATA_BLOCK,
  MODULE,
  MODULE_BLOCK,
  VALUE_SYMTAB_BLOCK,
} from '../../format/bitcode/code.js';
import { ENTER, RECORD } from '../../format/bitcode/columns.js';
import type { BitcodeModule } from '../../format/bitcode/module.js';

/**
 * What the operands of a record must be that tells where things stand in the stream; -1 for an operand that does not.
 * @returns undefined where what it tells of is not there
 */
export function positionsOf(module: BitcodeModule, ends: Int32Array, entry: number): number[] | undefined {
  const { block, code } = module.columns;
  const id = block[entry];
  if (id === VALUE_SYMTAB_BLOCK) return functionOffset(module, entry);
  if (id === MODULE_BLOCK && code[entry] === MODULE.VSTOFFSET) return symtabOffset(module, ends);
  if (id === METADATA_BLOCK && code[entry] === METADATA.INDEX_OFFSET) return indexOffset(module, entry);
  if (id === METADATA_BLOCK && code[entry] === METADATA.INDEX) return index(module, entry);
  return undefined;
}

/** FNENTRY: [value id, offset]: in words from the identification block, one less than where the block's inside starts. */
function functionOffset(module: BitcodeModule, entry: number): number[] | undefined {
  const { columns, bodies } = module;
  const value = columns.low[columns.first[entry] ?? 0];
  const body = bodiesByValue(module, bodies).get(value ?? -1);
  if (body === undefined) return undefined;
  return [-1, words(module, columns.bit[body] ?? 0)];
}

const byValue = new WeakMap<BitcodeModule, Map<number, number>>();

function bodiesByValue(module: BitcodeModule, bodies: BitcodeModule['bodies']): Map<number, number> {
  const known = byValue.get(module);
  if (known !== undefined) return known;
  const map = new Map(bodies.map((body) => [body.value, body.enter]));
  byValue.set(module, map);
  return map;
}

/** VSTOFFSET: [offset], of the module's symbol table, in words from the identification block. */
function symtabOffset(module: BitcodeModule, ends: Int32Array): number[] | undefined {
  const { kind, block, bit } = module.columns;
  const end = ends[module.moduleEntry] ?? 0;
  for (let i = module.moduleEntry + 1; i < end; i += 1) {
    if (kind[i] !== ENTER) continue;
    if (block[i] === VALUE_SYMTAB_BLOCK) return [words(module, bit[i] ?? 0)];
    if (block[i] === FUNCTION_BLOCK || block[i] !== VALUE_SYMTAB_BLOCK) i = ends[i] ?? end;
  }
  return undefined;
}

/** The writer counts words from the magic number, and rounds the start of the block up to one. */
function words(_module: BitcodeModule, bit: number): number {
  return bit / 32;
}

/** INDEX_OFFSET: [low, high]: bits from behind this record to the INDEX record. */
function indexOffset(module: BitcodeModule, entry: number): number[] | undefined {
  const { kind, block, code, bit, count } = module.columns;
  for (let i = entry + 1; i < count && block[i] === METADATA_BLOCK && kind[i] === RECORD; i += 1) {
    if (code[i] === METADATA.INDEX) return [(bit[i] ?? 0) - (bit[entry + 1] ?? 0), 0];
  }
  return undefined;
}

/** INDEX: the sizes in bits of the nodes in front of it, from behind INDEX_OFFSET on. */
function index(module: BitcodeModule, entry: number): number[] | undefined {
  const { block, code, bit } = module.columns;
  const sizes: number[] = [];
  let i = entry - 1;
  for (; i >= 0 && block[i] === METADATA_BLOCK && code[i] !== METADATA.INDEX_OFFSET; i -= 1) {
    sizes.push((bit[i + 1] ?? 0) - (bit[i] ?? 0));
  }
  return sizes.reverse();
}
