import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type ImageFunction, relocatable } from './image-fixture.js';
import { LabelNumbers } from './label-numbers.js';
import { ElfView } from './view.js';

const CONSTANT = '0123456789abcdef0123456789abcdef';

/** Functions that refer to constants, in this order, and a section for each constant. */
function object(functions: readonly (readonly [name: string, constants: readonly string[]])[]): Buffer {
  const labels = [...new Set(functions.flatMap(([, constants]) => constants))];
  return relocatable({
    functions: functions.map(([name, constants]): ImageFunction => {
      const loads = constants.flatMap((to) => ['0f2805', { to, addend: -4 }] as const);
      return { name, code: ['31c0', ...loads, 'c3'] };
    }),
    constants: labels.map((name, i) => ({
      name,
      bytes: [`${CONSTANT.slice(2)}0${i}`],
      section: '.rodata.cst16',
    })),
  });
}

function laws(content: Buffer, ...names: readonly string[]): (string | undefined)[] {
  const view = new ElfView(content);
  const numbers = new LabelNumbers(view, undefined);
  const { symbols } = view;
  return names.map((name) => {
    for (let i = 1; i < (symbols?.length ?? 0); i += 1)
      if (symbols?.name(i) === name) return numbers.symbolLaw(i);
    throw new Error(`nothing is called ${name}`);
  });
}

test('a constant has the number of the one function that refers to it', (t) => {
  const content = object([
    ['first', ['.LCPI0_0', '.LCPI0_1']],
    ['none', []],
    ['third', ['.LCPI2_0']],
  ]);
  t.deepEqual(laws(content, '.LCPI0_0', '.LCPI0_1', '.LCPI2_0'), ['constant 0', 'constant 1', 'constant 0']);
});

test('a constant with another function’s number, or of two functions, follows from nothing', (t) => {
  const wrong = object([
    ['first', ['.LCPI1_0']],
    ['second', ['.LCPI0_0']],
  ]);
  t.deepEqual(laws(wrong, '.LCPI0_0', '.LCPI1_0'), [undefined, undefined]);
  const shared = object([
    ['first', ['.LCPI0_0']],
    ['second', ['.LCPI0_0']],
  ]);
  t.deepEqual(laws(shared, '.LCPI0_0'), [undefined]);
});

test('labels of functions that changed places are renumbered, and nothing is left', (t) => {
  const a = object([
    ['first', ['.LCPI0_0']],
    ['second', ['.LCPI1_0']],
  ]);
  const b = object([
    ['second', ['.LCPI0_0']],
    ['first', ['.LCPI1_0']],
  ]);
  t.deepEqual(laws(b, '.LCPI0_0', '.LCPI1_0'), ['constant 0', 'constant 0']);
  const { lines } = tellLedger(a, b);
  t.false(
    lines.some((line) => line.includes('local-label residue')),
    lines.join('\n'),
  );
});

test('two labels that exchanged their names are residue, in one function and in two', (t) => {
  const a = object([
    ['first', ['.LCPI0_0', '.LCPI0_1']],
    ['second', ['.LCPI1_0']],
  ]);
  for (const [x, y] of [
    ['.LCPI0_0', '.LCPI0_1'],
    ['.LCPI0_0', '.LCPI1_0'],
  ] as const) {
    const b = Buffer.from(a);
    const [atX, atY] = [a.lastIndexOf(`${x}\0`), a.lastIndexOf(`${y}\0`)];
    b.write(y, atX, 'latin1');
    b.write(x, atY, 'latin1');
    t.true(tellLedger(a, b).open > 0);
  }
});
