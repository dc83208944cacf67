import test from 'ava';
import { LabelOrder } from './label-order.js';

function order(...labels: readonly (readonly [place: number, numbers: string])[]): LabelOrder {
  const out = new LabelOrder();
  for (const [place, numbers] of labels) out.add('row', place, numbers);
  return out;
}

test('numbers that ascend with their places are told, whatever order they came in', (t) => {
  t.is(order([20, '9'], [10, '2'], [30, '11']).numbers('row'), '2,9,11');
  t.is(order([10, '3 0'], [20, '3 1'], [30, '4 0']).numbers('row'), '3_0,3_1,4_0');
});

test('two that changed places, or stand in one place, or have one number, tell nothing', (t) => {
  t.is(order([10, '9'], [20, '2']).numbers('row'), undefined);
  t.is(order([10, '3 1'], [20, '3 0']).numbers('row'), undefined);
  t.is(order([10, '1'], [10, '2']).numbers('row'), undefined);
  t.is(order([10, '1'], [20, '1']).numbers('row'), undefined);
});

test('a row is dense where no number is left out', (t) => {
  t.true(order([10, '0'], [20, '1'], [30, '2']).isDense('row'));
  t.false(order([10, '0'], [20, '2']).isDense('row'));
  t.false(order([10, '1'], [20, '0']).isDense('row'));
});
