import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
import fc from 'fast-check';
import { parse } from 'yaml';
import { InputError } from '../error.js';
import { EXAMPLE } from './example.js';
import { parseExperiment } from './experiment.js';
import { experimentText } from './rebuild-fixture.js';

const SCHEMA = fileURLToPath(new URL('../../../docs/experiment-1.schema.json', import.meta.url));
const isExperiment = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

function read(text: string) {
  return parseExperiment(text, '/experiments/one.yaml');
}

test('paths of an experiment are relative to its file', (t) => {
  const { source, roots } = read(
    experimentText({ roots: { a: { path: 'x' }, b: { path: ['/y', '../z'] } } }),
  );
  t.is(source.path, '/experiments/src');
  t.deepEqual(roots.a, { name: 'A', paths: ['/experiments/x'], given: ['x'], sources: [] });
  t.deepEqual(roots.b, { name: 'B', paths: ['/y', '/z'], given: ['/y', '../z'], sources: [] });
});

test('a text is a command for the shell, a list is a program with its arguments', (t) => {
  const stages = [
    { name: 'text', run: 'make "$X"' },
    { name: 'list', run: ['make', '$X'], claim: false },
  ];
  const { recipe } = read(experimentText({ recipe: { use: 'command', stages } }));
  t.deepEqual(
    recipe.stages.map(({ run, claim }) => ({ run, claim })),
    [
      { run: ['sh', '-euc', 'make "$X"'], claim: true },
      { run: ['make', '$X'], claim: false },
    ],
  );
});

test('a recipe may be only a name', (t) => {
  for (const recipe of ['rustc', 'cargo', 'std', 'bootstrap'] as const)
    t.is(read(experimentText({ recipe })).recipe.use, recipe);
  t.throws(() => read(experimentText({ recipe: 'command' })), { message: /stages: a list is expected/ });
});

test('bootstrap makes two stages of which the second is judged, and three with full-bootstrap', (t) => {
  const stages = (recipe: object): unknown =>
    read(experimentText({ recipe: { use: 'bootstrap', ...recipe } })).recipe.stages.map(({ name, claim }) => [
      name,
      claim,
    ]);
  t.deepEqual(stages({}), [
    ['stage1', false],
    ['stage2', true],
  ]);
  t.deepEqual(stages({ stages: 1 }), [['stage1', true]]);
  t.deepEqual(stages({ 'full-bootstrap': true }), [
    ['stage1', false],
    ['stage2', true],
    ['stage3', true],
  ]);
});

test('settings of bootstrap stand in the tables of its configuration', (t) => {
  const set = { 'rust.lto': '"thin"', 'rust.codegen-units': 4, 'change-id': 1 };
  const { recipe } = read(experimentText({ recipe: { use: 'bootstrap', 'llvm-config': '/usr/bin/l', set } }));
  const config = recipe.stages[0]?.run.find((word) => word.includes('[build]')) ?? '';
  t.regex(config, /^\nchange-id = 1\n\[build\]\n/);
  t.regex(config, /\[rust\]\n[^[]*lto = "thin"\n/);
  t.regex(config, /\[rust\]\n[^[]*codegen-units = 4/);
  t.regex(config, /\[target\.x86_64-unknown-linux-gnu\]\nllvm-config = "\/usr\/bin\/l"/);
  t.is(config.match(/lto/g)?.length, 1);
});

test('the example reads, and is as the schema says', (t) => {
  const { recipe, roots, controls } = parseExperiment(EXAMPLE, 'experiment.yaml');
  t.is(recipe.use, 'cargo');
  t.is(roots.b.paths.length, 3);
  t.deepEqual(controls, { a: 1, b: 0 });
  t.true(isExperiment(parse(EXAMPLE)), JSON.stringify(isExperiment.errors));
});

/** Wrong in one place, with the line and what is said of it. */
const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ['no mapping', '- a\n- b\n', /line 1, column 1: the file: a mapping/],
  ['no YAML', 'schema: [\n', /line \d, column \d+: /],
  ['a key twice', 'schema: trustdiff-experiment-1\nname: a\nname: b\n', /line 3, column 1: /],
  ['an alias', 'schema: trustdiff-experiment-1\nname: &n a\nsource: *n\n', /line 3, column 9: source: /],
  ['another schema', 'schema: x\n', /line 1, column 9: schema: x is none of trustdiff-experiment-1/],
  ['no name', 'schema: trustdiff-experiment-1\n', /name is missing/],
  ['a NUL in a path', experimentText({ source: 'a\0b' }), /line 1, column \d+: source: a NUL is in it/],
  ['a field nobody knows', `${EXAMPLE}\nthread: 3\n`, /line \d+, column 1: thread: no such field/],
  [
    'a root without a path',
    'schema: trustdiff-experiment-1\nname: n\nsource: s\nrecipe: cargo\nroots:\n  a: { name: x }\n  b: { path: y }\n',
    /line 6, column 6: roots\.a\.path is missing/,
  ],
];

for (const [what, text, message] of WRONG) {
  test(`${what} is refused with its line and column`, (t) => {
    const error = t.throws(() => read(text), { instanceOf: InputError });
    t.regex(error?.message ?? '', message);
    t.is(error?.where.file, '/experiments/one.yaml');
  });
}

/** Fields that the reader and the schema must both refuse. */
const REFUSED: readonly object[] = [
  { controls: { a: -1 } },
  { controls: { a: 1.5 } },
  { tools: { cargo: 'c' } },
  { tools: { clippy: 'a' } },
  { sandbox: { use: 'docker' } },
  { sandbox: { cores: 0 } },
  { vary: ['colour'] },
  { environment: { 'A-B': '1' } },
  { environment: { TRUSTDIFF_SRC: '/x' } },
  { recipe: 'make' },
  { recipe: { use: 'cargo', features: 'x' } },
  { recipe: { use: 'cargo', registry: '/opt/registry' } },
  { recipe: { use: 'command', stages: [] } },
  { recipe: { use: 'command', stages: [{ name: '../x', run: 'x' }] } },
  { recipe: { use: 'command', stages: [{ name: 'x', run: [] }] } },
  { recipe: { use: 'bootstrap', stages: 3 } },
  { recipe: { use: 'std', target: 'a b' } },
  { source: { path: 's', digest: 'sha256:00' } },
  { roots: { a: { path: 'x' } } },
  { roots: { a: { path: [] }, b: { path: 'y' } } },
];

for (const fields of REFUSED) {
  test(`${JSON.stringify(fields)} is refused, by the schema too`, (t) => {
    const text = experimentText(fields);
    t.throws(() => read(text), { instanceOf: InputError, message: /^line 1, column \d+: / });
    t.false(isExperiment(JSON.parse(text)));
  });
}

test('what the schema cannot say is refused too', (t) => {
  const one = { name: 'x', run: 'x' };
  for (const fields of [
    { recipe: { use: 'command', stages: [one, one] } },
    { recipe: { use: 'command', stages: [{ ...one, claim: false }] } },
    { recipe: { use: 'cargo', vendor: 'v', registry: '/usr/r' } },
    { vary: ['time'] },
  ])
    t.throws(() => read(experimentText(fields)), { instanceOf: InputError, message: /^line 1, / });
});

/** Pieces that files of settings are made of, and what wrecks their readers. */
const PIECES = fc.constantFrom(
  ...[
    'schema',
    'name',
    'source',
    'recipe',
    'roots',
    'planted',
    'vary',
    'controls',
    'a',
    'b',
    'path',
    'run',
    'use',
  ],
  ...[
    'trustdiff-experiment-1',
    'command',
    'true',
    '1',
    'null',
    '~',
    '.inf',
    '!!binary aGk=',
    '!!set',
    '%YAML 1.1\n---',
  ],
  ...[
    ': ',
    ':',
    '\n',
    '\n  ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&x ',
    '*x',
    '<<',
    '|\n',
    '>-\n',
    '"',
    "'",
    '#',
    '\t',
  ],
  ...['\u0000', '\ud800', '\u2028', '\r', '__proto__', 'constructor', '---\n', '...\n'],
);

test('whatever a file holds, it is read or refused with an InputError', (t) => {
  const whole = experimentText({ controls: { a: 1 }, vary: ['time'], planted: { of: 'b', run: 'x' } });
  const texts = fc.oneof(
    fc.array(PIECES, { maxLength: 60 }).map((pieces) => pieces.join('')),
    fc.tuple(fc.nat(whole.length), fc.nat(12), PIECES).map(([at, cut, piece]) => {
      return whole.slice(0, at) + piece + whole.slice(at + cut);
    }),
    fc.json().map((json) => whole.replace('"copies"', json)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        read(text);
        return true;
      } catch (error) {
        return error instanceof InputError && error.where.file === '/experiments/one.yaml';
      }
    }),
    { numRuns: 1500 },
  );
  t.pass();
});

test('every field that holds something else than it should is refused with its line and column', (t) => {
  const good = JSON.parse(
    experimentText({
      tools: { cargo: 'a' },
      controls: { a: 1, b: 0 },
      environment: { A: '1' },
      sandbox: { use: 'bubblewrap', cores: 2 },
      vary: ['time'],
      planted: { of: 'a', run: 'x' },
    }),
  );
  t.notThrows(() => read(JSON.stringify(good)));
  for (const path of pathsOf(good))
    for (const value of [{ surprise: 1 }, [[]], [{}], {}]) {
      const text = JSON.stringify(withValue(good, path, value));
      // Names of variables are anybody's choice.
      if (path.join() === 'environment' && 'surprise' in value) continue;
      // An empty mapping stands for no settings where all are optional.
      if (Object.keys(value).length === 0 && !Array.isArray(value) && OPTIONAL.has(path[0] ?? '')) continue;
      t.throws(() => read(text), { instanceOf: InputError, message: /^line 1, column \d+: / }, text);
    }
});

const OPTIONAL = new Set(['tools', 'controls', 'environment', 'sandbox', 'vary', 'planted']);

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

function withValue(of: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  const copy = structuredClone(of) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? value : withValue(copy[key], rest, value);
  return copy;
}

test('what nests too deep, or is too long, is refused at once', (t) => {
  for (const text of ['['.repeat(1e5), '{a: '.repeat(1e5), '- '.repeat(1e5), '? '.repeat(1e5)])
    t.throws(() => read(text), { instanceOf: InputError, message: /^it is nested deeper than 64 levels/ });
  t.throws(() => read(' '.repeat(2e6)), { instanceOf: InputError, message: /^it is longer than 1048576/ });
});

test('a mapping in which names stand for one another is refused, however small it is', (t) => {
  const bomb = `${experimentText().slice(0, -1)}, "environment": {"A": &a "x", "B": *a}}`;
  t.throws(() => read(bomb), {
    instanceOf: InputError,
    message: /^line 1, column \d+: environment\.B: a text/,
  });
});

test('true plants in root a, and a command is needed where no rustc is used', (t) => {
  t.deepEqual(read(experimentText({ recipe: 'cargo', planted: true })).planted, { of: 'a', run: undefined });
  t.deepEqual(read(experimentText({ recipe: 'std', planted: { of: 'b' } })).planted, {
    of: 'b',
    run: undefined,
  });
  t.is(read(experimentText({ planted: false })).planted, undefined);
  for (const [fields, message] of [
    [{ planted: true }, /planted: the recipe command needs a command that plants/],
    [{ recipe: 'cargo', tools: { rustc: 'b' }, planted: true }, /planted: the rustc of root a is not used/],
  ] as const) {
    t.throws(() => read(experimentText(fields)), { instanceOf: InputError, message });
    t.true(isExperiment(JSON.parse(experimentText(fields))), 'the schema cannot say so');
  }
});
