import test from 'ava';
import fc from 'fast-check';
import { markMoved } from './moved.js';
import { OwnerTable } from './owner-table.js';
import { SegmentList } from './segment-list.js';

/** Segments of length 1 that do not touch: the place in B of each place of A, in the order in which they are given. */
function moved(rows: readonly (readonly [a: number, b: number, owner?: number])[]): {
  owners: OwnerTable;
  marked: number[];
} {
  const segments = new SegmentList();
  for (const [a, b, owner = 0] of rows) segments.add(2 * a, 1, 2 * b, 1, owner);
  const owners = new OwnerTable();
  for (const reason of ['unexplained', 'code'] as const) owners.push({ place: 0, reason, state: 'residue' });
  const marked = [...markMoved(segments, owners)].flatMap(({ aStart, owner }) =>
    owner === 2 ? [aStart / 2] : [],
  );
  return { owners, marked: marked.sort((x, y) => x - y) };
}

test('equal segments in one order on both sides are not moved, in whatever order they are given', (t) => {
  const { owners, marked } = moved([
    [5, 50],
    [1, 10],
    [3, 30],
  ]);
  t.deepEqual(marked, []);
  t.is(owners.length, 2);
});

test('of equal segments in another order as few as possible are called moved, with object-order as the cause', (t) => {
  const { owners, marked } = moved([
    [0, 3],
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
  t.deepEqual(marked, [0]);
  t.like(owners.at(2), { reason: 'object-order', state: 'moved', place: 0 });
});

test('segments that are not equal keep their owner and bind no order', (t) => {
  const { marked } = moved([
    [0, 9, 1],
    [1, 0],
    [2, 1],
  ]);
  t.deepEqual(marked, []);
});

test('what is not called moved rises in both files, and no longer such sequence exists', (t) => {
  const order = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 24 });
  fc.assert(
    fc.property(order, fc.infiniteStream(fc.nat()), (places, shuffle) => {
      const rows = places.map((b, a) => [a, b] as const);
      const given = [...rows]
        .map((row) => ({ row, key: shuffle.next().value }))
        .sort((x, y) => x.key - y.key);
      const { marked } = moved(given.map(({ row }) => row));
      const gone = new Set(marked);
      const kept = places.filter((_, a) => !gone.has(a));
      t.deepEqual(
        kept,
        [...kept].sort((x, y) => x - y),
      );
      t.is(kept.length, longest(places));
    }),
    { numRuns: 300 },
  );
});

/** By the square of the length, as in a textbook. */
function longest(places: readonly number[]): number {
  const ending: number[] = [];
  for (const [i, place] of places.entries()) {
    let best = 0;
    for (let k = 0; k < i; k += 1) if ((places[k] ?? 0) < place) best = Math.max(best, ending[k] ?? 0);
    ending.push(best + 1);
  }
  return Math.max(0, ...ending);
}
