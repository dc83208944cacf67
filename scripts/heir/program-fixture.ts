import fc from 'fast-check';
import { readSource, SCENE } from '../trusting/sources.js';
import type { SourceFile } from './token.js';

/** A program of one file, with what every program may use. */
export function programOf(text: string): SourceFile[] {
  return [readSource(`${SCENE}/sources`, 'system.heir'), { path: 'test.heir', text }];
}

/** A program that prints the values, one a line. */
export function printing(...values: string[]): SourceFile[] {
  const lines = values.map((value) => `  show(${value});`);
  return programOf(`${SHOW}fn main(words stack) {\n${lines.join('\n')}\n  return 0;\n}\n`);
}

const SHOW = 'fn show(value) { print_number(1, value); print(1, "\\n"); }\n';

const NUMBERS = [
  '0',
  '1',
  '2',
  '63',
  '64',
  '255',
  '256',
  '0x7fffffff',
  '0x80000000',
  '0xffffffff',
  '(1 << 63)',
];
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '&',
  '^',
  '|',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
];

const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(...NUMBERS, 'g', 'a', 'b', 'c'),
    fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n).map((n) => `(${n})`),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(tie('expression'), fc.constantFrom(...OPERATORS), tie('expression'))
      .map(([l, o, r]) => `(${l} ${o} ${r})`),
    // Without parentheses precedence decides.
    fc
      .tuple(
        tie('leaf'),
        fc.constantFrom(...OPERATORS),
        tie('leaf'),
        fc.constantFrom(...OPERATORS),
        tie('leaf'),
      )
      .map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('-', '~', '!'), tie('expression')).map(([sign, value]) => `${sign}(${value})`),
    tie('expression').map((index) => `m[(${index}) & 15]`),
    tie('expression').map((index) => `w[(${index}) & 15]`),
    fc.tuple(tie('expression'), tie('expression')).map(([x, y]) => `mix(${x}, ${y})`),
  ),
}));

const { statement } = fc.letrec<{ statement: string; block: string }>((tie) => ({
  block: fc.array(tie('statement'), { maxLength: 4 }).map((statements) => `{ ${statements.join(' ')} }`),
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'g'), expression).map(([name, value]) => `${name} = ${value};`),
    fc.tuple(expression, expression).map(([index, value]) => `m[(${index}) & 15] = ${value};`),
    fc.tuple(expression, expression).map(([index, value]) => `w[(${index}) & 15] = ${value};`),
    expression.map((value) => `show(${value});`),
    fc.tuple(expression, tie('block')).map(([condition, then]) => `if (${condition}) ${then}`),
    fc
      .tuple(expression, tie('block'), expression, tie('block'), tie('block'))
      .map(([x, one, y, two, three]) => `if (${x}) ${one} else if (${y}) ${two} else ${three}`),
    // `steps` ends every loop.
    fc
      .tuple(expression, tie('block'))
      .map(
        ([condition, body]) => `while (steps > 0 && (${condition})) { steps = steps - 1; ${body.slice(1)}`,
      ),
  ),
}));

/** Programs that compute, print what they come to, and end, be it by a division that traps. */
export const anyProgram: fc.Arbitrary<SourceFile[]> = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 24 }), expression)
  .map(([statements, value]) =>
    programOf(`${SHOW}
var g;
var steps;
bytes m[16];
words w[16];
fn mix(x, y) { if (x < y) { return x - y; } return x * 31 + y; }
fn work(a, b) {
  var c = 7;
  ${statements.join('\n  ')}
  return ${value};
}
fn main(words stack) {
  steps = 20;
  show(work(stack[0], -5));
  show(g);
  return g;
}
`),
  );
