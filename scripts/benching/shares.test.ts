import test from 'ava';
import { shareFindings } from './shares.js';

test('shares are those of the bytes that differ', (t) => {
  const accounts = { equal: 1000, confirmed: 60, derived: 30, masked: 0, suspected: 0, unexplained: 10 };
  const found = shareFindings(JSON.stringify({ causes: { accounts } }));
  t.deepEqual(
    found.map(({ what, value }) => [what, value.median]),
    [
      ['bytes that differ, confirmed', 60],
      ['bytes that differ, derived', 30],
      ['bytes that differ, unexplained', 10],
    ],
  );
});

test('a report without accounts has no shares', (t) => {
  t.deepEqual(shareFindings('{}'), []);
  t.deepEqual(shareFindings('no JSON'), []);
});
