/**
 * Fields of A64 instructions that hold addresses, displacements and constants. Every instruction is one
 * little-endian word; what is not told apart here is `NO_FIELD`, and must be equal bit for bit to be the same.
 * Arm Architecture Reference Manual (DDI 0487), chapter C4.
 */

export const NO_FIELD = 0;
/** `b`, `bl`: imm26. */
export const BRANCH_26 = 1;
/** `b.cond`, `bc.cond`, `cbz`, `cbnz`: imm19. */
export const BRANCH_19 = 2;
/** `tbz`, `tbnz`: imm14. */
export const BRANCH_14 = 3;
/** `ldr`, `ldrsw`, `prfm` (literal): imm19. */
export const LITERAL_19 = 4;
/** `adr`: immhi:immlo, in bytes. */
export const ADR = 5;
/** `adrp`: immhi:immlo, in pages of 4 KiB. */
export const ADRP = 6;
/** `add` of an unshifted imm12, 64 bit: perhaps the low bits of an address begun by `adrp`. */
export const ADD_LO12 = 7;
/** Load, store or `prfm` with an unsigned scaled imm12: perhaps the low bits of an address. */
export const MEMORY_LO12 = 8;
/** Any other `add`, `adds`, `sub`, `subs` of an imm12 (and `cmp`, `cmn`). */
export const IMMEDIATE_12 = 9;
/** `movn`, `movz`, `movk`: imm16. */
export const IMMEDIATE_16 = 10;
/** Load or store of a pair: imm7. */
export const MEMORY_PAIR = 11;
/** Load or store with a signed imm9: unscaled, before or behind. */
export const MEMORY_9 = 12;

/** The first `ADRP + 1` kinds but `NO_FIELD` are relative to the instruction's address. */
const LAST_PC_RELATIVE = ADRP;

/** The bits of the field, by kind. */
export const FIELD_MASKS = Int32Array.of(
  0,
  0x03ff_ffff,
  0x00ff_ffe0,
  0x0007_ffe0,
  0x00ff_ffe0,
  0x60ff_ffe0,
  0x60ff_ffe0,
  0x003f_fc00,
  0x003f_fc00,
  0x003f_fc00,
  0x001f_ffe0,
  0x003f_8000,
  0x001f_f000,
);

/** The word at `at`, as a signed 32-bit number. */
export function wordAt(code: Uint8Array, at: number): number {
  return (
    (code[at] as number) |
    ((code[at + 1] as number) << 8) |
    ((code[at + 2] as number) << 16) |
    ((code[at + 3] as number) << 24)
  );
}

/** Which field a word has. Any word is accepted: one that is no instruction has, at worst, a field. */
export function fieldOf(word: number): number {
  return KINDS[word >>> 21] as number;
}

/** Whether the field is one of those that give a target. */
export function isPcRelative(field: number): boolean {
  return field !== NO_FIELD && field <= LAST_PC_RELATIVE;
}

/**
 * The address that a word with a pc-relative field names, for `adrp` that of the page. `address` is the
 * instruction's own, a safe integer.
 */
export function targetOf(word: number, field: number, address: number): number {
  switch (field) {
    case BRANCH_26:
      return address + ((word << 6) >> 6) * 4;
    case BRANCH_19:
    case LITERAL_19:
      return address + ((word << 8) >> 13) * 4;
    case BRANCH_14:
      return address + ((word << 13) >> 18) * 4;
    case ADR:
      return address + adrImmediate(word);
    default:
      return address - (address % 4096) + adrImmediate(word) * 4096;
  }
}

/** The low bits of an address that `ADD_LO12` and `MEMORY_LO12` add, in bytes. */
export function lo12Of(word: number, field: number): number {
  const imm12 = (word >>> 10) & 0xfff;
  if (field === ADD_LO12) return imm12;
  // Bit 26: vector registers; size 00 with opc<1> set is the 128-bit form.
  const scale = word & 0x0400_0000 && word & 0x0080_0000 ? 4 : word >>> 30;
  return imm12 << scale;
}

/** The raw bits of a field that is neither pc-relative nor split. */
export function fieldBits(word: number, field: number): number {
  const mask = FIELD_MASKS[field] ?? 0;
  return mask === 0 ? 0 : (word & mask) >>> (31 - Math.clz32(mask & -mask));
}

/**
 * The registers that a word may write, as bits 0 to 30: every field that is a destination in some form counts,
 * so that a register without its bit surely keeps its value. A call keeps x19 to x29, as AAPCS64 asks.
 */
export function mayWrite(word: number): number {
  const group = (word >>> 25) & 0xf;
  if (group === 0b1010 || group === 0b1011) return branchWrites(word);
  const bits = bit(word);
  // Loads and stores: a second register of a pair, the status or loaded register of exclusives and atomics, and
  // the base of the forms that write it back.
  if ((group & 0b0101) === 0b0100) {
    const field = fieldOf(word);
    if (field === MEMORY_LO12 || field === LITERAL_19) return bits;
    return bits | bit(word >>> 5) | bit(word >>> 10) | bit(word >>> 16) | spill(word);
  }
  return bits;
}

function adrImmediate(word: number): number {
  return (((word << 8) >> 13) << 2) | ((word >>> 29) & 3);
}

/** Register 31 is no register that holds an address over instructions: it is dropped. */
function bit(register: number): number {
  return (1 << (register & 31)) & 0x7fff_ffff;
}

/** `casp` writes Rs+1 as well, `ld64b` the seven registers behind Rt. */
function spill(word: number): number {
  const ld64b = word >>> 21 === 0x7c1 && ((word >>> 10) & 0x3f) === 0x34;
  return bit(((word >>> 16) & 31) + 1) | (ld64b ? 0x7fff_ffff : 0);
}

/** x0 to x18 and x30. */
const CALL_CLOBBERS = 0x4007_ffff;

function branchWrites(word: number): number {
  const kind = (word >>> 26) & 0x3f;
  if (kind === 0b100101 || (word >>> 25 === 0b1101011 && (word & 0x0020_0000) !== 0)) return CALL_CLOBBERS;
  // Exceptions and system instructions: `svc` returns in x0 and up, `mrs` writes Rt.
  if (word >>> 24 === 0xd4) return CALL_CLOBBERS;
  if (word >>> 22 === 0b1101010100) return bit(word);
  return 0;
}

/** By the top 11 bits, which decide every kind above. */
const KINDS = Uint8Array.from({ length: 2048 }, (_, top) => kindOf(top));

function kindOf(top: number): number {
  const op = top >> 3; // bits 31:24
  if ((op & 0x7c) === 0x14) return BRANCH_26;
  if (op === 0x54) return BRANCH_19;
  if ((op & 0x7e) === 0x34) return BRANCH_19;
  if ((op & 0x7e) === 0x36) return BRANCH_14;
  if ((op & 0x3b) === 0x18) return LITERAL_19;
  if ((op & 0x9f) === 0x10) return ADR;
  if ((op & 0x9f) === 0x90) return ADRP;
  // 100010 in bits 28:23, with sf, op and S in 31:29 and sh in 22.
  if ((op & 0x1f) === 0x11 && (top & 4) === 0)
    return op === 0x91 && (top & 2) === 0 ? ADD_LO12 : IMMEDIATE_12;
  // 100101 in bits 28:23, opc (01 is not assigned) in 30:29.
  if ((op & 0x1f) === 0x12 && (top & 4) !== 0 && (op & 0x60) !== 0x20) return IMMEDIATE_16;
  if ((op & 0x3b) === 0x39) return MEMORY_LO12;
  if ((op & 0x3a) === 0x28) return MEMORY_PAIR;
  // Bit 21 clear: unscaled, before, behind, unprivileged; set, it is an atomic, a register offset or `ldraa`.
  if ((op & 0x3b) === 0x38 && (top & 1) === 0) return MEMORY_9;
  return NO_FIELD;
}
