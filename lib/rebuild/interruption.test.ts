import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { PROGRAM, scratch } from '../cli/run-fixture.js';
import type { ExperimentReport } from '../report/experiment-model.js';
import type { Experiment } from './experiment.js';
import { rebuild } from './rebuild.js';
import { experimentIn, sealedTest } from './rebuild-fixture.js';
import { ARGUMENTS, rebuilt, runFolder, until, written } from './robust-fixture.js';

/*
 * What becomes of an experiment that is cut off in the middle of a build: it goes on where it can, and what comes out
 * is what an uninterrupted one would have given.
 */

/** Writes half of its output, and the rest when the compiler has a second name, which makes it no other compiler. */
const TWO_HALVES = `
echo half >"$TRUSTDIFF_OUT/text"
: >"$TRUSTDIFF_OUT/waits"
while [ "$(stat -c %h "$TRUSTDIFF_ROOT/bin/compile")" = 1 ]; do sleep 0.1; done
rm "$TRUSTDIFF_OUT/waits"
echo rest >>"$TRUSTDIFF_OUT/text"
`;

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  readonly stderr: () => string;
}

function start(t: ExecutionContext, folder: string): Started {
  const child = spawn(process.execPath, [PROGRAM, ...ARGUMENTS], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (status, by) => resolve([status, by]));
  });
  return { child, ended, stderr: () => stderr };
}

/** Processes whose command names a folder: all that seals or runs a build there. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(folder);
    } catch {
      return false;
    }
  });
}

for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
  sealedTest(`after ${signal} in a build nothing runs on, and no half output counts`, async (t) => {
    const folder = written(t, TWO_HALVES);
    const { child, ended, stderr } = start(t, folder);
    await until(() => existsSync(join(runFolder(folder, 'a1'), 'out/stage.partial/waits')));
    child.kill(signal);
    t.deepEqual(await ended, signal === 'SIGKILL' ? [null, 'SIGKILL'] : [2, null]);
    if (signal !== 'SIGKILL') t.regex(stderr(), new RegExp(`stopped by ${signal}`));
    await until(() => processesOf(folder).length === 0);
    t.false(existsSync(join(runFolder(folder, 'a1'), 'out/stage')));
    for (const root of ['a', 'b'])
      linkSync(join(folder, 'roots', root, 'bin/compile'), join(folder, `second-${root}`));
    const again = await rebuilt(folder);
    t.is(again.status, 0, again.stderr);
    t.is(readdirSync(join(folder, 'out/runs')).length, 2, 'it is the same run');
    t.is(readFileSync(join(runFolder(folder, 'a1'), 'out/stage/text'), 'utf8'), 'half\nrest\n');
    t.false(existsSync(join(runFolder(folder, 'a1'), 'out/stage/waits')));
  });
}

/** Builds in steps that it keeps in the build directory; the first build of all stops itself. */
const STEPS = `
[ -e one ] || { date +%s%N >one; exit 9; }
cp one "$TRUSTDIFF_BUILD/seen"
echo done >"$TRUSTDIFF_OUT/text"
`;

function run(experiment: Experiment, out: string): Promise<ExperimentReport> {
  return rebuild({ experiment, out, jobs: 1 }).report;
}

function inSteps(folder: string, continues: boolean): Experiment {
  const stages = [{ name: 'stage', run: STEPS }];
  const experiment = experimentIn(folder, { recipe: { use: 'command', stages } });
  return { ...experiment, recipe: { ...experiment.recipe, continues } };
}

sealedTest(
  'a recipe that can go on finds its build directory, and the report says that it did',
  async (t) => {
    const folder = scratch(t);
    const experiment = inSteps(folder, true);
    const out = join(folder, 'out');
    await t.throwsAsync(run(experiment, out), { message: 'stage stage of run a1 failed with exit status 9' });
    await t.throwsAsync(run(experiment, out), { message: 'stage stage of run b1 failed with exit status 9' });
    const report = await run(experiment, out);
    t.is(report.verdict.id, 'identical');
    t.deepEqual(
      report.runs.map(({ interruptions }) => interruptions),
      [1, 1],
    );
    t.true(report.verdict.reasons.some((reason) => reason.startsWith('Run a1 was cut off')));
  },
);

sealedTest(
  'a build that was cut off begins anew where its sources were touched since, and put back',
  async (t) => {
    const folder = scratch(t);
    const experiment = inSteps(folder, true);
    const out = join(folder, 'out');
    await t.throwsAsync(run(experiment, out), { message: 'stage stage of run a1 failed with exit status 9' });
    writeFileSync(join(folder, 'src/text'), 'something else\n');
    writeFileSync(join(folder, 'src/text'), 'the source\n');
    await t.throwsAsync(run(experiment, out), { message: 'stage stage of run a1 failed with exit status 9' });
    await t.throwsAsync(run(experiment, out), { message: 'stage stage of run b1 failed with exit status 9' });
  },
);

sealedTest('a stage that sources were changed in is not kept, though a later one failed', async (t) => {
  const folder = scratch(t);
  const wait = ': >waits; while [ ! -e "$TRUSTDIFF_BUILD/go" ]; do sleep 0.1; done';
  const stages = [
    { name: 'first', run: `${wait}; cp "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/"` },
    { name: 'second', run: 'exit 7' },
  ];
  const experiment = experimentIn(folder, { recipe: { use: 'command', stages } });
  const ended = t.throwsAsync(run(experiment, join(folder, 'out')), {
    message: /it was written to while run a1 was built/,
  });
  await until(() => existsSync(join(runFolder(folder, 'a1'), 'build/waits')));
  writeFileSync(join(folder, 'src/text'), 'something else\n');
  writeFileSync(join(runFolder(folder, 'a1'), 'build/go'), '');
  await ended;
  t.deepEqual(readdirSync(join(folder, 'out/runs')), []);
});

sealedTest('only the stage that was cut off goes on, and those after it start', async (t) => {
  const folder = scratch(t);
  const stages = [
    { name: 'first', run: STEPS },
    { name: 'second', run: 'echo 1 >"$TRUSTDIFF_OUT/text"' },
  ];
  const experiment = experimentIn(folder, { recipe: { use: 'command', stages } });
  const going = { ...experiment, recipe: { ...experiment.recipe, continues: true } };
  const out = join(folder, 'out');
  await t.throwsAsync(run(going, out), { message: /first of run a1 failed/ });
  const states: string[] = [];
  const again = rebuild({ experiment: going, out, jobs: 1 });
  await t.throwsAsync(async () => {
    for await (const event of again)
      if (event.type === 'stage') states.push(`${event.run} ${event.stage} ${event.state}`);
  });
  t.deepEqual(states.slice(0, 4), [
    'a1 first continues',
    'a1 first done',
    'a1 second starts',
    'a1 second done',
  ]);
});

sealedTest('any other recipe begins anew, in an empty build directory', async (t) => {
  const folder = scratch(t);
  const experiment = inSteps(folder, false);
  for (let i = 0; i < 2; i++)
    await t.throwsAsync(run(experiment, join(folder, 'out')), {
      message: 'stage stage of run a1 failed with exit status 9',
    });
});

sealedTest('stages that were finished before a later one failed are kept', async (t) => {
  const folder = scratch(t);
  const stages = [
    { name: 'first', run: 'date +%N >"$TRUSTDIFF_OUT/time"' },
    { name: 'second', run: 'exit 7' },
  ];
  const experiment = experimentIn(folder, { recipe: { use: 'command', stages } });
  const going = { ...experiment, recipe: { ...experiment.recipe, continues: true } };
  const time = (): string => readFileSync(join(runFolder(folder, 'a1'), 'out/first/time'), 'utf8');
  await t.throwsAsync(run(going, join(folder, 'out')), { message: /stage second of run a1 failed/ });
  const before = time();
  await t.throwsAsync(run(going, join(folder, 'out')), { message: /stage second of run a1 failed/ });
  t.is(time(), before);
});

sealedTest(
  'an output that was changed after the fact is built anew, with all that comes after it',
  async (t) => {
    const folder = scratch(t);
    const stages = [
      { name: 'first', run: 'echo 1 >"$TRUSTDIFF_OUT/text"' },
      { name: 'second', run: 'cp "$TRUSTDIFF_STAGES/first/text" "$TRUSTDIFF_OUT/"' },
    ];
    const experiment = experimentIn(folder, { recipe: { use: 'command', stages } });
    const out = join(folder, 'out');
    const first = await run(experiment, out);
    writeFileSync(join(runFolder(folder, 'a1'), 'out/second/text'), '2\n');
    const states: string[] = [];
    const again = rebuild({ experiment, out, jobs: 1 });
    for await (const event of again)
      if (event.type === 'stage') states.push(`${event.run} ${event.stage} ${event.state}`);
    t.deepEqual(states, [
      'a1 first starts',
      'a1 first done',
      'a1 second starts',
      'a1 second done',
      'b1 first kept',
      'b1 second kept',
    ]);
    t.is((await again.report).runs[0]?.stages[1]?.digest, first.runs[0]?.stages[1]?.digest);
    rmSync(join(runFolder(folder, 'b1'), 'out/first'), { recursive: true });
    t.is((await run(experiment, out)).verdict.id, 'identical');
  },
);

sealedTest('a record of a run that was damaged is told, and not taken for anything', async (t) => {
  const folder = written(t, 'echo 1 >"$TRUSTDIFF_OUT/text"');
  t.is((await rebuilt(folder)).status, 0);
  writeFileSync(join(runFolder(folder, 'a1'), 'run.json'), '{"schema":"trustdiff-run-1","stages":[{}]}');
  const { status, stderr } = await rebuilt(folder);
  t.is(status, 2);
  t.regex(stderr, /run\.json: it is no record of a run \(remove the folder of the run to build it anew\)/);
});
