import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import { fieldSize, relativeType } from './relocation-type.js';
import { unpackRelr } from './relr.js';
import type { Section } from './section.js';
import { fileOffsetOf } from './segment.js';

export { fieldSize, relocationName } from './relocation-type.js';

export const SHT_RELA = 4;
export const SHT_REL = 9;
const SHT_RELR = 19;
const ET_REL = 1;
const EM_MIPS = 8;

/**
 * The relocations of one section as columns, in stored order; one element a relocation.
 *
 * Numbers are exact; one that is 2^53 or more (or less than -2^53) stands as NaN, which is equal to nothing, so
 * that no two of them are taken for the same.
 */
export interface Relocations {
  readonly form: 'rela' | 'rel' | 'relr';
  /** Where the entries lie in the file. */
  readonly offset: number;
  /** Of one stored entry, in bytes. */
  readonly entrySize: number;
  /** Stored entries. As many as relocations, but for SHT_RELR, where one word may stand for 63. */
  readonly entries: number;
  /** How many relocations there are. */
  readonly length: number;
  /** Index of the section they patch (`sh_info`); 0 in an executable or shared file, where addresses say it. */
  readonly target: number;
  /** Index of the symbol table they name (`sh_link`). */
  readonly symtab: number;
  /** Offset in the target section (relocatable file) or address. */
  readonly r_offset: Float64Array;
  /** As `relocationName` takes it; for SHT_RELR the processor's R_*_RELATIVE. */
  readonly r_type: Uint32Array;
  /** Index in the symbol table; 0 for none. */
  readonly r_sym: Uint32Array;
  /** Signed. Of SHT_REL and SHT_RELR it stands in the patched field: 0 here unless asked for. */
  readonly r_addend: Float64Array;
  /** The stored entry each relocation comes from, for SHT_RELR; otherwise it is the relocation's own index. */
  readonly entryOf: Uint32Array | undefined;
}

export interface RelocationOptions {
  /** Read the addends of SHT_REL and SHT_RELR from the fields they patch; NaN where the width is not known. */
  readonly implicitAddends?: boolean;
}

export function isRelocationSection(section: Section): boolean {
  return section.sh_type === SHT_RELA || section.sh_type === SHT_REL || section.sh_type === SHT_RELR;
}

/**
 * gABI, "Relocation", and the RELR proposal of 2018 (generic-abi thread "Proposal for a new section type").
 * @throws InputError where the section is none of the three, its size is not whole entries, or SHT_RELR has more
 * relocations than the file has words
 */
export function readRelocations(elf: Elf, section: Section, options: RelocationOptions = {}): Relocations {
  if (section.sh_type === SHT_RELR) return readPacked(elf, section, options);
  const explicit = section.sh_type === SHT_RELA;
  if (!explicit && section.sh_type !== SHT_REL) {
    throw new InputError(`${section.name} holds no relocations`, { offset: section.headerOffset });
  }
  const { class: elfClass, littleEndian, e_machine } = elf.header;
  const word = elfClass / 8;
  const entrySize = (explicit ? 3 : 2) * word;
  const length = entryCount(section, entrySize);
  const columns = allocate(length);
  const { r_offset, r_type, r_sym, r_addend } = columns;
  const content = Buffer.from(elf.bytes.read(section.sh_offset, section.fileSize));
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  // MIPS's 64-bit r_info is a word and four bytes in that order, also where words are little-endian.
  const bytewise = e_machine === EM_MIPS && littleEndian && elfClass === 64;
  for (let index = 0, at = 0; index < length; index += 1, at += entrySize) {
    if (elfClass === 32) {
      const info = view.getUint32(at + 4, littleEndian);
      r_offset[index] = view.getUint32(at, littleEndian);
      r_type[index] = info & 0xff;
      r_sym[index] = info >>> 8;
      if (explicit) r_addend[index] = view.getInt32(at + 8, littleEndian);
      continue;
    }
    const [low, high] = littleEndian ? [8, 12] : [12, 8];
    r_offset[index] = unsigned64(view, at, littleEndian);
    r_type[index] = bytewise ? view.getUint32(at + 12) : view.getUint32(at + low, littleEndian);
    r_sym[index] = bytewise ? view.getUint32(at + 8, true) : view.getUint32(at + high, littleEndian);
    if (explicit) r_addend[index] = signed64(view, at + 16, littleEndian);
  }
  const relocations: Relocations = {
    form: explicit ? 'rela' : 'rel',
    offset: section.sh_offset,
    entrySize,
    entries: length,
    length,
    target: elf.header.e_type === ET_REL ? section.sh_info : 0,
    symtab: section.sh_link,
    ...columns,
    entryOf: undefined,
  };
  if (!explicit && options.implicitAddends === true) readImplicit(elf, relocations);
  return relocations;
}

/** How many relocations a section of SHT_RELA begins with that name no symbol: what DT_RELACOUNT says. */
export function countRelative(elf: Elf, section: Section): number {
  const { r_sym, r_type, length } = readRelocations(elf, section);
  const relative = relativeType(elf.header.e_machine);
  let count = 0;
  while (count < length && r_sym[count] === 0 && r_type[count] === relative) count += 1;
  return count;
}

export type RelocationField = 'r_offset' | 'r_info' | 'r_addend';

/**
 * Where a field of a relocation's entry lies in the file. An entry of SHT_RELR is one word, its `r_offset`.
 * @returns undefined where the entry has no such field
 */
export function relocationField(
  relocations: Relocations,
  index: number,
  field: RelocationField,
): { readonly offset: number; readonly length: number } | undefined {
  const { form, entrySize, entryOf, offset } = relocations;
  const fields = { rela: 3, rel: 2, relr: 1 }[form];
  const place = { r_offset: 0, r_info: 1, r_addend: 2 }[field];
  if (place >= fields) return undefined;
  const length = entrySize / fields;
  return { offset: offset + (entryOf?.[index] ?? index) * entrySize + place * length, length };
}

/** Finds relocations by their exact `r_offset`: the first such index in stored order, or -1. */
export function relocationFinder(relocations: Relocations): (r_offset: number) => number {
  const { r_offset, length } = relocations;
  let sorted = true;
  for (let index = 1; index < length && sorted; index += 1) {
    sorted = (r_offset[index - 1] ?? 0) <= (r_offset[index] ?? 0);
  }
  const order = Uint32Array.from({ length: sorted ? 0 : length }, (_, index) => index);
  if (!sorted) order.sort((a, b) => (r_offset[a] ?? 0) - (r_offset[b] ?? 0) || a - b);
  return (wanted) => {
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((r_offset[sorted ? middle : (order[middle] ?? 0)] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    const index = sorted ? low : (order[low] ?? length);
    return index < length && r_offset[index] === wanted ? index : -1;
  };
}

function readPacked(elf: Elf, section: Section, options: RelocationOptions): Relocations {
  const word = elf.header.class / 8;
  const entries = entryCount(section, word);
  const content = Buffer.from(elf.bytes.read(section.sh_offset, section.fileSize));
  const unpacked = unpackRelr(content, elf.header, elf.bytes.length / word);
  if (unpacked === undefined) {
    throw new InputError(`${section.name} has more relocations than the file has words`, {
      offset: section.headerOffset,
    });
  }
  const length = unpacked.address.length;
  const relocations: Relocations = {
    form: 'relr',
    offset: section.sh_offset,
    entrySize: word,
    entries,
    length,
    target: 0,
    symtab: 0,
    ...allocate(length),
    r_offset: unpacked.address,
    r_type: new Uint32Array(length).fill(relativeType(elf.header.e_machine) ?? 0),
    entryOf: unpacked.entryOf,
  };
  if (options.implicitAddends === true) readImplicit(elf, relocations);
  return relocations;
}

function readImplicit(elf: Elf, relocations: Relocations): void {
  const { form, target, length, r_offset, r_type, r_addend } = relocations;
  const { e_machine, littleEndian, e_type } = elf.header;
  const section = e_type === ET_REL ? elf.sections[target] : undefined;
  for (let index = 0; index < length; index += 1) {
    const size = form === 'relr' ? elf.header.class / 8 : fieldSize(e_machine, r_type[index] ?? 0);
    const at = r_offset[index] ?? Number.NaN;
    r_addend[index] = Number.NaN;
    if (Number.isNaN(at) || size === undefined || size > 8) continue;
    const offset =
      e_type !== ET_REL
        ? fileOffsetOf(elf.segments, BigInt(at))
        : section === undefined || at + size > section.fileSize
          ? undefined
          : section.sh_offset + at;
    if (offset === undefined || offset + size > elf.bytes.length) continue;
    r_addend[index] = size === 0 ? 0 : signedField(elf.bytes.read(offset, size), littleEndian);
  }
}

function signedField(field: Buffer, littleEndian: boolean): number {
  if (field.length < 8) {
    return littleEndian ? field.readIntLE(0, field.length) : field.readIntBE(0, field.length);
  }
  return signed64(new DataView(field.buffer, field.byteOffset, 8), 0, littleEndian);
}

function allocate(length: number) {
  return {
    r_offset: new Float64Array(length),
    r_type: new Uint32Array(length),
    r_sym: new Uint32Array(length),
    r_addend: new Float64Array(length),
  };
}

function entryCount(section: Section, entrySize: number): number {
  if (section.sh_entsize !== entrySize && section.sh_entsize !== 0) {
    throw new InputError(
      `an entry of ${section.name} has ${section.sh_entsize} bytes; the specification says ${entrySize}`,
      { offset: section.headerOffset },
    );
  }
  if (section.fileSize % entrySize !== 0) {
    throw new InputError(`${section.name} ends inside an entry of ${entrySize} bytes`, {
      offset: section.sh_offset + section.fileSize - (section.fileSize % entrySize),
    });
  }
  return section.fileSize / entrySize;
}

/** NaN from 2^53 on. */
function unsigned64(view: DataView, at: number, littleEndian: boolean): number {
  const high = view.getUint32(at + (littleEndian ? 4 : 0), littleEndian);
  const low = view.getUint32(at + (littleEndian ? 0 : 4), littleEndian);
  return high < 0x200000 ? high * 2 ** 32 + low : Number.NaN;
}

/** NaN outside ±2^53. */
function signed64(view: DataView, at: number, littleEndian: boolean): number {
  const high = view.getInt32(at + (littleEndian ? 4 : 0), littleEndian);
  const low = view.getUint32(at + (littleEndian ? 0 : 4), littleEndian);
  return high >= -0x200000 && high < 0x200000 ? high * 2 ** 32 + low : Number.NaN;
}
