import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import {
  DT_NEEDED,
  DT_NULL,
  DT_RPATH,
  DT_RUNPATH,
  DT_SONAME,
  DT_STRSZ,
  DT_STRTAB,
  PT_DYNAMIC,
  SHT_DYNAMIC,
} from './constant.js';
import type { Encoding } from './record.js';
import { type RecordKind, RecordReader, recordLayout } from './record.js';
import type { Section } from './section.js';
import { fileOffsetOf, type Segment } from './segment.js';
import { StringTable } from './string-table.js';

export interface DynamicEntry {
  /** Where the entry lies in the file. */
  readonly offset: number;
  readonly d_tag: bigint;
  readonly d_val: bigint;
}

/** What the loader is told: the entries up to DT_NULL, and the strings among them. */
export interface Dynamic {
  readonly entries: readonly DynamicEntry[];
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
}

const DYN: RecordKind<'d_tag' | 'd_val'> = {
  what: 'dynamic entry',
  32: recordLayout<'d_tag' | 'd_val'>(0, [
    ['d_tag', 4],
    ['d_val', 4],
  ]),
  64: recordLayout<'d_tag' | 'd_val'>(0, [
    ['d_tag', 8],
    ['d_val', 8],
  ]),
};

/** @throws InputError where an entry's string is not in the dynamic string table */
export function readDynamic(
  bytes: Bytes,
  encoding: Encoding,
  sections: readonly Section[],
  segments: readonly Segment[],
): Dynamic | undefined {
  const section = sections.find((s) => s.sh_type === SHT_DYNAMIC && s.fileSize > 0);
  const segment = segments.find((s) => s.p_type === PT_DYNAMIC && s.p_filesz > 0);
  const offset = section?.sh_offset ?? segment?.p_offset;
  const length = section?.fileSize ?? segment?.p_filesz;
  if (offset === undefined || length === undefined) return undefined;
  const entries = readEntries(bytes, encoding, offset, length);
  const table = sectionStrings(bytes, sections, section) ?? loadedStrings(bytes, segments, entries);
  const strings = (tag: number) =>
    entries.filter((e) => e.d_tag === BigInt(tag)).map((e) => stringOf(table, e));
  return {
    entries,
    needed: strings(DT_NEEDED),
    soname: strings(DT_SONAME)[0],
    rpath: strings(DT_RPATH)[0],
    runpath: strings(DT_RUNPATH)[0],
  };
}

function readEntries(bytes: Bytes, encoding: Encoding, offset: number, length: number): DynamicEntry[] {
  const size = DYN[encoding.class].size;
  const count = Math.floor(length / size);
  const r = new RecordReader(DYN, encoding, Buffer.from(bytes.read(offset, count * size)));
  const entries: DynamicEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    r.seek(index * size, offset + index * size);
    const d_tag = r.exact('d_tag');
    entries.push({ offset: offset + index * size, d_tag, d_val: r.exact('d_val') });
    if (d_tag === BigInt(DT_NULL)) break;
  }
  return entries;
}

function sectionStrings(
  bytes: Bytes,
  sections: readonly Section[],
  dynamic: Section | undefined,
): StringTable | undefined {
  const holder = dynamic === undefined ? undefined : sections[dynamic.sh_link];
  if (holder === undefined || holder.fileSize === 0) return undefined;
  return new StringTable(bytes, holder.sh_offset, holder.fileSize, 'dynamic string table');
}

function loadedStrings(
  bytes: Bytes,
  segments: readonly Segment[],
  entries: readonly DynamicEntry[],
): StringTable | undefined {
  const address = entries.find((e) => e.d_tag === BigInt(DT_STRTAB));
  const size = entries.find((e) => e.d_tag === BigInt(DT_STRSZ));
  const offset = address === undefined ? undefined : fileOffsetOf(segments, address.d_val);
  if (offset === undefined || size === undefined || BigInt(offset) + size.d_val > BigInt(bytes.length)) {
    return undefined;
  }
  return new StringTable(bytes, offset, Number(size.d_val), 'dynamic string table');
}

function stringOf(table: StringTable | undefined, entry: DynamicEntry): string {
  if (table === undefined || entry.d_val > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InputError('a dynamic entry names a string, but there is no such string', {
      offset: entry.offset,
    });
  }
  return table.at(Number(entry.d_val), entry.offset);
}
