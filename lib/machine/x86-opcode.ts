/**
 * What follows an opcode of x86-64 in 64-bit mode: Intel SDM volume 2, appendix A (opcode maps), and the APX
 * and AMD additions that change lengths. One attribute a opcode and map; 0 is an opcode that does nothing but be.
 */

export const MODRM = 0x001;
export const IMM8 = 0x002;
export const IMM16 = 0x004;
/** 4 bytes; 2 with an operand-size prefix and no REX.W. */
export const IMMZ = 0x008;
/** As IMMZ; 8 bytes with REX.W. */
export const IMMV = 0x010;
export const REL8 = 0x020;
export const REL32 = 0x040;
/** An absolute address of 8 bytes; 4 with an address-size prefix. */
export const MOFFS = 0x080;
export const PREFIX = 0x100;
/** The immediate is there only for ModRM.reg 0 and 1: `test` of groups 3. */
export const GROUP3 = 0x200;
/** Both operands are registers whatever ModRM.mod says: moves to and from control registers. */
export const REGISTER_ONLY = 0x400;
/** The last byte belongs to the opcode or names a register: 3DNow!, `vblendvps`. */
export const SUFFIX = 0x800;
/** The rest is decided in the decoder. */
export const SPECIAL = 0x1000;
export const INVALID = 0x2000;

type Row = readonly [opcodes: string, attribute: number];

/** Rows are opcodes or ranges in hex; a later row overrides an earlier one. */
function opcodeMap(otherwise: number, rows: readonly Row[]): Uint16Array {
  const map = new Uint16Array(256).fill(otherwise);
  for (const [opcodes, attribute] of rows) {
    for (const range of opcodes.split(' ')) {
      const [from = '', to = from] = range.split('-');
      map.fill(attribute, Number.parseInt(from, 16), Number.parseInt(to, 16) + 1);
    }
  }
  return map;
}

export const ONE_BYTE = opcodeMap(0, [
  ['00-03 08-0b 10-13 18-1b 20-23 28-2b 30-33 38-3b', MODRM],
  ['04 0c 14 1c 24 2c 34 3c', IMM8],
  ['05 0d 15 1d 25 2d 35 3d', IMMZ],
  ['06 07 0e 16 17 1e 1f 27 2f 37 3f 60 61 82 9a ce d4 d6 ea', INVALID],
  ['0f 62 c4 c5 d5', SPECIAL],
  ['26 2e 36 3e 40-4f 64-67 f0 f2 f3', PREFIX],
  ['63 84-8e d0-d3 d8-df fe ff', MODRM],
  ['68 a9', IMMZ],
  ['69 81', MODRM | IMMZ],
  ['6a a8 b0-b7 cd e4-e7', IMM8],
  ['6b 80 83 c0 c1', MODRM | IMM8],
  ['70-7f e0-e3 eb', REL8],
  ['8f', MODRM | SPECIAL],
  ['a0-a3', MOFFS],
  ['b8-bf', IMMV],
  ['c2 ca', IMM16],
  ['c6', MODRM | IMM8],
  ['c7', MODRM | IMMZ | SPECIAL],
  ['c8', IMM16 | IMM8],
  ['e8 e9', REL32],
  ['f6', MODRM | IMM8 | GROUP3],
  ['f7', MODRM | IMMZ | GROUP3],
]);

/** Opcodes behind 0F. */
export const TWO_BYTE = opcodeMap(MODRM, [
  ['04 0a 0c 24-27 36 39 3b-3f 7a 7b a6 a7', INVALID],
  ['05-09 0b 0e 30-35 37 77 a0-a2 a8-aa c8-cf', 0],
  ['0f', MODRM | SUFFIX],
  ['20-23', MODRM | REGISTER_ONLY],
  ['38 3a', SPECIAL],
  ['70-73 a4 ac ba c2 c4-c6', MODRM | IMM8],
  ['78', MODRM | SPECIAL],
  ['80-8f', REL32],
]);

/** Opcodes behind 0F 38. */
export const MAP_38 = opcodeMap(INVALID, [
  ['00-0b 10 14 15 17 1c-1e 20-25 28-2b 30-41 80-82 8a 8b c8-cd cf d8 db-df f0 f1 f5 f6 f8-fc', MODRM],
]);

/** Opcodes behind 0F 3A: each has an immediate byte. */
export const MAP_3A = opcodeMap(INVALID, [['08-0f 14-17 20-22 40-42 44 60-63 cc ce cf df f0', MODRM | IMM8]]);

/** Map 1 under VEX and EVEX; `vzeroupper` has no ModRM. Opcodes without a vector form are not told apart. */
export const VECTOR_1 = opcodeMap(MODRM, [
  ['77', 0],
  ['70-73 c2 c4-c6', MODRM | IMM8],
]);

/** Map 2 under VEX and EVEX, maps 5 and 6 under EVEX. */
export const VECTOR_2 = opcodeMap(MODRM, []);

/** Map 3 under VEX and EVEX. */
export const VECTOR_3 = opcodeMap(MODRM | IMM8, []);

/** Map 3 under VEX: the last byte of 4A to 4C, and of AMD's FMA4 and `vpermil2`, names a register. */
export const VEX_3 = opcodeMap(MODRM | IMM8, [['48-4c 5c-5f 68-6f 78-7f', MODRM | SUFFIX]]);

/** Map 4 under EVEX: the instructions of the first two maps with APX operands. */
export const APX_4 = opcodeMap(MODRM, [
  ['24 2c 6b 80 83 c0 c1', MODRM | IMM8],
  ['69 81', MODRM | IMMZ],
  ['f6', MODRM | IMM8 | GROUP3],
  ['f7', MODRM | IMMZ | GROUP3],
]);

/** Map 7 under VEX and EVEX: the user forms of reading and writing model-specific registers. */
export const VECTOR_7 = opcodeMap(INVALID, [['f6 f8', MODRM | IMMZ]]);
