import test from 'ava';
import { isTime, TIMESTAMP_PATTERNS } from './timestamp.js';

function found(text: string): string[] {
  return TIMESTAMP_PATTERNS.flatMap(({ find, accepts }) =>
    [...text.matchAll(find)].map((match) => match[1] ?? '').filter((token) => accepts?.(token) ?? true),
  );
}

test('times are found as tools write them', (t) => {
  t.deepEqual(found('on 2025-02-17.'), ['2025-02-17']);
  t.is(found('at 2025-02-17T10:11:12.123+01:00,')[0], '2025-02-17T10:11:12.123+01:00');
  t.true(found('Mon, 17 Feb 2025 10:11:12 +0000').includes('Mon, 17 Feb 2025 10:11:12 +0000'));
  t.true(found('Mon Feb 17 10:11:12 UTC 2025').includes('Mon Feb 17 10:11:12 UTC 2025'));
  t.deepEqual(found('__DATE__ Feb  7 2025 x'), ['Feb  7 2025']);
  t.deepEqual(found('=1739750400;'), ['1739750400']);
});

test('what no build can have had is no time', (t) => {
  for (const text of [
    '2025-02-30',
    '2025-13-01',
    '1234-01-01',
    '24:00:00',
    '10:61:00',
    '0739750400',
    'Feb 30 2025',
  ])
    t.false(isTime(text), text);
  t.true(isTime('2024-02-29'));
  t.false(isTime('2023-02-29'));
});

test('a number in a longer one, a version and an address are no time', (t) => {
  t.deepEqual(found('11739750400 1739750400a 0x1739750400 1739750400.5 x-1739750400'), []);
});
