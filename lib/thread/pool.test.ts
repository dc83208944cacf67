import { closeSync, mkdtempSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { tarOf } from '../cli/tree-fixture.js';
import { Threads } from './pool.js';
import { packRefs } from './refs.js';

const never = new AbortController().signal;
const nothing = { digest: 'sha256', refs: packRefs([]) } as const;

test('a task gives the same in a thread as here', async (t) => {
  const threads = new Threads(1, never);
  t.deepEqual(await threads.run('digestTask', nothing), await threads.runHere('digestTask', nothing));
  await threads.close();
});

test('after the signal, and after closing, no task runs', async (t) => {
  const stop = new AbortController();
  const threads = new Threads(1, stop.signal);
  stop.abort();
  await t.throwsAsync(threads.run('digestTask', nothing), { name: 'AbortedError' });
  await t.throwsAsync(threads.runHere('digestTask', nothing), { name: 'AbortedError' });
  const closed = new Threads(1, never);
  await closed.close();
  await t.throwsAsync(closed.run('digestTask', nothing), { name: 'AbortedError' });
});

test('what a thread unpacked can be read here, also once the threads have ended', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.tar');
  writeFileSync(file, tarOf({ file: 'content' }));
  const threads = new Threads(1, never);
  const options = { limits: DEFAULT_LIMITS, digest: 'sha256', tmpdir: folder } as const;
  const outcome = await threads.run('ingestFileTask', { file, input: 0, options });
  await threads.close();
  if (!('ok' in outcome)) return t.fail();
  const { spoolFd = -1 } = outcome.ok;
  const read = Buffer.alloc(7);
  t.is(readSync(spoolFd, read, 0, 7, 0), 7);
  t.is(read.toString(), 'content');
  t.notThrows(() => closeSync(spoolFd));
});

test('an error crosses from a thread with its kind, place and hint', async (t) => {
  const threads = new Threads(1, never);
  const options = { limits: DEFAULT_LIMITS, digest: 'sha256', tmpdir: tmpdir() } as const;
  const outcome = await threads.run('ingestFileTask', { file: '/nowhere/x', input: 0, options });
  t.deepEqual(outcome, {
    failed: { kind: 'input', what: 'there is no such file or directory', file: '/nowhere/x' },
  });
  await threads.close();
});
