import type { Bytes } from '../artefact/bytes.js';
import { InputError } from '../error.js';
import { type PlacedString, readComments } from './elf/comment.js';
import { PT_INTERP, SHT_DYNSYM, SHT_SYMTAB } from './elf/constant.js';
import { type Dynamic, readDynamic } from './elf/dynamic.js';
import { type ElfHeader, readHeader } from './elf/header.js';
import { buildId, type Note, readNotes } from './elf/note.js';
import { readSections, type Section } from './elf/section.js';
import { readSegments, type Segment } from './elf/segment.js';
import { decodeText } from './elf/string-table.js';
import { readSymbols, type SymbolTable } from './elf/symbol.js';
import type { Table } from './elf/table.js';

export { isElf } from './elf/header.js';
export { regions } from './elf/region.js';

/**
 * An ELF file, read by offset: opening it reads the header and the two tables, and every method reads what it
 * is asked for. 32 and 64 bit, both byte orders, relocatable, executable and shared.
 *
 * System V gABI, chapters 4 and 5. Every method throws an `InputError` with the offset in the file where a
 * structure does not fit the file; counts are bounded by its size before anything is allocated.
 */
export interface Elf {
  readonly bytes: Bytes;
  readonly header: ElfHeader;
  /** Where the program headers are; a count of 0 where there are none. */
  readonly segmentTable: Table;
  readonly segments: readonly Segment[];
  readonly sectionTable: Table;
  /** By index, section 0 (SHT_NULL) included. */
  readonly sections: readonly Section[];
  /** The first section of that name. */
  section(name: string): Section | undefined;
  /** `.symtab`, or with `dynamic` `.dynsym`. */
  symbols(which?: 'full' | 'dynamic'): SymbolTable | undefined;
  notes(): Note[];
  /** Lower-case hex of the GNU build-id, and where it lies. */
  buildId(): { readonly hex: string; readonly offset: number; readonly length: number } | undefined;
  comments(): PlacedString[];
  dynamic(): Dynamic | undefined;
  /** The program interpreter an executable asks for. */
  interpreter(): string | undefined;
  /** Whether there is no `.symtab`. */
  stripped(): boolean;
  /** Names of the `.debug_*` and `.zdebug_*` sections. */
  debugSections(): string[];
}

/** @throws InputError where the headers do not fit the file, or two sections claim the same byte of it */
export function openElf(bytes: Bytes): Elf {
  const header = readHeader(bytes);
  const { table: sectionTable, sections } = readSections(bytes, header);
  const { table: segmentTable, segments } = readSegments(bytes, header);
  assertApart(sections);
  const notes = () => readNotes(bytes, header, sections, segments);
  return {
    bytes,
    header,
    segmentTable,
    segments,
    sectionTable,
    sections,
    section: (name) => sections.find((s) => s.name === name),
    symbols(which = 'full') {
      const type = which === 'full' ? SHT_SYMTAB : SHT_DYNSYM;
      const section = sections.find((s) => s.sh_type === type);
      return section === undefined ? undefined : readSymbols(bytes, header, sections, section);
    },
    notes,
    buildId: () => buildId(bytes, notes()),
    comments: () => readComments(bytes, sections),
    dynamic: () => readDynamic(bytes, header, sections, segments),
    interpreter: () => readInterpreter(bytes, segments),
    stripped: () => !sections.some((s) => s.sh_type === SHT_SYMTAB),
    debugSections: () => sections.map((s) => s.name).filter((name) => /^\.z?debug_/.test(name)),
  };
}

/** Sections that share bytes would be read, and counted, more than once: a small file could cost hours. */
function assertApart(sections: readonly Section[]): void {
  const stored = sections.filter((s) => s.fileSize > 0).sort((a, b) => a.sh_offset - b.sh_offset);
  let end = 0;
  let before: Section | undefined;
  for (const s of stored) {
    if (s.sh_offset < end) {
      throw new InputError(`section ${s.index} starts inside section ${before?.index ?? 0}`, {
        offset: s.headerOffset,
      });
    }
    end = s.sh_offset + s.fileSize;
    before = s;
  }
}

/** PATH_MAX; a longer interpreter cannot be run. */
const LONGEST_PATH = 4096;

function readInterpreter(bytes: Bytes, segments: readonly Segment[]): string | undefined {
  const segment = segments.find((s) => s.p_type === PT_INTERP);
  if (segment === undefined) return undefined;
  const content = Buffer.from(bytes.read(segment.p_offset, Math.min(segment.p_filesz, LONGEST_PATH)));
  const end = content.indexOf(0);
  if (end < 0) throw new InputError('the interpreter has no end', { offset: segment.p_offset });
  return decodeText(content, 0, end);
}
