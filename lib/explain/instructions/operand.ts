import { relocationName } from '../../format/elf/relocation-type.js';
import { demangle } from '../../symbol/demangle.js';
import { type Location, locationOf, NOWHERE, offsetOf, sectionOf } from '../elf/location.js';
import { firstPatch, type Patches, patchTarget } from '../elf/patch.js';
import type { ElfView } from '../elf/view.js';
import type { CodeStretch } from './changed-functions.js';

const EM_X86_64 = 62;
/** x86-64's types that count from the instruction's end, as the processor does. */
const FROM_END = new Set([2, 4, 9, 19, 20, 22, 41, 42]);
/** Types that lead to the symbol itself: R_X86_64_64, PC32, PLT32, 32, 32S. */
const PLAIN = new Set([1, 2, 4, 10, 11]);
const THROUGH_GOT = new Set([9, 41, 42]);

/** A branch whose target stands as a number: `jne 0x57`, `bl #0x1004`, `tbz w0, #3, #0x10`. */
const BRANCH =
  /^((?:bnd |notrack )?(?:j\w+|call|loop\w*|xbegin|bl?|b\.\w+|adr \w+,|cbn?z \w+,|tbn?z \w+, #\w+,)) #?(0x[0-9a-f]+|\d)$/;
/** aarch64's address of a page: without a relocation, only the next instruction says what is meant. */
const PAGE = /^(adrp \w+,) #?(0x[0-9a-f]+|\d)$/;
const RIP = /\[rip(?: ([+-]) (0x[0-9a-f]+|\d))?\]/;
const MAX_NAME = 160;

/** Puts names for what an instruction of one function refers to. */
export class Operands {
  readonly #names: PlaceNames;
  readonly #patches: Patches | undefined;

  constructor(readonly stretch: CodeStretch) {
    const { view, section } = stretch;
    this.#names = namesOf(view);
    this.#patches = view.relocatable ? view.patches(section) : undefined;
  }

  /** The address that the byte at an offset of the section has; in relocatable files the offset itself. */
  address(offset: number): number {
    const { view, section } = this.stretch;
    return view.relocatable ? offset : view.address(section) + offset;
  }

  /** `text` is the instruction from `start` to `end` of the section, disassembled at its address. */
  named(text: string, start: number, end: number, hashes: boolean): string {
    const patched = this.#patched(text, start, end, hashes);
    if (patched !== undefined) return patched;
    const branch = BRANCH.exec(text);
    if (branch !== null) return `${branch[1]} ${this.#target(Number(branch[2]), hashes)}`;
    return text.replace(RIP, (whole: string, sign: string | undefined, by: string | undefined) => {
      const distance = Number(by ?? 0) * (sign === '-' ? -1 : 1);
      const location = this.#locate(this.address(end) + distance);
      return location === NOWHERE ? whole : `[rip + ${this.#names.at(location, hashes)}]`;
    });
  }

  /** Inside the function its offset there, else what is there. */
  #target(address: number, hashes: boolean): string {
    const { start, end } = this.stretch;
    if (address >= this.address(start) && address < this.address(end))
      return hex(address - this.address(start));
    const location = this.#locate(address);
    return location === NOWHERE ? hex(address) : this.#names.at(location, hashes);
  }

  #locate(address: number): Location {
    const { view, section } = this.stretch;
    return view.relocatable ? locationOf(section, address) : view.locate(address);
  }

  /** With the names that relocations give; undefined where there are none. */
  #patched(text: string, start: number, end: number, hashes: boolean): string | undefined {
    const patches = this.#patches;
    if (patches === undefined) return undefined;
    let out: string | undefined;
    for (let i = firstPatch(patches, start); i < patches.length; i += 1) {
      const at = patches.offset[i] ?? 0;
      if (at >= end) break;
      if ((patches.size[i] ?? 0) === 0) continue;
      const name = this.#relocation(patches, i, end - at, hashes);
      const shown = out ?? text;
      const branch = BRANCH.exec(shown) ?? PAGE.exec(shown);
      if (branch !== null) out = `${branch[1]} ${name}`;
      else out = RIP.test(shown) ? shown.replace(RIP, () => `[rip + ${name}]`) : `${shown} ; ${name}`;
    }
    return out;
  }

  #relocation(patches: Patches, index: number, toEnd: number, hashes: boolean): string {
    const { view } = this.stretch;
    const { e_machine } = view.elf.header;
    const type = patches.type[index] ?? 0;
    const symbol = patches.symbol[index] ?? 0;
    const isX86 = e_machine === EM_X86_64;
    const addend = (patches.addend[index] ?? 0) + (isX86 && FROM_END.has(type) ? toEnd : 0);
    let suffix = '';
    if (isX86 && THROUGH_GOT.has(type)) suffix = '@GOT';
    else if (isX86 && !PLAIN.has(type))
      suffix = `@${relocationName(e_machine, type).replace(/^R_X86_64_/, '')}`;
    const name = patches.symbols?.name(symbol) ?? '';
    if (name !== '') return shortened(name, hashes) + plus(addend) + suffix;
    const section = patches.symbols?.table.st_shndx[symbol] ?? 0;
    const location = symbol === 0 || section === 0 ? NOWHERE : locationOf(section, addend);
    return (location === NOWHERE ? hex(addend) : this.#names.at(location, hashes)) + suffix;
  }
}

const STT_SECTION = 3;
const STT_FILE = 4;
/** aarch64's symbols that tell code from data are no names: `$x`, `$d.3`. */
const MAPPING = '$';
/** Symbols before a place that are tried: labels inside a function hide it. */
const MAX_BACK = 8;

/** What stands at a place, by the symbols of the file. */
class PlaceNames {
  readonly #at: Float64Array;
  readonly #symbol: Uint32Array;

  constructor(readonly view: ElfView) {
    const { symbols } = view;
    const at = new Float64Array(symbols?.length ?? 0).fill(NOWHERE);
    for (let i = 1; symbols !== undefined && i < symbols.length; i += 1) {
      const type = symbols.table.type(i);
      if (type !== STT_SECTION && type !== STT_FILE && (symbols.table.st_name[i] ?? 0) !== 0)
        at[i] = symbols.location(i, view);
    }
    const placed = Uint32Array.from(at.keys()).filter((i) => at[i] !== NOWHERE);
    // Of several at one place the first of the table comes last: it is tried first.
    this.#symbol = placed.sort((x, y) => (at[x] ?? 0) - (at[y] ?? 0) || y - x);
    this.#at = Float64Array.from(this.#symbol, (i) => at[i] ?? 0);
  }

  /** The symbol that covers it, a slot of the global offset table by what it holds, or section and offset. */
  at(location: Location, hashes: boolean): string {
    const { symbols } = this.view;
    const last = this.#lastTo(location);
    for (let row = last; symbols !== undefined && row >= 0 && row > last - MAX_BACK; row -= 1) {
      const symbol = this.#symbol[row] ?? 0;
      const within = location - (this.#at[row] ?? 0);
      if (within !== 0 && within >= (symbols.table.st_size[symbol] ?? 0)) continue;
      const name = symbols.name(symbol);
      if (!name.startsWith(MAPPING)) return shortened(name, hashes) + plus(within);
    }
    const section = this.view.section(sectionOf(location));
    const slot = section?.name.startsWith('.got') === true ? this.#slot(location, hashes) : undefined;
    return slot ?? sectionName(section?.name ?? '?', hashes) + plus(offsetOf(location));
  }

  #slot(location: Location, hashes: boolean): string | undefined {
    const patches = this.view.patches(sectionOf(location));
    if (patches === undefined) return undefined;
    const patch = firstPatch(patches, offsetOf(location));
    if (patches.offset[patch] !== offsetOf(location)) return undefined;
    const name = patches.symbols?.name(patches.symbol[patch] ?? 0) ?? '';
    if (name !== '') return `${shortened(name, hashes)}@GOT`;
    const target = patchTarget(this.view, patches, patch);
    // A slot that leads to a slot is not followed.
    return target === NOWHERE || sectionOf(target) === sectionOf(location)
      ? undefined
      : `${this.at(target, hashes)}@GOT`;
  }

  /** The last of the symbols that are not behind `location`; -1 where there is none. */
  #lastTo(location: Location): number {
    let low = 0;
    let high = this.#at.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#at[middle] ?? 0) <= location) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

const known = new WeakMap<ElfView, PlaceNames>();

function namesOf(view: ElfView): PlaceNames {
  let names = known.get(view);
  if (names === undefined) {
    names = new PlaceNames(view);
    known.set(view, names);
  }
  return names;
}

/** A section of one constant is named for its local label: `.rodata..Lanon.….3`, `.rodata..Lswitch.table._ZN…`. */
function sectionName(name: string, hashes: boolean): string {
  const label = name.replace(/^\.(?:rodata|data\.rel\.ro|data|bss)(?:\.cst\d+|\.str\d\.\d)?\.(?=\.L)/, '');
  return shortened(
    label.replace(/_(?:ZN|R).*$/, (symbol) => demangle(symbol, { hashes }) ?? symbol),
    hashes,
  );
}

function shortened(name: string, hashes: boolean): string {
  const text = demangle(name, { hashes }) ?? (hashes ? name : name.replace(/[0-9a-f]{32}/, '*'));
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME - 1)}…` : text;
}

function plus(offset: number): string {
  return offset === 0 ? '' : offset < 0 ? `-${hex(-offset)}` : `+${hex(offset)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
