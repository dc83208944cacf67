import test from 'ava';
import type { Divergence, InvocationName, Origin } from './invocation/divergence.js';
import type { InputDifference } from './invocation/input-difference.js';
import type { ReplayReport } from './invocation/replay-judge.js';
import { partingReasons, replayedCause } from './replayed.js';

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

test('a variable that a replay confirms explains the one call that differs', (t) => {
  const cause = replayedCause({ divergence: divergence([VARIABLE]), replay: replay(['FLAVOUR']) });
  t.regex(cause ?? '', /FLAVOUR of the call for crate shape/);
});

test('where rustc or its sysroot differs a replay explains nothing, whatever else it confirms', (t) => {
  for (const kind of ['compiler', 'sysroot'] as const) {
    const differing = divergence([difference(kind, NAME.rustc), VARIABLE]);
    for (const causes of [['rustc'], ['rustc + -C metadata'], ['FLAVOUR'], ['everything']])
      t.is(replayedCause({ divergence: differing, replay: replay(causes) }), undefined);
  }
  const [compiler] = divergence([VARIABLE]).compilers;
  if (compiler === undefined) return t.fail();
  const other = divergence([VARIABLE], { compilers: [{ ...compiler, b: 'd', equal: false }] });
  t.is(replayedCause({ divergence: other, replay: replay(['FLAVOUR']) }), undefined);
});

test('calls that inherit, that only one side made, or that are not wholly known leave all unexplained', (t) => {
  const gaps: readonly Partial<Divergence>[] = [
    { inherited: 1 },
    { onlyA: [NAME] },
    { onlyB: [NAME] },
    { rootOnly: 1 },
    { failed: { a: 0, b: 1 } },
    { origins: [] },
  ];
  for (const gap of gaps)
    t.is(
      replayedCause({ divergence: divergence([VARIABLE], gap), replay: replay(['FLAVOUR']) }),
      undefined,
      JSON.stringify(gap),
    );
});

test('only what is confirmed is a cause', (t) => {
  const of = divergence([VARIABLE]);
  t.is(replayedCause({ divergence: of }), undefined);
  for (const verdict of ['noise', 'not-logged', 'undecided', 'failed'] as const)
    t.is(replayedCause({ divergence: of, replay: replay(['FLAVOUR'], verdict) }), undefined);
  t.is(replayedCause({ divergence: of, replay: replay([]) }), undefined);
  t.is(replayedCause({ divergence: of, replay: replay(['everything'], 'causes-together') }), undefined);
});

test('the first call that differs is told, and how many follow it', (t) => {
  const reasons = partingReasons({ divergence: divergence([VARIABLE], { inherited: 3 }) });
  t.deepEqual(reasons, [
    'The first call of rustc that differs is that for crate shape in package; 3 differ as what they depend on.',
  ]);
});
