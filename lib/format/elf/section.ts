import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { SHN_UNDEF, SHN_XINDEX, SHT_NOBITS, SHT_NULL } from './constant.js';
import type { ElfHeader } from './header.js';
import { EHDR } from './header.js';
import { type RecordKind, type RecordLayout, RecordReader, recordLayout } from './record.js';
import { StringTable } from './string-table.js';
import { NO_TABLE, readTable, type Table } from './table.js';

/** One section header, with the specification's names. */
export interface Section {
  readonly index: number;
  readonly name: string;
  /** Where the header itself lies in the file. */
  readonly headerOffset: number;
  readonly sh_name: number;
  readonly sh_type: number;
  readonly sh_flags: bigint;
  readonly sh_addr: bigint;
  readonly sh_offset: number;
  /** In bytes; of a SHT_NOBITS section none of them is in the file. */
  readonly sh_size: number;
  readonly sh_link: number;
  readonly sh_info: number;
  readonly sh_addralign: bigint;
  readonly sh_entsize: number;
  /** Bytes the section takes in the file: 0 for SHT_NOBITS and SHT_NULL. */
  readonly fileSize: number;
}

export type SectionField =
  | 'sh_name'
  | 'sh_type'
  | 'sh_flags'
  | 'sh_addr'
  | 'sh_offset'
  | 'sh_size'
  | 'sh_link'
  | 'sh_info'
  | 'sh_addralign'
  | 'sh_entsize';

export const SHDR: RecordKind<SectionField> = {
  what: 'section header',
  32: sectionLayout(4),
  64: sectionLayout(8),
};

/** More than any compiler writes into one object; what a header says beyond it is forged. */
const MOST_SECTIONS = 1 << 20;

export interface SectionTable {
  readonly table: Table;
  readonly sections: readonly Section[];
  /** Index of the section that holds the sections' names; 0 where there is none. */
  readonly shstrndx: number;
}

/**
 * All section headers. Section 0 holds the true count and name-table index where the header's fields are too
 * narrow (`e_shnum` 0, `e_shstrndx` SHN_XINDEX), as with more than 65,279 sections.
 * @throws InputError where the table, a section or a name is not within the file
 */
export function readSections(bytes: Bytes, header: ElfHeader): SectionTable {
  if (header.e_shoff === 0) return { table: NO_TABLE, sections: [], shstrndx: 0 };
  const layout = SHDR[header.class];
  const entry = { offset: header.e_shoff, entrySize: header.e_shentsize };
  const at = EHDR[header.class].slots;
  const what = 'section headers';
  const first = readTable(bytes, { ...entry, count: 1 }, what, layout.size, at.e_shoff.at);
  const zero = new RecordReader(SHDR, header, first).seek(0, header.e_shoff);
  const count = header.e_shnum === 0 ? zero.size('sh_size') : header.e_shnum;
  const shstrndx = header.e_shstrndx === SHN_XINDEX ? zero.number('sh_link') : header.e_shstrndx;
  if (count === 0) return { table: NO_TABLE, sections: [], shstrndx: 0 };
  if (count > MOST_SECTIONS) {
    throw new InputError(`the file claims ${count} sections, more than ${MOST_SECTIONS}`, {
      offset: at.e_shnum.at,
    });
  }
  const table: Table = { ...entry, count };
  const unnamed = parseSections(
    bytes,
    header,
    table,
    readTable(bytes, table, what, layout.size, at.e_shnum.at),
  );
  return { table, sections: nameSections(bytes, unnamed, shstrndx, at.e_shstrndx.at), shstrndx };
}

/** A section whose name is not read yet: the section that holds it may come later. */
type Unnamed = Omit<Section, 'name'> & { name: string };

function parseSections(bytes: Bytes, header: ElfHeader, table: Table, stored: Buffer): Unnamed[] {
  const r = new RecordReader(SHDR, header, stored);
  const sections: Unnamed[] = [];
  for (let index = 0; index < table.count; index += 1) {
    const headerOffset = table.offset + index * table.entrySize;
    r.seek(index * table.entrySize, headerOffset);
    const sh_type = r.number('sh_type');
    const sh_offset = r.size('sh_offset');
    const sh_size = r.size('sh_size');
    const fileSize = index === 0 || sh_type === SHT_NOBITS || sh_type === SHT_NULL ? 0 : sh_size;
    if (fileSize > 0 && sh_offset + fileSize > bytes.length) {
      throw new InputError(
        `section ${index} ends at ${sh_offset + fileSize}, but the file has ${bytes.length} bytes`,
        { offset: r.offsetOf('sh_offset') },
      );
    }
    sections.push({
      index,
      name: '',
      headerOffset,
      sh_name: r.number('sh_name'),
      sh_type,
      sh_flags: r.exact('sh_flags'),
      sh_addr: r.exact('sh_addr'),
      sh_offset,
      sh_size,
      sh_link: r.number('sh_link'),
      sh_info: r.number('sh_info'),
      sh_addralign: r.exact('sh_addralign'),
      sh_entsize: r.size('sh_entsize'),
      fileSize,
    });
  }
  return sections;
}

function nameSections(
  bytes: Bytes,
  sections: readonly Unnamed[],
  shstrndx: number,
  from: number,
): readonly Section[] {
  if (shstrndx === SHN_UNDEF) return sections;
  const holder = sections[shstrndx];
  if (holder === undefined) {
    throw new InputError(`e_shstrndx is ${shstrndx}, but there are ${sections.length} sections`, {
      offset: from,
    });
  }
  const nameAt = new StringTable(bytes, holder.sh_offset, holder.fileSize, 'section name table').budgeted();
  for (const section of sections) section.name = nameAt(section.sh_name, section.headerOffset);
  return sections;
}

function sectionLayout(word: 4 | 8): RecordLayout<SectionField> {
  return recordLayout<SectionField>(0, [
    ['sh_name', 4],
    ['sh_type', 4],
    ['sh_flags', word],
    ['sh_addr', word],
    ['sh_offset', word],
    ['sh_size', word],
    ['sh_link', 4],
    ['sh_info', 4],
    ['sh_addralign', word],
    ['sh_entsize', word],
  ]);
}
