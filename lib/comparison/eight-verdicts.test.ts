import { cpSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { PAIRS, pairOptions, reportOf } from '../report/report-fixture.js';
import { VERDICTS, type VerdictId } from '../verdict/verdict.js';
import type { CompareOptions } from './options.js';

/*
 * Every verdict is reached on what a real rustc made (corpus/pairs, where each expect.json says how).
 */

const REACHED = {
  identical: pairOptions('same-twice'),
  'identical-shared-ancestor': { ...pairOptions('same-twice'), sharedAncestor: 'rustc 1.94' },
  equivalent: pairOptions('build-path-proved'),
  noise: pairOptions('proc-macro-hash'),
  'root-effect-explained': pairOptions('cascade-proved'),
  'root-effect-unexplained': pairOptions('noise-and-effect'),
  inconclusive: pairOptions('constant'),
  'not-comparable': pairOptions('rustc-version'),
} as const satisfies Record<VerdictId, CompareOptions>;

for (const id of VERDICTS) {
  test(`${id} is reached on compiled files`, async (t) => {
    const { verdict } = await reportOf({ ...REACHED[id], jobs: 1 });
    t.is(verdict.id, id);
  });
}

test('a cascade of hashes is shown to the last byte: each hash is one to one and stands in two files', async (t) => {
  const { verdict, causes } = await reportOf({ ...pairOptions('cascade-proved'), jobs: 1 });
  t.is(verdict.exit, 1);
  t.like(causes?.accounts, { suspected: 0, unexplained: 0 });
  t.regex(causes?.origin ?? '', /0123456789abcdef ↔ fedcba9876543210/);
  const without = await reportOf({ ...pairOptions('cascade-proved'), controls: [], jobs: 1 });
  t.is(without.verdict.id, 'equivalent');
});

test('a renaming that swaps two names is not one to one, however consistent it is', async (t) => {
  const { verdict, causes } = await reportOf({ ...pairOptions('swapped-names'), jobs: 1 });
  t.is(verdict.id, 'inconclusive');
  t.is(causes?.accounts.confirmed, 0);
});

test('noise does not hide an effect: the changed constant is named, the shuffled table is not', async (t) => {
  const { verdict } = await reportOf({ ...pairOptions('noise-and-effect'), jobs: 1 });
  const text = verdict.reasons.join(' ');
  t.regex(text, /\d+ bytes? without a confirmed cause in libshuffled\.rlib: .*shuffled::limit\./);
});

test('a mode is never explained, whatever else is', async (t) => {
  const { verdict } = await reportOf({ ...pairOptions('tar-mode'), jobs: 1 });
  t.is(verdict.id, 'inconclusive');
  t.regex(verdict.reasons.join(' '), /No confirmed cause in \S+: mode/);
});

test('a byte after the last structure is never explained', async (t) => {
  const { verdict } = await reportOf({ ...pairOptions('byte-after-end'), jobs: 1 });
  t.is(verdict.id, 'inconclusive');
});

test('the causes that an equivalent rests on are listed as masks', async (t) => {
  const { masks, verdict } = await reportOf({ ...pairOptions('tar-mtime'), jobs: 1 });
  t.is(verdict.id, 'equivalent');
  t.regex(verdict.reasons.join(' '), /archive-metadata: \d+ fields/);
  t.deepEqual(
    masks.filter(({ id }) => id === 'explained').map(({ cause }) => cause),
    ['archive-metadata'],
  );
});

test('a mask that the user declares makes an equivalent, and says so; one that expired does not', async (t) => {
  const mask = { id: 'the-constant', reason: 'it was raised', path: '*.rlib', expires: '2026-01-31' };
  const text = JSON.stringify({ masks: [{ ...mask, range: { start: 0, length: 100_000 } }] });
  const run = (today: string) =>
    reportOf({ ...pairOptions('constant'), masks: { text, file: 'masks.json', today }, jobs: 1 });
  const masked = await run('2026-01-31');
  t.is(masked.verdict.id, 'equivalent');
  t.regex(masked.verdict.reasons.join(' '), /the-constant: 1 member, \d+ bytes; it was raised\./);
  const expired = await run('2026-02-01');
  t.is(expired.verdict.id, 'inconclusive');
  t.like(
    expired.masks.find(({ id }) => id === 'declared'),
    { mask: 'the-constant', expired: true, members: 0 },
  );
});

test('with a control, masked bytes are no effect of the root', async (t) => {
  const mask = { id: 'the-constant', reason: 'it was raised', path: '*.rlib' };
  const text = JSON.stringify({ masks: [{ ...mask, range: { start: 0, length: 100_000 } }] });
  const masks = { text, file: 'masks.json', today: '2026-01-31' };
  const again = join(scratch(t), 'again');
  cpSync(join(PAIRS, 'constant/a'), again, { recursive: true, preserveTimestamps: true });
  const controls = [{ of: 'a', paths: again }] as const;
  const { verdict } = await reportOf({ ...pairOptions('constant'), controls, masks, jobs: 1 });
  t.is(verdict.id, 'equivalent');
});

test('without explanations the verdict is what bytes and aligned ranges allow', async (t) => {
  const { verdict, causes, pairs } = await reportOf({ ...pairOptions('tar-mtime'), explain: false, jobs: 1 });
  t.is(verdict.id, 'inconclusive');
  t.is(causes, undefined);
  t.true(pairs.every(({ explanation }) => explanation === undefined));
});
