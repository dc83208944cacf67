import type { Elf } from '../elf.js';
import {
  DT_STRSZ,
  DT_STRTAB,
  PT_DYNAMIC,
  PT_INTERP,
  PT_LOAD,
  PT_NOTE,
  SHT_DYNAMIC,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_NULL,
  SHT_SYMTAB,
} from './constant.js';
import { countRelative } from './relocation.js';
import type { Section } from './section.js';
import type { Segment } from './segment.js';

const ET_REL = 1;
const SHF_ALLOC = 2n;
const SHF_EXECINSTR = 4n;
const SHF_TLS = 0x400n;
const PT_PHDR = 6;
const PT_TLS = 7;
const PT_GNU_EH_FRAME = 0x6474e550;
const PT_GNU_RELRO = 0x6474e552;
const SHT_RELA = 4;
const SHT_REL = 9;
const SHT_RELR = 19;
const DT_RELACOUNT = 0x6ffffff9;
/** Whatever a page of the machine is, it is no smaller; what a later segment maps into a page hides what was there. */
const LEAST_PAGE = 4096n;
/** The gABI lets a file have one of each; who reads two takes another one than the next reader. */
const SINGLE_SECTIONS = new Map([
  [SHT_SYMTAB, 'SHT_SYMTAB'],
  [SHT_DYNSYM, 'SHT_DYNSYM'],
  [SHT_DYNAMIC, 'SHT_DYNAMIC'],
]);
const SINGLE_SEGMENTS = new Map([
  [PT_DYNAMIC, 'PT_DYNAMIC'],
  [PT_INTERP, 'PT_INTERP'],
  [PT_PHDR, 'PT_PHDR'],
  [PT_TLS, 'PT_TLS'],
  [PT_GNU_EH_FRAME, 'PT_GNU_EH_FRAME'],
  [0x6474e551, 'PT_GNU_STACK'],
  [PT_GNU_RELRO, 'PT_GNU_RELRO'],
  [0x6474e553, 'PT_GNU_PROPERTY'],
]);

/** A table that `.dynamic` tells a loader of, and the type of the section that is read as that table. */
interface ToldTable {
  readonly name: string;
  readonly address: number;
  /** Tag of its size in bytes. */
  readonly size?: number;
  readonly type: number;
}

const TABLES: readonly ToldTable[] = [
  { name: 'DT_HASH', address: 4, type: 5 },
  { name: 'DT_GNU_HASH', address: 0x6ffffef5, type: 0x6ffffff6 },
  { name: 'DT_SYMTAB', address: 6, type: SHT_DYNSYM },
  { name: 'DT_VERSYM', address: 0x6ffffff0, type: 0x6fffffff },
  { name: 'DT_VERDEF', address: 0x6ffffffc, type: 0x6ffffffd },
  { name: 'DT_VERNEED', address: 0x6ffffffe, type: 0x6ffffffe },
  { name: 'DT_INIT_ARRAY', address: 25, size: 27, type: 14 },
  { name: 'DT_FINI_ARRAY', address: 26, size: 28, type: 15 },
  { name: 'DT_PREINIT_ARRAY', address: 32, size: 33, type: 16 },
];
/** Tables of relocations: one or more sections, one behind the other. */
const RELOCATIONS: readonly (ToldTable & { readonly size: number })[] = [
  { name: 'DT_RELA', address: 7, size: 8, type: SHT_RELA },
  { name: 'DT_REL', address: 17, size: 18, type: SHT_REL },
  { name: 'DT_RELR', address: 36, size: 35, type: SHT_RELR },
];
const DT_JMPREL = 23;
const DT_PLTRELSZ = 2;

/** Program headers that a linker may write; each section is held against each of them. */
const MOST_SEGMENTS = 256;

/** Types of sections whose numbers are those of the dynamic symbols, and of those with offsets of their names. */
const NAMING: ReadonlySet<number> = new Set([SHT_RELA, SHT_REL, 5, 0x6ffffff6, 0x6fffffff]);
const VERSIONS: ReadonlySet<number> = new Set([SHT_DYNSYM, 0x6ffffffd, 0x6ffffffe]);

/**
 * What one part of a file says of it and another denies: sections are read here and by linkers and debuggers, segments
 * and the dynamic table by the kernel and the dynamic loader. Where they tell of different bytes, what was read is not
 * what runs. Each is one sentence; none where all agree.
 * @throws InputError where the dynamic table does not fit the file
 */
export function contradictions(elf: Elf): string[] {
  const { length } = elf.segments;
  if (length > MOST_SEGMENTS)
    return [`it has ${length} program headers, more than are held against its sections`];
  const said = [...singles(elf)];
  if (elf.header.e_type === ET_REL) return said;
  return [...said, ...segmentOrder(elf), ...mappings(elf), ...described(elf), ...dynamicTables(elf)];
}

/** Whether the file is the debug information of another one, which has the segments and no bytes of the code. */
export function isDebugOnly({ sections }: Elf): boolean {
  const code = sections.filter((s) => (s.sh_flags & SHF_EXECINSTR) !== 0n && s.sh_size > 0);
  return code.length > 0 && code.every(({ sh_type }) => sh_type === SHT_NOBITS);
}

function* singles({ sections, segments }: Elf): Generator<string> {
  for (const [type, name] of SINGLE_SECTIONS)
    if (sections.filter((s) => s.sh_type === type).length > 1) yield `more than one section is ${name}`;
  for (const [type, name] of SINGLE_SEGMENTS)
    if (segments.filter((s) => s.p_type === type).length > 1) yield `more than one program header is ${name}`;
}

/**
 * The gABI: "loadable segment entries in the program header table appear in ascending order, sorted on the p_vaddr
 * member", and PT_PHDR precedes them: loaders take the extent from the first and the last, and where they are from it.
 * PT_INTERP should, too, but tools that write a longer interpreter put it behind, and no loader minds.
 */
function* segmentOrder({ segments }: Elf): Generator<string> {
  let last: Segment | undefined;
  for (const segment of segments) {
    const { index, p_type } = segment;
    if (p_type === PT_PHDR && last !== undefined) yield 'PT_PHDR stands behind a PT_LOAD';
    if (p_type !== PT_LOAD) continue;
    if (last !== undefined && segment.p_vaddr < last.p_vaddr)
      yield `program header ${index} (PT_LOAD) begins below the PT_LOAD before it`;
    else if (last !== undefined && pageOf(segment) < endOf(last))
      yield `program header ${index} (PT_LOAD) is loaded over the PT_LOAD before it`;
    last = segment;
  }
}

/** Where the page begins that a segment is mapped from. */
function pageOf({ p_vaddr, p_align }: Segment): bigint {
  const page = p_align < 1n ? 1n : p_align < LEAST_PAGE ? p_align : LEAST_PAGE;
  return p_vaddr - (p_vaddr % page);
}

function endOf({ p_vaddr, p_memsz }: Segment): bigint {
  return p_vaddr + p_memsz;
}

/** Sections against the PT_LOAD that holds their addresses, and the program headers that describe a part of one. */
function* mappings({ sections, segments }: Elf): Generator<string> {
  const loads = segments.filter((s) => s.p_type === PT_LOAD);
  if (loads.length === 0) return;
  for (const { index, p_offset, p_vaddr, p_align, p_filesz, p_memsz } of loads) {
    if (p_align > 1n && (p_vaddr - BigInt(p_offset)) % p_align !== 0n)
      yield `p_offset and p_vaddr of program header ${index} (PT_LOAD) differ modulo p_align`;
    if (BigInt(p_filesz) > p_memsz) yield `program header ${index} (PT_LOAD) has more bytes than it loads`;
  }
  for (const section of sections) {
    const { name, sh_flags, sh_size, fileSize } = section;
    if ((sh_flags & SHF_ALLOC) === 0n || section.sh_type === SHT_NULL || sh_size === 0) continue;
    // The storage of a thread has no place of its own.
    if (section.sh_type === SHT_NOBITS && (sh_flags & SHF_TLS) !== 0n) continue;
    const load = loads.find((s) => s.p_vaddr <= section.sh_addr && section.sh_addr < endOf(s));
    if (load === undefined || section.sh_addr + BigInt(sh_size) > endOf(load))
      yield `${name} is in no PT_LOAD`;
    else if (fileSize > 0 && !isAt(load, section.sh_addr, section.sh_offset, fileSize))
      yield `${name} is loaded from elsewhere than its sh_offset`;
    else if (fileSize === 0 && section.sh_addr < load.p_vaddr + BigInt(load.p_filesz))
      yield `${name} has no bytes in the file, but the PT_LOAD it is in has`;
  }
  for (const { name, sh_flags, sh_offset, fileSize } of sections) {
    if ((sh_flags & SHF_ALLOC) !== 0n || fileSize === 0) continue;
    if (loads.some((s) => sh_offset < s.p_offset + s.p_filesz && sh_offset + fileSize > s.p_offset))
      yield `${name} is loaded without SHF_ALLOC`;
  }
  for (const { index, p_type, p_vaddr, p_offset, p_filesz } of segments) {
    // Of PT_GNU_RELRO only the addresses are used, and linkers round its end.
    if (p_type === PT_LOAD || p_type === PT_GNU_RELRO || p_filesz === 0) continue;
    const load = loads.find((s) => s.p_vaddr <= p_vaddr && p_vaddr < endOf(s));
    if (load === undefined ? SINGLE_SEGMENTS.has(p_type) : !isAt(load, p_vaddr, p_offset, p_filesz))
      yield `program header ${index} (${SINGLE_SEGMENTS.get(p_type) ?? p_type}) is loaded from elsewhere than its p_offset`;
  }
}

function isAt({ p_vaddr, p_offset, p_filesz }: Segment, address: bigint, offset: number, length: number) {
  return (
    address - p_vaddr === BigInt(offset - p_offset) &&
    offset >= p_offset &&
    offset + length <= p_offset + p_filesz
  );
}

/** Program headers that tell of a section against that section. */
function* described(elf: Elf): Generator<string> {
  const { header, sections, segments, segmentTable } = elf;
  const is = ({ p_vaddr, p_offset, p_filesz }: Segment, section: Section | undefined) =>
    section !== undefined &&
    section.sh_addr === p_vaddr &&
    section.sh_offset === p_offset &&
    section.fileSize === p_filesz;
  for (const segment of segments) {
    const { p_type, p_offset, p_filesz } = segment;
    switch (p_type) {
      case PT_DYNAMIC:
        if (
          !is(
            segment,
            sections.find((s) => s.sh_type === SHT_DYNAMIC),
          )
        )
          yield 'PT_DYNAMIC is not .dynamic';
        break;
      case PT_GNU_EH_FRAME:
        if (!is(segment, elf.section('.eh_frame_hdr'))) yield 'PT_GNU_EH_FRAME is not .eh_frame_hdr';
        break;
      case PT_PHDR:
        if (p_offset !== header.e_phoff || p_filesz < segmentTable.count * segmentTable.entrySize)
          yield 'PT_PHDR is not the table of program headers';
        break;
      case PT_TLS:
        if (!isThreadStorage(segment, sections))
          yield 'PT_TLS is not the sections of the storage of a thread';
        break;
      case PT_NOTE:
        if (!isNotes(segment, sections))
          yield `program header ${segment.index} (PT_NOTE) is not sections of notes`;
        break;
    }
  }
}

function isThreadStorage(
  { p_vaddr, p_offset, p_filesz, p_memsz }: Segment,
  all: readonly Section[],
): boolean {
  const sections = all.filter((s) => (s.sh_flags & SHF_TLS) !== 0n && s.sh_size > 0);
  if (sections.length === 0) return p_memsz === 0n;
  const stored = sections.filter(({ fileSize }) => fileSize > 0);
  const [first] = sections;
  const end = sections.reduce((most, s) => max(most, s.sh_addr + BigInt(s.sh_size)), 0n);
  const fileEnd = stored.reduce((most, s) => Math.max(most, s.sh_offset + s.fileSize), p_offset);
  return first?.sh_addr === p_vaddr && p_vaddr + p_memsz >= end && fileEnd === p_offset + p_filesz;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function isNotes({ p_offset, p_filesz }: Segment, sections: readonly Section[]): boolean {
  const end = p_offset + p_filesz;
  const notes = sections.filter((s) => s.fileSize > 0 && s.sh_offset >= p_offset && s.sh_offset < end);
  return (
    notes.every(({ sh_type }) => sh_type === SHT_NOTE) &&
    notes[0]?.sh_offset === p_offset &&
    notes.some((s) => s.sh_offset + s.fileSize === end)
  );
}

/** What the dynamic table tells a loader against the sections that are read in its stead. */
function* dynamicTables(elf: Elf): Generator<string> {
  const { sections } = elf;
  const entries = elf.dynamic()?.entries ?? [];
  const values = (tag: number) => entries.filter((e) => e.d_tag === BigInt(tag)).map((e) => e.d_val);
  if (entries.length === 0) return;
  const symbols = sections.find((s) => s.sh_type === SHT_DYNSYM);
  const strings = sections[symbols?.sh_link ?? 0];
  for (const value of values(DT_STRTAB)) if (value !== strings?.sh_addr) yield 'DT_STRTAB is not .dynstr';
  for (const value of values(DT_STRSZ))
    if (value !== BigInt(strings?.fileSize ?? 0)) yield 'DT_STRSZ is not the size of .dynstr';
  const dynamic = sections.find((s) => s.sh_type === SHT_DYNAMIC);
  if (dynamic !== undefined && sections[dynamic.sh_link] !== strings)
    yield '.dynamic has other names than DT_STRTAB';
  for (const { name, sh_type, sh_link, sh_flags } of sections) {
    if ((sh_flags & SHF_ALLOC) === 0n) continue;
    // Where there are no symbols, relocations name none.
    const isLinked = sh_link === symbols?.index || (sh_link === 0 && [SHT_RELA, SHT_REL].includes(sh_type));
    if (NAMING.has(sh_type) && !isLinked) yield `${name} has other symbols than DT_SYMTAB`;
    if (VERSIONS.has(sh_type) && sections[sh_link] !== strings)
      yield `${name} has other names than DT_STRTAB`;
  }
  for (const { name, address, size, type } of TABLES) {
    const section = sections.find((s) => s.sh_type === type && (s.sh_flags & SHF_ALLOC) !== 0n);
    const is = section === undefined ? undefined : section.sh_addr;
    if (values(address).some((value) => value !== is)) yield `${name} is not the section of its type`;
    if (size !== undefined && values(size).some((value) => value !== BigInt(section?.fileSize ?? 0)))
      yield `the size beside ${name} is not that of the section of its type`;
  }
  yield* relocationTables(elf, values);
}

function* relocationTables(elf: Elf, values: (tag: number) => bigint[]): Generator<string> {
  const loaded = elf.sections.filter((s) => (s.sh_flags & SHF_ALLOC) !== 0n && s.fileSize > 0);
  const reached = new Set<Section>();
  const tables = [
    ...RELOCATIONS,
    { name: 'DT_JMPREL', address: DT_JMPREL, size: DT_PLTRELSZ, type: pltType(values) },
  ];
  for (const { name, address, size, type } of tables) {
    const [starts, sizes] = [values(address), values(size)];
    if (starts.length > 1 || sizes.length > 1) yield `${name} is told more than once`;
    const [start] = starts;
    if (start === undefined) continue;
    const end = start + (sizes[0] ?? 0n);
    let at = start;
    for (const section of loaded.filter((s) => s.sh_type === type && s.sh_addr >= start && s.sh_addr < end)) {
      if (section.sh_addr !== at) break;
      at += BigInt(section.fileSize);
      reached.add(section);
    }
    if (at !== end) yield `${name} is not sections of relocations`;
  }
  for (const section of loaded)
    if ([SHT_RELA, SHT_REL, SHT_RELR].includes(section.sh_type) && !reached.has(section))
      yield `${section.name} is not among the relocations of the dynamic table`;
  const [count] = values(DT_RELACOUNT);
  const first = loaded.find((s) => s.sh_addr === values(7)[0] && s.sh_type === SHT_RELA);
  if (count !== undefined && (first === undefined || count > BigInt(countRelative(elf, first))))
    yield 'DT_RELACOUNT counts others than relative relocations';
}

/** DT_PLTREL: which of the two forms DT_JMPREL has. */
function pltType(values: (tag: number) => bigint[]): number {
  return values(20)[0] === 17n ? SHT_REL : SHT_RELA;
}
