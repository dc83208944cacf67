import test from 'ava';
import { mutateTar, TAR_KINDS } from './tar.js';

test('No change of a member of an archive is called equivalent, alone or beside another time of packing', async (t) => {
  const { planted, trials, unsound } = await mutateTar({ seed: 1, count: 260 });
  t.deepEqual(unsound, []);
  t.deepEqual(
    trials.filter(({ outcome }) => outcome === 'missed'),
    [],
  );
  t.is(planted.size, TAR_KINDS.length);
});
