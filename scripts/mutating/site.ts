import { memoryBytes } from '../../lib/artefact/bytes.js';
import { InputError } from '../../lib/error.js';
import { isRelocationSection, type Relocations, readRelocations } from '../../lib/format/elf/relocation.js';
import type { Section } from '../../lib/format/elf/section.js';
import type { SymbolTable } from '../../lib/format/elf/symbol.js';
import { type Elf, isElf, openElf } from '../../lib/format/elf.js';
import { isRlib, type RlibMember, readRlib } from '../../lib/format/rlib.js';

/** A content that a change is planted in, with what there is to change in it. */
export interface Site {
  readonly bytes: Buffer;
  /** None where it is no archive. */
  readonly members: readonly RlibMember[];
  readonly elves: readonly ElfPart[];
}

/** An ELF file that is the content or a member of it. */
export interface ElfPart {
  /** Where it starts in the content. */
  readonly base: number;
  readonly elf: Elf;
  readonly member: RlibMember | undefined;
  readonly symbols: SymbolTable | undefined;
  readonly functions: readonly Function_[];
  readonly relocations: readonly Relocations[];
}

export interface Function_ {
  /** Offset in the content. */
  readonly offset: number;
  readonly length: number;
  readonly address: number;
  readonly symbol: number;
}

const STT_FUNC = 2;
const EM_X86_64 = 62;

const known = new WeakMap<Buffer, Site>();

/** Reads what a content is made of; the same content is read once. */
export function siteOf(bytes: Buffer): Site {
  let site = known.get(bytes);
  if (site === undefined) {
    site = readSite(bytes);
    known.set(bytes, site);
  }
  return site;
}

function readSite(bytes: Buffer): Site {
  const members = isRlib(memoryBytes(bytes)) ? readRlib(memoryBytes(bytes)) : [];
  const elves: ElfPart[] = [];
  const add = (start: number, length: number, member: RlibMember | undefined) => {
    const content = bytes.subarray(start, start + length);
    if (!isElf(memoryBytes(content))) return;
    try {
      elves.push(readPart(content, start, member));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  };
  for (const member of members) add(member.offset, member.size, member);
  if (members.length === 0) add(0, bytes.length, undefined);
  return { bytes, members, elves };
}

function readPart(content: Buffer, base: number, member: RlibMember | undefined): ElfPart {
  const elf = openElf(memoryBytes(content));
  const symbols = elf.symbols('full') ?? elf.symbols('dynamic');
  const relocations = elf.sections.filter(isRelocationSection).map((s) => readRelocations(elf, s));
  const functions = elf.header.e_machine === EM_X86_64 ? functionsOf(elf, symbols, base) : [];
  return { base, elf, member, symbols, functions, relocations };
}

function functionsOf(elf: Elf, symbols: SymbolTable | undefined, base: number): Function_[] {
  const functions: Function_[] = [];
  for (let i = 1; symbols !== undefined && i < symbols.length; i += 1) {
    const section = elf.sections[symbols.st_shndx[i] ?? 0];
    const length = symbols.st_size[i] ?? 0;
    if (symbols.type(i) !== STT_FUNC || length === 0 || section === undefined || section.index === 0)
      continue;
    const value = symbols.st_value[i] ?? 0;
    const inSection = elf.header.e_type === 1 ? value : value - Number(section.sh_addr);
    if (inSection < 0 || inSection + length > section.fileSize) continue;
    functions.push({ offset: base + section.sh_offset + inSection, length, address: value, symbol: i });
  }
  if (functions.length > 0) return functions;
  // Without symbols the code of a section is one stretch.
  for (const section of elf.sections.filter(isExecutable)) {
    const { fileSize: length, sh_offset } = section;
    if (length > 0)
      functions.push({ offset: base + sh_offset, length, address: Number(section.sh_addr), symbol: -1 });
  }
  return functions;
}

function isExecutable({ sh_flags }: Section): boolean {
  return (sh_flags & 4n) !== 0n;
}
