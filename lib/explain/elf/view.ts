import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { SHT_NOBITS } from '../../format/elf/constant.js';
import { countRelative } from '../../format/elf/relocation.js';
import type { Section } from '../../format/elf/section.js';
import type { SymbolTable } from '../../format/elf/symbol.js';
import { type Elf, openElf } from '../../format/elf.js';
import { symbolTokens } from '../../symbol/name.js';
import { hashText, type Key } from './hash.js';
import { type Location, locationOf, NOWHERE } from './location.js';
import { NameUses } from './name-uses.js';
import { type Patches, readPatches } from './patch.js';

const ET_REL = 1;
/** Addresses are added and compared as numbers. */
const LARGEST_ADDRESS = 2n ** 52n;

/** One ELF file as the explanation reads it: contents in memory, symbols, relocations by the section they patch. */
export class ElfView {
  readonly elf: Elf;
  readonly relocatable: boolean;
  /** What `.symtab` holds, or `.dynsym` where the file is stripped. */
  readonly symbols: NamedSymbols | undefined;
  /** `.dynsym` beside a `.symtab`. */
  readonly dynamic: NamedSymbols | undefined;
  #patches: Map<number, Patches> | undefined;
  readonly #loaded: readonly Section[];
  readonly #addresses: Float64Array;

  /** @param stripped read it as if it had no `.symtab`, since the other file has none */
  constructor(
    readonly bytes: Uint8Array,
    readonly stripped = false,
  ) {
    this.elf = openElf(memoryBytes(bytes));
    this.relocatable = this.elf.header.e_type === ET_REL;
    for (const { sh_addr, headerOffset } of this.elf.sections) {
      if (sh_addr >= LARGEST_ADDRESS)
        throw new InputError('a section has an address of 2^52 or more', { offset: headerOffset });
    }
    const full = stripped ? undefined : this.elf.symbols('full');
    const dynamic = this.elf.symbols('dynamic');
    this.symbols = namedSymbols(full ?? dynamic);
    this.dynamic = full === undefined ? undefined : namedSymbols(dynamic);
    this.#loaded = this.elf.sections
      .filter((s) => s.index > 0 && (s.sh_flags & 2n) !== 0n && !isThreadBss(s))
      .sort((a, b) => Number(a.sh_addr - b.sh_addr));
    this.#addresses = Float64Array.from(this.#loaded, ({ sh_addr }) => Number(sh_addr));
  }

  /** The bytes a section has in the file. */
  content(section: Section): Uint8Array {
    return this.bytes.subarray(section.sh_offset, section.sh_offset + section.fileSize);
  }

  section(index: number): Section | undefined {
    return this.elf.sections[index];
  }

  address(section: number): number {
    return Number(this.elf.sections[section]?.sh_addr ?? 0n);
  }

  /** Where an address of a linked file lies; one right behind a section is its end. */
  locate(address: number): Location {
    let low = 0;
    let high = this.#loaded.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#addresses[middle] as number) <= address) low = middle + 1;
      else high = middle;
    }
    const section = this.#loaded[low - 1];
    if (section === undefined) return NOWHERE;
    const offset = address - (this.#addresses[low - 1] as number);
    return offset <= section.sh_size ? locationOf(section.index, offset) : NOWHERE;
  }

  /** The lowest address that a section is loaded at. */
  lowestAddress(): number {
    return this.#addresses[0] ?? 0;
  }

  /** How many relocations `.rela.dyn` begins with that name no symbol: what DT_RELACOUNT says. */
  relativeCount(): number {
    const section = this.elf.section('.rela.dyn');
    return section === undefined ? 0 : countRelative(this.elf, section);
  }

  /** The relocations that patch a section, sorted by place. */
  patches(section: number): Patches | undefined {
    this.#patches ??= readPatches(this);
    return this.#patches.get(section);
  }
}

function isThreadBss(section: Section): boolean {
  return section.sh_type === SHT_NOBITS && (section.sh_flags & 0x400n) !== 0n;
}

/** A symbol table with its names. They are made when asked for, and kept only as keys: a file has 260,000 of them. */
export class NamedSymbols {
  readonly #skeletons: (string | undefined)[] = [];
  /** Of names without hashes; NaN where it is not made yet. */
  #keys: Float64Array | undefined;
  #uses: NameUses | undefined;
  #counts: Map<Key, number> | undefined;

  constructor(readonly table: SymbolTable) {}

  get length(): number {
    return this.table.length;
  }

  name(index: number): string {
    return this.table.name(index);
  }

  /** The name without what depends on hashes. */
  skeleton(index: number): string {
    let skeleton = this.#skeletons[index];
    if (skeleton === undefined) {
      skeleton = symbolTokens(this.name(index)).skeleton;
      this.#skeletons[index] = skeleton;
    }
    return skeleton;
  }

  /** The skeleton in one number. */
  key(index: number): Key {
    this.#keys ??= new Float64Array(this.length).fill(Number.NaN);
    let key = this.#keys[index] ?? Number.NaN;
    if (Number.isNaN(key)) {
      key = hashText(this.#skeletons[index] ?? symbolTokens(this.name(index)).skeleton);
      this.#keys[index] = key;
    }
    return key;
  }

  /** How many symbols of the table have this name. */
  uses(index: number): number {
    this.#uses ??= new NameUses(this.table);
    return this.#uses.of(index);
  }

  /** Whether no other symbol of the table has this name without hashes. */
  isUnique(index: number): boolean {
    if (this.#counts === undefined) {
      this.#counts = new Map();
      for (let i = 1; i < this.length; i += 1) {
        const key = this.key(i);
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
      }
    }
    return this.#counts.get(this.key(index)) === 1;
  }

  /** Where a symbol points: section and offset, or nowhere for undefined, absolute and common ones. */
  location(index: number, view: ElfView): Location {
    const { table } = this;
    const section = table.st_shndx[index] ?? 0;
    if (section === 0 || table.isReserved(index)) return NOWHERE;
    const value = table.st_value[index] ?? 0;
    return locationOf(section, view.relocatable ? value : value - view.address(section));
  }
}

function namedSymbols(table: SymbolTable | undefined): NamedSymbols | undefined {
  return table === undefined ? undefined : new NamedSymbols(table);
}
