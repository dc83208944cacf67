import test from 'ava';
import type { Difference, HexRow, Identity, Inside, PairRule, Report, SideReport } from './index.js';
import * as trustdiff from './index.js';

test('the package exports these and nothing else', (t) => {
  t.deepEqual(Object.keys(trustdiff).sort(), [
    'TrustdiffError',
    'VERSION',
    'compare',
    'digestTree',
    'inspect',
    'inspectRoots',
    'materialiseRoot',
    'parseVersion',
    'planRoots',
    'readExperiment',
    'rebuild',
    'renderExperiment',
    'renderReport',
    'treeChanges',
    'verifyFiles',
  ]);
});

test('every part of a report has a type that can be named', (t) => {
  type Pair = Report['pairs'][number];
  const parts = {
    difference: (pair: Pair): Difference | undefined => pair.difference,
    inside: (difference: Difference): Inside | undefined => difference.inside,
    row: (difference: Difference): HexRow | undefined => difference.hex?.[0]?.rows[0],
    rule: (pair: Pair): PairRule => pair.rule,
    identity: (side: SideReport): Identity => side.identity,
  };
  t.is(Object.keys(parts).length, 5);
});
