import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { type Execution, execute, lastLines } from './execution.js';
import { measured, parseTimes } from './measured-command.js';
import { SURROUNDINGS } from './place.js';

function run(
  t: ExecutionContext,
  script: string,
  more: { readonly umask?: string; readonly signal?: AbortSignal; readonly program?: string } = {},
): { readonly log: string; readonly done: Promise<Execution> } {
  const log = join(scratch(t), 'log');
  const [program = '', ...args] = measured(['sh', '-c', script], {
    ...SURROUNDINGS,
    umask: more.umask ?? '022',
    cores: 1,
  });
  const done = execute(
    { program: more.program ?? program, args, environment: { PATH: process.env.PATH ?? '' }, cwd: '/' },
    { log, signal: more.signal ?? new AbortController().signal },
  );
  return { log, done };
}

test('a command tells its status, its time and its processor time', async (t) => {
  const { done } = run(t, 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exit 5');
  const { status, signal, seconds, cpu } = await done;
  t.is(status, 5);
  t.is(signal, undefined);
  t.true(seconds > 0);
  t.true((cpu?.user ?? 0) > 0);
});

test('its output goes to the log, both streams in order, and nothing of it to the times', async (t) => {
  const { log, done } = run(t, 'echo one; echo two >&2; echo three; echo nonsense >&3');
  const { status, cpu } = await done;
  t.is(status, 2, 'the descriptor of the times is closed to it');
  t.not(cpu, undefined);
  t.regex(readFileSync(log, 'utf8'), /^one\ntwo\nthree\n/);
});

test('the umask is that of the surroundings, and one processor is one processor', async (t) => {
  const { log, done } = run(t, 'umask; nproc', { umask: '027' });
  await done;
  t.is(readFileSync(log, 'utf8'), '0027\n1\n');
});

test('a command that is stopped takes with it what it started', async (t) => {
  const stop = new AbortController();
  const { log, done } = run(t, 'sleep 8642 & echo $!; wait', { signal: stop.signal });
  for (let pid = ''; pid === ''; await pause(10)) {
    try {
      pid = readFileSync(log, 'utf8').trim();
    } catch {
      // Not started yet.
    }
  }
  stop.abort();
  await t.throwsAsync(done, { name: 'AbortedError' });
  const pid = Number(readFileSync(log, 'utf8'));
  // Gone, or at least dead until somebody asks how it ended.
  const commandOf = (): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    } catch {
      return '';
    }
  };
  while (commandOf() !== '') await pause(10);
  t.pass();
});

test('a command that was stopped before it began is not started', async (t) => {
  const { done } = run(t, 'true', { signal: AbortSignal.abort() });
  await t.throwsAsync(done, { name: 'AbortedError' });
});

test('a program that is not there is told of', async (t) => {
  await t.throwsAsync(run(t, 'true', { program: '/no/such/program' }).done, {
    name: 'SpoolError',
    message: /\/no\/such\/program cannot be started .*ENOENT/,
  });
});

test('a log that cannot be written is told of', async (t) => {
  await t.throwsAsync(
    execute(
      { program: 'true', args: [], environment: {}, cwd: '/' },
      { log: join(scratch(t), 'missing/log'), signal: new AbortController().signal },
    ),
    { name: 'SpoolError', message: 'the log cannot be written (ENOENT)' },
  );
});

test('the last lines of a log are its last ones, shortened, and none of an empty or missing one', (t) => {
  const log = join(scratch(t), 'log');
  t.deepEqual(lastLines(log, 3), []);
  writeFileSync(log, '');
  t.deepEqual(lastLines(log, 3), []);
  writeFileSync(log, `one\ntwo\n${'x'.repeat(5000)}\nlast\n\n`);
  t.deepEqual(lastLines(log, 2), [`${'x'.repeat(240)}…`, 'last']);
});

test('times are read as dash and bash print them', (t) => {
  t.deepEqual(parseTimes('0m0.000000s 0m0.000000s\n1m2.500000s 0m0.250000s\n'), { user: 62.5, system: 0.25 });
  t.deepEqual(parseTimes('0m0.001s 0m0.002s\n2m0.000s 0m1.000s\n'), { user: 120, system: 1 });
  for (const text of ['', '\n', 'nonsense', '0m1s 0m1s\n', '0m1s 0m1s\n0m1s\n'])
    t.is(parseTimes(text), undefined);
});
