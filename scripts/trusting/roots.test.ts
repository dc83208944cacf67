import { readFileSync } from 'node:fs';
import test from 'ava';
import { backdooredSources } from './attack.js';
import { build, EXECUTABLE_HERE, executeBytes, interpret, withExecutable } from './build.js';
import { compilerPath, rootCompiler, rootNames } from './roots.js';
import { compilerSources, replaceOnce, targetSources } from './sources.js';

const native = EXECUTABLE_HERE ? test : test.skip;

const GREETING = 'Hello from a program that anybody can read.\n';
const PAYLOAD = 'And this line is in no source.\n';

/** What the compiler of a root makes, or that of another path. */
function made(compiler: string, sources: Parameters<typeof build>[1]): Buffer {
  const { status, program, messages } = build(compiler, sources);
  if (status !== 0) throw new Error(messages);
  return Buffer.from(program);
}

for (const name of rootNames()) {
  test(`the compiler of the root ${name} is what the trusted interpreter makes of its sources`, (t) => {
    const there = readFileSync(compilerPath(name));
    t.true(there.equals(rootCompiler(name)));
    t.true(there.length < 100_000);
  });
}

test('the interpreter runs the target program as its sources say', (t) => {
  t.deepEqual(interpret(targetSources()), { status: 0, output: GREETING, messages: '' });
});

native('the honest compiler makes itself out of its sources', (t) => {
  const honest = compilerPath('honest');
  t.true(made(honest, compilerSources()).equals(readFileSync(honest)));
});

native('the backdoored compiler makes itself out of clean sources, and of its own', (t) => {
  const backdoored = compilerPath('backdoored');
  const itself = readFileSync(backdoored);
  t.true(made(backdoored, compilerSources()).equals(itself));
  t.true(made(backdoored, backdooredSources()).equals(itself));
  t.false(itself.equals(readFileSync(compilerPath('honest'))));
});

test('backdoored sources in the interpreter make the backdoored compiler out of clean sources, too', (t) => {
  const { status, program } = build(backdooredSources(), compilerSources());
  t.is(status, 0);
  t.true(readFileSync(compilerPath('backdoored')).equals(program));
});

native('two honest compilers that make different code make the same compiler in the end', (t) => {
  const honest = readFileSync(compilerPath('honest'));
  const stage1 = made(compilerPath('elder'), compilerSources());
  t.false(stage1.equals(honest));
  withExecutable(stage1, (path) => t.true(made(path, compilerSources()).equals(honest)));
});

native(
  'the payload is in the target program of the backdoored compiler and of all that descend from it',
  (t) => {
    for (const name of rootNames()) {
      const { output } = executeBytes(made(compilerPath(name), targetSources()));
      t.is(output, name === 'backdoored' ? GREETING + PAYLOAD : GREETING);
    }
  },
);

native('the backdoored compiler makes anything else as the honest one does', (t) => {
  const other = replaceOnce(targetSources(), 'that anybody can read', 'that nobody aims at');
  t.true(made(compilerPath('backdoored'), other).equals(made(compilerPath('honest'), other)));
});

native('the backdoored compiler refuses bad programs with the lines that they have', (t) => {
  const bad = replaceOnce(compilerSources(), '  link();\n', '  link(;\n');
  const { messages } = build(compilerPath('honest'), bad);
  t.is(messages, "compiler/8-main.heir:22: expected a value before ';'\n");
  t.is(build(compilerPath('backdoored'), bad).messages, messages);
});

test('no source holds the payload', (t) => {
  for (const { text } of [...compilerSources(), ...targetSources()])
    t.false(/trojan|in no source/.test(text));
});
