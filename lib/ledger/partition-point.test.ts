import test from 'ava';
import fc from 'fast-check';
import { partitionPoint } from './partition-point.js';

test('the first that is not before what is looked for is found, as by going through all', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), fc.nat({ max: 21 }), (values, wanted) => {
      const sorted = values.sort((x, y) => x - y);
      const found = sorted.findIndex((value) => value >= wanted);
      const point = partitionPoint(sorted.length, (i) => (sorted[i] ?? 0) < wanted);
      return point === (found < 0 ? sorted.length : found);
    }),
  );
  t.is(
    partitionPoint(0, () => true),
    0,
  );
});
