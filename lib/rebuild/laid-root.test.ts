import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { tarOf } from '../cli/tree-fixture.js';
import { laidRoot } from './laid-root.js';
import { writeTree } from './rebuild-fixture.js';

const { signal } = new AbortController();

function archive(folder: string, text: string): string {
  const path = join(folder, 'root.tar');
  writeFileSync(path, tarOf({ 'bin/tool': text, 'lib/data': 'data' }));
  return path;
}

test('a root that is a directory stays where it is', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { 'root/bin/tool*': 'x' });
  const root = await laidRoot([join(folder, 'root')], join(folder, 'roots'), signal);
  t.is(root.prefix, join(folder, 'root'));
  t.deepEqual(readdirSync(join(folder, 'roots')), []);
});

test('a root in an archive is laid once, and anew where what lies there was changed or lost', async (t) => {
  const folder = scratch(t);
  const lay = () => laidRoot([archive(folder, 'one')], join(folder, 'roots'), signal);
  const path = archive(folder, 'one');
  const again = () => laidRoot([path], join(folder, 'roots'), signal);
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

test('a root that is not there is told of', async (t) => {
  const folder = scratch(t);
  await t.throwsAsync(laidRoot([join(folder, 'missing')], join(folder, 'roots'), signal), {
    name: 'InputError',
  });
});
