import type { DwarfCursor } from './dwarf-cursor.js';
import { readString, skipForm, type UnitFormat } from './dwarf-form.js';
import type { DwarfSections, DwarfString } from './dwarf-section.js';
import type { Section } from './section.js';
import { decodeText } from './string-table.js';

/** The paths of one unit of `.debug_line`. */
export interface LineTable {
  /** Of the unit in the file. */
  readonly offset: number;
  /** Of the whole unit, its length field included. */
  readonly length: number;
  readonly version: number;
  /** In DWARF 5 the first is where the compiler ran; before, that one is not in the list and the first is number 1. */
  readonly directories: readonly DwarfString[];
  /** Each with the number of its directory. */
  readonly files: readonly { readonly path: DwarfString; readonly directory: number }[];
}

const [DW_LNCT_path, DW_LNCT_directory_index] = [1, 2];
/** Paths of one file: more than any has, and fewer than would exhaust memory. */
const MOST_PATHS = 1 << 21;
/** Units of one file; librustc_driver has some thousands. */
const MOST_UNITS = 1 << 18;

/**
 * The directory and file tables of `.debug_line`, DWARF 2 to 5 (DWARF 5, section 6.2.4). Programs are not read.
 * @throws InputError where a table does not fit its unit
 */
export function readLineTables(sections: DwarfSections): LineTable[] {
  const line = sections.find('.debug_line');
  if (line === undefined) return [];
  const cursor = sections.cursor(line, 0, line.fileSize);
  const reader = new LineReader(sections, line, cursor);
  const tables: LineTable[] = [];
  for (let at = 0; at < line.fileSize; ) {
    if (tables.length >= MOST_UNITS) throw cursor.error(`there are more than ${MOST_UNITS} units`);
    const table = reader.read(at);
    tables.push(table);
    at += table.length;
  }
  return tables;
}

class LineReader {
  private left = MOST_PATHS;

  constructor(
    private readonly sections: DwarfSections,
    private readonly section: Section,
    private readonly cursor: DwarfCursor,
  ) {}

  read(at: number): LineTable {
    const { cursor, section } = this;
    cursor.seek(at, section.fileSize);
    const short = cursor.u32();
    const offsetSize = short === 0xffffffff ? 8 : 4;
    const length = (offsetSize === 8 ? cursor.u64() : short) + cursor.at - at;
    if (!(at + length <= section.fileSize)) throw cursor.error('a unit goes beyond the end of the section');
    cursor.limit = at + length;
    const place = { offset: section.sh_offset + at, length };
    const version = cursor.u16();
    if (version < 2 || version > 5) return { ...place, version, directories: [], files: [] };
    const addressSize = version === 5 ? cursor.u8() : cursor.wordSize;
    if (version === 5) cursor.skip(1);
    const unit: UnitFormat = { version, offsetSize, addressSize };
    const headerLength = offsetSize === 8 ? cursor.u64() : cursor.u32();
    cursor.seek(cursor.at, Math.min(cursor.limit, cursor.at + headerLength));
    // minimum_instruction_length, maximum_operations_per_instruction (from 4 on), default_is_stmt, line_base, line_range
    cursor.skip(version >= 4 ? 5 : 4);
    cursor.skip(Math.max(0, cursor.u8() - 1));
    if (version < 5) return { ...place, version, ...this.readOldTables() };
    const directories = this.readTable(unit).map(({ path }) => path);
    return { ...place, version, directories, files: this.readTable(unit) };
  }

  /** Strings in their places, each list ended by an empty one. */
  private readOldTables() {
    const { cursor } = this;
    const directories: DwarfString[] = [];
    for (let path = this.inline(); path !== undefined; path = this.inline()) directories.push(path);
    const files: { path: DwarfString; directory: number }[] = [];
    for (let path = this.inline(); path !== undefined; path = this.inline()) {
      files.push({ path, directory: cursor.uleb128() });
      // The time of the last change and the size, which compilers leave 0.
      cursor.uleb128();
      cursor.uleb128();
    }
    return { directories, files };
  }

  private inline(): DwarfString | undefined {
    const { cursor, section } = this;
    const at = cursor.at;
    const end = cursor.stringEnd();
    if (end === at) return undefined;
    this.count(1);
    const content = Buffer.from(cursor.content.buffer, cursor.content.byteOffset, cursor.content.length);
    const text = decodeText(content, at, end);
    return { text, section: section.name, offset: section.sh_offset + at, reference: undefined };
  }

  private readTable(unit: UnitFormat) {
    const { cursor, sections, section } = this;
    const formats: [number, number][] = [];
    for (let left = cursor.u8(); left > 0; left -= 1) formats.push([cursor.uleb128(), cursor.uleb128()]);
    const count = cursor.uleb128();
    if (!(count <= cursor.limit - cursor.at)) throw cursor.error(`there is no room for ${count} paths`);
    this.count(formats.length === 0 ? 0 : count);
    const entries: { path: DwarfString; directory: number }[] = [];
    for (let index = 0; index < count && formats.length > 0; index += 1) {
      let path: DwarfString | undefined;
      let directory = 0;
      for (const [content, form] of formats) {
        if (content === DW_LNCT_path) {
          const value = readString(sections, section, cursor, form, unit);
          if (value?.kind === 'string') path = value.string;
        } else if (content === DW_LNCT_directory_index && form === 0x0f) directory = cursor.uleb128();
        else if (content === DW_LNCT_directory_index && form === 0x0b) directory = cursor.u8();
        else if (content === DW_LNCT_directory_index && form === 0x05) directory = cursor.u16();
        else skipForm(cursor, form, unit);
      }
      if (path !== undefined) entries.push({ path, directory });
    }
    return entries;
  }

  private count(paths: number): void {
    this.left -= paths;
    if (this.left < 0) throw this.cursor.error(`there are more than ${MOST_PATHS} paths`);
  }
}
