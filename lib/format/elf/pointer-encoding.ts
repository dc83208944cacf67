import type { DwarfCursor } from './dwarf-cursor.js';

/** `DW_EH_PE_omit`: there is no value. */
export const DW_EH_PE_omit = 0xff;
const DW_EH_PE_pcrel = 0x10;
const DW_EH_PE_datarel = 0x30;
/** An address at the next place where one may lie. */
const DW_EH_PE_aligned = 0x50;

/** What a relative pointer is relative to. */
export interface PointerBases {
  /** Address of the content's first byte; NaN in a relocatable file, whose pointers only relocations give. */
  readonly section: number;
  /** For DW_EH_PE_datarel: the address of .eh_frame_hdr in .eh_frame_hdr; unknown elsewhere. */
  readonly data?: number;
}

/**
 * The pointer at the cursor, as an address: LSB 5, "DWARF Exception Header Encoding". NaN where its base is not
 * known here (DW_EH_PE_textrel, DW_EH_PE_funcrel) or the address is 2^53 or more. Of DW_EH_PE_indirect it is the
 * address of the slot that holds the pointer.
 * @throws InputError where the format does not exist or the value goes beyond the limit
 */
export function readPointer(cursor: DwarfCursor, encoding: number, bases: PointerBases): number {
  if (encoding === DW_EH_PE_aligned) cursor.skip(-cursor.at & (cursor.wordSize - 1));
  const at = cursor.at;
  const value = readValue(cursor, encoding);
  return cursor.wordSize === 4
    ? wrap32(value + base(encoding, at, bases))
    : wrap64(value + base(encoding, at, bases));
}

/** The number as stored, signed where its format is. */
export function readValue(cursor: DwarfCursor, encoding: number): number {
  switch (encoding & 0x0f) {
    case 0x00:
      return cursor.word();
    case 0x01:
      return cursor.uleb128();
    case 0x02:
      return cursor.u16();
    case 0x03:
      return cursor.u32();
    case 0x04:
      return cursor.u64();
    case 0x08:
      return cursor.wordSize === 8 ? cursor.i64() : cursor.i32();
    case 0x09:
      return cursor.sleb128();
    case 0x0a:
      return cursor.i16();
    case 0x0b:
      return cursor.i32();
    case 0x0c:
      return cursor.i64();
    default:
      throw cursor.error(`a pointer is encoded as 0x${encoding.toString(16)}, which does not exist`);
  }
}

function base(encoding: number, at: number, bases: PointerBases): number {
  switch (encoding & 0x70) {
    case 0x00:
    case DW_EH_PE_aligned:
      return Number.isNaN(bases.section) ? Number.NaN : 0;
    case DW_EH_PE_pcrel:
      return bases.section + at;
    case DW_EH_PE_datarel:
      return bases.data ?? Number.NaN;
    default:
      return Number.NaN;
  }
}

function wrap32(address: number): number {
  return Number.isNaN(address) ? address : address >>> 0;
}

/** A sum below 0 is a high address of 64 bits, which no double holds. */
function wrap64(address: number): number {
  return address >= 0 && Number.isSafeInteger(address) ? address : Number.NaN;
}
