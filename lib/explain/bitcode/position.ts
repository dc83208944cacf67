import {
  METADATA,
  METADATA_BLOCK,
  MODULE,
  MODULE_BLOCK,
  VALUE_SYMTAB_BLOCK,
} from '../../format/bitcode/code.js';
import { ENTER, RECORD } from '../../format/bitcode/columns.js';
import type { BitcodeModule } from '../../format/bitcode/module.js';

/** What the operands of records must be that tell where things stand in the stream. */
export class Positions {
  readonly #module: BitcodeModule;
  readonly #ends: Int32Array;
  readonly #bodies: ReadonlyMap<number, number>;
  #symtab: number | undefined;

  constructor(module: BitcodeModule, ends: Int32Array) {
    this.#module = module;
    this.#ends = ends;
    this.#bodies = new Map(module.bodies.map((body) => [body.value, body.enter]));
  }

  /**
   * The operands of the record; -1 for one that is no position.
   * @returns undefined where what it tells of is not there
   */
  of(entry: number): number[] | undefined {
    const { block, code } = this.#module.columns;
    const id = block[entry];
    if (id === VALUE_SYMTAB_BLOCK) return this.#function(entry);
    if (id === MODULE_BLOCK && code[entry] === MODULE.VSTOFFSET) return this.#symbols();
    if (id === METADATA_BLOCK && code[entry] === METADATA.INDEX_OFFSET) return this.#indexOffset(entry);
    if (id === METADATA_BLOCK && code[entry] === METADATA.INDEX) return this.#index(entry);
    return undefined;
  }

  /** FNENTRY: [value id, offset of the function's block, in words from the magic number]. */
  #function(entry: number): number[] | undefined {
    const { columns } = this.#module;
    const body = this.#bodies.get(columns.low[columns.first[entry] ?? 0] ?? -1);
    return body === undefined ? undefined : [-1, this.#word(body)];
  }

  /** VSTOFFSET: [offset of the module's symbol table, likewise]. */
  #symbols(): number[] | undefined {
    if (this.#symtab === undefined) this.#symtab = this.#findSymbols();
    return this.#symtab < 0 ? undefined : [this.#symtab];
  }

  #findSymbols(): number {
    const { kind, block } = this.#module.columns;
    const { moduleEntry } = this.#module;
    const end = this.#ends[moduleEntry] ?? 0;
    for (let i = moduleEntry + 1; i < end; i += 1) {
      if (kind[i] !== ENTER) continue;
      if (block[i] === VALUE_SYMTAB_BLOCK) return this.#word(i);
      i = this.#ends[i] ?? end;
    }
    return -1;
  }

  #word(entry: number): number {
    return (this.#module.columns.bit[entry] ?? 0) / 32;
  }

  /** INDEX_OFFSET: [low, high]: bits from behind this record to the INDEX record. */
  #indexOffset(entry: number): number[] | undefined {
    const { kind, block, code, bit, count } = this.#module.columns;
    for (let i = entry + 1; i < count && block[i] === METADATA_BLOCK && kind[i] === RECORD; i += 1) {
      if (code[i] === METADATA.INDEX) return [(bit[i] ?? 0) - (bit[entry + 1] ?? 0), 0];
      if (code[i] === METADATA.INDEX_OFFSET) return undefined;
    }
    return undefined;
  }

  /** INDEX: the sizes in bits of the nodes between INDEX_OFFSET and it. */
  #index(entry: number): number[] | undefined {
    const { block, code, bit } = this.#module.columns;
    const sizes: number[] = [];
    for (let i = entry - 1; i >= 0 && block[i] === METADATA_BLOCK; i -= 1) {
      if (code[i] === METADATA.INDEX_OFFSET) return sizes.reverse();
      if (code[i] === METADATA.INDEX) return undefined;
      sizes.push((bit[i + 1] ?? 0) - (bit[i] ?? 0));
    }
    return undefined;
  }
}
