import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { mutate } from './mutating/campaign.js';
import { COMPRESSED_KINDS, mutateCompressed } from './mutating/compressed.js';
import { applyEdits, placesOf } from './mutating/edit.js';
import { corpusSubjects } from './mutating/subject.js';

const PAIRS = join(dirname(fileURLToPath(import.meta.url)), '../../corpus/pairs');

test('No planted change is called equivalent, alone or beside a harmless difference', (t) => {
  const { kinds, trials } = mutate(corpusSubjects(PAIRS), { seed: 1, count: 900 });
  t.deepEqual(
    trials.filter(({ outcome }) => outcome === 'missed'),
    [],
  );
  t.true(kinds.size > 55, `${kinds.size} kinds had something to change`);
});

test('A seed and an index give one change again', (t) => {
  const subjects = corpusSubjects(PAIRS).slice(0, 3);
  const options = { seed: 7, count: 6, index: 5 };
  const [once, again] = [mutate(subjects, options), mutate(subjects, options)];
  t.is(once.trials.length, 1);
  t.deepEqual(once.trials, again.trials);
});

test('Edits of other lengths move those behind them', (t) => {
  const edits = [
    { offset: 4, length: 1, bytes: Buffer.from('xyz') },
    { offset: 0, length: 2, bytes: Buffer.from('') },
  ];
  t.is(applyEdits(Buffer.from('abcdef'), edits).toString(), 'cdxyzf');
  t.deepEqual(placesOf(edits), [
    [0, 0],
    [2, 3],
  ]);
});

test('No change around compressed streams is called equivalent', async (t) => {
  const { planted, trials } = await mutateCompressed(PAIRS, { seed: 1, count: 400 });
  t.deepEqual(
    trials.filter(({ outcome }) => outcome === 'missed'),
    [],
  );
  t.is(planted.size, COMPRESSED_KINDS.length);
});
