import test from 'ava';
import type { InstructionDiff } from '../../explain/explanation.js';
import type { ResidueReport } from '../explanation.js';
import type { PairReport } from '../model.js';
import { NO_PAINT, type Paint } from '../paint.js';
import { pairOptions, reportOf } from '../report-fixture.js';
import { AT_LENGTH, residueLines } from './residue.js';

const WIDTH = 80;

/** The pair of the corpus that has one changed instruction, with other residue in its place. */
async function linesOf(residue: readonly ResidueReport[], paint: Paint = NO_PAINT): Promise<string[]> {
  const { pairs } = await reportOf({ ...pairOptions('flipped-jump'), jobs: 1 });
  const edited = pairs.map((pair): PairReport => {
    const { explanation, ...rest } = pair;
    return explanation === undefined ? rest : { ...rest, explanation: { ...explanation, residue } };
  });
  return [...residueLines(edited, paint, WIDTH, AT_LENGTH)];
}

function segment(more: Partial<ResidueReport>): ResidueReport {
  const at = { aStart: 0x40, aLength: 1, bStart: 0x40, bLength: 1, segments: 1 };
  const name = '_ZN1m3one17h0123456789abcdefE';
  return { place: [`.text.${name}`], symbolA: name, symbolB: name, reason: 'code', ...at, ...more };
}

function diff(rows: InstructionDiff['rows'], leftOut = 0): InstructionDiff {
  return { machine: 'x86-64', rows, leftOut };
}

const side = (offset: number, text: string) => ({ offset, text });
const nop = { mark: 'equal', a: side(0, 'nop'), b: side(0, 'nop') } as const;

test('instructions stand side by side under the demangled name of their function, what differs is marked', async (t) => {
  const changed = { mark: 'changed', a: side(0x41, 'je 0x57'), b: side(0x41, 'jne 0x57') } as const;
  const added = { mark: 'only-b', b: side(0x43, 'rdtsc') } as const;
  const marked = { ...NO_PAINT, dim: (text: string) => `(${text})`, red: (text: string) => `<${text}>` };
  const lines = await linesOf([segment({ instructions: diff([nop, changed, added], 3) })], marked);
  t.deepEqual(lines.slice(3), [
    '  .text › m::one',
    '    code: 1 byte at 0x40',
    '(       0: nop                           │     0: nop)',
    '< !    41: je 0x57                       │    41: jne 0x57>',
    '< +                                      │    43: rdtsc>',
    '    … 3 more rows of the function',
  ]);
});

test('changed rows that are too long for half a line stand one above the other', async (t) => {
  const long = `call ${'module::'.repeat(6)}`;
  const rows = [
    { mark: 'changed', a: side(1, `${long}one`), b: side(1, `${long}two`) },
    { mark: 'only-b', b: side(6, `mov rax, [rip + ${'x'.repeat(100)}]`) },
  ] as const;
  const lines = (await linesOf([segment({ instructions: diff(rows) })])).slice(5);
  t.deepEqual(lines.slice(0, 2), [` -     1: ${long}one`, ` +     1: ${long}two`]);
  for (const line of lines) t.true(line.length <= WIDTH, line);
  t.true(lines[2]?.endsWith('…'));
});

test('a function of one side is a plain list', async (t) => {
  const rows = [{ mark: 'only-a', a: side(0, 'ret') }] as const;
  const only = { bLength: 0, symbolB: undefined, instructions: diff(rows) };
  t.deepEqual((await linesOf([segment(only)])).slice(4), [
    '    code: 1 byte only in A at 0x40',
    ' -     0: ret',
  ]);
});

test('of several stretches in one function the first shows the instructions, the others say where they are', async (t) => {
  const first = segment({ aLength: 2, bLength: 2, instructions: diff([nop]) });
  const lines = await linesOf([first, segment({ aStart: 0x60, bStart: 0x60 })]);
  t.is(lines.filter((line) => line.includes('nop')).length, 1);
  t.is(lines.at(-1), '    code: 1 byte at 0x60, instructions above');
});
