import test from 'ava';
import fc from 'fast-check';
import { HeirError } from '../heir/error.js';
import { parse } from '../heir/parse.js';
import { anyProgram, programOf } from '../heir/program-fixture.js';
import type { SourceFile } from '../heir/token.js';
import { build, EXECUTABLE_HERE, executeBytes, interpret } from './build.js';
import { compilerPath } from './roots.js';
import { compilerSources } from './sources.js';

/*
 * The interpreter and the compiler are two readings of one language, in two languages.
 */

const compiler = compilerSources();
/** That it is what these sources make is shown in `roots.test.ts`. */
const COMPILED = compilerPath('honest');
/** Each starts two processes, which is slow on a machine that is busy. */
const RUNS = 40;
const TEN_MINUTES = 600_000;
const native = EXECUTABLE_HERE ? test : test.skip;

/** What the interpreter's reader refuses a program with. */
function refusal(sources: readonly SourceFile[]): string {
  try {
    parse(sources);
  } catch (error) {
    if (error instanceof HeirError) return error.message;
    throw error;
  }
  return '';
}

for (const [is, text, message] of [
  ['has no main', 'fn f() { return 1; }\n', '2: there is no function main'],
  ['has a main without its stack', 'fn f() {}\nfn main() {}', "2: 'main' takes one parameter, the stack"],
  ['names what is not declared', 'fn main(words stack) {\n  return x;\n}', "2: 'x' is not declared"],
  ['assigns to what is not declared', 'fn main(words stack) {\n\n  x = 1;\n}', "3: 'x' is not declared"],
  ['indexes what is not declared', 'fn main(words stack) { x[0] = 1; }', "1: 'x' is not declared"],
  ['calls what is nowhere', 'fn main(words stack) {\n  f(1);\n}\n', "2: 'f' is not declared"],
  ['calls a variable', 'var f;\nfn main(words stack) { f(1); }\n', "2: 'f' is not declared"],
  ['uses a function as a value', 'fn main(words stack) { return main; }\n', "1: 'main' is not declared"],
  [
    'calls with an argument too many',
    'fn main(words stack) {\n  f(1, 2); }\nfn f(a) {}',
    "2: 'f' is called with another number of arguments",
  ],
  ['declares twice', 'const A = 1;\nvar A;\n', "2: 'A' is already declared"],
  ['defines twice', 'fn f() {}\n\nfn f() {}\n', "3: 'f' is already declared"],
  ['declares twice in a block', 'fn f(a) {\n  var a = 1;\n}\n', "2: 'a' is already declared"],
  ['declares a keyword', 'var while;\n', "1: expected a name before 'while'"],
  ['assigns to a constant', 'const A = 1;\nfn f() { A = 2; }\n', "2: 'A' is not a variable"],
  ['assigns to a memory', 'bytes m[2];\nfn f() { m = 2; }\n', "2: 'm' is not a variable"],
  ['indexes a constant', 'const A = 1;\nfn f() { return A[2]; }\n', "2: 'A' is no memory"],
  ['sizes a memory by a variable', 'var n;\nbytes m[n];\n', "2: 'n' is not a constant"],
  ['has a memory of nothing', 'bytes m[0];\n', '1: a memory has 1 to 100000000 elements'],
  ['leaves a semicolon out', 'fn f() {\n  var a = 1\n  return a;\n}\n', "3: expected ; before 'return'"],
  ['ends in a block', 'fn f() {\n  if (1) {\n', '3: expected a name before the end'],
  ['has an if without parentheses', 'fn f() { if 1 { } }\n', "1: expected ( before '1'"],
  ['has an operator without a value', 'fn f() { return 1 + ; }\n', "1: expected a value before ';'"],
  ['returns nothing', 'fn f() { return; }\n', "1: expected a value before ';'"],
  ['has statements outside of functions', 'f();\n', "1: expected a declaration before 'f'"],
  ['has no end to a text', 'fn f() {\n  print(1, "abc);\n}\n', '2: the quote is not closed on its line'],
  ['has another escape', 'fn f() { print(1, "\\x"); }\n', '1: no such character after a backslash'],
  [
    'has a long character',
    "fn f() { return 'abcde'; }\n",
    '1: one to four characters stand between such quotes',
  ],
  ['has a large number', 'const A = 1234567890123456789;\n', '1: the number has too many digits'],
  ['has a number with letters', 'const A = 12a;\n', '1: this is not a number'],
  ['has a number without digits', 'const A = 0x;\n', '1: this is not a number'],
  ['has a strange character', '# fine: $\n$\n', '2: this character means nothing'],
  ['has a zero byte', 'var a;\n\0', '2: this character means nothing'],
  [
    'calls the system with too little',
    'fn f() {\n  syscall(1, 2);\n}\n',
    "2: 'syscall' takes a number and three arguments",
  ],
] as const) {
  test(`a program that ${is} is refused with its line, by compiler and interpreter alike`, (t) => {
    const sources = programOf(text);
    const { status, messages } = build(compiler, sources);
    t.is(messages, `test.heir:${message}\n`);
    t.is(status, 1);
    t.is(refusal(sources), `test.heir:${message}`);
  });
}

test('a compiler that cannot read a file or is called in another way says so', (t) => {
  t.is(
    interpret(compiler, ['/nowhere/program', '/nowhere/a.heir']).messages,
    '/nowhere/a.heir: cannot be opened\n',
  );
  const usage = interpret(compiler);
  t.is(usage.messages, 'usage: compiler PROGRAM FILE…\n'.replace('…', '\u00e2\u0080\u00a6'));
  t.is(usage.status, 1);
});

native('compiled programs do what interpreted ones do, to the byte, the status and the trap', (t) => {
  t.timeout(TEN_MINUTES);
  let trapped = 0;
  fc.assert(
    fc.property(anyProgram, (sources) => {
      const { status, program, messages } = build(COMPILED, sources);
      t.is(status, 0, messages);
      const [here, there] = [interpret(sources), executeBytes(program)];
      if (here.status === null) {
        // Anything else that stops the interpreter is the generator's fault: compiled code does not look where it reads.
        t.regex(here.messages, /: a division /);
        trapped += 1;
      }
      return here.status === there.status && here.output === there.output;
    }),
    { numRuns: RUNS },
  );
  t.true(trapped < RUNS);
});

native('a compiled compiler makes of a program what the interpreted one makes of it', (t) => {
  t.timeout(TEN_MINUTES);
  fc.assert(
    fc.property(anyProgram, (sources) => {
      const [here, there] = [build(compiler, sources), build(COMPILED, sources)];
      return here.status === 0 && there.status === 0 && Buffer.compare(here.program, there.program) === 0;
    }),
    { numRuns: 5 },
  );
  t.pass();
});
