import test from 'ava';
import type { StageComparison } from '../report/experiment-model.js';
import type { Report } from '../report/model.js';
import type { Verdict, VerdictId } from '../verdict/verdict.js';
import { type ExperimentEvidence, judgeExperiment } from './judge.js';

function stage(name: string, id: VerdictId, exit: Verdict['exit'], claim = true): StageComparison {
  const verdict: Verdict = {
    id,
    exit,
    says: [`says ${id}`],
    reasons: [`because of ${name}`],
    doesNotCover: ['Which process made these files.', 'Other things.'],
  };
  return { stage: name, claim, report: { verdict } as Report };
}

function judge(comparisons: readonly StageComparison[], more: Partial<ExperimentEvidence> = {}): Verdict {
  return judgeExperiment({ comparisons, planted: undefined, open: [], interrupted: [], ...more });
}

const missed = { of: 'b', found: false, stages: [], unreached: ['x'], places: [] } as const;
const found = { of: 'b', found: true, stages: ['x'], unreached: [], places: [] } as const;

test('the weakest claim of all judged stages is that of the experiment', (t) => {
  const order: readonly (readonly [VerdictId, Verdict['exit']])[] = [
    ['identical', 0],
    ['identical-shared-ancestor', 0],
    ['equivalent', 0],
    ['noise', 0],
    ['not-comparable', 1],
    ['inconclusive', 1],
    ['root-effect-explained', 1],
    ['root-effect-unexplained', 1],
  ];
  for (const [i, [id, exit]] of order.entries())
    for (const [other, otherExit] of order.slice(0, i + 1)) {
      const verdict = judge([stage('one', id, exit), stage('two', other, otherExit)]);
      t.is(verdict.id, id);
      t.is(verdict.exit, exit);
      t.deepEqual(verdict.says, [`one: says ${id}`, `two: says ${other}`]);
    }
});

test('trouble in one stage is trouble, whatever the others show', (t) => {
  const verdict = judge([stage('one', 'root-effect-unexplained', 1), stage('two', 'inconclusive', 2)]);
  t.is(verdict.id, 'root-effect-unexplained');
  t.is(verdict.exit, 2);
});

test('what the root itself compiled is not judged', (t) => {
  const verdict = judge([
    stage('stage1', 'root-effect-unexplained', 1, false),
    stage('stage2', 'identical', 0),
  ]);
  t.is(verdict.id, 'identical');
  t.is(verdict.exit, 0);
});

test('an experiment that misses what was planted is void, whatever it found', (t) => {
  for (const id of ['identical', 'root-effect-unexplained'] as const) {
    const verdict = judge([stage('one', id, 1)], { planted: missed });
    t.is(verdict.id, 'inconclusive');
    t.is(verdict.exit, 2);
    t.is(verdict.says[0], 'The experiment is void, so nothing is said about the roots.');
    t.regex(verdict.reasons[0] ?? '', /^The change that was planted in root B was not found/);
  }
  t.is(judge([stage('one', 'identical', 0)], { planted: found }).id, 'identical');
});

test('runs that were cut off are told, and so is what the sandbox leaves open', (t) => {
  const verdict = judge([stage('one', 'identical', 0)], { interrupted: ['a1'], open: ['The clock.'] });
  t.deepEqual(verdict.reasons, [
    'because of one',
    'Run a1 was cut off and went on in the build directory it had left.',
  ]);
  t.deepEqual(verdict.doesNotCover, ['Other things.', 'The clock.']);
});
