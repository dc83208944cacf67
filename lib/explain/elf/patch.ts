import { SHT_SYMTAB } from '../../format/elf/constant.js';
import {
  fieldSize,
  isRelocationSection,
  type Relocations,
  readRelocations,
} from '../../format/elf/relocation.js';
import type { Section } from '../../format/elf/section.js';
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

interface Row {
  readonly relocations: Relocations;
  readonly index: number;
  readonly offset: number;
}

/** Every relocation of the file by the section it patches. */
export function readPatches(view: ElfView): Map<number, Patches> {
  const rows = new Map<number, Row[]>();
  for (const section of view.elf.sections) {
    if (!isRelocationSection(section)) continue;
    const relocations = readRelocations(view.elf, section, { implicitAddends: true });
    for (let index = 0; index < relocations.length; index += 1) {
      const r_offset = relocations.r_offset[index] ?? 0;
      const at = view.relocatable ? locationOf(relocations.target, r_offset) : view.locate(r_offset);
      if (at === NOWHERE) continue;
      const target = sectionOf(at);
      const list = rows.get(target);
      const row = { relocations, index, offset: offsetOf(at) };
      if (list === undefined) rows.set(target, [row]);
      else list.push(row);
    }
  }
  const out = new Map<number, Patches>();
  for (const [section, list] of rows) out.set(section, columns(view, list));
  return out;
}

function columns(view: ElfView, rows: Row[]): Patches {
  rows.sort((a, b) => a.offset - b.offset);
  const machine = view.elf.header.e_machine;
  const first = rows[0]?.relocations.symtab ?? 0;
  return {
    length: rows.length,
    offset: Float64Array.from(rows, (row) => row.offset),
    size: Uint8Array.from(
      rows,
      ({ relocations, index }) => fieldSize(machine, relocations.r_type[index] ?? 0) ?? 0,
    ),
    type: Uint32Array.from(rows, ({ relocations, index }) => relocations.r_type[index] ?? 0),
    symbol: Uint32Array.from(rows, ({ relocations, index }) => relocations.r_sym[index] ?? 0),
    addend: Float64Array.from(rows, ({ relocations, index }) => relocations.r_addend[index] ?? 0),
    symbols: symbolsOf(view, view.section(first)),
  };
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
  if (symbol === 0) return view.relocatable ? NOWHERE : view.locate(addend);
  const base = patches.symbols?.location(symbol, view) ?? NOWHERE;
  return base === NOWHERE ? NOWHERE : locationOf(sectionOf(base), offsetOf(base) + addend);
}
