import test from 'ava';
import type { MaterialisedRoot } from '../root/materialise.js';
import { parseExperiment } from './experiment.js';
import { type Ingredients, type PlannedRun, planRuns } from './plan.js';
import { experimentText } from './rebuild-fixture.js';

function root(digest: string, prefix = `/roots/${digest}`): MaterialisedRoot {
  return {
    prefix,
    rustc: undefined,
    cargo: undefined,
    targets: [],
    std: false,
    digest,
    bytes: 0,
    tree: { algorithm: 'blake3', digest, bytes: 0, ctimeMs: 0, entries: [] },
    copied: false,
    notes: [],
  };
}

function ingredients(fields: object = {}, more: Partial<Ingredients> = {}): Ingredients {
  return {
    experiment: parseExperiment(experimentText({ sandbox: { cores: 2 }, ...fields }), '/x/experiment.yaml'),
    source: { path: '/src', digest: 'source' },
    roots: { a: root('one'), b: root('other') },
    shared: [{ name: 'cc', path: '/usr/bin/cc', digest: 'cc' }],
    planted: undefined,
    ...more,
  };
}

function keys(fields: object = {}, more: Partial<Ingredients> = {}): string[] {
  return planRuns(ingredients(fields, more)).map(({ key }) => key);
}

const [A = '', B = ''] = keys();

test('the cross pair comes first, then the planted run, then the controls', (t) => {
  const runs = planRuns(
    ingredients({ controls: { a: 2, b: 1 }, planted: { of: 'b', run: 'x' } }, { planted: root('planted') }),
  );
  t.deepEqual(
    runs.map(({ id, side, role }) => [id, side, role]),
    [
      ['a1', 'a', 'cross'],
      ['b1', 'b', 'cross'],
      ['planted', 'b', 'planted'],
      ['a2', 'a', 'control'],
      ['a3', 'a', 'control'],
      ['b2', 'b', 'control'],
    ],
  );
});

test('a control has the key of what it repeats, and a varied one has not', (t) => {
  t.deepEqual(keys({ controls: { a: 1, b: 1 } }), [A, B, A, B]);
  for (const vary of ['path', 'time', 'umask', 'locale', 'cores', 'hostname', 'file-order']) {
    const [a, b, varied] = keys({ controls: { a: 1 }, vary: [vary] });
    t.deepEqual([a, b], [A, B]);
    t.not(varied, A, vary);
  }
});

const stage = { name: 'copy', run: ['x'] };

/** Whatever an output may hang on. */
const CHANGES: Readonly<Record<string, string[]>> = {
  'the sources': keys({}, { source: { path: '/src', digest: 'changed' } }),
  'the command of a stage': keys({ recipe: { use: 'command', stages: [{ ...stage, run: ['y'] }] } }),
  'the name of a stage': keys({ recipe: { use: 'command', stages: [{ ...stage, name: 'y' }] } }),
  'the environment of a stage': keys({
    recipe: { use: 'command', stages: [{ ...stage, environment: { X: '1' } }] },
  }),
  'a stage more': keys({ recipe: { use: 'command', stages: [stage, { ...stage, name: 'more' }] } }),
  'the environment': keys({ environment: { X: '1' } }),
  'another value in the environment': keys({ environment: { X: '2' } }),
  'the sandbox': keys({ sandbox: { use: 'none', cores: 2 } }),
  processors: keys({ sandbox: { cores: 3 } }),
  'a tool that all builds share': keys(
    {},
    { shared: [{ name: 'cc', path: '/usr/bin/cc', digest: 'changed' }] },
  ),
  'a tool less': keys({}, { shared: [] }),
};

test('a key changes with the sources, commands, environment, sandbox, processors and shared tools', (t) => {
  const known = new Set([A, B]);
  for (const [what, [a = '', b = '']] of Object.entries(CHANGES)) {
    t.not(a, b, what);
    for (const key of [a, b]) {
      t.false(known.has(key), what);
      known.add(key);
    }
  }
});

test('a key changes with its own root, and not with the other one', (t) => {
  t.deepEqual(keys({}, { roots: { a: root('changed'), b: root('other') } }).slice(1), [B]);
  t.not(keys({}, { roots: { a: root('changed'), b: root('other') } })[0], A);
});

test('a tool that is held fixed comes from its root for both sides, and stands in both keys', (t) => {
  const runs = planRuns(ingredients({ tools: { cargo: 'b' } }));
  const prefixes = ({ root: own, rustcRoot, cargoRoot }: PlannedRun) => [own, rustcRoot, cargoRoot];
  t.deepEqual(runs.map(prefixes), [
    ['/roots/one', '/roots/one', '/roots/other'],
    ['/roots/other', '/roots/other', '/roots/other'],
  ]);
  const [a, b] = runs.map(({ key }) => key);
  t.not(a, A);
  t.is(b, B);
  t.not(keys({ tools: { rustc: 'b' } })[0], a);
});

test('a key does not change with names, places, controls or what is told and not judged', (t) => {
  for (const same of [
    keys({ name: 'another' }),
    keys({ source: 'elsewhere' }, { source: { path: '/elsewhere', digest: 'source' } }),
    keys({ roots: { a: { name: 'x', path: 'x' }, b: { name: 'y', path: 'y' } } }),
    keys({}, { roots: { a: root('one', '/elsewhere'), b: root('other') } }),
    keys({}, { shared: [{ name: 'cc', path: '/opt/cc', digest: 'cc' }] }),
    keys({ controls: { a: 3 } }).slice(0, 2),
  ])
    t.deepEqual(same, [A, B]);
  const told = [
    { name: 'one', run: ['x'], claim: false },
    { name: 'two', run: ['x'] },
  ];
  t.deepEqual(
    keys({ recipe: { use: 'command', stages: told } }),
    keys({ recipe: { use: 'command', stages: told.map(({ name, run }) => ({ name, run })) } }),
  );
});

test('the planted run is made with the planted root, for every tool that is its side’s own', (t) => {
  const planted = root('planted');
  const [, , run] = planRuns(
    ingredients({ planted: { of: 'a', run: 'x' }, tools: { cargo: 'b' } }, { planted }),
  );
  t.is(run?.rustcRoot, '/roots/planted');
  t.is(run?.cargoRoot, '/roots/other');
  t.not(run?.key, A);
});

test('surroundings are the same on every machine, but for processors that are not given', (t) => {
  const [run] = planRuns(ingredients());
  t.deepEqual(run?.surroundings, {
    cores: 2,
    epoch: 1_735_689_600,
    locale: 'C.UTF-8',
    timeZone: 'UTC',
    umask: '022',
    hostname: 'trustdiff',
  });
});
