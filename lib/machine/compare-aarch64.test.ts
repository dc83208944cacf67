import test from 'ava';
import { ALL_SAME, codeAt, compared, movedBy, relocationsAt, told, wordsOf } from './code-fixture.js';

const RET = 0xd65f03c0;
const NOP = 0xd503201f;
const BL_4 = 0x94000001;
const CBZ_X0_8 = 0xb4000040;
const ADRP_X8 = 0x90000008;
const ADRP_X8_1000 = 0xb0000008;
const ADD_X0_X8_16 = 0x91004100;
const ADD_X0_X8_32 = 0x91008100;
const LDR_X1_X8_16 = 0xf9400901;
const LDR_X1_X8_32 = 0xf9401101;
const MOVZ_X8 = 0xd2800008;
const B_8 = 0x14000002;
const ADRP_X8_2000 = 0xd0000008;

test('an address made of page and low bits counts as one target', (t) => {
  // 0x1010 in A, 0x2020 in B.
  const a = codeAt(0x1000, wordsOf(ADRP_X8, ADD_X0_X8_16, RET));
  const b = codeAt(0x1000, wordsOf(ADRP_X8_1000, ADD_X0_X8_32, RET));
  const same = compared('aarch64', a, b, movedBy(0x1010));
  t.deepEqual(told(same.calls), ['target 0+4 0+4 0x1000 0x2000 same', 'target 4+4 4+4 0x1010 0x2020 same']);
  t.is(same.result.verdict, 'moved');
  const other = compared('aarch64', a, b, movedBy(0x1000));
  t.is(other.result.verdict, 'changed');
  t.deepEqual(told(other.calls), [
    'target 0+4 0+4 0x1000 0x2000 not same',
    'target 4+4 4+4 0x1010 0x2020 not same',
  ]);
});

test('equal words that make another address are changed', (t) => {
  const words = wordsOf(ADRP_X8, ADD_X0_X8_16, RET);
  const { result } = compared('aarch64', codeAt(0x1000, words), codeAt(0x2000, words), movedBy(0));
  t.is(result.verdict, 'changed');
  t.is(result.changedRows, 2);
});

test('all uses of a page must give the same things', (t) => {
  const a = codeAt(0x1000, wordsOf(ADRP_X8, ADD_X0_X8_16, LDR_X1_X8_16, RET));
  const b = codeAt(0x1000, wordsOf(ADRP_X8_1000, ADD_X0_X8_32, LDR_X1_X8_16, RET));
  t.deepEqual(told(compared('aarch64', a, b, movedBy(0x1010)).calls), [
    'target 0+4 0+4 0x1000 0x2000 not same',
    'target 4+4 4+4 0x1010 0x2020 same',
    'target 8+4 8+4 0x1010 0x2010 not same',
  ]);
});

test('a page that no row uses is a target of its own', (t) => {
  const a = codeAt(0x1000, wordsOf(ADRP_X8, RET));
  const b = codeAt(0x1000, wordsOf(ADRP_X8_1000, RET));
  t.is(compared('aarch64', a, b, movedBy(0x1000)).result.verdict, 'moved');
  t.is(compared('aarch64', a, b, movedBy(0)).result.verdict, 'changed');
});

test('low bits behind a register that was written since are a plain number', (t) => {
  const a = codeAt(0x1000, wordsOf(ADRP_X8_1000, MOVZ_X8, ADD_X0_X8_16, LDR_X1_X8_16, RET));
  const b = codeAt(0x1000, wordsOf(ADRP_X8_1000, MOVZ_X8, ADD_X0_X8_32, LDR_X1_X8_32, RET));
  const { calls, result } = compared('aarch64', a, b, ALL_SAME);
  t.deepEqual(told(calls), ['immediate 8+4 8+4 0x10 0x20', 'displacement 12+4 12+4 0x2 0x4']);
  t.is(result.verdict, 'changed');
});

test('a call loses the pages of the registers it may write', (t) => {
  const a = codeAt(0x1000, wordsOf(ADRP_X8_1000, BL_4, ADD_X0_X8_16, RET));
  const b = codeAt(0x1000, wordsOf(ADRP_X8_1000, BL_4, ADD_X0_X8_32, RET));
  t.is(compared('aarch64', a, b, ALL_SAME).result.verdict, 'changed');
});

test('behind a jump a page is known only from the jump that leads there', (t) => {
  // adrp; cbz → the add; ret; add
  const reached = (add: number) => codeAt(0x1000, wordsOf(ADRP_X8_1000, CBZ_X0_8, RET, add, RET));
  t.is(compared('aarch64', reached(ADD_X0_X8_16), reached(ADD_X0_X8_32), ALL_SAME).result.verdict, 'moved');
  const cut = (add: number) => codeAt(0x1000, wordsOf(ADRP_X8_1000, NOP, RET, add, RET));
  t.is(compared('aarch64', cut(ADD_X0_X8_16), cut(ADD_X0_X8_32), ALL_SAME).result.verdict, 'changed');
});

test('where two ways bring different pages none is taken', (t) => {
  // cbz to `other`; adrp; b to the add; other: adrp of the next page; add
  const code = (add: number) =>
    codeAt(0x1000, wordsOf(ADRP_X8_1000, 0xb4000060, NOP, B_8, ADRP_X8_2000, add, RET));
  t.is(compared('aarch64', code(ADD_X0_X8_16), code(ADD_X0_X8_32), ALL_SAME).result.verdict, 'changed');
});

test('a literal within the function is the same row', (t) => {
  const LDR_X0_8 = 0x58000040;
  const LDR_X0_12 = 0x58000060;
  const a = codeAt(0x1000, wordsOf(LDR_X0_8, RET, 0x1234, 0));
  const b = codeAt(0x1000, wordsOf(LDR_X0_12, NOP, RET, 0x1234, 0));
  const { calls } = compared('aarch64', a, b, ALL_SAME);
  t.deepEqual(told(calls), ['target 0+4 0+4 0x1008 0x100c same', 'other 4+0 4+4']);
});

test('a word under a relocation counts by what it names, and its bits must be equal', (t) => {
  const a = codeAt(0, wordsOf(0x94000000, RET), relocationsAt(0));
  const b = codeAt(0, wordsOf(0x94000005, RET), relocationsAt(0));
  t.is(compared('aarch64', a, a, ALL_SAME).result.verdict, 'equal');
  t.deepEqual(told(compared('aarch64', a, b, ALL_SAME).calls), ['relocation 0+4 0+4 0x0 0x0 not same']);
  const jump = codeAt(0, wordsOf(0x14000000, RET), relocationsAt(0));
  t.deepEqual(told(compared('aarch64', a, jump, ALL_SAME).calls), ['other 0+4 0+4']);
});

test('another register is another instruction', (t) => {
  const { calls } = compared(
    'aarch64',
    codeAt(0, wordsOf(ADD_X0_X8_16, RET)),
    codeAt(0, wordsOf(ADD_X0_X8_16 | 1, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['other 0+4 0+4']);
});

test('bytes behind the last word must be equal', (t) => {
  const cut = (last: number) => codeAt(0, Uint8Array.of(...wordsOf(RET), 1, last));
  t.is(compared('aarch64', cut(2), cut(2), ALL_SAME).result.verdict, 'equal');
  t.deepEqual(told(compared('aarch64', cut(2), cut(3), ALL_SAME).calls), ['other 5+1 5+1']);
});
