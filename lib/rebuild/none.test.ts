import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readExperiment } from './experiment.js';
import { rebuild } from './rebuild.js';
import { rebuilt, runFolder, until, written } from './robust-fixture.js';

/*
 * Without a sandbox, which has to be asked for.
 */

const none = { sandbox: { use: 'none' } };

test('without a sandbox the report says what was not sealed', async (t) => {
  const folder = written(t, 'cp "$TRUSTDIFF_SRC/text" "$TRUSTDIFF_OUT/"');
  const { status, stdout } = await rebuilt(folder, '--sandbox', 'none');
  t.is(status, 0);
  t.regex(stdout, /recipe command: stage; not sealed/);
  for (const sentence of [
    /The builds were not sealed: they could see and change all/,
    /Host name, users and/,
  ])
    t.regex(stdout.replace(/\s+/g, ' '), sentence);
});

test('the same paths stand for both runs, and the environment is the one that is given', async (t) => {
  const folder = written(t, 'env | sort >"$TRUSTDIFF_OUT/environment"', none);
  const { status, stderr } = await rebuilt(folder);
  t.is(status, 0, stderr);
  const environment = readFileSync(join(runFolder(folder, 'a1'), 'out/stage/environment'), 'utf8');
  const place = join(folder, 'out/place');
  t.true(environment.includes(`TRUSTDIFF_SRC=${place}/src\n`));
  t.true(environment.includes(`LD_LIBRARY_PATH=${place}/rustc/lib:`));
  t.true(environment.includes(`PATH=${place}/tools:/usr/local/bin:/usr/bin:/bin\n`));
  const names = environment.split('\n').map((line) => line.split('=')[0] ?? '');
  t.deepEqual(
    names.filter(
      (name) =>
        !/^(|_|CARGO_HOME|HOME|LC_ALL|LD_LIBRARY_PATH|PATH|PWD|OLDPWD|SHLVL|PYTHONDONTWRITEBYTECODE|SOURCE_DATE_EPOCH|TMPDIR|TZ|TRUSTDIFF_.*)$/.test(
          name,
        ),
    ),
    [],
  );
  t.false(readdirSync(join(folder, 'out')).includes('place'), 'the links are gone afterwards');
});

/** Whether a process has this word among those of its command. */
function runs(word: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
    } catch {
      return false;
    }
  });
}

test('what a build leaves running is ended before its output is looked at', async (t) => {
  const seconds = `${process.pid}7531`;
  // It writes as soon as the output is looked at and has got its name.
  const late = `while [ -d ../stage.partial ]; do sleep 0.01; done; echo late >>text; exec sleep ${seconds}`;
  const folder = written(
    t,
    `(cd -P "$TRUSTDIFF_OUT"; setsid sh -c "${late}" >/dev/null 2>&1 &) ; echo 1 >"$TRUSTDIFF_OUT/text"`,
    none,
  );
  t.is((await rebuilt(folder)).status, 0);
  t.false(runs(seconds));
  t.is(readFileSync(join(runFolder(folder, 'a1'), 'out/stage/text'), 'utf8'), '1\n');
});

test('what a build without a sandbox put into the background is gone when it is stopped', async (t) => {
  const seconds = `${process.pid}4322`;
  const folder = written(t, `(setsid sleep ${seconds} &) ; : >"$TRUSTDIFF_OUT/waits"; sleep 1000`);
  const stop = new AbortController();
  const experiment = { ...readExperiment(join(folder, 'experiment.yaml')), sandbox: SANDBOX_NONE };
  const { report } = rebuild({ experiment, out: join(folder, 'out'), jobs: 1, signal: stop.signal });
  const running = (): boolean => runs(`sleep\0${seconds}\0`);
  await until(() => existsSync(join(runFolder(folder, 'a1'), 'out/stage.partial/waits')) && running());
  stop.abort();
  await t.throwsAsync(report, { name: 'AbortedError' });
  t.false(running());
});

const SANDBOX_NONE = { use: 'none', cores: undefined } as const;
