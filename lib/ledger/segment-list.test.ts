import test from 'ava';
import fc from 'fast-check';
import { type Segment, SegmentList } from './segment-list.js';

const any = fc.nat({ max: 2 ** 32 - 1 });
const near = fc.nat({ max: 40 });

/** As they are met: mostly right behind one another, now and then somewhere else, of any length. */
const segments = fc
  .array(
    fc.record({
      gapA: fc.oneof(fc.constant(0), near, any),
      gapB: fc.oneof(fc.constant(0), near, any),
      aLength: fc.oneof(near, any),
      bLength: fc.option(fc.oneof(near, any), { nil: undefined }),
      owner: fc.oneof(fc.constant(0), near, any),
    }),
    { maxLength: 300 },
  )
  .map((rows) => {
    let [endA, endB] = [0, 0];
    return rows.map(({ gapA, gapB, aLength, bLength = aLength, owner }): Segment => {
      const of = {
        aStart: (endA + gapA) % 2 ** 32,
        aLength,
        bStart: (endB + gapB) % 2 ** 32,
        bLength,
        owner,
      };
      [endA, endB] = [of.aStart + aLength, of.bStart + bLength];
      return of;
    });
  });

function listOf(rows: readonly Segment[]): SegmentList {
  const out = new SegmentList();
  for (const { aStart, aLength, bStart, bLength, owner } of rows)
    out.add(aStart, aLength, bStart, bLength, owner);
  return out;
}

/** Equal bytes behind equal ones, as one segment. */
function joined(rows: readonly Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const row of rows) {
    const last = out.at(-1);
    const follows =
      last?.owner === 0 &&
      row.owner === 0 &&
      last.aStart + last.aLength === row.aStart &&
      last.bStart + last.bLength === row.bStart;
    if (!follows) out.push(row);
    else
      out[out.length - 1] = {
        ...last,
        aLength: last.aLength + row.aLength,
        bLength: last.bLength + row.bLength,
      };
  }
  return out;
}

test('segments come back as they were given, equal ones behind equal ones as one', (t) => {
  fc.assert(
    fc.property(segments, (rows) => {
      // Two may not join to one longer than a content may be.
      const expected = joined(rows);
      fc.pre(expected.every((of) => of.aLength < 2 ** 32 && of.bLength < 2 ** 32));
      const list = listOf(rows);
      t.deepEqual([...list], expected);
      t.is(list.count, expected.length);
    }),
    { numRuns: 500 },
  );
});

test('a list may be longer than a block, and be read more than once', (t) => {
  const rows = Array.from({ length: 60_000 }, (_, i) => ({
    aStart: i * 7,
    aLength: 3,
    bStart: i * 9 + (i % 5),
    bLength: i % 4,
    owner: i % 3 === 0 ? 0 : (i * 7919) % 100_003,
  }));
  const list = listOf(rows);
  t.deepEqual([...list], rows);
  t.deepEqual([...list], rows);
});

test('what is added after a list was read starts a segment of its own', (t) => {
  const list = new SegmentList();
  list.add(0, 4, 0, 4, 0);
  t.is([...list].length, 1);
  list.add(4, 4, 4, 4, 0);
  list.add(8, 1, 8, 1, 0);
  t.deepEqual(
    [...list].map(({ aStart, aLength }) => [aStart, aLength]),
    [
      [0, 4],
      [4, 5],
    ],
  );
  t.is(list.count, 2);
});

test('an empty list has no segment', (t) => {
  t.deepEqual([...new SegmentList()], []);
});

test('what is no number of 32 bits is taken modulo 2^32, and what follows is read as it was', (t) => {
  const list = new SegmentList();
  list.add(0, 5, 0, 5, 1);
  list.add(5, 6, 5, -3, 1);
  list.add(2 ** 32 + 7, 1, -1, 1, 2);
  t.deepEqual(
    [...list],
    [
      { aStart: 0, aLength: 5, bStart: 0, bLength: 5, owner: 1 },
      { aStart: 5, aLength: 6, bStart: 5, bLength: 2 ** 32 - 3, owner: 1 },
      { aStart: 7, aLength: 1, bStart: 2 ** 32 - 1, bLength: 1, owner: 2 },
    ],
  );
});

test('what is being read ends where the list did, however much is added meanwhile', (t) => {
  const list = new SegmentList();
  const add = (from: number, to: number): void => {
    for (let i = from; i < to; i += 1) list.add(i * 9, 3, i * 11, 5, i);
  };
  add(0, 20_000);
  const at = list.cursor();
  add(20_000, 90_000);
  let count = 0;
  for (; at.next(); count += 1) if (at.owner !== count || at.bStart !== count * 11) t.fail(`at ${count}`);
  t.is(count, 20_000);
  t.is([...list].length, 90_000);
});
