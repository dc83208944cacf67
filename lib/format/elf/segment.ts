import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { PN_XNUM, PT_LOAD } from './constant.js';
import { EHDR, type ElfHeader } from './header.js';
import { type RecordKind, RecordReader, recordLayout } from './record.js';
import { SHDR } from './section.js';
import { NO_TABLE, readTable, type Table } from './table.js';

/** One program header, with the specification's names. */
export interface Segment {
  readonly index: number;
  /** Where the header itself lies in the file. */
  readonly headerOffset: number;
  readonly p_type: number;
  readonly p_flags: number;
  readonly p_offset: number;
  readonly p_vaddr: bigint;
  readonly p_paddr: bigint;
  /** Bytes in the file. */
  readonly p_filesz: number;
  readonly p_memsz: bigint;
  readonly p_align: bigint;
}

export type SegmentField =
  | 'p_type'
  | 'p_flags'
  | 'p_offset'
  | 'p_vaddr'
  | 'p_paddr'
  | 'p_filesz'
  | 'p_memsz'
  | 'p_align';

export const PHDR: RecordKind<SegmentField> = {
  what: 'program header',
  32: recordLayout<SegmentField>(0, [
    ['p_type', 4],
    ['p_offset', 4],
    ['p_vaddr', 4],
    ['p_paddr', 4],
    ['p_filesz', 4],
    ['p_memsz', 4],
    ['p_flags', 4],
    ['p_align', 4],
  ]),
  64: recordLayout<SegmentField>(0, [
    ['p_type', 4],
    ['p_flags', 4],
    ['p_offset', 8],
    ['p_vaddr', 8],
    ['p_paddr', 8],
    ['p_filesz', 8],
    ['p_memsz', 8],
    ['p_align', 8],
  ]),
};

export interface SegmentTable {
  readonly table: Table;
  readonly segments: readonly Segment[];
}

/**
 * All program headers, wherever `e_phoff` says they are: BOLT moves those of upstream's librustc_driver to
 * 83,886,080.
 * @throws InputError where the table or a segment is not within the file
 */
export function readSegments(bytes: Bytes, header: ElfHeader): SegmentTable {
  const count = header.e_phnum === PN_XNUM ? extendedCount(bytes, header) : header.e_phnum;
  if (header.e_phoff === 0 || count === 0) return { table: NO_TABLE, segments: [] };
  const table: Table = { offset: header.e_phoff, entrySize: header.e_phentsize, count };
  const layout = PHDR[header.class];
  const from = EHDR[header.class].slots.e_phoff.at;
  const stored = readTable(bytes, table, 'program headers', layout.size, from);
  const r = new RecordReader(PHDR, header, stored);
  const segments: Segment[] = [];
  for (let index = 0; index < count; index += 1) {
    r.seek(index * table.entrySize, table.offset + index * table.entrySize);
    segments.push(parseSegment(bytes, r, index));
  }
  return { table, segments };
}

/** Where the byte that is loaded at `address` lies in the file, if a PT_LOAD segment brings it from there. */
export function fileOffsetOf(segments: readonly Segment[], address: bigint): number | undefined {
  for (const s of segments) {
    if (s.p_type === PT_LOAD && address >= s.p_vaddr && address < s.p_vaddr + BigInt(s.p_filesz)) {
      return s.p_offset + Number(address - s.p_vaddr);
    }
  }
  return undefined;
}

function parseSegment(bytes: Bytes, r: RecordReader<SegmentField>, index: number): Segment {
  const p_offset = r.size('p_offset');
  const p_filesz = r.size('p_filesz');
  if (p_filesz > 0 && p_offset + p_filesz > bytes.length) {
    throw new InputError(
      `segment ${index} ends at ${p_offset + p_filesz}, but the file has ${bytes.length} bytes`,
      { offset: r.offsetOf('p_offset') },
    );
  }
  return {
    index,
    headerOffset: r.offsetOf('p_type'),
    p_type: r.number('p_type'),
    p_flags: r.number('p_flags'),
    p_offset,
    p_vaddr: r.exact('p_vaddr'),
    p_paddr: r.exact('p_paddr'),
    p_filesz,
    p_memsz: r.exact('p_memsz'),
    p_align: r.exact('p_align'),
  };
}

function extendedCount(bytes: Bytes, header: ElfHeader): number {
  if (header.e_shoff === 0) return PN_XNUM;
  const size = SHDR[header.class].size;
  const from = EHDR[header.class].slots.e_phnum.at;
  const zero = readTable(
    bytes,
    { offset: header.e_shoff, entrySize: size, count: 1 },
    'section headers',
    size,
    from,
  );
  return new RecordReader(SHDR, header, zero).number('sh_info');
}
