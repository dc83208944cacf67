import test from 'ava';
import fc from 'fast-check';
import { findDivergence } from './divergence.js';
import { invocationGraph } from './graph.js';
import type { Invocation } from './invocation.js';
import { digestOf, type MadeCrate, madeLog } from './log-fixture.js';
import { pairInvocations } from './pairing.js';

/** Crates in an order of dependency: each may depend on any before it. */
const builds = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((lists): MadeCrate[] =>
    lists.map((list, i) => ({
      name: `crate_${i}`,
      dependencies: i === 0 ? [] : [...new Set(list.map((n) => `crate_${n % i}`))],
    })),
  );
/** A build, one of its crates, and another order of the same build that its dependencies allow. */
const planted = builds.chain((crates) =>
  fc.tuple(
    fc.constant(crates),
    fc.nat(crates.length - 1),
    fc
      .array(fc.nat(), { minLength: crates.length, maxLength: crates.length })
      .map((picks) => shuffled(crates, picks)),
  ),
);

function shuffled(crates: readonly MadeCrate[], picks: readonly number[]): MadeCrate[] {
  const done: MadeCrate[] = [];
  for (const pick of picks) {
    const ready = crates.filter(
      (crate) =>
        !done.includes(crate) &&
        crate.dependencies.every((name) => done.some((other) => other.name === name)),
    );
    const next = ready[pick % ready.length];
    if (next !== undefined) done.push(next);
  }
  return done;
}

function changed(crates: readonly MadeCrate[], at: string, change: Partial<MadeCrate>): MadeCrate[] {
  return crates.map((crate) => (crate.name === at ? { ...crate, ...change } : crate));
}

/** How many crates need this one, by whatever way. */
function dependants(crates: readonly MadeCrate[], name: string): number {
  const reached = new Set([name]);
  for (const crate of crates) if (crate.dependencies.some((one) => reached.has(one))) reached.add(crate.name);
  return reached.size - 1;
}

test('two equal builds do not part, in whatever order they ran', (t) => {
  fc.assert(
    fc.property(planted, ([crates, , other]) => {
      const divergence = findDivergence(madeLog(crates), madeLog(other));
      t.is(divergence.first, null);
      t.is(divergence.equal, crates.length);
      t.deepEqual([divergence.onlyA, divergence.onlyB, divergence.inputs], [[], [], []]);
    }),
  );
});

for (const [what, change, kind, difference] of [
  ['varies by chance', { chance: 'x' }, 'nothing', undefined],
  ['has another source', { source: 'x' }, 'inputs', 'source'],
  ['has another argument', { cfg: 'x' }, 'inputs', 'argument'],
  ['has another variable', { environment: { FOO: 'x' } }, 'inputs', 'environment'],
  ["has another hash of cargo's", { hash: '0123456789abcdef' }, 'metadata', 'metadata'],
] as const) {
  test(`the one crate that ${what} is named, and what depends on it is not`, (t) => {
    fc.assert(
      fc.property(planted, ([crates, at, other]) => {
        const name = `crate_${at}`;
        const divergence = findDivergence(madeLog(crates), madeLog(changed(other, name, change)));
        t.is(divergence.origins.length, 1);
        t.is(divergence.first?.invocation.crate, name);
        t.is(divergence.first?.class, kind);
        const kinds = new Set(divergence.first?.differences.map((one) => one.kind));
        t.deepEqual([...kinds], difference === undefined ? [] : [difference]);
        t.is(divergence.inherited, dependants(crates, name));
        t.is(divergence.equal, crates.length - 1 - divergence.inherited);
      }),
    );
  });
}

test('with another hash for every crate, the first is one that depends on nothing', (t) => {
  fc.assert(
    fc.property(planted, ([crates, , other]) => {
      const rehashed = other.map((crate) => ({ ...crate, hash: digestOf('other', crate.name).slice(0, 16) }));
      const divergence = findDivergence(madeLog(crates), madeLog(rehashed));
      t.is(divergence.pairs, crates.length);
      t.is(divergence.first?.class, 'metadata');
      t.is(divergence.first?.invocation.crate, 'crate_0');
      t.is(divergence.origins.length, crates.filter(({ dependencies }) => dependencies.length === 0).length);
    }),
  );
});

test('a call whose inputs are equal goes before calls with another hash', (t) => {
  const crates: MadeCrate[] = [
    { name: 'a', dependencies: [] },
    { name: 'b', dependencies: [] },
  ];
  const other = changed(changed(crates, 'a', { hash: '0123456789abcdef' }), 'b', { chance: 'x' });
  t.is(findDivergence(madeLog(crates), madeLog(other)).first?.invocation.crate, 'b');
});

test('a rustc that differs is told, and what it compiled to other bytes is laid to it', (t) => {
  const crates: MadeCrate[] = [
    { name: 'a', dependencies: [] },
    { name: 'b', dependencies: ['a'] },
  ];
  const divergence = findDivergence(madeLog(crates), madeLog(crates, 'rustc 2'));
  t.is(divergence.first?.class, 'compiler');
  t.is(divergence.first?.invocation.crate, 'a');
  t.like(divergence.compilers[0], { equal: false, built: false, pairs: 2, equalOutputs: 0 });
  t.deepEqual(divergence.inputs, []);
});

test('a crate of one side alone is listed, and taints what depends on it', (t) => {
  const crates: MadeCrate[] = [
    { name: 'a', dependencies: [] },
    { name: 'c', dependencies: [] },
  ];
  const more: MadeCrate[] = [
    { name: 'b', dependencies: [] },
    { name: 'a', dependencies: [] },
    { name: 'c', dependencies: ['b'] },
  ];
  const divergence = findDivergence(madeLog(crates), madeLog(more));
  t.deepEqual(
    divergence.onlyB.map(({ crate }) => crate),
    ['b'],
  );
  t.is(divergence.origins.length, 0);
  t.is(divergence.inherited, 1);
});

test('an input that could not be read is not taken for equal', (t) => {
  const log = madeLog([{ name: 'a', dependencies: [] }]);
  const blind = {
    ...log,
    invocations: log.invocations.map((one) => ({
      ...one,
      inputs: one.inputs.map((input) => ({ ...input, digest: null, size: null })),
    })),
  };
  const noisy = {
    ...blind,
    invocations: blind.invocations.map((one) => ({
      ...one,
      outputs: [{ path: '/build/x', digest: digestOf('y'), size: 1 }],
    })),
  };
  const divergence = findDivergence(blind, noisy);
  t.is(divergence.first?.class, 'inputs');
  t.like(divergence.first?.differences[0], { kind: 'source', a: 'unreadable', b: 'unreadable' });
});

test('an origin in a stage that is judged is named before one in a stage that may differ', (t) => {
  const crates: MadeCrate[] = [
    { name: 'a', dependencies: [], stage: 'stage1' },
    { name: 'b', dependencies: [], stage: 'stage2' },
  ];
  const other = changed(changed(crates, 'a', { chance: 'x' }), 'b', { source: 'x' });
  const [logA, logB] = [madeLog(crates), madeLog(other)];
  t.is(findDivergence(logA, logB).first?.invocation.crate, 'a');
  t.is(findDivergence(logA, logB, { claims: ['stage2'] }).first?.invocation.crate, 'b');
  t.is(findDivergence(logA, logB, { claims: ['stage3'] }).first?.invocation.crate, 'a');
});

test('a crate that was compiled again after an interruption counts once, as it was last', (t) => {
  const log = madeLog([{ name: 'a', dependencies: [] }]);
  const again = log.invocations.flatMap((one) => [
    { ...one, outputs: [{ path: '/build/deps/half', digest: digestOf('half'), size: 1 }] },
    { ...one, id: 'again', started: one.started + 1 },
  ]);
  const divergence = findDivergence(log, { ...log, invocations: again });
  t.like(divergence, { pairs: 1, equal: 1, onlyB: [] });
});

test('crates of a sysroot that the run itself made hand their difference on', (t) => {
  const made = (chance: string) => {
    const log = madeLog([
      { name: 'core', dependencies: [], chance },
      { name: 'user', dependencies: [], chance },
    ]);
    const [core, user] = log.invocations as [Invocation, Invocation];
    const files = core.outputs.map((file) => ({
      ...file,
      path: 'lib/rustlib/x/lib/libcore-0123456789abcdef.rlib',
    }));
    const digest = digestOf(files);
    const sysroot = { path: '/build/sysroot', digest, files: 1 };
    const sysroots = new Map([[digest, { schema: 'trustdiff-sysroot-1' as const, files }]]);
    return { ...log, invocations: [core, { ...user, sysroot }], sysroots };
  };
  const divergence = findDivergence(made('x'), made('y'));
  t.is(divergence.first?.invocation.crate, 'core');
  t.is(divergence.origins.length, 1);
  t.is(divergence.inherited, 1);
});

test('a compiler that the run built is told from one of the root', (t) => {
  const log = madeLog([
    { name: 'rustc_driver', dependencies: [] },
    { name: 'user', dependencies: [] },
  ]);
  const [driver, user] = log.invocations as [Invocation, Invocation];
  const name = 'librustc_driver-0123456789abcdef.so';
  const built = {
    ...log,
    invocations: [
      { ...driver, outputs: [{ path: `/build/deps/${name}`, digest: digestOf('x'), size: 1 }] },
      // Stripped since.
      {
        ...user,
        rustc: '/build/stage1/bin/rustc',
        compiler: [{ path: `/build/stage1/lib/${name}`, digest: digestOf('y'), size: 1 }],
      },
    ],
  };
  t.deepEqual(
    findDivergence(built, built).compilers.map((one) => one.built),
    [false, true],
  );
});

/** `low` differs by chance, what stands between it and `user` is the same on both sides, and `user` differs. */
const THROUGH: readonly MadeCrate[] = [
  { name: 'low', dependencies: [] },
  { name: 'between', dependencies: ['low'], opaque: true },
  { name: 'above', dependencies: ['between'], opaque: true },
  { name: 'user', dependencies: ['above'] },
];

test('a difference is inherited through crates that are equal, since rustc reads what they depend on', (t) => {
  const divergence = findDivergence(madeLog(THROUGH), madeLog(changed(THROUGH, 'low', { chance: 'x' })));
  t.deepEqual(
    divergence.origins.map(({ invocation }) => invocation.crate),
    ['low'],
  );
  t.deepEqual([divergence.equal, divergence.inherited], [2, 1]);
});

test('a difference is inherited from a crate of one side alone, too', (t) => {
  const [low, between, above, user] = THROUGH as [MadeCrate, MadeCrate, MadeCrate, MadeCrate];
  const without = [{ ...between, dependencies: [] }, above, user];
  const divergence = findDivergence(madeLog(without), madeLog([low, between, above, user]));
  t.deepEqual([divergence.origins.length, divergence.inherited], [0, 1]);
});

test('what depends on something in B alone is judged after it, though A ran it before', (t) => {
  const low: MadeCrate = { name: 'low', dependencies: [] };
  const between: MadeCrate = { name: 'between', dependencies: [], opaque: true };
  const user: MadeCrate = { name: 'user', dependencies: ['between'] };
  const a = madeLog([between, user, low]);
  const b = madeLog([{ ...low, chance: 'x' }, { ...between, dependencies: ['low'] }, user]);
  const divergence = findDivergence(a, b);
  t.deepEqual(
    divergence.origins.map(({ invocation }) => invocation.crate),
    ['low'],
  );
  t.is(divergence.inherited, 1);
});

test('the same bytes under another name are a difference', (t) => {
  const crates: MadeCrate[] = [{ name: 'a', dependencies: [], opaque: true }];
  const { first } = findDivergence(
    madeLog(crates),
    madeLog(changed(crates, 'a', { hash: '0123456789abcdef' })),
  );
  t.is(first?.class, 'metadata');
  t.is(first?.outputs[0]?.a, first?.outputs[0]?.b);
});

test('outputs and compilers that could not be read are not taken for equal', (t) => {
  const log = madeLog([{ name: 'a', dependencies: [] }]);
  const blind = (key: 'outputs' | 'compiler') => ({
    ...log,
    invocations: log.invocations.map((one) => ({
      ...one,
      [key]: one[key].map((file) => ({ ...file, digest: null, size: null })),
    })),
  });
  const outputs = findDivergence(blind('outputs'), blind('outputs'));
  t.deepEqual(outputs.first?.outputs, [{ name: 'liba.rlib', a: 'unreadable', b: 'unreadable' }]);
  const noisy = blind('compiler').invocations.map((one) => ({ ...one, outputs: [] }));
  t.is(findDivergence(blind('compiler'), { ...log, invocations: noisy }).first?.class, 'compiler');
});

test('of two crates with the same bytes, the one at the path is what was read', (t) => {
  const log = madeLog([
    { name: 'left', dependencies: [], opaque: true },
    { name: 'right', dependencies: [], opaque: true },
    { name: 'user', dependencies: ['left'] },
  ]);
  const [left, right, user] = log.invocations as [Invocation, Invocation, Invocation];
  const same = {
    ...right,
    outputs: right.outputs.map((file) => ({ ...file, digest: left.outputs[0]?.digest ?? '' })),
  };
  const graph = invocationGraph({ ...log, invocations: [left, same, user] });
  t.deepEqual(graph.producersOf(user), [left]);
});

test('a crate that is compiled twice is paired by its arguments first, in whatever order it ran', (t) => {
  const [one] = madeLog([{ name: 'a', dependencies: [] }]).invocations as [Invocation];
  const [plain, optimised, traced] = [[], ['-C', 'opt-level=3'], ['-g']].map(
    (more, i): Invocation => ({
      ...{ ...one, id: `${i}`, started: i, argv: [...one.argv, ...more] },
      outputs: [{ path: `/build/${i}`, digest: digestOf(i), size: 1 }],
    }),
  ) as [Invocation, Invocation, Invocation];
  const graph = (...invocations: Invocation[]) =>
    invocationGraph({ invocations, unfinished: [], sysroots: new Map() });
  const { pairs } = pairInvocations(graph(plain, optimised), graph(optimised, traced));
  t.deepEqual(
    pairs.map(({ a, b, by }) => [a.id, b.id, by]),
    [
      ['0', '2', 'order'],
      ['1', '1', 'arguments'],
    ],
  );
});
