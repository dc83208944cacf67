import { InputError } from '../../error.js';
import type { DwarfCursor } from './dwarf-cursor.js';
import { readOffset, readString, type StringValue, skipForm, type UnitFormat } from './dwarf-form.js';
import type { DwarfSections, DwarfString } from './dwarf-section.js';
import type { Section } from './section.js';

/** One unit of `.debug_info`, as far as its first entry names what made it and from what. */
export interface CompileUnit {
  /** Of the unit in the file. */
  readonly offset: number;
  /** Of the whole unit, its length field included. */
  readonly length: number;
  readonly version: number;
  /** DW_AT_producer: `clang LLVM (rustc version 1.85.0 (…))`. */
  readonly producer: DwarfString | undefined;
  /** DW_AT_name: `library/std/src/lib.rs/@/std.30f7fcf0d12784ed-cgu.05`. */
  readonly name: DwarfString | undefined;
  /** DW_AT_comp_dir: where the compiler ran. */
  readonly compDir: DwarfString | undefined;
}

const [DW_AT_name, DW_AT_comp_dir, DW_AT_producer, DW_AT_str_offsets_base] = [0x03, 0x1b, 0x25, 0x72];
const DW_FORM_sec_offset = 0x17;
const DW_FORM_implicit_const = 0x21;
/** Bytes of a unit that are read: its header and first entry take fewer than 1,000. */
const UNIT_START = 1 << 16;
/** Bytes of the longest length field, with the mark in front that says so. */
const LENGTH_FIELD = 12;
/** Units of one file; librustc_driver has some thousands. */
const MOST_UNITS = 1 << 18;
/** How many times its own length `.debug_abbrev` may be gone through. */
const ABBREVIATIONS_SHARED = 16;

/**
 * The units of `.debug_info`, DWARF 2 to 5 (DWARF 5, section 7.5). Only the first entry of each is read.
 * @throws InputError where a unit does not fit its section or its first entry cannot be read
 */
export function readCompileUnits(sections: DwarfSections): CompileUnit[] {
  const info = sections.find('.debug_info');
  const abbreviations = sections.find('.debug_abbrev');
  if (info === undefined || abbreviations === undefined) return [];
  const reader = new UnitReader(sections, info, abbreviations);
  const units: CompileUnit[] = [];
  for (let at = 0; at < info.fileSize; ) {
    if (units.length >= MOST_UNITS) {
      throw new InputError(`there are more than ${MOST_UNITS} units`, { offset: info.sh_offset + at });
    }
    const unit = reader.read(at);
    units.push(unit);
    at += unit.length;
  }
  return units;
}

class UnitReader {
  private readonly abbreviations: DwarfCursor;
  private budget: number;
  /** By place of the table and code: after LTO all units share one table. */
  private readonly known = new Map<string, readonly (readonly [number, number])[]>();

  constructor(
    private readonly sections: DwarfSections,
    private readonly info: Section,
    abbreviations: Section,
  ) {
    this.abbreviations = sections.cursor(abbreviations, 0, abbreviations.fileSize);
    this.budget = ABBREVIATIONS_SHARED * abbreviations.fileSize + (1 << 16);
  }

  read(at: number): CompileUnit {
    const { info, sections } = this;
    const head = sections.cursor(info, at, Math.min(LENGTH_FIELD, info.fileSize - at));
    const short = head.u32();
    const offsetSize = short === 0xffffffff ? 8 : 4;
    const length = (offsetSize === 8 ? head.u64() : short) + head.at;
    if (!(at + length <= info.fileSize)) throw head.error('a unit goes beyond the end of the section');
    const cursor = sections.cursor(info, at, Math.min(length, UNIT_START)).seek(head.at);
    const place = { offset: info.sh_offset + at, length };
    const none = { producer: undefined, name: undefined, compDir: undefined };
    const version = cursor.u16();
    if (version < 2 || version > 5) return { ...place, version, ...none };
    const type = version === 5 ? cursor.u8() : 0;
    const addressFirst = version === 5 ? cursor.u8() : 0;
    const tableAt = at + cursor.at;
    const stored = readOffset(cursor, { version, offsetSize, addressSize: 0 });
    const table = sections.resolve(info, tableAt, stored);
    const unit: UnitFormat = { version, offsetSize, addressSize: version === 5 ? addressFirst : cursor.u8() };
    // DW_UT_skeleton and DW_UT_split_compile have an id, the two kinds of type unit a signature and an offset.
    if (type === 4 || type === 5) cursor.skip(8);
    else if (type === 2 || type === 6) cursor.skip(8 + offsetSize);
    const code = cursor.uleb128();
    if (code === 0) return { ...place, version, ...none };
    return { ...place, version, ...this.readEntry(cursor, unit, table, code) };
  }

  private readEntry(cursor: DwarfCursor, unit: UnitFormat, table: number, code: number) {
    const values = new Map<number, StringValue>();
    let base = 2 * unit.offsetSize;
    for (const [attribute, form] of this.attributes(table, code)) {
      if (attribute === DW_AT_str_offsets_base && form === DW_FORM_sec_offset) {
        const at = cursor.fileOffset + cursor.at - this.info.sh_offset;
        base = this.sections.resolve(this.info, at, readOffset(cursor, unit));
      } else if (attribute === DW_AT_name || attribute === DW_AT_comp_dir || attribute === DW_AT_producer) {
        const value = readString(this.sections, this.info, cursor, form, unit);
        if (value !== undefined) values.set(attribute, value);
      } else skipForm(cursor, form, unit);
    }
    const text = (attribute: number) => this.stringOf(values.get(attribute), base, unit);
    return { producer: text(DW_AT_producer), name: text(DW_AT_name), compDir: text(DW_AT_comp_dir) };
  }

  /** The attributes and forms of an abbreviation, in stored order. */
  private attributes(table: number, code: number): readonly (readonly [number, number])[] {
    const key = `${table} ${code}`;
    const attributes = this.known.get(key) ?? this.findAttributes(table, code);
    this.known.set(key, attributes);
    return attributes;
  }

  private findAttributes(table: number, code: number): readonly (readonly [number, number])[] {
    const { abbreviations: cursor } = this;
    if (!(table < cursor.content.length)) throw cursor.error(`a unit has its abbreviations at ${table}`);
    cursor.seek(table);
    for (;;) {
      const at = cursor.at;
      const found = cursor.uleb128();
      if (found === 0) throw cursor.error(`there is no abbreviation ${code}`);
      cursor.uleb128();
      cursor.u8();
      const attributes: [number, number][] = [];
      for (;;) {
        const attribute = cursor.uleb128();
        const form = cursor.uleb128();
        if (form === DW_FORM_implicit_const) cursor.sleb128();
        if (attribute === 0 && form === 0) break;
        attributes.push([attribute, form]);
      }
      this.budget -= cursor.at - at;
      if (this.budget < 0)
        throw cursor.error('units repeat more of the abbreviations than a compiler writes');
      if (found === code) return attributes;
    }
  }

  /** DW_FORM_strx is an index into `.debug_str_offsets`, from the unit's base on. */
  private stringOf(value: StringValue | undefined, base: number, unit: UnitFormat): DwarfString | undefined {
    if (value === undefined || value.kind === 'string') return value?.string;
    const offsets = this.sections.find('.debug_str_offsets');
    if (offsets === undefined) return undefined;
    const at = base + value.index * unit.offsetSize;
    if (!(at + unit.offsetSize <= offsets.fileSize)) {
      throw new InputError(`string ${value.index} lies outside .debug_str_offsets`, {
        offset: offsets.sh_offset,
      });
    }
    const cursor = this.sections.cursor(offsets, at, unit.offsetSize);
    const offset = this.sections.resolve(offsets, at, readOffset(cursor, unit));
    return this.sections.string('.debug_str', offset, { offset: cursor.fileOffset, length: unit.offsetSize });
  }
}
