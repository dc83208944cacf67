import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../cli/run-fixture.js';
import type { ExperimentReport } from '../report/experiment-model.js';
import { parseExperiment } from './experiment.js';
import { rebuild } from './rebuild.js';
import { experimentIn, experimentText, sealedTest, writeTree } from './rebuild-fixture.js';
import { rebuilt, runFolder, written } from './robust-fixture.js';
import type { Variation } from './variation.js';

/** Says all that a build can see of its surroundings. */
const LOOK = `
{
  echo "place $TRUSTDIFF_SRC"; echo "epoch $SOURCE_DATE_EPOCH"; echo "zone $TZ $(date -d @0 +%H)"; echo "umask $(umask)"
  echo "locale $LC_ALL"; echo "jobs $TRUSTDIFF_JOBS"; echo "processors $(nproc)"; echo "host $(uname -n)"
  echo "order $(ls -U "$TRUSTDIFF_SRC/folder" | tr '\\n' ' ')"
} >"$TRUSTDIFF_OUT/seen"
`;

async function seen(
  t: ExecutionContext,
  vary: readonly Variation[],
  sandbox: object = {},
): Promise<{ readonly of: (id: string) => Record<string, string>; readonly report: ExperimentReport }> {
  const folder = scratch(t);
  const experiment = experimentIn(folder, {
    recipe: { use: 'command', stages: [{ name: 'look', run: LOOK }] },
    controls: { a: 1 },
    sandbox: { cores: 2, ...sandbox },
    vary,
  });
  writeTree(folder, { 'src/folder/1': '', 'src/folder/2': '', 'src/folder/3': '', 'src/folder/4': '' });
  const report = await rebuild({ experiment, out: join(folder, 'out'), jobs: 1 }).report;
  const of = (id: string): Record<string, string> => {
    const text = readFileSync(join(runFolder(folder, id), 'out/look/seen'), 'utf8');
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(/ (.*)/).slice(0, 2)),
    );
  };
  return { of, report };
}

/** What a build sees otherwise with each variation. */
const SEES: Readonly<Record<Variation, readonly string[]>> = {
  path: ['place'],
  time: ['epoch', 'zone'],
  umask: ['umask'],
  locale: ['locale'],
  cores: ['jobs', 'processors'],
  hostname: ['host'],
  'file-order': ['order'],
};

for (const [variation, keys] of Object.entries(SEES) as [Variation, readonly string[]][]) {
  sealedTest(
    `with ${variation} varied a control sees another ${keys.join(' and ')}, and nothing else`,
    async (t) => {
      const { of, report } = await seen(t, [variation]);
      const [one, other, control] = [of('a1'), of('b1'), of('a2')];
      t.deepEqual(one, other);
      t.deepEqual(
        Object.keys(one).filter((key) => one[key] !== control[key]),
        keys,
      );
      t.is(report.verdict.id, 'identical');
      t.deepEqual(report.runs.find(({ id }) => id === 'a2')?.varied, [variation]);
      t.not(report.runs[0]?.key, report.runs.find(({ id }) => id === 'a2')?.key);
    },
  );
}

test('without a sandbox all but the name of the host can be varied', async (t) => {
  const { of } = await seen(t, ['path', 'time', 'umask', 'locale', 'cores', 'file-order'], { use: 'none' });
  const [one, other, control] = [of('a1'), of('b1'), of('a2')];
  t.deepEqual(one, other);
  t.deepEqual(
    Object.keys(one).filter((key) => one[key] === control[key]),
    ['host'],
  );
});

test('what cannot be varied is refused', (t) => {
  for (const [fields, message] of [
    [{ vary: ['hostname'], sandbox: { use: 'none' } }, /vary: hostname cannot be varied without a sandbox/],
    [{ vary: ['cores'], sandbox: { cores: 1 } }, /vary: cores cannot be varied with one processor/],
    [{ vary: ['path'], controls: {} }, /vary: variations need a control/],
  ] as const)
    t.throws(() => parseExperiment(experimentText({ controls: { a: 1 }, ...fields }), 'x.yaml'), { message });
});

sealedTest('an order of files that cannot be another one is an error, and not a variation', async (t) => {
  const folder = scratch(t);
  const experiment = experimentIn(folder, { controls: { a: 1 }, vary: ['file-order'] });
  await t.throwsAsync(rebuild({ experiment, out: join(folder, 'out'), jobs: 1 }).report, {
    name: 'UsageError',
    message: /file-order cannot be varied here: no folder of the sources holds two things/,
  });
});

test('controls of the command line count for variations of the file, and the other way round', async (t) => {
  for (const [fields, options] of [
    [{ vary: ['time'] }, ['--control', 'a']],
    [{ controls: { a: 1 } }, ['--vary', 'time']],
    [{}, ['--vary', 'time', '--control', 'a']],
  ] as const) {
    const { status, stdout, stderr } = await rebuilt(written(t, 'true', fields), '--dry-run', ...options);
    t.is(status, 0, stderr);
    t.regex(stdout, /a2/);
  }
  for (const [fields, options, place] of [
    [{ vary: ['time'] }, [], /experiment\.yaml: line 1, column \d+: vary: variations need a control/],
    [{}, ['--vary', 'time'], /^trustdiff: vary: variations need a control \(add controls/],
  ] as const) {
    const { status, stderr } = await rebuilt(written(t, 'true', fields), '--dry-run', ...options);
    t.is(status, 2);
    t.regex(stderr, place);
  }
});
