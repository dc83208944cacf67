import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { scratch } from '../cli/run-fixture.js';
import type { ExperimentReport } from '../report/experiment-model.js';
import { renderExperiment } from '../report/render.js';
import type { Experiment } from './experiment.js';
import { rebuild } from './rebuild.js';
import { experimentIn, sealedTest } from './rebuild-fixture.js';

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));
const readSchema = (name: string): object => JSON.parse(readFileSync(join(DOCS, name), 'utf8')) as object;
const ajv = new Ajv2020({ strict: false });
ajv.addSchema(readSchema('report-1.schema.json'), 'report-1.schema.json');
const isReport = ajv.compile(readSchema('experiment-report-1.schema.json'));

function jsonOf(report: ExperimentReport): string {
  return [...renderExperiment(report, { format: 'json' })].join('');
}

function run(experiment: Experiment, out: string): Promise<ExperimentReport> {
  return rebuild({ experiment, out, jobs: 1 }).report;
}

sealedTest('equal outputs of two roots are identical', async (t) => {
  const folder = scratch(t);
  const report = await run(experimentIn(folder), join(folder, 'out'));
  t.is(report.verdict.id, 'identical');
  t.is(report.verdict.exit, 0);
  t.is(report.runs[0]?.stages[0]?.digest, report.runs[1]?.stages[0]?.digest);
});

sealedTest(
  'what only one root does is a root effect where a control is clean, and inconclusive without one',
  async (t) => {
    const folder = scratch(t);
    const roots = { a: { path: 'roots/a' }, b: { path: 'roots/odd' } };
    const alone = await run(experimentIn(folder, { roots }), join(folder, 'out'));
    t.is(alone.verdict.id, 'inconclusive');
    t.is(alone.verdict.exit, 1);
    const controlled = await run(
      experimentIn(folder, { roots, controls: { a: 1, b: 1 } }),
      join(folder, 'out'),
    );
    t.is(controlled.verdict.id, 'root-effect-unexplained');
    t.deepEqual(
      controlled.runs.map(({ id, role }) => [id, role]),
      [
        ['a1', 'cross'],
        ['b1', 'cross'],
        ['a2', 'control'],
        ['b2', 'control'],
      ],
    );
  },
);

sealedTest('a stage that is no claim is told and not judged', async (t) => {
  const folder = scratch(t);
  const stages = [
    { name: 'first', run: 'cp "$TRUSTDIFF_ROOT/bin/compile" "$TRUSTDIFF_OUT/"', claim: false },
    { name: 'second', run: 'wc -l <"$TRUSTDIFF_STAGES/first/compile" >"$TRUSTDIFF_OUT/lines"' },
  ];
  const roots = { a: { path: 'roots/a' }, b: { path: 'roots/odd' } };
  const experiment = experimentIn(folder, { roots, recipe: { use: 'command', stages } });
  const report = await run(experiment, join(folder, 'out'));
  t.deepEqual(
    report.comparisons.map(({ stage, claim, report: { verdict } }) => [stage, claim, verdict.id]),
    [
      ['first', false, 'inconclusive'],
      ['second', true, 'identical'],
    ],
  );
  t.is(report.verdict.id, 'identical');
});

sealedTest('the report is as its schema says, and holds no path of the machine', async (t) => {
  const folder = scratch(t);
  const roots = { a: { path: 'roots/a' }, b: { path: 'roots/odd' } };
  const report = await run(experimentIn(folder, { roots, controls: { a: 1 } }), join(folder, 'out'));
  const text = jsonOf(report);
  t.true(isReport(JSON.parse(text)), JSON.stringify(isReport.errors));
  t.false(text.includes(folder));
  t.false(isReport({ ...JSON.parse(text), unexpected: 1 }));
});

sealedTest('nothing is built twice, and the report is the same but for what runs took', async (t) => {
  const folder = scratch(t);
  const experiment = experimentIn(folder, { controls: { a: 1 } });
  const first = await run(experiment, join(folder, 'out'));
  const states: string[] = [];
  const again = rebuild({ experiment, out: join(folder, 'out'), jobs: 1 });
  for await (const event of again) if (event.type === 'stage') states.push(event.state);
  t.deepEqual(states, ['kept', 'kept', 'kept']);
  t.is(jsonOf(await again.report), jsonOf(first));
});
