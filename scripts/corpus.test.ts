import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { checkBudget, checkSums } from './corpora/check.js';
import { compareSides, firstDifferenceOf } from './corpora/compare.js';
import type { Contents } from './corpora/containers.js';
import { parseExpect } from './corpora/expect.js';
import { artefactPaths, CONTENTS, CORPUS, filesBelow, PAIRS, pairNames } from './corpora/folder.js';
import { readManifest } from './corpora/manifest.js';
import { RECIPES } from './corpora/recipes/index.js';
import { sideName } from './corpora/side.js';

test('every artefact of the corpus has the digest that SHA256SUMS gives it', (t) => {
  t.deepEqual(checkSums(), []);
});

test('the artefacts of the corpus stay below their budget', (t) => {
  t.deepEqual(checkBudget(), []);
});

test('there is one pair for each recipe and no other', (t) => {
  t.deepEqual(pairNames(), RECIPES.map(({ name }) => name).sort());
});

for (const name of pairNames()) {
  const expectFile = join(PAIRS, name, 'expect.json');

  test(`the pair ${name} says what is to be found in it`, (t) => {
    const expect = parseExpect(readFileSync(expectFile, 'utf8'), expectFile);
    t.truthy(sideName(join(PAIRS, name), 'a'));
    t.truthy(sideName(join(PAIRS, name), 'b'));
    t.is(expect.exit, ['identical', 'equivalent', 'noise'].includes(expect.verdict) ? 0 : 1);
    t.deepEqual(Object.keys(expect.firstDifference), [...expect.differing]);
    t.regex(expect.made.rustc, /^rustc \d+\.\d+\.\d+/);
  });

  test(`what is to be explained of the pair ${name} hides nothing that is known of it`, (t) => {
    const { causes, explained, differing } = parseExpect(readFileSync(expectFile, 'utf8'), expectFile);
    const { verdict, suspectedBytes, unexplainedBytes, residue, weak } = explained;
    if (['identical', 'equivalent', 'root-effect-explained'].includes(verdict)) {
      t.deepEqual({ suspectedBytes, unexplainedBytes, residue }, NOTHING_LEFT);
      t.false(causes.some(isReal));
    }
    // A real change is named by its place; what else is left over is known to be a weakness.
    t.true(!causes.some(isReal) || residue.length > 0);
    t.true(unexplainedBytes === 0 || residue.length > 0 || weak !== undefined);
    for (const place of residue)
      t.true(
        differing.some((path) => place.startsWith(path.replace(/^usr\//, ''))),
        place,
      );
  });

  test(`the pair ${name} differs where its expect.json says, as far as it is made of folders`, (t) => {
    const expect = parseExpect(readFileSync(expectFile, 'utf8'), expectFile);
    const folder = join(PAIRS, name);
    if (sideName(folder, 'a') !== 'a' || sideName(folder, 'b') !== 'b') {
      t.pass();
      return;
    }
    const [a, b] = ['a', 'b'].map((side) => {
      const files = filesBelow(join(folder, side));
      return new Map(files.map((path) => [path, readFileSync(join(folder, side, path))]));
    });
    t.like(expect, compareSides(a ?? new Map(), b ?? new Map()));
  });
}

const NOTHING_LEFT = { suspectedBytes: 0, unexplainedBytes: 0, residue: [] };

/** Causes that say only where something is, and that it is another thing. */
function isReal(cause: string): boolean {
  return cause === 'code' || cause === 'padding';
}

test('contents.json tells of each container sample and of no other', (t) => {
  const { containers, trees } = JSON.parse(readFileSync(CONTENTS, 'utf8')) as Contents;
  const there = artefactPaths().filter((path) => path.startsWith('containers/'));
  t.deepEqual(containers.map(({ file }) => `containers/${file}`).sort(), there);
  t.true(containers.every(({ tree }) => tree in trees));
});

test('the manifest names each large artefact with its size, its digest and its origin', (t) => {
  const artefacts = readManifest();
  t.true(artefacts.length > 0);
  t.is(new Set(artefacts.map(({ name }) => name)).size, artefacts.length);
});

test('no artefact of the corpus holds a path of the machine that made it', (t) => {
  const paths = ['/home/', '/root/', '/tmp/'].map((path) => Buffer.from(path));
  const found = artefactPaths().filter((path) => {
    const bytes = readFileSync(join(CORPUS, path));
    return paths.some((word) => bytes.includes(word));
  });
  t.deepEqual(found, []);
});

test('an expect.json that lacks a field, or has one that is unknown, is refused by name', (t) => {
  const file = join(PAIRS, 'constant', 'expect.json');
  const good = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const { verdict, ...without } = good;
  t.is(verdict, 'inconclusive');
  t.throws(() => parseExpect(JSON.stringify(without), file), { message: /field verdict/ });
  t.throws(() => parseExpect(JSON.stringify({ ...good, verdikt: 1 }), file), { message: /field verdikt/ });
  const explained = { ...(good.explained as object), causes: [{ cause: 'magic', standing: 'confirmed' }] };
  t.throws(() => parseExpect(JSON.stringify({ ...good, explained }), file), { message: /field explained/ });
});

test('files pair by their path, and by their path without its hash where that leaves no choice', (t) => {
  const [one, two] = [Buffer.from('one'), Buffer.from('two')];
  const a = new Map([
    ['lib/libx-0123456789abcdef.rlib', one],
    ['bin/x', one],
    ['bin/y', one],
  ]);
  const b = new Map([
    ['lib/libx-fedcba9876543210.rlib', one],
    ['bin/x', two],
    ['bin/z', one],
  ]);
  t.deepEqual(compareSides(a, b), {
    identical: 1,
    differing: ['bin/x'],
    onlyA: ['bin/y'],
    onlyB: ['bin/z'],
    firstDifference: { 'bin/x': 0 },
    differingBytes: { 'bin/x': 3 },
    pairedWith: { 'lib/libx-0123456789abcdef.rlib': 'lib/libx-fedcba9876543210.rlib' },
  });
});

test('a file that is the beginning of the other differs at its end', (t) => {
  t.is(firstDifferenceOf(Buffer.from('one'), Buffer.from('one more')), 3);
  t.is(firstDifferenceOf(Buffer.from('one'), Buffer.from('one')), undefined);
});
