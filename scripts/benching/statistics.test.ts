import test from 'ava';
import fc from 'fast-check';
import { pairwiseRatios, spreadOf } from './statistics.js';

test('The median of an odd count is its middle value, of an even count the mean of the two', (t) => {
  t.deepEqual(spreadOf([3, 1, 10]), { median: 3, min: 1, max: 10 });
  t.deepEqual(spreadOf([4, 1, 10, 2]), { median: 3, min: 1, max: 10 });
  t.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7 });
});

test('There is no spread of nothing', (t) => {
  t.throws(() => spreadOf([]), { instanceOf: RangeError });
});

test('As many values lie below the median as above it, and all within the range', (t) => {
  const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), (values) => {
      const { median, min, max } = spreadOf(values);
      const below = values.filter((value) => value < median).length;
      const above = values.filter((value) => value > median).length;
      return (
        below <= values.length / 2 && above <= values.length / 2 && values.every((v) => v >= min && v <= max)
      );
    }),
  );
  t.pass();
});

test('Ratios are taken round by round, so that a slow round that slows both leaves no trace', (t) => {
  t.deepEqual(pairwiseRatios([2, 20, 2], [1, 10, 1]), [2, 2, 2]);
});

test('A round that lacks one of the two, or whose peer took no time, gives no ratio', (t) => {
  t.deepEqual(pairwiseRatios([2, undefined, 3, 4], [1, 1, undefined, 0]), [2]);
  t.deepEqual(pairwiseRatios([2, 4], [1]), [2]);
});
