import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import { tableLength } from './table.js';

/** A stretch of the file and what owns it. */
export interface Region {
  readonly start: number;
  /** In bytes; never 0. */
  readonly length: number;
  /** For a reader: `ELF header`, `section headers`, `.text`, `gap`. */
  readonly what: string;
  readonly kind: 'elf-header' | 'program-headers' | 'section-headers' | 'section' | 'gap' | 'trailing';
  /** The section's index, where the region is one. */
  readonly section?: number | undefined;
}

/**
 * The whole file in order, each byte once: headers, sections, the gaps between them, and what is behind the last
 * of them. Twelve bytes after the section headers are as much a region as `.text` is.
 * @throws InputError where two structures claim the same byte
 */
export function regions(elf: Elf): Region[] {
  const owned = ownedRegions(elf).sort((a, b) => a.start - b.start || a.length - b.length);
  const out: Region[] = [];
  let at = 0;
  for (const region of owned) {
    if (region.start < at) {
      const before = out.at(-1)?.what ?? 'the file';
      throw new InputError(`${region.what} starts inside ${before}`, { offset: region.start });
    }
    if (region.start > at) out.push({ start: at, length: region.start - at, what: 'gap', kind: 'gap' });
    out.push(region);
    at = region.start + region.length;
  }
  const left = elf.bytes.length - at;
  if (left > 0)
    out.push({ start: at, length: left, what: 'bytes after the last structure', kind: 'trailing' });
  return out;
}

function ownedRegions(elf: Elf): Region[] {
  const { header, segmentTable, sectionTable } = elf;
  const out: Region[] = [{ start: 0, length: header.size, what: 'ELF header', kind: 'elf-header' }];
  const add = (start: number, length: number, what: string, kind: Region['kind'], section?: number) => {
    if (length > 0) out.push({ start, length, what, kind, ...(section !== undefined && { section }) });
  };
  add(segmentTable.offset, tableLength(segmentTable), 'program headers', 'program-headers');
  add(sectionTable.offset, tableLength(sectionTable), 'section headers', 'section-headers');
  for (const s of elf.sections) {
    add(s.sh_offset, s.fileSize, s.name === '' ? `section ${s.index}` : s.name, 'section', s.index);
  }
  return out;
}
