import type { DwarfCursor } from './dwarf-cursor.js';
import type { DwarfSections, DwarfString } from './dwarf-section.js';
import type { Section } from './section.js';
import { decodeText } from './string-table.js';

/** How the numbers of one unit are stored. */
export interface UnitFormat {
  readonly version: number;
  /** Bytes of an offset into another section: 4, or 8 in 64-bit DWARF. */
  readonly offsetSize: 4 | 8;
  readonly addressSize: number;
}

/** The string classes of DWARF 5, section 7.5.6. */
const [DW_FORM_string, DW_FORM_strp, DW_FORM_line_strp] = [0x08, 0x0e, 0x1f];
/** Bytes of the forms whose size is fixed. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0x05, 2],
  [0x06, 4],
  [0x07, 8],
  [0x0b, 1],
  [0x0c, 1],
  [0x11, 1],
  [0x12, 2],
  [0x13, 4],
  [0x14, 8],
  [0x19, 0],
  [0x1c, 4],
  [0x1e, 16],
  [0x20, 8],
  [0x21, 0],
  [0x24, 8],
  [0x25, 1],
  [0x26, 2],
  [0x27, 3],
  [0x28, 4],
  [0x29, 1],
  [0x2a, 2],
  [0x2b, 3],
  [0x2c, 4],
]);
/** ULEB128 or SLEB128, which are as long. */
const LEB128: ReadonlySet<number> = new Set([0x0d, 0x0f, 0x15, 0x1a, 0x1b, 0x22, 0x23, 0x1f01, 0x1f02]);
/** An offset into another section. */
const OFFSET: ReadonlySet<number> = new Set([DW_FORM_strp, 0x17, 0x1d, DW_FORM_line_strp, 0x1f20, 0x1f21]);

/** An offset of a unit's width. */
export function readOffset(cursor: DwarfCursor, { offsetSize }: UnitFormat): number {
  return offsetSize === 8 ? cursor.u64() : cursor.u32();
}

/**
 * Goes over a value.
 * @throws InputError where the form is not one of DWARF 2 to 5 and GNU's
 */
export function skipForm(cursor: DwarfCursor, form: number, unit: UnitFormat): void {
  const fixed = FIXED.get(form);
  if (fixed !== undefined) cursor.skip(fixed);
  else if (LEB128.has(form)) cursor.uleb128();
  else if (OFFSET.has(form)) cursor.skip(unit.offsetSize);
  else if (form === DW_FORM_string) cursor.stringEnd();
  else if (form === 0x01) cursor.skip(unit.addressSize);
  // DW_FORM_ref_addr had the width of an address in DWARF 2.
  else if (form === 0x10) cursor.skip(unit.version === 2 ? unit.addressSize : unit.offsetSize);
  else if (form === 0x03) cursor.skip(cursor.u16());
  else if (form === 0x04) cursor.skip(cursor.u32());
  else if (form === 0x0a) cursor.skip(cursor.u8());
  else if (form === 0x09 || form === 0x18) cursor.skip(cursor.uleb128());
  // DW_FORM_indirect: the form stands in front of the value; one more of the kind is refused.
  else if (form === 0x16) skipForm(cursor, refuseIndirect(cursor), unit);
  else throw cursor.error(`a value has the form 0x${form.toString(16)}, which is not known`);
}

/** Where the string that a value stands for is: the index of DW_FORM_strx counts from a base told elsewhere. */
export type StringValue =
  | { readonly kind: 'string'; readonly string: DwarfString }
  | { readonly kind: 'index'; readonly index: number };

/** Reads a string value, or goes over a value of another kind. */
export function readString(
  sections: DwarfSections,
  section: Section,
  cursor: DwarfCursor,
  form: number,
  unit: UnitFormat,
): StringValue | undefined {
  const at = cursor.at;
  if (form === DW_FORM_string) {
    const end = cursor.stringEnd();
    const content = Buffer.from(cursor.content.buffer, cursor.content.byteOffset, cursor.content.length);
    const text = decodeText(content, at, end);
    const string = { text, section: section.name, offset: cursor.fileOffset + at, reference: undefined };
    return { kind: 'string', string };
  }
  if (form === DW_FORM_strp || form === DW_FORM_line_strp) {
    const stored = readOffset(cursor, unit);
    const offset = sections.resolve(section, cursor.fileOffset + at - section.sh_offset, stored);
    const name = form === DW_FORM_strp ? '.debug_str' : '.debug_line_str';
    const reference = { offset: cursor.fileOffset + at, length: unit.offsetSize };
    const string = sections.string(name, offset, reference);
    return string === undefined ? undefined : { kind: 'string', string };
  }
  if (form === 0x1a || form === 0x1f02) return { kind: 'index', index: cursor.uleb128() };
  if (form === 0x25) return { kind: 'index', index: cursor.u8() };
  if (form === 0x26) return { kind: 'index', index: cursor.u16() };
  if (form === 0x28) return { kind: 'index', index: cursor.u32() };
  skipForm(cursor, form, unit);
  return undefined;
}

function refuseIndirect(cursor: DwarfCursor): number {
  const form = cursor.uleb128();
  if (form === 0x16) throw cursor.error('the form of a value is told twice indirectly');
  return form;
}
