import test from 'ava';
import type { Divergence, InvocationName, Origin } from './invocation/divergence.js';
import type { InputDifference } from './invocation/input-difference.js';
import type { ReplayReport } from './invocation/replay-judge.js';
import { partingReasons } from './parting-reasons.js';

const NAME: InvocationName = {
  a: '1',
  b: '2',
  crate: 'shape',
  types: ['bin'],
  test: false,
  target: null,
  package: null,
  stage: 'package',
  rustc: '/trustdiff/rustc/bin/rustc',
};

function difference(kind: InputDifference['kind'], name: string): InputDifference {
  return { kind, name, a: 'x', b: 'y', inherited: false };
}

function divergence(differences: readonly InputDifference[], more: Partial<Divergence> = {}): Divergence {
  const first: Origin = { invocation: NAME, class: 'inputs', differences, outputs: [] };
  const compilers = [
    {
      stage: null,
      rustc: NAME.rustc,
      a: 'c',
      b: 'c',
      equal: true,
      built: false,
      pairs: 1,
      equalOutputs: 0,
      first: NAME,
    },
  ];
  return {
    schema: 'trustdiff-divergence-1',
    pairs: 1,
    equal: 0,
    inherited: 0,
    origins: [first],
    first,
    compilers,
    inputs: [],
    onlyA: [],
    onlyB: [],
    failed: { a: 0, b: 0 },
    unfinished: { a: [], b: [] },
    rootOnly: 0,
    ...more,
  };
}

function replay(
  causes: readonly string[],
  verdict: ReplayReport['verdict'] = 'cause-confirmed',
): ReplayReport {
  const same = { state: 'same' } as const;
  return {
    schema: 'trustdiff-replay-1',
    invocation: NAME,
    verdict,
    reproduction: { a: same, b: same },
    variables: [],
    causes,
  };
}

const VARIABLE = difference('environment', 'FLAVOUR');

test('the first call that differs is told, and how many follow it', (t) => {
  const reasons = partingReasons({ divergence: divergence([VARIABLE], { inherited: 3 }) });
  t.deepEqual(reasons, [
    'The first call of rustc that differs is that for crate shape in package; 3 differ as what they depend on.',
  ]);
});

test('a replay is told by what it showed', (t) => {
  const of = divergence([VARIABLE]);
  const told = (shown: ReplayReport): string => partingReasons({ divergence: of, replay: shown })[1] ?? '';
  t.regex(told(replay(['rustc'])), /gives the other side's output with the rustc of the other side/);
  t.regex(told(replay([], 'noise')), /varies by chance/);
  t.regex(told(replay([], 'not-logged')), /does not give its output/);
  t.regex(told(replay([], 'failed')), /decided nothing/);
});

test('where every call gave equal outputs that is told', (t) => {
  const equal = { ...divergence([]), first: null, origins: [] };
  t.deepEqual(partingReasons({ divergence: equal }), [
    'Every call of rustc that was written down gave equal outputs in both runs.',
  ]);
});
