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
