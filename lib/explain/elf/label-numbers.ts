import type { EhFrame } from '../../format/elf/eh-frame.js';
import { symbolTokens } from '../../symbol/name.js';
import { LabelOrder } from '../label-order.js';
import { numberOf } from '../name.js';
import { framePointer, functionOf } from './frame-pairs.js';
import { type Location, locationOf, NOWHERE, sectionOf } from './location.js';
import type { ElfView, NamedSymbols } from './view.js';

const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const SHF_EXECINSTR = 4n;

/** Constants of a function's: `.LCPI<function>_<n>` (LLVM, `AsmPrinter::GetCPISymbol`). */
const CONSTANT = /^\.LCPI(\d+)_(\d+)$/;
/** The exception table of a function: `GCC_except_table<function>` (`MCObjectFileInfo`, `TargetLoweringObjectFile`). */
const EXCEPTIONS = /^GCC_except_table(\d+)$/;

/**
 * Which numbers an object's labels have because of where they stand. LLVM numbers functions in the order in which it
 * writes them, so that a label with a function's number must have that of the function it belongs to; others it numbers
 * as it goes through the module, so that they ascend in each section. (In std and its dependencies of 1.85 and of
 * nightly there is no exception among some 2,800 labels.) Two labels whose *law* is the same text are one label
 * renumbered; without that, a number may have been exchanged for that of another label.
 */
export class LabelNumbers {
  readonly #view: ElfView;
  readonly #order = new LabelOrder();
  readonly #rows: readonly (string | undefined)[];
  readonly #sectionRows: readonly (string | undefined)[];
  readonly #functions: FunctionNumbers;
  readonly #owners: ReadonlyMap<Location, number>;
  readonly #users: ReadonlyMap<number, number>;

  constructor(view: ElfView, frames: EhFrame | undefined) {
    this.#view = view;
    const { symbols } = view;
    this.#functions = new FunctionNumbers(view);
    this.#owners = tableOwners(view, frames, this.#functions);
    this.#users = symbols === undefined ? new Map() : constantUsers(view, symbols, this.#functions);
    this.#sectionRows = view.elf.sections.map(({ name, index }) => {
      const label = labelOf(name);
      if (label !== undefined) this.#order.add(`section ${label.family}`, index, label.number);
      return label === undefined ? undefined : `section ${label.family}`;
    });
    this.#rows = Array.from({ length: symbols?.length ?? 0 }, (_, i) => {
      const label = labelOf(symbols?.name(i) ?? '');
      const location = symbols?.location(i, view) ?? NOWHERE;
      const section = view.section(sectionOf(location));
      if (label === undefined || section === undefined || location === NOWHERE) return undefined;
      const row = `${label.family} in ${labelOf(section.name)?.family ?? symbolTokens(section.name).skeleton}`;
      this.#order.add(row, location, label.number);
      return row;
    });
  }

  /** Undefined where the number of a symbol is not the one that its place gives it, or nothing tells. */
  symbolLaw(symbol: number): string | undefined {
    const { symbols, relocatable } = this.#view;
    // A linked file has the labels of many objects.
    if (symbols === undefined || !relocatable) return undefined;
    const name = symbols.name(symbol);
    const constant = CONSTANT.exec(name);
    if (constant !== null)
      return this.#users.get(symbol) === Number(constant[1]) ? `constant ${constant[2]}` : undefined;
    const table = EXCEPTIONS.exec(name);
    if (table !== null) {
      const owner = this.#owners.get(symbols.location(symbol, this.#view));
      return owner === Number(table[1]) ? 'exceptions' : undefined;
    }
    return this.#rowLaw(this.#rows[symbol]);
  }

  sectionLaw(section: number): string | undefined {
    return this.#view.relocatable ? this.#rowLaw(this.#sectionRows[section]) : undefined;
  }

  #rowLaw(row: string | undefined): string | undefined {
    const numbers = row === undefined ? undefined : this.#order.numbers(row);
    return numbers === undefined ? undefined : `${row}: ${numbers}`;
  }
}

function labelOf(name: string): { readonly family: string; readonly number: string } | undefined {
  return numberOf(Buffer.from(name, 'latin1'));
}

/** Functions in the order in which they stand; two names of one function are one. */
class FunctionNumbers {
  readonly #starts: readonly Location[];
  readonly #ends: readonly number[];

  constructor(view: ElfView) {
    const ends = new Map<Location, number>();
    const { symbols } = view;
    for (let i = 1; i < (symbols?.length ?? 0); i += 1) {
      const type = symbols?.table.type(i);
      const location = symbols?.location(i, view) ?? NOWHERE;
      if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || location === NOWHERE) continue;
      const end = location + (symbols?.table.st_size[i] ?? 0);
      ends.set(location, Math.max(end, ends.get(location) ?? 0));
    }
    this.#starts = [...ends.keys()].sort((x, y) => x - y);
    this.#ends = this.#starts.map((start) => ends.get(start) ?? start);
  }

  /** The function that a place lies in, or -1. */
  at(location: Location): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= location) low = middle + 1;
      else high = middle;
    }
    return location < (this.#ends[low - 1] ?? 0) ? low - 1 : -1;
  }
}

/** For each exception table the function whose frame leads there; -1 where several do. */
function tableOwners(
  view: ElfView,
  frames: EhFrame | undefined,
  functions: FunctionNumbers,
): Map<Location, number> {
  const out = new Map<Location, number>();
  if (frames === undefined || !view.relocatable) return out;
  for (let i = 0; i < frames.length; i += 1) {
    if (frames.lsdaLength[i] === 0) continue;
    const table = framePointer(view, frames, frames.lsdaOffset[i] ?? 0);
    const owner = functions.at(functionOf(view, frames, i));
    out.set(table, out.has(table) ? -1 : owner);
  }
  return out;
}

/** For each constant the function that refers to it; -1 where several do, or something else does. */
function constantUsers(
  view: ElfView,
  symbols: NamedSymbols,
  functions: FunctionNumbers,
): Map<number, number> {
  const out = new Map<number, number>();
  const constants = new Set<number>();
  for (let i = 1; i < symbols.length; i += 1) if (CONSTANT.test(symbols.name(i))) constants.add(i);
  if (constants.size === 0 || !view.relocatable) return out;
  for (const section of view.elf.sections) {
    const patches = view.patches(section.index);
    if (patches?.symbols !== symbols) continue;
    const isCode = (section.sh_flags & SHF_EXECINSTR) !== 0n;
    for (let i = 0; i < patches.length; i += 1) {
      const symbol = patches.symbol[i] ?? 0;
      if (!constants.has(symbol)) continue;
      const user = isCode ? functions.at(locationOf(section.index, patches.offset[i] ?? 0)) : -1;
      out.set(symbol, (out.get(symbol) ?? user) === user ? user : -1);
    }
  }
  return out;
}
