import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Listing, listDirectory } from './directory.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { decodeName, encodeName, pathBytes } from './name.js';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function listed(top: string, limits: Limits = DEFAULT_LIMITS): { listing: Listing; pauses: number } {
  const steps = listDirectory(top, limits);
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done === true) return { listing: step.value, pauses };
  }
}

test('a tree is listed in the order of names, parents before children, whatever order they were made in', (t) => {
  const top = folder(t);
  for (const name of ['b', 'a/z', 'a/b/c']) mkdirSync(join(top, name), { recursive: true });
  for (const name of ['a.txt', 'a/b/c/file', 'a/0', 'c']) writeFileSync(join(top, name), '');
  const { names, types } = listed(top).listing;
  t.deepEqual(names, ['a', 'a.txt', 'b', 'c', 'a/0', 'a/b', 'a/z', 'a/b/c', 'a/b/c/file']);
  for (const [row, name] of names.entries()) {
    const parent = name.slice(0, Math.max(0, name.lastIndexOf('/')));
    t.true(parent === '' || names.indexOf(parent) < row, name);
  }
  t.deepEqual([...new Set(types)].sort(), ['directory', 'file']);
});

test('links are listed as links and not followed, in a circle or out of the tree', (t) => {
  const top = folder(t);
  symlinkSync('..', join(top, 'up'));
  symlinkSync('.', join(top, 'self'));
  symlinkSync('nowhere', join(top, 'dangling'));
  const { names, types, troubles } = listed(top).listing;
  t.deepEqual(names, ['dangling', 'self', 'up']);
  t.deepEqual(types, ['symlink', 'symlink', 'symlink']);
  t.deepEqual(troubles, []);
});

test('names that are not UTF-8 are listed exactly, and folders of such names are gone into', (t) => {
  const top = folder(t);
  const names = [[0xff], [0xfe], [0xc3, 0x28], [0xef, 0xbf, 0xbd]].map((bytes) =>
    decodeName(Buffer.from(bytes)),
  );
  for (const name of names) {
    mkdirSync(pathBytes(`${top}/${name}`));
    writeFileSync(pathBytes(`${top}/${name}/file`), '');
  }
  const { listing } = listed(top);
  t.deepEqual(listing.troubles, []);
  t.deepEqual(
    listing.names.map((name) => encodeName(name).toString('hex')).sort(),
    names
      .flatMap((name) => [name, `${name}/file`])
      .map((name) => encodeName(name).toString('hex'))
      .sort(),
  );
});

test('a large tree is listed with pauses', (t) => {
  const top = folder(t);
  for (let d = 0; d < 5; d++) {
    mkdirSync(join(top, `${d}`));
    for (let i = 0; i < 500; i++) writeFileSync(join(top, `${d}`, `${i}`), '');
  }
  const { listing, pauses } = listed(top);
  t.is(listing.names.length, 2505);
  t.true(pauses >= 1);
});

test('more members than allowed are refused', (t) => {
  const top = folder(t);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(top, name), '');
  t.is(listed(top, { ...DEFAULT_LIMITS, members: 3 }).listing.names.length, 3);
  t.throws(() => listed(top, { ...DEFAULT_LIMITS, members: 2 }), {
    name: 'LimitError',
    message: 'the directory holds more than 2 members',
  });
});

test('a directory that cannot be listed is a trouble that names it', (t) => {
  const { listing } = listed(join(folder(t), 'gone'));
  t.deepEqual(listing.names, []);
  t.is(listing.troubles.length, 1);
  t.is(listing.troubles[0]?.what, 'it vanished while the directory was being listed');
});
