import test from 'ava';
import fc from 'fast-check';
import {
  ADD_LO12,
  ADR,
  ADRP,
  BRANCH_14,
  BRANCH_19,
  BRANCH_26,
  FIELD_MASKS,
  fieldBits,
  fieldOf,
  IMMEDIATE_12,
  IMMEDIATE_16,
  isPcRelative,
  LITERAL_19,
  lo12Of,
  MEMORY_9,
  MEMORY_LO12,
  MEMORY_PAIR,
  mayWrite,
  NO_FIELD,
  targetOf,
  wordAt,
} from './aarch64.js';

/** From the Arm ARM's encodings, for an instruction at 0x10010. */
const TARGETS: readonly [word: number, text: string, field: number, target: number][] = [
  [0x14000001, 'b +4', BRANCH_26, 0x10014],
  [0x97ffffff, 'bl -4', BRANCH_26, 0x1000c],
  [0x16000000, 'b -128 MiB', BRANCH_26, 0x10010 - 2 ** 27],
  [0x54000040, 'b.eq +8', BRANCH_19, 0x10018],
  [0x54ffffe1, 'b.ne -4', BRANCH_19, 0x1000c],
  [0xb4000040, 'cbz x0, +8', BRANCH_19, 0x10018],
  [0x35ffffe1, 'cbnz w1, -4', BRANCH_19, 0x1000c],
  [0x36180040, 'tbz w0, #3, +8', BRANCH_14, 0x10018],
  [0xb7ffffe0, 'tbnz x0, #63, -4', BRANCH_14, 0x1000c],
  [0x58000040, 'ldr x0, +8', LITERAL_19, 0x10018],
  [0x98000040, 'ldrsw x0, +8', LITERAL_19, 0x10018],
  [0x9c000040, 'ldr q0, +8', LITERAL_19, 0x10018],
  [0x10000020, 'adr x0, +4', ADR, 0x10014],
  [0x70ffffe0, 'adr x0, -1', ADR, 0x1000f],
  [0x90000000, 'adrp x0, 0', ADRP, 0x10000],
  [0xb0000000, 'adrp x0, 0x1000', ADRP, 0x11000],
  [0xf0ffffe0, 'adrp x0, -0x1000', ADRP, 0xf000],
];

for (const [word, text, field, target] of TARGETS) {
  test(`${text} names 0x${target.toString(16)}`, (t) => {
    t.is(fieldOf(word), field);
    t.true(isPcRelative(field));
    t.is(targetOf(word | 0, field, 0x10010), target);
  });
}

const FIELDS: readonly [word: number, text: string, field: number, bits: number][] = [
  [0x91004000, 'add x0, x0, #16', ADD_LO12, 16],
  [0x11004000, 'add w0, w0, #16', IMMEDIATE_12, 16],
  [0x91404000, 'add x0, x0, #16, lsl #12', IMMEDIATE_12, 16],
  [0xd10083ff, 'sub sp, sp, #32', IMMEDIATE_12, 32],
  [0xf100041f, 'cmp x0, #1', IMMEDIATE_12, 1],
  [0xf9400400, 'ldr x0, [x0, #8]', MEMORY_LO12, 1],
  [0x39400400, 'ldrb w0, [x0, #1]', MEMORY_LO12, 1],
  [0x3dc00400, 'ldr q0, [x0, #16]', MEMORY_LO12, 1],
  [0xf9000be1, 'str x1, [sp, #16]', MEMORY_LO12, 2],
  [0xd2824680, 'mov x0, #0x1234', IMMEDIATE_16, 0x1234],
  [0xf2a24680, 'movk x0, #0x1234, lsl #16', IMMEDIATE_16, 0x1234],
  [0xa9bf7bfd, 'stp x29, x30, [sp, #-16]!', MEMORY_PAIR, 0x7e],
  [0xf8408400, 'ldr x0, [x0], #8', MEMORY_9, 8],
  [0xb85fc000, 'ldur w0, [x0, #-4]', MEMORY_9, 0x1fc],
  [0xd65f03c0, 'ret', NO_FIELD, 0],
  [0xd503201f, 'nop', NO_FIELD, 0],
  [0x8b010000, 'add x0, x0, x1', NO_FIELD, 0],
  [0x92401c00, 'and x0, x0, #0xff', NO_FIELD, 0],
  [0xf8616800, 'ldr x0, [x0, x1]', NO_FIELD, 0],
  [0xf8200020, 'ldadd x0, x0, [x1]', NO_FIELD, 0],
];

for (const [word, text, field, bits] of FIELDS) {
  test(`${text} has the field ${bits}`, (t) => {
    t.is(fieldOf(word), field);
    t.is(fieldBits(word | 0, field), bits);
  });
}

test('the low bits of an address are scaled by the size of the access', (t) => {
  t.is(lo12Of(0x91004000 | 0, ADD_LO12), 16);
  t.is(lo12Of(0x39400400, MEMORY_LO12), 1);
  t.is(lo12Of(0x79400400, MEMORY_LO12), 2);
  t.is(lo12Of(0xb9400400 | 0, MEMORY_LO12), 4);
  t.is(lo12Of(0xf9400400 | 0, MEMORY_LO12), 8);
  t.is(lo12Of(0xfd400400 | 0, MEMORY_LO12), 8);
  t.is(lo12Of(0x3dc00400, MEMORY_LO12), 16);
});

test('a register that an instruction may write is among those named', (t) => {
  const written = (word: number, ...registers: number[]) =>
    registers.every((r) => (mayWrite(word | 0) & (1 << r)) !== 0);
  t.true(written(0x91004003, 3), 'add x3, x0, #16');
  t.true(written(0xa94107e5, 5, 1), 'ldp x5, x1, [sp, #16]');
  t.true(written(0xf8408420, 0, 1), 'ldr x0, [x1], #8');
  t.true(written(0xc8027c20, 2), 'stxr w2, x0, [x1]');
  t.true(written(0x94000000, 0, 8, 17, 18, 30), 'bl');
  t.true(written(0xd63f0100, 0, 8, 17, 18, 30), 'blr x8');
  t.true(written(0x9e660007, 7), 'fmov x7, d0');
  t.true(written(0xd53bd048, 8), 'mrs x8, tpidr_el0');
  t.false(written(0x94000000, 19), 'a call keeps x19');
  t.false(written(0x54000040, 0), 'a branch writes nothing');
});

test('a field lies within its mask, and its mask changes no opcode', (t) => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (word, other) => {
      const field = fieldOf(word);
      const mask = FIELD_MASKS[field] ?? 0;
      t.is(fieldOf((word & ~mask) | (other & mask)), field);
    }),
  );
});

test('a word is read in little-endian order', (t) => {
  t.is(wordAt(Uint8Array.of(0, 0xc0, 0x03, 0x5f, 0xd6), 1), 0xd65f03c0 | 0);
});
