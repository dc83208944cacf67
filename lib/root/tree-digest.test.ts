import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { scratch } from '../cli/run-fixture.js';
import { writeTree } from '../cli/tree-fixture.js';
import { InputError, LimitError } from '../error.js';
import { digestTree, treeChanges } from './tree-digest.js';

const TREE = {
  'bin/rustc': 'ELF',
  'lib/libstd.so': 'std',
  'lib/a/deep': 'x',
  'lib/link': { link: 'libstd.so' },
};

function tree(t: ExecutionContext): string {
  return writeTree(join(scratch(t), 'tree'), TREE);
}

async function digest(top: string): Promise<string> {
  return (await digestTree(top)).digest;
}

test('two copies of a tree have one digest, whatever their times and owners are', async (t) => {
  const top = tree(t);
  const copy = `${top}-copy`;
  cpSync(top, copy, { recursive: true, verbatimSymlinks: true });
  utimesSync(join(copy, 'bin/rustc'), 1, 1);
  t.is(await digest(copy), await digest(top));
});

const CHANGES: Readonly<Record<string, (top: string) => void>> = {
  'a byte': (top) => writeFileSync(join(top, 'bin/rustc'), 'ELG'),
  'an executable bit': (top) => chmodSync(join(top, 'bin/rustc'), 0o755),
  'a name': (top) => renameSync(join(top, 'lib/libstd.so'), join(top, 'lib/libstd.so2')),
  'a link target': (top) => {
    rmSync(join(top, 'lib/link'));
    symlinkSync('a/deep', join(top, 'lib/link'));
  },
  'a link that became a file with the text of its target': (top) => {
    rmSync(join(top, 'lib/link'));
    writeFileSync(join(top, 'lib/link'), 'libstd.so');
  },
  'an empty directory more': (top) => writeTree(join(top, 'lib/empty'), {}),
  'a file less': (top) => rmSync(join(top, 'lib/a/deep')),
  'two contents that changed places': (top) => {
    writeFileSync(join(top, 'bin/rustc'), 'std');
    writeFileSync(join(top, 'lib/libstd.so'), 'ELF');
  },
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`the digest of a tree tells ${what}`, async (t) => {
    const top = tree(t);
    const before = await digest(top);
    change(top);
    t.not(await digest(top), before);
  });
}

test('the changes between two listings are told by path', async (t) => {
  const top = tree(t);
  const before = await digestTree(top);
  writeFileSync(join(top, 'bin/rustc'), 'ELG');
  writeFileSync(join(top, 'bin/cargo'), 'new');
  rmSync(join(top, 'lib/a/deep'));
  const after = await digestTree(top);
  t.deepEqual(treeChanges(before, after), {
    added: ['bin/cargo'],
    removed: ['lib/a/deep'],
    changed: ['bin/rustc'],
  });
  t.deepEqual(treeChanges(after, after), { added: [], removed: [], changed: [] });
});

test('a digest that is limited to some parts is that of no others', async (t) => {
  const top = tree(t);
  const only = ['bin/rustc', 'lib/a'];
  const before = await digestTree(top, { only });
  t.deepEqual(
    before.entries.map(({ path }) => path),
    ['bin/rustc', 'lib/a', 'lib/a/deep'],
  );
  writeFileSync(join(top, 'lib/libstd.so'), 'other');
  t.is((await digestTree(top, { only })).digest, before.digest);
  writeFileSync(join(top, 'lib/a/deep'), 'other');
  t.not((await digestTree(top, { only })).digest, before.digest);
});

/** What happens to the last of many files when it is listed and not yet digested. */
async function meanwhile(t: ExecutionContext, happens: (file: string) => void): Promise<string> {
  const names = Array.from({ length: 2000 }, (_, i) => `f${String(i).padStart(4, '0')}`);
  const top = writeTree(join(scratch(t), 'many'), Object.fromEntries(names.map((name) => [name, 'text'])));
  const before = await digest(top);
  const under = digest(top);
  happens(join(top, names.at(-1) ?? ''));
  t.is(await under, before);
  return top;
}

test('a file that got another name while a tree was digested is read again', async (t) => {
  const top = await meanwhile(t, (file) => linkSync(file, `${file}-linked`));
  t.true(lstatSync(join(top, 'f1999')).nlink === 2);
});

test('a file that changed while a tree was digested has no digest', async (t) => {
  const changes: Readonly<Record<string, (file: string) => void>> = {
    content: (file) => writeFileSync(file, 'next'),
    mode: (file) => chmodSync(file, 0o755),
    'another file': (file) => {
      writeFileSync(`${file}-new`, 'text');
      renameSync(`${file}-new`, file);
    },
    'no file': (file) => rmSync(file),
  };
  for (const [what, change] of Object.entries(changes))
    await t.throwsAsync(meanwhile(t, change), { instanceOf: InputError }, what);
});

test('a link is told by its target and never followed', async (t) => {
  const top = tree(t);
  symlinkSync('/etc', join(top, 'etc'));
  const { entries } = await digestTree(top);
  t.deepEqual(
    entries.filter(({ path }) => path.startsWith('etc')).map(({ type, linkTarget }) => [type, linkTarget]),
    [['symlink', '/etc']],
  );
});

const hasMkfifo = spawnSync('mkfifo', ['--version']).status === 0;

// Skipped where there is no mkfifo.
(hasMkfifo ? test : test.skip)('a FIFO in a tree is told and not opened', async (t) => {
  const top = tree(t);
  spawnSync('mkfifo', [join(top, 'fifo')]);
  const { entries } = await digestTree(top);
  t.is(entries.find(({ path }) => path === 'fifo')?.type, 'fifo');
});

test('a tree that is missing, or larger than the limit, has no digest', async (t) => {
  await t.throwsAsync(digestTree(join(scratch(t), 'missing')), { instanceOf: InputError });
  await t.throwsAsync(digestTree(tree(t), { limits: { members: 2 } }), { instanceOf: LimitError });
  await t.throwsAsync(digestTree(tree(t), { only: ['bin/cargo'] }), { instanceOf: InputError });
});

test('trees of other contents have other digests', async (t) => {
  const folder = scratch(t);
  const name = fc.constantFrom('a', 'b', 'a.b', 'ab');
  const arbitrary = fc.dictionary(name, fc.string({ maxLength: 3 }), { maxKeys: 3 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, arbitrary, async (a, b) => {
      run += 1;
      const digests = [];
      for (const [i, content] of [a, b].entries())
        digests.push(await digest(writeTree(join(folder, `${run}-${i}`), content)));
      const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
      return same === (digests[0] === digests[1]);
    }),
    { numRuns: 60 },
  );
  t.true(run > 0);
});
