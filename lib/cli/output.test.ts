import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { midway } from './midway-fixture.js';
import { type Run, scratch, shell, trustdiff } from './run-fixture.js';
import { tarOf, writeTree } from './tree-fixture.js';
import { otherUserTest } from './unprivileged-fixture.js';

/*
 * What -o leaves behind: the whole new report, or what was there before.
 */

/** A folder with an artefact, and what is given. */
function folderWith(t: ExecutionContext, tree: Readonly<Record<string, string>> = {}): string {
  return writeTree(scratch(t), { 'x.tar': tarOf({ file: 'x' }), ...tree });
}

function compared(folder: string, output: string): Promise<Run> {
  return trustdiff(['x.tar', 'x.tar', '-q', '-o', output], { cwd: folder });
}

function isReport(text: string): boolean {
  return text.includes('VERDICT identical') || text.includes('"id": "identical"');
}

test('a report is written where there was none, and takes the place of an older one', async (t) => {
  const folder = folderWith(t, { 'old.json': 'older and longer'.repeat(10_000) });
  chmodSync(join(folder, 'old.json'), 0o640);
  for (const name of ['new.json', 'old.json', 'long'.repeat(63)]) {
    t.is((await compared(folder, name)).status, 0);
    t.true(isReport(readFileSync(join(folder, name), 'utf8')));
  }
  t.is(statSync(join(folder, 'old.json')).mode & 0o777, 0o640);
  t.is(readdirSync(folder).length, 4);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
  test.serial(`${signal} before the report is written leaves no report, or the older one`, async (t) => {
    if (!existsSync('/proc/self/fd')) {
      t.log('skipped: there is no /proc to see the open files in');
      t.pass();
      return;
    }
    const folder = writeTree(scratch(t), { 'old.json': 'older' });
    for (const name of ['new.json', 'old.json']) {
      const { child } = await midway(t, folder, '-o', name, '-o', '-');
      const ended = new Promise((end) => child.on('close', end));
      child.kill(signal);
      await ended;
      t.deepEqual(readdirSync(folder).sort(), ['a.tar.gz', 'old.json', 'temporary']);
    }
    t.is(readFileSync(join(folder, 'old.json'), 'utf8'), 'older');
  });

test('a comparison that fails leaves no report, or the older one', async (t) => {
  const folder = folderWith(t, { 'old.json': 'older' });
  for (const name of ['new.json', 'old.json']) {
    const { status } = await trustdiff(['x.tar', 'none.tar', '-q', '-o', name], { cwd: folder });
    t.is(status, 2);
  }
  t.deepEqual(readdirSync(folder).sort(), ['old.json', 'x.tar']);
  t.is(readFileSync(join(folder, 'old.json'), 'utf8'), 'older');
});

test('a link stays a link, and what it leads to is written', async (t) => {
  const folder = folderWith(t, { 'there/old.json': 'older' });
  symlinkSync('there/old.json', join(folder, 'link'));
  symlinkSync('there/new.json', join(folder, 'dangling'));
  symlinkSync('link', join(folder, 'link-to-link'));
  for (const [name, file] of [
    ['link', 'old.json'],
    ['dangling', 'new.json'],
    ['link-to-link', 'old.json'],
  ] as const) {
    writeFileSync(join(folder, 'there/old.json'), 'older');
    t.is((await compared(folder, name)).status, 0);
    t.true(lstatSync(join(folder, name)).isSymbolicLink());
    t.true(isReport(readFileSync(join(folder, 'there', file), 'utf8')));
  }
  t.is(readlinkSync(join(folder, 'link')), 'there/old.json');
  t.deepEqual(readdirSync(join(folder, 'there')).sort(), ['new.json', 'old.json']);
});

test('links in a circle, a folder and a name that ends with / are refused', async (t) => {
  const folder = folderWith(t, { 'there/x': '', file: '' });
  symlinkSync('circle', join(folder, 'circle'));
  for (const [name, code] of [
    ['circle', 'ELOOP'],
    ['there', 'EISDIR'],
    ['new/', 'EISDIR'],
    ['file/new', 'ENOTDIR'],
  ] as const) {
    const { status, stderr } = await compared(folder, name);
    t.is(status, 2);
    t.regex(stderr, new RegExp(`the report cannot be written \\(${code}\\)`));
  }
});

test('what is no plain file is written where it is', async (t) => {
  const folder = folderWith(t);
  for (const line of ['-o /dev/stdout | cat', '-o /dev/fd/3 3>&1 | cat'])
    t.true(isReport((await shell(`$TRUSTDIFF x.tar x.tar -q ${line}`, { cwd: folder })).stdout));
  // Whoever opened it sees the report, and no other file takes its name.
  const same = 'exec >out; stat -c %i out >&2; $TRUSTDIFF x.tar x.tar -q -o /dev/stdout';
  const { stderr } = await shell(same, { cwd: folder });
  t.is(Number(stderr), statSync(join(folder, 'out')).ino);
  t.true(isReport(readFileSync(join(folder, 'out'), 'utf8')));
  const pipe = 'mkfifo pipe && { $TRUSTDIFF x.tar x.tar -q -o pipe & cat pipe; wait; }';
  t.true(isReport((await shell(pipe, { cwd: folder })).stdout));
  t.true(lstatSync(join(folder, 'pipe')).isFIFO());
});

test('a pipe that nobody reads is waited for, and the wait can be stopped', async (t) => {
  const line = 'mkfifo pipe; $TRUSTDIFF x.tar x.tar -q -o pipe & sleep 1; kill -TERM $!; wait $!; echo $?';
  const { stdout, stderr } = await shell(line, { cwd: folderWith(t) });
  t.is(stdout.trim(), '2');
  t.regex(stderr, /stopped by SIGTERM/);
});

test('an older report stays whole where the new one has no room', async (t) => {
  const folder = folderWith(t, { 'old.json': 'older' });
  const { status, stderr } = await shell(
    'ulimit -f 1; $TRUSTDIFF x.tar x.tar -q -f json -o old.json; exit $?',
    { cwd: folder },
  );
  t.is(status, 2);
  t.regex(stderr, /the report cannot be written/);
  t.is(readFileSync(join(folder, 'old.json'), 'utf8'), 'older');
  t.deepEqual(readdirSync(folder).sort(), ['old.json', 'x.tar']);
});

otherUserTest(
  'a file can be written in a folder that is closed; one that is closed itself cannot',
  async (t) => {
    const folder = folderWith(t, {
      'closed/old.json': 'older',
      'closed/mine.json': 'older',
      'open/theirs.json': 'older',
    });
    const uid = 65_534;
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'x.tar'), 0o644);
    mkdirSync(join(folder, 'tmp'));
    for (const path of ['tmp', 'open', 'closed/old.json']) chownSync(join(folder, path), uid, uid);
    const run = (output: string) =>
      trustdiff(['x.tar', 'x.tar', '-q', '-o', output, '--tmpdir', 'tmp'], { cwd: folder, uid });
    t.is((await run('closed/old.json')).status, 0);
    t.true(isReport(readFileSync(join(folder, 'closed/old.json'), 'utf8')));
    for (const output of ['closed/new.json', 'closed/mine.json', 'open/theirs.json']) {
      const { status, stderr } = await run(output);
      t.is(status, 2);
      t.regex(stderr, /the report cannot be written \(EACCES\)/);
    }
    t.is(readFileSync(join(folder, 'open/theirs.json'), 'utf8'), 'older');
    t.deepEqual(readdirSync(join(folder, 'closed')).sort(), ['mine.json', 'old.json']);
  },
);
