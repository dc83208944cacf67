import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { execute } from './execution.js';
import { gone, parseFirstProcess } from './first-process.js';
import { SURROUNDINGS } from './place.js';
import { readProcessStat } from './process-stat.js';
import { sealedTest } from './rebuild-fixture.js';
import { until } from './robust-fixture.js';
import { bubblewrap } from './sandbox/bubblewrap.js';
import type { SealedCommand } from './sandbox.js';
import { layTools } from './tools.js';

const KEYS = ['source', 'root', 'cargoRoot', 'rustcRoot', 'build', 'home', 'out', 'log'] as const;

/** A shell script, sealed as a build is. */
function sealed(folder: string, script: string): SealedCommand {
  const folders = Object.fromEntries(KEYS.map((key) => [key, join(folder, key)])) as Record<
    (typeof KEYS)[number],
    string
  >;
  for (const path of Object.values(folders)) mkdirSync(path);
  return bubblewrap().command({
    folders,
    tools: layTools(join(folder, 'tools'), true),
    run: ['/bin/sh', '-c', script],
    stage: '',
    earlier: [],
    environment: { PATH: '/usr/bin:/bin' },
    surroundings: { ...SURROUNDINGS, cores: 1 },
  });
}

/** So many that their namespace takes a while to end; known by seconds that no other test sleeps. */
const SECONDS = 10_000_000 + process.pid;
const MANY = `i=0; while [ $i -lt 100 ]; do sleep ${SECONDS} & i=$((i+1)); done; : >ready`;

function sleeping(): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1') === `sleep\0${SECONDS}\0`;
    } catch {
      return false;
    }
  }).length;
}

sealedTest.serial('with a sealed command all that it left running has ended', async (t) => {
  for (let i = 0; i < 5; i++) {
    const folder = scratch(t);
    const { signal } = new AbortController();
    const { status } = await execute(sealed(folder, MANY), { log: join(folder, 'printed'), signal });
    t.is(sleeping(), 0);
    t.is(status, 0);
  }
});

sealedTest.serial('with a sealed command that is stopped all that it started has ended', async (t) => {
  const folder = scratch(t);
  const stop = new AbortController();
  const command = sealed(folder, `${MANY}; sleep 1000`);
  const done = execute(command, { log: join(folder, 'printed'), signal: stop.signal });
  await until(() => readdirSync(join(folder, 'build')).includes('ready') && sleeping() === 100);
  stop.abort();
  await t.throwsAsync(done, { name: 'AbortedError' });
  t.is(sleeping(), 0);
});

sealedTest.serial('a sealed command holds no descriptor but those of its input and output', async (t) => {
  const folder = scratch(t);
  const { signal } = new AbortController();
  const printed = join(folder, 'printed');
  const script = 'for fd in 0 1 2 3 4 5 6 7 8 9; do if [ -e /proc/$$/fd/$fd ]; then echo $fd; fi; done';
  await execute(sealed(folder, script), { log: printed, signal });
  t.is(readFileSync(printed, 'utf8'), '0\n1\n2\n');
});

sealedTest.serial('a sandbox that cannot be made has no process to wait for', async (t) => {
  const folder = scratch(t);
  const { signal } = new AbortController();
  const command = sealed(folder, 'true');
  const args = ['--ro-bind', join(folder, 'missing'), '/missing', ...command.args];
  const { status } = await execute({ ...command, args }, { log: join(folder, 'printed'), signal });
  t.is(status, 1);
  await t.throwsAsync(
    execute({ ...command, program: '/no/such/program' }, { log: join(folder, 'printed'), signal }),
    { name: 'SpoolError' },
  );
});

test('what is told of a process is read, and nothing is no process', (t) => {
  const { pid } = process;
  const started = readProcessStat(pid)?.started;
  t.deepEqual(parseFirstProcess(`{\n    "child-pid": ${pid},\n    "pid-namespace": 4026532179\n}\n`), {
    pid,
    started,
  });
  for (const info of ['', '{}', '{ "child-pid": 0 }']) t.is(parseFirstProcess(info), undefined);
});

test('a process is gone when its number is another’s, nobody’s, or a zombie’s', async (t) => {
  await t.notThrowsAsync(gone({ pid: process.pid, started: '1' }));
  await t.notThrowsAsync(gone({ pid: process.pid, started: undefined }));
  await t.notThrowsAsync(gone({ pid: 4_194_305, started: '1' }));
  // The shell becomes a program that does not ask after what the shell has started.
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => parent.kill('SIGKILL'));
  const [told] = await once(parent.stdout, 'data');
  const pid = Number(told);
  const started = readProcessStat(pid)?.started;
  await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
  process.kill(pid, 'SIGKILL');
  await until(() => readProcessStat(pid)?.state === 'Z');
  await t.notThrowsAsync(gone({ pid, started }));
});

test('a process that is still there is waited for', async (t) => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  const first = { pid: child.pid ?? 0, started: readProcessStat(child.pid ?? 0)?.started };
  let ended = false;
  const waited = gone(first).then(() => t.true(ended));
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGKILL');
  ended = true;
  await waited;
});
