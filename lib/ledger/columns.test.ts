import test from 'ava';
import fc from 'fast-check';
import { Column, WideColumn } from './columns.js';

test('a column holds the 32-bit numbers it was given, however many, and 0 behind its end', (t) => {
  const column = new Column();
  for (let i = 0; i < 5000; i += 1) column.push(i * 800_000);
  t.is(column.length, 5000);
  t.is(column.at(0), 0);
  t.is(column.at(4999), 4999 * 800_000);
  t.is(column.at(5000), 0);
  t.is(column.at(1_000_000), 0);
});

test('an element can be set and added to', (t) => {
  const column = new Column();
  column.push(1);
  column.push(2);
  column.set(1, 2 ** 32 - 2);
  column.add(0, 41);
  column.add(1, 1);
  t.deepEqual([column.at(0), column.at(1), column.length], [42, 2 ** 32 - 1, 2]);
});

test('a column is an array of numbers', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 ** 32 - 1 }), { maxLength: 3000 }), (numbers) => {
      const column = new Column();
      for (const number of numbers) column.push(number);
      t.deepEqual(
        Array.from({ length: column.length }, (_, i) => column.at(i)),
        numbers,
      );
    }),
    { numRuns: 30 },
  );
});

test('a column that was drained is empty and can be filled again', (t) => {
  const column = new Column();
  for (let i = 0; i < 200_000; i += 1) column.push(i);
  const values = column.drain();
  t.is(values.length, 200_000);
  t.true(values.every((value, i) => value === i));
  t.is(column.length, 0);
  column.push(7);
  for (let i = 0; i < 70_000; i += 1) column.push(i);
  t.is(column.at(0), 7);
  t.is(column.at(70_000), 69_999);
  t.is(column.values().length, 70_001);
});

test('what was pushed last is taken away first, and nothing of it stays behind the end', (t) => {
  const column = new Column();
  const count = 70_000;
  for (let i = 0; i < count; i += 1) column.push(i);
  for (let i = count - 1; i >= 1000; i -= 1) t.is(column.pop(), i);
  t.deepEqual([column.length, column.at(1000), column.at(999)], [1000, 0, 999]);
  column.push(7);
  t.deepEqual([column.pop(), column.pop()], [7, 999]);
  t.is(new Column().pop(), 0);
});

test('a wide column holds whole numbers up to 2^53', (t) => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { maxLength: 100 }), (numbers) => {
      const column = new WideColumn();
      for (const number of numbers) column.push(number);
      t.is(column.length, numbers.length);
      t.deepEqual([...column.drain()], numbers);
      t.is(column.length, 0);
    }),
    { numRuns: 30 },
  );
});
