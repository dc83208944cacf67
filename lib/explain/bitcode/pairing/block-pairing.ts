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
} from '../../../format/bitcode/code.js';
import type { BitcodeModule } from '../../../format/bitcode/module.js';
import { VALUE } from '../../../format/bitcode/operand-kind.js';
import { type Children, childrenOf } from '../children.js';
import { commonEnds } from './key-pairs.js';
import type { RecordPairing } from './record-pairing.js';

/** Pairs blocks, and the records in them that have no number. */
export class BlockPairing {
  /** Ids of blocks met. */
  readonly #tables = new Set<number>();

  constructor(readonly records: RecordPairing) {}

  /** Blocks, definitions and the records that have no number to be paired by. */
  structure(): void {
    const a = childrenOf(this.records.a.columns, this.records.endsA, -1);
    const b = childrenOf(this.records.b.columns, this.records.endsB, -1);
    this.records.pairEntries(0, 0);
    for (const [id, blocksA] of a.blocks) {
      const blocksB = b.blocks.get(id) ?? [];
      if (blocksA.length === 1 && blocksB.length === 1) this.pairBlock(id, blocksA[0] ?? 0, blocksB[0] ?? 0);
    }
  }

  pairBlock(id: number, enterA: number, enterB: number): void {
    this.records.pairEntries(enterA, enterB);
    this.records.pairEntries(this.records.endsA[enterA] ?? 0, this.records.endsB[enterB] ?? 0);
    const a = childrenOf(this.records.a.columns, this.records.endsA, enterA);
    const b = childrenOf(this.records.b.columns, this.records.endsB, enterB);
    this.pairDefinitions(a, b);
    const again = this.#tables.has(id);
    this.#tables.add(id);
    if (id === GLOBALVAL_SUMMARY_BLOCK || id === VALUE_SYMTAB_BLOCK) this.#pairByValue(a, b);
    else if (again) {
      // The tables of a module are paired whole, at their first block.
    } else if (id === TYPE_BLOCK) this.#pairTypes();
    else if (id === PARAMATTR_GROUP_BLOCK) {
      for (const [x, y] of this.records.keys.groups)
        this.records.pairMaybe(this.records.a.groups.get(x), this.records.b.groups.get(y));
    } else if (id === PARAMATTR_BLOCK) {
      this.records.keys.lists.forEach((y, x) => {
        this.records.pairMaybe(this.records.a.lists[x], this.records.b.lists[y]);
      });
    } else if (id === MODULE_BLOCK) {
      this.records.keys.comdats.forEach((y, x) => {
        this.records.pairMaybe(this.records.a.comdats[x], this.records.b.comdats[y]);
      });
    }
    this.#pairLoose(id, a, b);
    if (id !== MODULE_BLOCK) return;
    for (const [inner, blocksA] of a.blocks) {
      const blocksB = b.blocks.get(inner) ?? [];
      if (inner === FUNCTION_BLOCK || blocksA.length !== blocksB.length) continue;
      blocksA.forEach((enter, k) => {
        this.pairBlock(inner, enter, blocksB[k] ?? 0);
      });
    }
  }

  #pairTypes(): void {
    this.records.keys.types.forEach((y, x) => {
      if (y === -1) return;
      this.records.pairMaybe(this.records.a.types[x], this.records.b.types[y]);
      this.records.pairMaybe(this.records.a.typeNames.get(x), this.records.b.typeNames.get(y));
    });
  }

  /** Records that start with the id of a value: those of one value and one code. */
  #pairByValue(a: Children, b: Children): void {
    const columnsA = this.records.a.columns;
    const columnsB = this.records.b.columns;
    const inB = new Map<string, number>();
    for (const j of b.records) {
      inB.set(`${columnsB.code[j]} ${columnsB.low[columnsB.first[j] ?? 0]}`, j);
    }
    for (const i of a.records) {
      if (this.records.kindsA.kinds(i)[0] !== VALUE) continue;
      const value = this.records.values[columnsA.low[columnsA.first[i] ?? 0] ?? 0] ?? -1;
      this.records.pairMaybe(i, inB.get(`${columnsA.code[i]} ${value}`));
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
    const looseA = loose(this.records.a, a.records, this.records.ofA);
    const looseB = loose(this.records.b, b.records, this.records.ofB);
    commonEnds(this.records.a, looseA, this.records.b, looseB)((i, j) => this.records.pairRecord(i, j));
    this.records.drain();
  }

  pairDefinitions(a: Children, b: Children): void {
    a.definitions.forEach((i, k) => {
      const j = b.definitions[k];
      if (j !== undefined) this.records.pairEntries(i, j);
    });
  }
}
