import test from 'ava';
import fc from 'fast-check';
import { findDivergence } from './divergence.js';
import { digestOf, type MadeCrate, madeLog } from './log-fixture.js';
import type { ReplayReport } from './replay-judge.js';
import { divergenceText, replayText } from './text.js';

const CRATES: readonly MadeCrate[] = [
  { name: 'core', dependencies: [] },
  { name: 'alloc', dependencies: ['core'] },
];

const rehashed = CRATES.map((crate) => ({ ...crate, hash: digestOf('other', crate.name).slice(0, 16) }));

test("another hash of cargo's reads as one cause", (t) => {
  t.deepEqual(
    [...divergenceText(findDivergence(madeLog(CRATES), madeLog(rehashed)))],
    [
      '2 calls of rustc in both runs: 0 with equal outputs, 2 with different ones.',
      'The first that differs: crate core (lib), by /root/bin/rustc.',
      '  The arguments differ: -C metadata: da3369fceef8f607 in A, b6b765ea1d69937e in',
      '  B; -C extra-filename: -da3369fceef8f607 in A, -b6b765ea1d69937e in B; first at',
      '  crate core. Nothing else does. Cargo computes this hash from its own version',
      '  and from what rustc says of itself.',
      '  Different after it ran:',
      '    libcore.rlib: c1f68c3fe3ba in A, 026acf685ca4 in B',
      '1 call differs as what it depends on does.',
      'Compilers:',
      '  /root/bin/rustc: the same bytes in both runs; 0 of 2 calls with equal outputs;',
      '    first at crate core (lib)',
      'Inputs that differ where nothing before them did:',
      "  cargo's hash in -C metadata: 2 calls, first crate core (lib)",
      "  cargo's hash in -C extra-filename: 2 calls, first crate core (lib)",
    ],
  );
});

test('a call that differs without a reason in its inputs reads so', (t) => {
  const noisy = CRATES.map((crate) => (crate.name === 'core' ? { ...crate, chance: 'x' } : crate));
  const text = [...divergenceText(findDivergence(madeLog(CRATES), madeLog(noisy)))];
  t.deepEqual(text.slice(0, 7), [
    '2 calls of rustc in both runs: 0 with equal outputs, 2 with different ones.',
    'The first that differs: crate core (lib), by /root/bin/rustc.',
    '  Its inputs are equal, rustc included, and its outputs are not: it varies from',
    '  run to run, or reads what the log does not know.',
    '  Different after it ran:',
    '    libcore.rlib: c1f68c3fe3ba in A, 9a6888c57d1d in B',
    '1 call differs as what it depends on does.',
  ]);
});

const REPORT: ReplayReport = {
  schema: 'trustdiff-replay-1',
  invocation: {
    ...{ a: '1', b: '2', crate: 'core', types: ['lib'], test: false, target: null, package: 'core 0.0.0' },
    ...{ stage: 'stage1', rustc: '/root/bin/rustc' },
  },
  verdict: 'cause-confirmed',
  reproduction: { a: { state: 'same' }, b: { state: 'same' } },
  variables: [
    {
      id: 'rustc',
      group: false,
      standing: 'refuted',
      onB: 'as-b',
      onA: 'as-a',
      parts: ['x'],
      a: null,
      b: null,
    },
    {
      id: '-C metadata',
      group: false,
      standing: 'confirmed',
      onB: 'as-a',
      onA: 'as-b',
      parts: ['-C metadata'],
      a: '1',
      b: '2',
    },
  ],
  causes: ['-C metadata'],
};

test('a confirmed cause is told with what was refuted', (t) => {
  t.deepEqual(
    [...replayText(REPORT)],
    [
      'Run again: crate core (lib), by /root/bin/rustc, stage stage1.',
      '  The cause is confirmed: -C metadata.',
      '  A as it was: the same outputs again',
      '  B as it was: the same outputs again',
      "  refuted: the root's rustc: no influence, either way",
      '  confirmed: -C metadata (1 in A, 2 in B): with the value of the other side, the',
      '    outputs of the other side, both ways',
    ],
  );
});

test('no line is longer than 80 columns, and nothing that a terminal acts on gets through', (t) => {
  const word = fc.string({
    unit: fc.constantFrom('a', '\u001b', ' ', '\n', '-', '\u202e'),
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(word, word, word, (name, source, value) => {
      const crates: MadeCrate[] = [{ name, dependencies: [], source }];
      const other: MadeCrate[] = [
        {
          name,
          dependencies: [],
          source: `${source}x`,
          cfg: value,
          environment: { [`RUST_${value}`]: value },
        },
      ];
      const divergence = findDivergence(madeLog(crates), madeLog(other));
      const report = {
        ...REPORT,
        causes: [value],
        reproduction: { a: { state: 'failed' as const, reason: value }, b: { state: 'same' as const } },
      };
      for (const line of [...divergenceText(divergence), ...replayText(report)]) {
        t.true(line.length <= 80 || !line.trim().includes(' '), line);
        t.notRegex(line, /[\u0000-\u001f\u202e]/);
      }
    }),
  );
});
