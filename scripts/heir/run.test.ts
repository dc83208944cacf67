import test from 'ava';
import { interpret } from '../trusting/build.js';
import { printing, programOf } from './program-fixture.js';

const printed = (...values: string[]): string[] =>
  interpret(printing(...values))
    .output.split('\n')
    .slice(0, -1);

const output = (text: string, ...args: string[]): string => interpret(programOf(text), args).output;

test('integers have 64 bits and a sign, and wrap around', (t) => {
  t.deepEqual(printed('1 << 63', '(1 << 63) - 1', '0x7fffffff * 0x7fffffff * 8', '-(1 << 63)', '0 * -5'), [
    '-9223372036854775808',
    '9223372036854775807',
    '-34359738360',
    '-9223372036854775808',
    '0',
  ]);
});

test('divisions round towards zero, shifts keep the sign and take their count modulo 64', (t) => {
  t.deepEqual(printed('-7 / 2', '-7 % 2', '7 % -2', '-1 >> 5', '3 << 65', '-4 % 2'), [
    '-3',
    '-1',
    '1',
    '-1',
    '6',
    '0',
  ]);
});

test('operators bind as in C, but for bits, which bind more strongly than comparisons', (t) => {
  t.deepEqual(
    printed('2 + 3 * 4', '1 << 2 + 1', '6 & 3 == 2', '1 || 0 && 0', '7 - 2 - 1', '-2 * -3', '!5 + 1'),
    ['14', '8', '1', '1', '4', '6', '1'],
  );
});

test('&& and || give 0 or 1, and run their right side only where it decides', (t) => {
  const text = `
fn say(value) { print(1, "said "); return value; }
fn main(words stack) {
  print_number(1, 5 && 7);
  print_number(1, 0 && say(1));
  print_number(1, 5 || say(1));
  print_number(1, 0 || say(9));
  return 0;
}`;
  t.is(output(text), '101said 1');
});

test('bytes are read without a sign, words with one; a text ends with a zero and is memory', (t) => {
  const text = `
bytes b[2];
words w[2];
fn second(words them) { return them[1]; }
fn main(words stack) {
  b[1] = -1;
  w[1] = -2;
  print_number(1, b[1]);
  print_number(1, second(w));
  var text = "abc";
  text[1] = 'B';
  print(1, text);
  print_number(1, text[3]);
  print_number(1, 'ab' == 'a' * 256 + 'b');
  return 0;
}`;
  t.is(output(text), '255-2aBc01');
});

test('variables live to the end of their block, and each turn gives them their value anew', (t) => {
  const text = `
fn main(words stack) {
  var i = 0;
  while (i < 3) { var square = i * i; print_number(1, square); i = i + 1; }
  if (i == 3) { var square = 7; print_number(1, square); } else if (i == 4) { return 1; } else { return 2; }
  return i;
}`;
  t.is(output(text), '0147');
});

test('main finds the arguments on its stack, and its value is the exit status', (t) => {
  const { status, output } = interpret(
    programOf('fn main(words stack) { print(1, stack[2]); return stack[0] + 256; }'),
    ['x', 'ÿ'],
  );
  t.is(status, 3);
  t.is(output, 'x');
});

test('exit ends the program wherever it is called', (t) => {
  t.is(interpret(programOf('fn f() { exit(7); } fn main(words stack) { f(); return 1; }')).status, 7);
});

for (const [does, text, line, what] of [
  ['divides by zero', 'fn main(words stack) {\n  return 1 /\n (stack[0] - 1);\n}', 2, /^a division by zero$/],
  ['divides the least by -1', 'fn main(words stack) { return (1 << 63) % -1; }', 1, /more than 64 bits$/],
  [
    'reads where nothing is',
    'bytes b[1];\nfn main(words stack) { return b[-100000]; }',
    2,
    /where nothing lies$/,
  ],
  [
    'writes where nothing is',
    'words b[1];\nfn main(words stack) {\n b[99999] = 1; }',
    3,
    /where nothing lies$/,
  ],
  ['calls itself for ever', 'fn main(words stack) {\n return main(stack);\n}', 2, /too deep$/],
  ['asks what no program may', 'fn main(words stack) { return syscall(57, 0, 0, 0); }', 1, /system call 57/],
  ['opens a file in another way', 'fn main(words stack) { return syscall(2, "x", 1, 0); }', 1, /flags 1 /],
] as const) {
  test(`the interpreter stops a program that ${does}, and says where`, (t) => {
    const { status, messages } = interpret(programOf(text));
    t.is(status, null);
    const [, at, why = ''] = /^test\.heir:(\d+): (.*)$/.exec(messages) ?? [];
    t.is(at, String(line));
    t.regex(why, what);
  });
}

test('a failed system call is a negative number to the program', (t) => {
  t.is(output('fn main(words stack) { print_number(1, open_file("/nowhere/at/all")); return 0; }'), '-2');
});
