import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import type { PlacedString } from './comment.js';
import { SHT_SYMTAB } from './constant.js';
import { DwarfCursor } from './dwarf-cursor.js';
import type { Place } from './place.js';
import { readRelocations, relocationFinder, SHT_REL, SHT_RELA } from './relocation.js';
import type { Section } from './section.js';
import { StringTable } from './string-table.js';
import type { SymbolTable } from './symbol.js';

const ET_REL = 1;
export const SHF_COMPRESSED = 0x800n;

/** A string of the debug information. */
export interface DwarfString extends PlacedString {
  /** Where it stands: `.debug_str`, `.debug_line_str`, or the section of the entry itself. */
  readonly section: string;
  /** The field that says where it stands; undefined where it stands in its place. */
  readonly reference: Place | undefined;
}

/** The debug sections of one file, and what relocations make of the offsets in them. */
export class DwarfSections {
  private readonly tables = new Map<string, (index: number, from: number) => string>();
  private readonly resolvers = new Map<number, (at: number) => number | undefined>();
  private symtab: SymbolTable | undefined;

  constructor(readonly elf: Elf) {}

  /** The section, unless it is compressed or empty. */
  find(name: string): Section | undefined {
    return this.elf.sections.find(
      (s) => s.name === name && s.fileSize > 0 && (s.sh_flags & SHF_COMPRESSED) === 0n,
    );
  }

  /** Numbers of a stretch of a section. */
  cursor(section: Section, at: number, length: number): DwarfCursor {
    const start = section.sh_offset + at;
    const content = Buffer.from(this.elf.bytes.read(start, length));
    return new DwarfCursor(content, this.elf.header, start, section.name);
  }

  /** What the offset that is stored as `value` at `at` of a section says: in a relocatable file the relocation does. */
  resolve(section: Section, at: number, value: number): number {
    if (this.elf.header.e_type !== ET_REL) return value;
    let resolver = this.resolvers.get(section.index);
    if (resolver === undefined) {
      resolver = this.resolverOf(section);
      this.resolvers.set(section.index, resolver);
    }
    return resolver(at) ?? value;
  }

  /** The string at `offset` of a string section; undefined where that section cannot be read here. */
  string(name: string, offset: number, reference: Place): DwarfString | undefined {
    const section = this.find(name);
    if (section === undefined) return undefined;
    let table = this.tables.get(name);
    if (table === undefined) {
      table = eachOnce(new StringTable(this.elf.bytes, section.sh_offset, section.fileSize, name).budgeted());
      this.tables.set(name, table);
    }
    if (!Number.isSafeInteger(offset)) {
      throw new InputError(`a string of ${name} has no place`, { offset: reference.offset });
    }
    return {
      text: table(offset, reference.offset),
      section: name,
      offset: section.sh_offset + offset,
      reference,
    };
  }

  private resolverOf(section: Section): (at: number) => number | undefined {
    const { elf } = this;
    const holder = elf.sections.find(
      (s) => (s.sh_type === SHT_RELA || s.sh_type === SHT_REL) && s.sh_info === section.index,
    );
    if (holder === undefined) return () => undefined;
    const relocations = readRelocations(elf, holder, { implicitAddends: true });
    const find = relocationFinder(relocations);
    return (at) => {
      const index = find(at);
      if (index < 0) return undefined;
      if (elf.sections[holder.sh_link]?.sh_type === SHT_SYMTAB) this.symtab ??= elf.symbols();
      const value = this.symtab?.st_value[relocations.r_sym[index] ?? 0] ?? 0;
      return value + (relocations.r_addend[index] ?? 0);
    };
  }
}

/** Thousands of units name the same directory: its text is decoded, and held, once. */
function eachOnce(read: (index: number, from?: number) => string): (index: number, from: number) => string {
  const texts = new Map<number, string>();
  return (index, from) => {
    let text = texts.get(index);
    if (text === undefined) {
      text = read(index, from);
      texts.set(index, text);
    }
    return text;
  };
}
