import { SHT_SYMTAB } from '../../format/elf/constant.js';
import {
  fieldSize,
  isRelocationSection,
  type Relocations,
  readRelocations,
} from '../../format/elf/relocation.js';
import { holdsAddress } from '../../format/elf/relocation-type.js';
import type { Section } from '../../format/elf/section.js';
import { Column } from '../../ledger/columns.js';
import { sortedBy } from '../../ledger/moved.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfView, NamedSymbols } from './view.js';

/** The relocations that patch one section, sorted by offset, as columns. */
export interface Patches {
  readonly length: number;
  /** In the section. */
  readonly offset: Float64Array;
  /** Bytes of the patched field; 0 where the type is not known. */
  readonly size: Uint8Array;
  readonly type: Uint32Array;
  /** Index in `symbols`; 0 for none. */
  readonly symbol: Uint32Array;
  readonly addend: Float64Array;
  readonly symbols: NamedSymbols | undefined;
}

/** Relocations that patch one section, as they are stored: from which table, and where in it. */
interface Stored {
  readonly tables: Relocations[];
  readonly table: Column;
  readonly row: Column;
  readonly offset: Column;
}

/** Every relocation of the file by the section it patches. */
export function readPatches(view: ElfView): Map<number, Patches> {
  const stored = new Map<number, Stored>();
  for (const section of view.elf.sections) {
    if (!isRelocationSection(section)) continue;
    const relocations = readRelocations(view.elf, section, { implicitAddends: true });
    for (let row = 0; row < relocations.length; row += 1) {
      const r_offset = relocations.r_offset[row] ?? 0;
      const at = view.relocatable ? locationOf(relocations.target, r_offset) : view.locate(r_offset);
      if (at === NOWHERE) continue;
      const target = sectionOf(at);
      let of = stored.get(target);
      if (of === undefined) {
        of = { tables: [], table: new Column(), row: new Column(), offset: new Column() };
        stored.set(target, of);
      }
      if (of.tables.at(-1) !== relocations) of.tables.push(relocations);
      of.table.push(of.tables.length - 1);
      of.row.push(row);
      of.offset.push(offsetOf(at));
    }
  }
  const out = new Map<number, Patches>();
  for (const [section, of] of stored) out.set(section, columns(view, of));
  return out;
}

function columns(view: ElfView, { tables, table, row, offset }: Stored): Patches {
  const machine = view.elf.header.e_machine;
  const { length } = offset;
  const order = byOffset(offset);
  const out = {
    length,
    offset: new Float64Array(length),
    size: new Uint8Array(length),
    type: new Uint32Array(length),
    symbol: new Uint32Array(length),
    addend: new Float64Array(length),
    symbols: symbolsOf(view, view.section(tables[table.at(order[0] ?? 0)]?.symtab ?? 0)),
  };
  for (let i = 0; i < length; i += 1) {
    const from = order[i] ?? 0;
    const { r_type, r_sym, r_addend } = tables[table.at(from)] as Relocations;
    const index = row.at(from);
    const type = r_type[index] ?? 0;
    out.offset[i] = offset.at(from);
    out.size[i] = fieldSize(machine, type) ?? 0;
    out.type[i] = type;
    out.symbol[i] = r_sym[index] ?? 0;
    out.addend[i] = r_addend[index] ?? 0;
  }
  return out;
}

/** Their numbers by offset, those of one offset as they are stored. */
function byOffset(offset: Column): Uint32Array {
  const values = offset.values();
  const order = Uint32Array.from(values, (_, i) => i);
  return values.every((value, i) => i === 0 || value >= (values[i - 1] as number))
    ? order
    : sortedBy(order, values);
}

/** The table that relocations of a section name. */
export function symbolsOf(view: ElfView, symtab: Section | undefined): NamedSymbols | undefined {
  if (symtab === undefined) return undefined;
  if (symtab.sh_type === SHT_SYMTAB) return view.symbols;
  return view.dynamic ?? view.symbols;
}

/** The first patch at or behind `offset`. */
export function firstPatch(patches: Patches, offset: number): number {
  let low = 0;
  let high = patches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((patches.offset[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a patch points, as far as the file itself says: symbol and addend, or the address it holds. */
export function patchTarget(view: ElfView, patches: Patches, index: number): Location {
  const symbol = patches.symbol[index] ?? 0;
  const addend = patches.addend[index] ?? 0;
  if (symbol === 0) {
    const address = !view.relocatable && holdsAddress(view.elf.header.e_machine, patches.type[index] ?? 0);
    return address ? view.locate(addend) : NOWHERE;
  }
  const base = patches.symbols?.location(symbol, view) ?? NOWHERE;
  return base === NOWHERE ? NOWHERE : locationOf(sectionOf(base), offsetOf(base) + addend);
}
