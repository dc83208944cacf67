import type { BitcodeModule } from '../../format/bitcode/module.js';
import { NAME_OFFSET, OperandReader } from '../../format/bitcode/operand-kind.js';
import { nameAt, skeletonOf } from './text.js';

/** Where the names of a module's globals stand in its string table, told from the names alone. */
export interface NameTable {
  /** Whether a writer that adds each new name behind the last one puts this name at this offset. */
  placed(offset: number, size: number): boolean;
  /** Whether a name of the other module and one of this one differ in hashes and counts only. */
  paired(other: BitcodeModule, offset: number, size: number, ownOffset: number, ownSize: number): boolean;
  /** Whether the string table holds this text at all. */
  has(text: string): boolean;
}

/** The string table is written in the order of the records, each text once. */
export function nameTable(module: BitcodeModule): NameTable {
  const places = new Map<string, number>();
  const kinds = new OperandReader(module);
  const { first, low } = module.columns;
  let end = 0;
  const entries = [...module.comdats, ...module.values.slice(0, module.globalCount)].sort((x, y) => x - y);
  for (const entry of entries) {
    const from = first[entry] ?? 0;
    kinds.kinds(entry).forEach((kind, k) => {
      if (kind !== NAME_OFFSET) return;
      const size = low[from + k + 1] ?? 0;
      const name = nameAt(module, low[from + k] ?? 0, size);
      if (name === undefined || places.has(name)) return;
      places.set(name, end);
      end += size;
    });
  }
  const table = nameAt(module, 0, module.strtab?.length ?? 0) ?? '';
  return {
    placed: (offset, size) => places.get(nameAt(module, offset, size) ?? '\0') === offset,
    paired: (other, offset, size, ownOffset, ownSize) => {
      const theirs = nameAt(other, offset, size);
      const own = nameAt(module, ownOffset, ownSize);
      if (theirs === undefined || own === undefined) return false;
      return theirs === own || skeletonOf(theirs) === skeletonOf(own);
    },
    has: (text) => table.includes(text),
  };
}
