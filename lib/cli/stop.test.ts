import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { compare } from '../comparison/comparison.js';
import { endless, midway } from './midway-fixture.js';
import { scratch, shell } from './run-fixture.js';
import { writeTree } from './tree-fixture.js';

/*
 * What is left behind when trustdiff is stopped in the middle: nothing, and no verdict.
 */

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
  test.serial(`${signal} in the middle of unpacking leaves nothing in the temporary folder`, async (t) => {
    if (!existsSync('/proc/self/fd')) {
      t.log('skipped: there is no /proc to see the open files in');
      t.pass();
      return;
    }
    const { child, temporary, stderr } = await midway(t, scratch(t));
    const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => {
      child.on('close', (status, by) => resolve([status, by]));
    });
    child.kill(signal);
    t.deepEqual(await ended, signal === 'SIGKILL' ? [null, 'SIGKILL'] : [2, null]);
    t.is(stderr(), signal === 'SIGKILL' ? '' : `trustdiff: stopped by ${signal}; nothing was decided\n`);
    t.deepEqual(readdirSync(temporary), []);
  });
}

test('a reader that goes away ends the work with status 2 and without a word', async (t) => {
  const folder = scratch(t);
  const tree = Object.fromEntries(
    Array.from({ length: 3000 }, (_, i) => [`lib/${'long-name-'.repeat(6)}${i}`, 'x']),
  );
  writeTree(join(folder, 'a'), tree);
  const line = '{ $TRUSTDIFF a a --all; echo $? >status; } 2>errors | head -n 1';
  const { stdout } = await shell(line, { cwd: folder });
  t.is(stdout, 'A  a\n');
  t.is(readFileSync(join(folder, 'errors'), 'utf8'), '');
  t.is(readFileSync(join(folder, 'status'), 'utf8'), '2\n');
});

test('a reader that goes away from JSON ends the work as well', async (t) => {
  const folder = scratch(t);
  const tree = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`lib/${'long-name-'.repeat(6)}${i}`, 'x']),
  );
  writeTree(join(folder, 'a'), tree);
  const line = '{ $TRUSTDIFF a a -f json; echo $? >status; } 2>errors | head -n 1';
  t.is((await shell(line, { cwd: folder })).stdout, '{\n');
  t.is(readFileSync(join(folder, 'errors'), 'utf8'), '');
  t.is(readFileSync(join(folder, 'status'), 'utf8'), '2\n');
});

test('a full disk behind standard output is trouble, whatever the verdict', async (t) => {
  if (!existsSync('/dev/full')) {
    t.log('skipped: there is no /dev/full');
    t.pass();
    return;
  }
  const folder = scratch(t);
  writeTree(join(folder, 'a'), { file: 'x' });
  for (const format of ['text', 'json']) {
    const { status, stderr } = await shell(`$TRUSTDIFF a a -f ${format} >/dev/full`, { cwd: folder });
    t.is(status, 2);
    t.is(stderr, 'trustdiff: standard output: the report cannot be written: the disk is full\n');
  }
});

test('a signal given to the library stops it with a typed error', async (t) => {
  const folder = scratch(t);
  writeFileSync(join(folder, 'a.tar.gz'), endless());
  const stop = new AbortController();
  const a = join(folder, 'a.tar.gz');
  const { report } = compare({ a, b: a, tmpdir: folder, limits: { ratio: 1e6 }, signal: stop.signal });
  setTimeout(() => stop.abort(), 200);
  await t.throwsAsync(report, { name: 'AbortedError' });
});

test('a file that changes while the others are read is trouble, not a difference', async (t) => {
  const folder = scratch(t);
  for (const side of ['a', 'b']) {
    writeTree(join(folder, side), { 'a-small': 'same', large: '' });
    // Sparse: 4 GB that take no disk, and seconds to read.
    truncateSync(join(folder, side, 'large'), 2 ** 32);
  }
  const comparison = compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs: 1 });
  for await (const event of comparison) {
    if (event.type === 'side' && event.side === 'b') truncateSync(join(folder, 'b/large'), 1);
  }
  const report = await comparison.report;
  t.is(report.verdict.exit, 2);
  const pair = report.pairs.find(({ path }) => path === 'large');
  t.is(pair?.status, 'unreadable');
  t.regex(pair?.trouble?.what ?? '', /the file (changed|became shorter) while it was being read/);
  t.is(pair?.trouble?.side, 'b');
});
