import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
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
