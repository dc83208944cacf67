import { SHT_NOBITS } from '../../format/elf/constant.js';
import { EHDR } from '../../format/elf/header.js';
import { isRelocationSection } from '../../format/elf/relocation.js';
import { type Section, type SectionField, SHDR } from '../../format/elf/section.js';
import { PHDR, type Segment } from '../../format/elf/segment.js';
import type { Sink } from '../../ledger/sink.js';
import { symbolTokens } from '../../symbol/name.js';
import { explainField, sameBytes, Words } from './field.js';
import { NOWHERE, offsetOf, sectionOf } from './location.js';
import type { ElfPairing } from './pairing.js';
import { isOrdered } from './piece.js';
import type { ElfView } from './view.js';

const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;
const SHT_GROUP = 17;
const WRITTEN_LAST: ReadonlySet<number> = new Set([SHT_STRTAB, SHT_GROUP]);
const SHF_ALLOC = 2n;
const SHF_INFO_LINK = 0x40n;

/**
 * The ELF header; `sink` is that of the file.
 * @param placed whether all that refers to a place tells so; where nothing does, the type of the file, which says that, is
 * not the same although its bytes are: whatever is explained elsewhere is not all that may differ
 */
export function explainElfHeader(pairing: ElfPairing, sink: Sink, placed: boolean): void {
  const { a, b, correspondence } = pairing;
  const layout = EHDR[a.elf.header.class];
  const wordsA = new Words(a.bytes, a.elf.header.littleEndian);
  const wordsB = new Words(b.bytes, b.elf.header.littleEndian);
  const ident = Math.min(...Object.values(layout.slots).map(({ at }) => at));
  const inner = sink.within(0, 0, 'part', 'ELF header');
  explainIdent(a.bytes, b.bytes, ident, inner);
  for (const name of layout.names) {
    const { at, length } = layout.slots[name];
    if (name === 'e_type' && !placed) {
      inner.change(at, length, at, length, { reason: 'address-shift', field: name });
      continue;
    }
    let expected: number | undefined;
    let from = '';
    if (name === 'e_entry' && a.elf.header.e_entry !== 0n) {
      const there = correspondence.at(a.locate(Number(a.elf.header.e_entry)));
      expected = there === NOWHERE ? undefined : b.address(sectionOf(there)) + offsetOf(there);
      from = 'where the entry point is';
    } else if (name === 'e_shoff') {
      const { e_shoff } = a.elf.header;
      // A rule that A does not keep explains nothing.
      if (followingOffset(a, e_shoff, a.elf.header.class / 8) === e_shoff)
        expected = followingOffset(b, b.elf.header.e_shoff, b.elf.header.class / 8);
      from = 'the length of what comes before';
    } else if (name === 'e_shnum' || name === 'e_phnum') {
      const table = name === 'e_shnum' ? 'sectionTable' : 'segmentTable';
      // Headers of no size can be any number.
      if (a.elf[table].entrySize > 0 && b.elf[table].entrySize > 0) expected = b.elf[table].count;
      from = 'the number of headers';
    } else if (name === 'e_shstrndx') {
      expected = sectionNumber(pairing, a.elf.header.e_shstrndx);
      from = 'the numbers of sections';
    }
    explainField(wordsA, at, wordsB, at, length, inner, name, from, expected);
  }
}

function explainIdent(a: Uint8Array, b: Uint8Array, length: number, sink: Sink): void {
  for (let at = 0; at < length; at += 1) {
    if (a[at] === b[at]) sink.equal(at, at, 1);
    else sink.change(at, 1, at, 1, { field: `e_ident[${at}]` });
  }
}

function sectionNumber({ correspondence }: ElfPairing, section: number): number | undefined {
  const other = correspondence.sections[section] ?? -1;
  return other < 0 ? undefined : other;
}

/** The first offset behind everything before `offset` that is a multiple of `align`. */
function followingOffset(view: ElfView, offset: number, align: number): number {
  let end = view.elf.header.size;
  const reach = (start: number, length: number) => {
    if (start < offset && start + length > end) end = start + length;
  };
  const { segmentTable, sectionTable } = view.elf;
  reach(segmentTable.offset, segmentTable.count * segmentTable.entrySize);
  reach(sectionTable.offset, sectionTable.count * sectionTable.entrySize);
  for (const section of view.elf.sections) reach(section.sh_offset, section.fileSize);
  return Math.ceil(end / align) * align;
}

/** Program headers, by type and order. */
export function explainSegments(pairing: ElfPairing, sink: Sink): void {
  const { a, b } = pairing;
  const layout = PHDR[a.elf.header.class];
  const wordsA = new Words(a.bytes, a.elf.header.littleEndian);
  const wordsB = new Words(b.bytes, b.elf.header.littleEndian);
  const free = new Map<string, Segment[]>();
  for (const segment of [...b.elf.segments].reverse())
    push(free, `${segment.p_type} ${segment.p_flags}`, segment);
  const entry = a.elf.segmentTable.entrySize;
  const pairs = new Map<Segment, Segment>();
  for (const segment of a.elf.segments) {
    const other = free.get(`${segment.p_type} ${segment.p_flags}`)?.pop();
    if (other === undefined)
      alone(segment.headerOffset, 0, 'a', entry, `program header ${segment.index}`, sink);
    else pairs.set(segment, other);
  }
  const sorted = [...pairs.values()].sort((x, y) => x.index - y.index);
  for (const [i, [segment, other]] of [...pairs].entries()) {
    const inner = sink.within(
      segment.headerOffset,
      other.headerOffset,
      'part',
      `program header ${segment.index}`,
    );
    // Loaders go through them in their order.
    if (other !== sorted[i]) {
      inner.change(0, entry, 0, entry, { field: 'order' });
      continue;
    }
    for (const name of layout.names) {
      const { at, length } = layout.slots[name];
      const expected = expectedOfSegment(pairing, name, segment, other);
      const wa = wordsAt(wordsA, segment.headerOffset, layout.size);
      const wb = wordsAt(wordsB, other.headerOffset, layout.size);
      explainField(wa, at, wb, at, length, inner, name, 'where sections are', expected);
    }
    if (entry > layout.size) inner.change(layout.size, entry - layout.size, layout.size, entry - layout.size);
  }
  for (const segment of [...free.values()].flat())
    alone(
      0,
      segment.headerOffset,
      'b',
      b.elf.segmentTable.entrySize,
      `program header ${segment.index}`,
      sink,
    );
}

function alone(a: number, b: number, side: 'a' | 'b', length: number, name: string, sink: Sink): void {
  const inner = sink.within(a, b, 'part', name);
  if (side === 'a') inner.change(0, length, 0, 0);
  else inner.change(0, 0, 0, length);
}

function wordsAt(words: Words, offset: number, length: number): Words {
  return new Words(words.bytes.subarray(offset, offset + length), words.littleEndian);
}

/** A segment begins and ends where sections do; the same sections of B say where it begins and ends there. */
function expectedOfSegment(
  { a, b, correspondence }: ElfPairing,
  field: string,
  segment: Segment,
  other: Segment,
): number | undefined {
  const pairOf = (section: Section | undefined): Section | undefined =>
    section === undefined ? undefined : b.section(correspondence.sections[section.index] ?? -1);
  const sections = a.elf.sections.filter((s) => (s.sh_flags & SHF_ALLOC) !== 0n);
  // Of an empty segment none, though the one before it may end there.
  const within = sections.filter((s) => s.sh_offset >= segment.p_offset && s.sh_addr >= segment.p_vaddr);
  const fileEnd = segment.p_offset + segment.p_filesz;
  const memoryEnd = segment.p_vaddr + segment.p_memsz;
  const first = pairOf(
    sections.find((s) => s.sh_offset === segment.p_offset && s.sh_addr === segment.p_vaddr),
  );
  switch (field) {
    case 'p_offset':
      return first?.sh_offset;
    case 'p_vaddr':
      return first === undefined ? undefined : Number(first.sh_addr);
    // Linkers write the virtual address; one that A has for itself follows from nothing.
    case 'p_paddr':
      return first === undefined || segment.p_paddr !== segment.p_vaddr ? undefined : Number(first.sh_addr);
    case 'p_filesz': {
      const last = pairOf(
        within.filter((s) => s.fileSize > 0 && s.sh_offset + s.fileSize === fileEnd).at(-1),
      );
      return last === undefined ? undefined : last.sh_offset + last.fileSize - other.p_offset;
    }
    case 'p_memsz': {
      const last = pairOf(within.filter((s) => s.sh_addr + BigInt(s.sh_size) === memoryEnd).at(-1));
      return last === undefined ? undefined : Number(last.sh_addr) + last.sh_size - Number(other.p_vaddr);
    }
    default:
      return undefined;
  }
}

/** Section headers, by the sections they describe. */
export function explainSectionHeaders(pairing: ElfPairing, sink: Sink): void {
  const { a, b, correspondence, strings } = pairing;
  const layout = SHDR[a.elf.header.class];
  const entry = a.elf.sectionTable.entrySize;
  const taken = new Set<number>();
  const names = strings.get(a.elf.header.e_shstrndx);
  const outOfOrder = sectionsOutOfOrder(pairing);
  for (const section of a.elf.sections) {
    const other = b.section(correspondence.sections[section.index] ?? -1);
    if (other === undefined) {
      alone(section.headerOffset, 0, 'a', entry, `section header of ${section.name}`, sink);
      continue;
    }
    taken.add(other.index);
    const inner = sink.within(
      section.headerOffset,
      other.headerOffset,
      'part',
      `section header of ${section.name}`,
    );
    if (outOfOrder.has(section.index)) {
      inner.change(0, entry, 0, entry, { field: 'order' });
      continue;
    }
    const wa = new Words(
      a.bytes.subarray(section.headerOffset, section.headerOffset + entry),
      a.elf.header.littleEndian,
    );
    const wb = new Words(
      b.bytes.subarray(other.headerOffset, other.headerOffset + entry),
      b.elf.header.littleEndian,
    );
    for (const name of layout.names) {
      const { at, length } = layout.slots[name];
      // Of where a section lies its bytes tell; what it refers to may have another number.
      const same = name !== 'sh_link' && name !== 'sh_info' && sameBytes(wa.bytes, at, wb.bytes, at, length);
      const expected = same
        ? undefined
        : name === 'sh_name'
          ? names?.leadsTo(section.sh_name, other.sh_name) === true
            ? other.sh_name
            : undefined
          : expectedOfSection(pairing, name, section, other);
      explainField(wa, at, wb, at, length, inner, name, 'what the section holds and where it is', expected);
    }
    if (entry > layout.size) inner.change(layout.size, entry - layout.size, layout.size, entry - layout.size);
  }
  for (const section of b.elf.sections) {
    const name = `section header of ${section.name}`;
    if (!taken.has(section.index))
      alone(0, section.headerOffset, 'b', b.elf.sectionTable.entrySize, name, sink);
  }
}

/**
 * Sections of A that stand in another order among those of their name, where the linker puts them together in that
 * order and the order means something.
 */
function sectionsOutOfOrder({ a, correspondence }: ElfPairing): Set<number> {
  const groups = new Map<string, Section[]>();
  for (const section of a.elf.sections)
    if (section.index > 0 && isOrdered(section) && (correspondence.sections[section.index] ?? -1) >= 0)
      push(groups, symbolTokens(section.name).skeleton, section);
  const out = new Set<number>();
  for (const group of groups.values()) {
    const pairs = group.map(({ index }) => correspondence.sections[index] ?? -1);
    const sorted = [...pairs].sort((x, y) => x - y);
    for (const [i, { index }] of group.entries()) if (pairs[i] !== sorted[i]) out.add(index);
  }
  return out;
}

function expectedOfSection(
  pairing: ElfPairing,
  field: SectionField,
  section: Section,
  other: Section,
): number | undefined {
  const { a, b } = pairing;
  switch (field) {
    // A rule that A does not keep explains nothing.
    case 'sh_offset':
      if (expectedOffset(a, section) === section.sh_offset) return expectedOffset(b, other);
      // GNU ld aligns the address of what has no bytes in the file, and not where it would begin there.
      return section.sh_type === SHT_NOBITS && endBefore(a, section) === section.sh_offset
        ? endBefore(b, other)
        : undefined;
    case 'sh_addr': {
      // What has no bytes may lie where one segment ends and another begins.
      const rule = expectedAddresses(a, section).indexOf(Number(section.sh_addr));
      return rule < 0 ? undefined : expectedAddresses(b, other)[rule];
    }
    case 'sh_size':
      if (isRelroPadding(section) && isRelroPadding(other)) return toPage(Number(other.sh_addr));
      // Its bytes are explained one by one; of what has none in the file, nothing says how many there should be.
      return section.sh_size === section.fileSize &&
        other.sh_type !== SHT_NOBITS &&
        isFollowed(a, section) &&
        isFollowed(b, other)
        ? other.fileSize
        : undefined;
    case 'sh_link':
      return sectionNumber(pairing, section.sh_link);
    case 'sh_info':
      if (section.sh_type === SHT_SYMTAB)
        return firstGlobal(a) === section.sh_info ? firstGlobal(b) : undefined;
      return isRelocationSection(section) || (section.sh_flags & SHF_INFO_LINK) !== 0n
        ? sectionNumber(pairing, section.sh_info)
        : undefined;
    default:
      return undefined;
  }
}

/**
 * Whether a section of an object reaches to what follows it: else bytes that were its own could be called a gap. Linked
 * files have gaps of whole pages.
 */
function isFollowed(view: ElfView, { index, sh_offset, fileSize }: Section): boolean {
  if (!view.relocatable) return true;
  const end = sh_offset + fileSize;
  let next = view.bytes.length;
  let align = 1;
  for (const other of view.elf.sections) {
    if (other.index === index || other.fileSize === 0 || other.sh_offset < end || other.sh_offset >= next)
      continue;
    next = other.sh_offset;
    align = Number(other.sh_addralign);
  }
  const { offset } = view.elf.sectionTable;
  if (offset >= end && offset < next) [next, align] = [offset, 8];
  return next - end < Math.max(align, 1);
}

/** The gABI: one more than the index of the last local symbol. */
function firstGlobal({ symbols }: ElfView): number | undefined {
  if (symbols === undefined) return undefined;
  for (let i = 1; i < symbols.length; i += 1) if (symbols.table.bind(i) !== 0) return i;
  return symbols.length;
}

/**
 * Where the bytes of a section can begin. Of one that has any, its own offset says what comes before it, since no two
 * structures share bytes; where one has none that offset says nothing, and the order of headers is all there is.
 */
function endBefore(view: ElfView, section: Section): number {
  if (section.fileSize > 0) return followingOffset(view, section.sh_offset, 1);
  const { header, segmentTable, sections } = view.elf;
  let end = header.size;
  if (segmentTable.offset === end) end += segmentTable.count * segmentTable.entrySize;
  for (const before of sections) {
    if (before.index === section.index) break;
    // Assemblers number relocations with the section they are of, LLVM's begins with the names and numbers a group with
    // the first section in it; all of these are written behind the others.
    if (view.relocatable && (WRITTEN_LAST.has(before.sh_type) || isRelocationSection(before))) continue;
    // What has no bytes was aligned all the same.
    const align = view.relocatable ? Math.max(1, Number(before.sh_addralign)) : 1;
    if (before.fileSize === 0) end = Math.ceil(end / align) * align;
    if (before.fileSize > 0) end = Math.max(end, before.sh_offset + before.fileSize);
  }
  return end;
}

/** Behind what comes before it, as its alignment and, where it is loaded, its address ask. */
function expectedOffset(view: ElfView, section: Section): number | undefined {
  const align = Math.max(1, Number(section.sh_addralign));
  const before = endBefore(view, section);
  const packed = Math.ceil(before / align) * align;
  if (packed === section.sh_offset || view.relocatable || (section.sh_flags & SHF_ALLOC) === 0n)
    return packed;
  const load = view.elf.segments.find(
    (s) =>
      s.p_type === PT_LOAD &&
      s.p_offset <= section.sh_offset &&
      section.sh_offset < s.p_offset + Math.max(s.p_filesz, 1),
  );
  if (load === undefined) return packed;
  const page = Math.max(1, Number(load.p_align));
  const wanted = Number(section.sh_addr) % page;
  const at = before - (before % page) + wanted;
  return at >= before ? at : at + page;
}

/** lld's: from the end of what is read-only once the file is loaded to the end of its page. */
function isRelroPadding({ name, sh_type, sh_addr, sh_size }: Section): boolean {
  return name === '.relro_padding' && sh_type === SHT_NOBITS && sh_size === toPage(Number(sh_addr));
}

/** Bytes up to the next page; 0 at one. */
function toPage(address: number): number {
  return (PAGE - (address % PAGE)) % PAGE;
}

const PAGE = 4096;

/**
 * As the segments say that hold it, in their order; what has no bytes in the file follows the section before it.
 */
function expectedAddresses(view: ElfView, section: Section): number[] {
  if (section.sh_type === SHT_NOBITS) {
    let end = 0;
    for (const before of view.elf.sections) {
      if (before.index === section.index) break;
      if ((before.sh_flags & SHF_ALLOC) !== 0n) end = Number(before.sh_addr) + before.sh_size;
    }
    const align = Math.max(1, Number(section.sh_addralign));
    return [Math.ceil(end / align) * align];
  }
  return view.elf.segments
    .filter(
      (s) =>
        s.p_type === PT_LOAD &&
        s.p_offset <= section.sh_offset &&
        section.sh_offset + section.fileSize <= s.p_offset + s.p_filesz,
    )
    .map((load) => Number(load.p_vaddr) + section.sh_offset - load.p_offset);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
