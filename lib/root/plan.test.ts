import test from 'ava';
import { type PlannedRoot, planRoots } from './plan.js';
import { versionOf } from './version-rule.js';

function root(version: string, lacks: readonly string[] = [], name = version): PlannedRoot {
  return { name, version: versionOf(version), lacks };
}

const N = versionOf('1.85.0');

test('a plan says which root can build, and whether two can be compared', (t) => {
  const plan = planRoots(N, [root('1.84.1'), root('1.85.0'), root('1.86.0')], '1.84.0');
  t.deepEqual(
    plan.roots.map(({ fit, builds }) => [fit, builds]),
    [
      ['previous', true],
      ['same', true],
      ['too-new', false],
    ],
  );
  t.true(plan.comparable);
  t.is(plan.stage0, '1.84.0');
  t.false(planRoots(N, [root('1.84.0'), root('1.80.0')]).comparable);
});

test('a root that is too old is told every version that is missing, and where its chain would be reset', (t) => {
  const [old] = planRoots(N, [
    root('1.81.0', [], 'debian'),
    root('1.84.0', [], 'upstream'),
    root('1.83.0'),
  ]).roots;
  t.deepEqual(old?.missing, ['1.82', '1.83', '1.84']);
  t.deepEqual(old?.resets, [
    { to: '1.83.0', version: '1.83.0', skipped: ['1.82', '1.83'] },
    { to: 'upstream', version: '1.84.0', skipped: ['1.82', '1.83', '1.84'] },
  ]);
});

test('a root that can build has nothing missing, and one that is too new nothing to take instead', (t) => {
  for (const { missing, resets } of planRoots(N, [root('1.84.0'), root('1.85.0'), root('1.99.0')]).roots)
    t.deepEqual([missing, resets], [[], []]);
});

test('a root without rustc or std builds nothing and is no reset; one without cargo does', (t) => {
  const plan = planRoots(N, [
    root('1.80.0'),
    root('1.84.0', ['std']),
    root('1.85.0', ['cargo']),
    root('1.84.1', ['rustc']),
  ]);
  t.deepEqual(
    plan.roots.map(({ builds }) => builds),
    [false, false, true, false],
  );
  t.deepEqual(
    plan.roots[0]?.resets.map(({ version }) => version),
    ['1.85.0'],
  );
});
