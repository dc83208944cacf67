import {
  APX_4,
  GROUP3,
  IMM8,
  IMM16,
  IMMV,
  IMMZ,
  INVALID,
  MAP_3A,
  MAP_38,
  MODRM,
  MOFFS,
  ONE_BYTE,
  PREFIX,
  REGISTER_ONLY,
  REL8,
  REL32,
  SPECIAL,
  SUFFIX,
  TWO_BYTE,
  VECTOR_1,
  VECTOR_2,
  VECTOR_3,
  VECTOR_7,
  VEX_3,
} from './x86-opcode.js';

/** No x86 instruction is longer. Bytes. */
export const LONGEST_X86 = 15;

/** Which table an opcode belongs to; VEX, EVEX and XOP number their maps the same way. */
export const MAP_ONE_BYTE = 0;
export const MAP_0F = 1;

/** Prefixes met before the opcode, as bits of `Instruction.prefixes`. */
const PREFIX_66 = 0x01;
const PREFIX_67 = 0x02;
export const PREFIX_F2 = 0x04;
export const PREFIX_F3 = 0x08;
export const PREFIX_LOCK = 0x10;
const PREFIX_SEGMENT = 0x20;
const PREFIX_REX_W = 0x40;
/** Encoded with VEX, EVEX or REX2. */
const PREFIX_VEX = 0x80;
const PREFIX_EVEX = 0x100;
const PREFIX_REX2 = 0x200;

/** What the displacement field is, as bits of `Instruction.flags`. */
export const RIP_RELATIVE = 1;
export const RELATIVE_BRANCH = 2;
/** An offset to registers, or an absolute address. */
export const MEMORY_DISPLACEMENT = 4;
/** Either of the first two: the field and the address of the next instruction give a target. */
export const PC_RELATIVE = RIP_RELATIVE | RELATIVE_BRANCH;

/** The layout of one instruction; offsets in bytes from its start. `decodeX86` fills and reuses it. */
export class Instruction {
  length = 0;
  /** 0 one byte, 1 behind 0F, 2 behind 0F 38, 3 behind 0F 3A; 4 to 7 under VEX and EVEX. */
  map = 0;
  opcode = 0;
  prefixes = 0;
  /** Offset of the opcode byte. */
  opcodeAt = 0;
  /** The ModRM byte, directly behind the opcode; -1 where there is none. */
  modrm = -1;
  /** Bytes before the first field: prefixes, opcode, ModRM and SIB. They decide the layout of all the rest. */
  head = 0;
  flags = 0;
  /** Displacement, or the relative field of a branch: 0, 1, 4 or 8 bytes at `displacementAt`. */
  displacementSize = 0;
  /** 0, 1, 2, 3 (`enter`: two of them), 4 or 8 bytes at `immediateAt`. */
  immediateSize = 0;

  get displacementAt(): number {
    return this.head;
  }

  get immediateAt(): number {
    return this.head + this.displacementSize;
  }
}

/**
 * Decodes the layout of the instruction at `at`, in 64-bit mode; it must end at or before `end`.
 *
 * Only the bytes before the fields decide, so two instructions with the same `head` bytes have the same layout.
 * An operand-size prefix on a near branch is ignored, as Intel's processors do. Not told apart: encodings of a
 * vector map or of an opcode group that no processor has; their length is what the map's others have.
 * Intel SDM volume 2, chapter 2 and appendix A.
 * @returns the length in bytes, 0 where no instruction of 64-bit mode begins or it is cut off
 */
export function decodeX86(code: Uint8Array, at: number, end: number, out: Instruction): number {
  const limit = Math.min(end, at + LONGEST_X86);
  let p = at;
  let prefixes = 0;
  let opcode = 0;
  let attribute = 0;
  for (;;) {
    if (p >= limit) return refuse(out);
    opcode = code[p++] as number;
    attribute = ONE_BYTE[opcode] as number;
    if (attribute !== PREFIX) break;
    if ((opcode & 0xf0) === 0x40) {
      // A REX that is not directly before the opcode has no effect: the next prefix takes it back.
      prefixes = (prefixes & ~(PREFIX_REX_W | REX)) | REX | (opcode & 8 ? PREFIX_REX_W : 0);
    } else {
      prefixes = (prefixes & ~(PREFIX_REX_W | REX)) | prefixBit(opcode);
    }
  }
  let map = MAP_ONE_BYTE;
  if (attribute & SPECIAL) {
    if (opcode === 0x0f) {
      if (p >= limit) return refuse(out);
      opcode = code[p++] as number;
      attribute = TWO_BYTE[opcode] as number;
      map = MAP_0F;
      if (attribute === SPECIAL) {
        map = opcode === 0x38 ? 2 : 3;
        if (p >= limit) return refuse(out);
        opcode = code[p++] as number;
        attribute = (map === 2 ? MAP_38 : MAP_3A)[opcode] as number;
      } else if (attribute & SPECIAL) {
        // 0F 78: `vmread`; with 66 or F2 the AMD instructions `extrq` and `insertq` with two immediate bytes.
        attribute = prefixes & (PREFIX_66 | PREFIX_F2) ? MODRM | IMM16 : MODRM;
      }
    } else if (attribute === SPECIAL) {
      // Prefixes of the vector encodings are part of P0 to P2: any of these before them faults.
      const barred = opcode === 0xd5 ? REX : REX | PREFIX_66 | PREFIX_F2 | PREFIX_F3 | PREFIX_LOCK;
      if (prefixes & barred) return refuse(out);
      const lead = opcode;
      const size = lead === 0x62 ? 4 : lead === 0xc4 ? 3 : 2;
      if (p + size > limit) return refuse(out);
      const p0 = code[p] as number;
      if (lead === 0xd5) {
        if (p0 & 8) prefixes |= PREFIX_REX_W;
        prefixes |= PREFIX_REX2;
        map = p0 >> 7;
        opcode = code[p + 1] as number;
        attribute = rex2Attribute(map, opcode);
      } else if (lead === 0xc5) {
        prefixes |= PREFIX_VEX;
        map = 1;
        opcode = code[p + 1] as number;
        attribute = VECTOR_1[opcode] as number;
      } else if (lead === 0xc4) {
        prefixes |= PREFIX_VEX;
        map = p0 & 31;
        opcode = code[p + 2] as number;
        attribute = (VEX_MAPS[map] ?? NO_MAP)[opcode] as number;
      } else {
        prefixes |= PREFIX_EVEX | ((code[p + 1] as number) & 0x80 ? PREFIX_REX_W : 0);
        if (((code[p + 1] as number) & 3) === 1) prefixes |= PREFIX_66;
        map = p0 & 7;
        opcode = code[p + 3] as number;
        attribute = EVEX_MAPS[map]?.[opcode] ?? INVALID;
      }
      p += size;
    }
  }
  if (attribute & INVALID) return refuse(out);

  out.map = map;
  out.opcode = opcode;
  out.prefixes = prefixes & ~REX;
  out.opcodeAt = p - 1 - at;
  let modrm = -1;
  let flags = 0;
  let displacement = 0;
  if (attribute & MODRM) {
    if (p >= limit) return refuse(out);
    modrm = code[p++] as number;
    if (attribute & (SPECIAL | GROUP3)) {
      if (attribute & GROUP3) {
        if ((modrm & 0x30) !== 0) attribute = MODRM;
      } else if (opcode === 0x8f) {
        // `pop`; with another ModRM.reg it begins an XOP instruction of AMD, which no current processor has.
        if ((modrm & 0x38) !== 0) return refuse(out);
      } else if (modrm === 0xf8) {
        attribute = MODRM | REL32;
      }
    }
    if (modrm < 0xc0 && !(attribute & REGISTER_ONLY)) {
      const rm = modrm & 7;
      let base = rm;
      if (rm === 4) {
        if (p >= limit) return refuse(out);
        base = (code[p++] as number) & 7;
      }
      if (modrm >= 0x80) displacement = 4;
      else if (modrm >= 0x40) displacement = 1;
      else if (base === 5) displacement = 4;
      if (displacement !== 0) flags = modrm < 0x40 && rm === 5 ? RIP_RELATIVE : MEMORY_DISPLACEMENT;
    }
  }
  const head = p - at;
  let immediate = 0;
  let suffix = 0;
  if (attribute > MODRM) {
    if (attribute & IMM8) immediate = 1;
    if (attribute & IMM16) immediate += 2;
    if (attribute & (IMMZ | IMMV)) {
      if (prefixes & PREFIX_REX_W) immediate = attribute & IMMV ? 8 : 4;
      else immediate = prefixes & PREFIX_66 ? 2 : 4;
    } else if (attribute & (REL8 | REL32)) {
      displacement = attribute & REL8 ? 1 : 4;
      flags = RELATIVE_BRANCH;
    } else if (attribute & MOFFS) {
      displacement = prefixes & PREFIX_67 && !(prefixes & PREFIX_REX2) ? 4 : 8;
      flags = MEMORY_DISPLACEMENT;
    }
    if (attribute & SUFFIX) suffix = 1;
  }
  const length = head + displacement + immediate + suffix;
  if (at + length > limit) return refuse(out);
  out.modrm = modrm;
  out.head = head;
  out.flags = flags;
  out.displacementSize = displacement;
  out.immediateSize = immediate;
  out.length = length;
  return length;
}

/** Stands in `prefixes` while they are read. */
const REX = 0x400;

const NO_MAP = new Uint16Array(256).fill(INVALID);
const VEX_MAPS = [NO_MAP, VECTOR_1, VECTOR_2, VEX_3, NO_MAP, NO_MAP, NO_MAP, VECTOR_7];
const EVEX_MAPS = [NO_MAP, VECTOR_1, VECTOR_2, VECTOR_3, APX_4, VECTOR_2, VECTOR_2, VECTOR_7];

function prefixBit(prefix: number): number {
  switch (prefix) {
    case 0x66:
      return PREFIX_66;
    case 0x67:
      return PREFIX_67;
    case 0xf2:
      return PREFIX_F2;
    case 0xf3:
      return PREFIX_F3;
    case 0xf0:
      return PREFIX_LOCK;
    default:
      return PREFIX_SEGMENT;
  }
}

/** REX2 bars the prefixes, escapes and rows that it would not extend; of row A it keeps `jmpabs` (APX 3.1.3). */
function rex2Attribute(map: number, opcode: number): number {
  const row = opcode >> 4;
  if (map === MAP_ONE_BYTE) {
    if (opcode === 0xa1) return MOFFS;
    if (row === 4 || row === 7 || row === 10 || row === 14) return INVALID;
    const attribute = ONE_BYTE[opcode] as number;
    return attribute & (PREFIX | SPECIAL) && opcode !== 0xc7 && opcode !== 0x8f ? INVALID : attribute;
  }
  if (row === 3 || row === 8) return INVALID;
  const attribute = TWO_BYTE[opcode] as number;
  return attribute === (MODRM | SPECIAL) ? MODRM : attribute;
}

function refuse(out: Instruction): 0 {
  out.length = 0;
  return 0;
}
