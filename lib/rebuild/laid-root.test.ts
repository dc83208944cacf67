import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { tarOf } from '../cli/tree-fixture.js';
import { laidRoot } from './laid-root.js';
import { writeTree } from './rebuild-fixture.js';

const { signal } = new AbortController();
/** Nothing was verified. */
const NONE = new Map<string, string>();

function archive(folder: string, text: string): string {
  const path = join(folder, 'root.tar');
  writeFileSync(path, tarOf({ 'bin/tool': text, 'lib/data': 'data' }));
  return path;
}

test('a root that is a directory stays where it is', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { 'root/bin/tool*': 'x' });
  const root = await laidRoot([join(folder, 'root')], join(folder, 'roots'), NONE, signal);
  t.is(root.prefix, join(folder, 'root'));
  t.deepEqual(readdirSync(join(folder, 'roots')), []);
});

test('a root in an archive is laid once, and anew where what lies there was changed or lost', async (t) => {
  const folder = scratch(t);
  const lay = () => laidRoot([archive(folder, 'one')], join(folder, 'roots'), NONE, signal);
  const path = archive(folder, 'one');
  const again = () => laidRoot([path], join(folder, 'roots'), NONE, signal);
  const first = await again();
  const tool = join(first.prefix, 'bin/tool');
  t.is(readFileSync(tool, 'utf8'), 'one');
  t.is((await again()).prefix, first.prefix);
  writeFileSync(tool, 'two');
  t.is((await again()).digest, first.digest);
  t.is(readFileSync(tool, 'utf8'), 'one');
  rmSync(first.prefix, { recursive: true });
  t.is((await again()).digest, first.digest);
  // The same content with another time is another file, but the same root.
  t.is((await lay()).digest, first.digest);
});

test('a root in an unpacked archive of upstream is laid anew where one file in it was changed', async (t) => {
  const folder = scratch(t);
  const tool = 'root/rustc/bin/rustc*';
  writeTree(folder, { 'root/rust-installer-version': '3\n', 'root/components': 'rustc\n', [tool]: 'one' });
  writeTree(folder, { 'root/rustc/manifest.in': 'file:bin/rustc\n' });
  const lay = () => laidRoot([join(folder, 'root')], join(folder, 'roots'), NONE, signal);
  const first = await lay();
  t.is(readFileSync(join(first.prefix, 'bin/rustc'), 'utf8'), 'one');
  writeTree(folder, { [tool]: 'two' });
  const second = await lay();
  t.is(readFileSync(join(second.prefix, 'bin/rustc'), 'utf8'), 'two');
  t.not(second.digest, first.digest);
});

test('an archive with the size and times of an earlier one is another root all the same', async (t) => {
  const folder = scratch(t);
  const path = archive(folder, 'one');
  utimesSync(path, 1000, 1000);
  const first = await laidRoot([path], join(folder, 'roots'), NONE, signal);
  archive(folder, 'two');
  utimesSync(path, 1000, 1000);
  const second = await laidRoot([path], join(folder, 'roots'), NONE, signal);
  t.not(second.digest, first.digest);
});

test('an archive that is not the one whose signature was looked at is refused', async (t) => {
  const folder = scratch(t);
  const path = archive(folder, 'one');
  const verified = new Map([[path, '0'.repeat(64)]]);
  await t.throwsAsync(laidRoot([path], join(folder, 'roots'), verified, signal), {
    name: 'InputError',
    message: 'the file changed after it was verified',
  });
});

test('what was left out of a root is told again when it lies there already', async (t) => {
  const folder = scratch(t);
  const path = join(folder, 'root.tar');
  writeFileSync(path, tarOf({ 'bin/tool': 'x', 'lib/out': { link: '/etc/passwd' } }));
  const lay = () => laidRoot([path], join(folder, 'roots'), NONE, signal);
  const { notes } = await lay();
  t.regex(notes[0] ?? '', /links that lead out of the root/);
  t.deepEqual((await lay()).notes, notes);
});

test('a root that is not there is told of', async (t) => {
  const folder = scratch(t);
  await t.throwsAsync(laidRoot([join(folder, 'missing')], join(folder, 'roots'), NONE, signal), {
    name: 'InputError',
  });
});
