import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test, { type ExecutionContext } from 'ava';
import { readExperiment } from '../../lib/rebuild/experiment.js';
import { rebuild } from '../../lib/rebuild/rebuild.js';
import type { ExperimentReport } from '../../lib/report/experiment-model.js';
import type { Report } from '../../lib/report/model.js';
import { EXECUTABLE_HERE, execute } from './build.js';
import { layRustcScene, RUSTC_EXPERIMENT, sysrootOf } from './rustc-scene.js';
import { SCENE } from './sources.js';

const native = EXECUTABLE_HERE ? test : test.skip;
const sysroot = sysrootOf('rustc');
const withRustc = sysroot !== undefined ? test : test.skip;
const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));
const schema = (name: string): object => JSON.parse(readFileSync(join(DOCS, name), 'utf8')) as object;
const isReport = new Ajv2020({ strict: false })
  .addSchema(schema('report-1.schema.json'), 'report-1.schema.json')
  .compile(schema('experiment-report-1.schema.json'));
const sealable = spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true']).status === 0;

/** Runs the experiment of a file: sealed where bubblewrap may, since nothing here hangs on it. */
async function experiment(
  t: ExecutionContext,
  file: string,
  replay = false,
): Promise<{ report: ExperimentReport; out: string }> {
  const out = temporary(t);
  const read = readExperiment(file);
  const use = sealable ? read.sandbox.use : 'none';
  const sandboxed = { ...read, sandbox: { ...read.sandbox, use } };
  const { report } = rebuild({ experiment: sandboxed, out, jobs: 1, replay });
  return { report: await report, out };
}

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-trusting-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function verdicts({ comparisons }: ExperimentReport): string[] {
  return comparisons.map(
    ({ stage, claim, report }) => `${stage}${claim ? '' : ' (told)'}: ${report.verdict.id}`,
  );
}

function stage({ comparisons }: ExperimentReport, name: string): Report {
  const found = comparisons.find((comparison) => comparison.stage === name);
  if (found === undefined) throw new Error(`there is no stage ${name}`);
  return found.report;
}

/** The functions that hold what nothing explains. */
function accused({ pairs }: Report): string[] {
  const names = pairs.flatMap(({ explanation }) =>
    (explanation?.residue ?? []).flatMap(({ symbolB, place }) =>
      place.at(-1)?.startsWith('.text') === true && symbolB !== undefined ? [symbolB] : [],
    ),
  );
  return [...new Set(names)].sort();
}

/** The instructions that only B's function has; undefined where A's has some of its own, or another in place of one. */
function added({ pairs }: Report, name: string): string[] | undefined {
  const rows = pairs.flatMap(({ explanation }) =>
    (explanation?.residue ?? []).flatMap(({ symbolB, instructions }) =>
      symbolB === name ? (instructions?.rows ?? []) : [],
    ),
  );
  const others = rows.filter(({ mark }) => mark !== 'equal');
  return others.every(({ mark }) => mark === 'only-b') ? others.map(({ b }) => b?.text ?? '') : undefined;
}

/** What varies between builds from one root, by control. */
function noise({ controls }: Report): readonly unknown[] {
  return controls.map(({ of, usable, varying }) => ({ of, usable, varying }));
}

const QUIET = [
  { of: 'a', usable: true, varying: [] },
  { of: 'b', usable: true, varying: [] },
];

native(
  'a backdoored root gives the same bytes twice: what is reproducible is not yet to be trusted',
  async (t) => {
    const { report, out } = await experiment(t, join(SCENE, 'same-root.experiment.yaml'));
    const same = 'identical-shared-ancestor';
    t.deepEqual(verdicts(report), [`stage1 (told): ${same}`, `stage2: ${same}`, `greet: ${same}`]);
    t.is(report.verdict.id, same);
    t.is(report.verdict.exit, 0);
    // All the same it is there.
    t.regex(runGreet(out, 'a1'), /And this line is in no source\./);
  },
);

native(
  'an honest root against a backdoored one: the functions of the trojan are named, and no other',
  async (t) => {
    const { report, out } = await experiment(t, join(SCENE, 'two-roots.experiment.yaml'));
    t.deepEqual(verdicts(report), [
      'stage1 (told): root-effect-unexplained',
      'stage2: root-effect-unexplained',
      'greet: root-effect-unexplained',
    ]);
    t.is(report.verdict.id, 'root-effect-unexplained');
    t.is(report.verdict.exit, 1);
    const stage2 = stage(report, 'stage2');
    // `main` calls the trojan; the rest is its own.
    t.deepEqual(accused(stage2), [
      'main',
      'trojan',
      'trojan_find',
      'trojan_insert',
      'trojan_put',
      'trojan_put_itself',
      'trojan_put_written',
      'trojan_seed',
    ]);
    t.deepEqual(added(stage2, 'main'), ['call trojan']);
    t.deepEqual(noise(stage2), QUIET);
    const greet = stage(report, 'greet');
    t.deepEqual(accused(greet), ['main']);
    t.deepEqual(noise(greet), QUIET);
    t.notRegex(runGreet(out, 'a1'), /no source/);
    t.regex(runGreet(out, 'b1'), /no source/);
  },
);

native('two honest roots that make different code agree from stage 2 on', async (t) => {
  const { report } = await experiment(t, join(SCENE, 'honest-roots.experiment.yaml'));
  t.deepEqual(verdicts(report), [
    'stage1 (told): root-effect-unexplained',
    'stage2: identical',
    'greet: identical',
  ]);
  t.is(report.verdict.id, 'identical');
});

withRustc('a wrapper in the place of rustc is caught in the function that it changed', async (t) => {
  const folder = temporary(t);
  layRustcScene(sysroot ?? '', folder);
  const { report } = await experiment(t, join(folder, RUSTC_EXPERIMENT), sealable);
  // That the other root's rustc makes the difference says where it is made, and explains nothing.
  t.is(report.verdict.id, 'root-effect-unexplained');
  t.is(report.divergence?.first?.invocation.crate, 'stretch');
  t.is(report.divergence?.first?.class, 'compiler');
  if (sealable) {
    t.is(report.replay?.verdict, 'cause-confirmed');
    t.deepEqual(report.replay?.causes, ['rustc']);
  }
  t.true(isReport(JSON.parse(JSON.stringify(report))), JSON.stringify(isReport.errors));
  for (const name of ['stretch', 'vault']) {
    const compared = stage(report, name);
    t.is(compared.verdict.id, 'root-effect-unexplained');
    t.regex(accused(compared).join(' '), /^\S*7stretch3key\S*$/);
    // Built twice, the wrapper's output is the same, as that of the real one is.
    t.deepEqual(noise(compared), QUIET);
  }
});

/** What greet prints, as a run made it. */
function runGreet(out: string, run: string): string {
  const folder = readdirSync(join(out, 'runs')).find((name) => name.startsWith(`${run}-`));
  return execute(join(out, 'runs', folder ?? run, 'out/greet/bin/greet')).output;
}
