import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, scratch } from '../../cli/run-fixture.js';
import type { ExperimentReport } from '../../report/experiment-model.js';
import { digestTree } from '../../root/tree-digest.js';
import type { Experiment } from '../experiment.js';
import { rebuild } from '../rebuild.js';
import { experimentIn, sealedTest, writeTree } from '../rebuild-fixture.js';

function run(experiment: Experiment, folder: string): Promise<ExperimentReport> {
  return rebuild({ experiment, out: join(folder, 'out'), jobs: 1 }).report;
}

const PLANT = `echo 'echo planted >>"$2"' >>"$TRUSTDIFF_PLANTED/bin/compile"`;

sealedTest('what a command plants in a root is found, and the root is as it was', async (t) => {
  const folder = scratch(t);
  const experiment = experimentIn(folder, { controls: { a: 1 }, planted: { of: 'a', run: PLANT } });
  const before = await digestTree(join(folder, 'roots/a'));
  const report = await run(experiment, folder);
  t.deepEqual(report.planted, { of: 'a', found: true, stages: ['copy'], unreached: [], places: [] });
  t.is(report.verdict.id, 'identical');
  t.is(report.verdict.exit, 0);
  t.is((await digestTree(join(folder, 'roots/a'))).digest, before.digest);
  t.deepEqual(
    report.runs.map(({ id, role }) => [id, role]),
    [
      ['a1', 'cross'],
      ['b1', 'cross'],
      ['planted', 'planted'],
      ['a2', 'control'],
    ],
  );
});

sealedTest(
  'an experiment that misses a planted change is void: it says nothing and ends with 2',
  async (t) => {
    const folder = scratch(t);
    const report = await run(experimentIn(folder, { planted: { of: 'b', run: 'true' } }), folder);
    t.deepEqual(report.planted, { of: 'b', found: false, stages: [], unreached: [], places: [] });
    t.is(report.verdict.id, 'inconclusive');
    t.is(report.verdict.exit, 2);
    t.is(report.verdict.says[0], 'The experiment is void, so nothing is said about the roots.');
    t.regex(report.verdict.reasons[0] ?? '', /planted in root B was not found/);
  },
);

sealedTest('a command that plants nothing plants nothing, though the build varies by chance', async (t) => {
  const folder = scratch(t);
  const stages = [{ name: 'copy', run: 'od -An -N8 -tx8 /dev/urandom >"$TRUSTDIFF_OUT/text"' }];
  const recipe = { use: 'command', stages };
  const report = await run(experimentIn(folder, { recipe, planted: { of: 'a', run: 'true' } }), folder);
  t.false(report.planted?.found);
  t.is(report.verdict.exit, 2);
});

/** Writes one word, all of which hangs on the root and on the name of the host. */
const NOISY = `case $(uname -n) in
another-host) echo cccc ;;
*) if grep -q planted "$TRUSTDIFF_ROOT/bin/compile"; then echo bbbb; else echo aaaa; fi ;;
esac >"$TRUSTDIFF_OUT/text"`;

sealedTest('a change that shows only where the build varies anyway counts as missed', async (t) => {
  const folder = scratch(t);
  const experiment = experimentIn(folder, {
    recipe: { use: 'command', stages: [{ name: 'copy', run: NOISY }] },
    controls: { a: 1 },
    vary: ['hostname'],
    planted: { of: 'a', run: PLANT },
  });
  const report = await run(experiment, folder);
  t.not(digestOf(report, 'planted'), digestOf(report, 'a1'));
  t.false(report.planted?.found);
  t.is(report.verdict.exit, 2);
});

function digestOf({ runs }: ExperimentReport, id: string): string | undefined {
  return runs.find((one) => one.id === id)?.stages[0]?.digest;
}

sealedTest(
  'a change that shows in one stage is found, and the report says in which, and which it did not reach',
  async (t) => {
    const folder = scratch(t);
    const stages = [
      {
        name: 'first',
        run: '"$TRUSTDIFF_ROOT/bin/compile" "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/text"',
        claim: false,
      },
      { name: 'second', run: 'cp "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/text"' },
    ];
    const experiment = experimentIn(folder, { recipe: { use: 'command', stages }, planted: { run: PLANT } });
    const report = await run(experiment, folder);
    t.deepEqual(report.planted?.stages, ['first']);
    t.deepEqual(report.planted?.unreached, ['second']);
    t.is(report.verdict.exit, 0);
  },
);

sealedTest('a command that fails to plant is a failed build, and leaves no root that counts', async (t) => {
  const folder = scratch(t);
  const experiment = experimentIn(folder, { planted: { run: 'echo no room for it; exit 3' } });
  for (let i = 0; i < 2; i++) {
    const error = await t.throwsAsync(run(experiment, folder), { name: 'BuildError' });
    t.is(error?.message, 'the command that plants failed with exit status 3');
    t.deepEqual((error as unknown as { lines: string[] }).lines, ['no room for it']);
  }
});

/** A "rustc" that copies an rlib that lies in its root to where it is told, like the real one with `--out-dir`. */
const RUSTC = `#!/bin/sh
for arg; do
  case $last in --out-dir) out=$arg ;; esac
  last=$arg
done
[ -z "\${out-}" ] || cp "$(dirname "$0")/../lib/template.rlib" "$out/libmain.rlib"
`;

function rustcExperiment(folder: string, fields: object): Experiment {
  const experiment = experimentIn(folder, {
    recipe: { use: 'rustc', crate: 'main.rs', args: ['--crate-name', 'main'] },
    ...fields,
  });
  writeTree(folder, { 'src/main.rs': '', 'roots/a/bin/rustc*': RUSTC, 'roots/b/bin/rustc*': RUSTC });
  for (const root of ['a', 'b']) {
    // Else the root would be taken for a prefix that holds more than a toolchain.
    rmSync(join(folder, 'roots', root, 'bin/compile'));
    cpSync(
      join(REPOSITORY, 'corpus/pairs/constant/a/libshape.rlib'),
      join(folder, 'roots', root, 'lib/template.rlib'),
    );
  }
  return experiment;
}

sealedTest(
  'a planted rustc changes one text of what it compiles, and the report names the place',
  async (t) => {
    const folder = scratch(t);
    const report = await run(rustcExperiment(folder, { controls: { b: 1 }, planted: { of: 'b' } }), folder);
    t.like(report.planted, { of: 'b', found: true, stages: ['crate'] });
    t.regex(report.planted?.places.join() ?? '', /^libmain\.rlib › .* › \.rodata.* › "made from shape"$/);
    t.is(report.verdict.id, 'identical-shared-ancestor');
  },
);

sealedTest('a planted rustc that finds nothing to change makes the experiment void', async (t) => {
  const folder = scratch(t);
  const experiment = rustcExperiment(folder, { planted: true });
  for (const root of ['a', 'b'])
    writeTree(folder, { [`roots/${root}/lib/template.rlib`]: 'no compiled file' });
  const report = await run(experiment, folder);
  t.deepEqual(report.planted, { of: 'a', found: false, stages: [], unreached: ['crate'], places: [] });
  t.is(report.verdict.exit, 2);
});

sealedTest('the planted root is used again, and laid anew where it was changed', async (t) => {
  const folder = scratch(t);
  const experiment = experimentIn(folder, { planted: { run: PLANT } });
  const first = await run(experiment, folder);
  const planted = first.runs.find(({ role }) => role === 'planted');
  const again = await run(experiment, folder);
  t.is(again.runs.find(({ role }) => role === 'planted')?.key, planted?.key);
  const laid = readdirSync(join(folder, 'out/roots'));
  const [root = ''] = laid.filter((name) => /^planted-[0-9a-f]+$/.test(name));
  const compile = join(folder, 'out/roots', root, 'bin/compile');
  const text = readFileSync(compile, 'utf8');
  writeTree(join(folder, 'out/roots', root), { 'bin/compile*': '#!/bin/sh\nexit 1\n' });
  t.true((await run(experiment, folder)).planted?.found);
  t.is(readFileSync(compile, 'utf8'), text);
  t.false(existsSync(`${join(folder, 'out/roots', root)}.work`));
});
