import test from 'ava';
import { counted, grouped, sized } from './quantity.js';

test('numbers have a comma between thousands, in every locale', (t) => {
  t.deepEqual([0, 999, 1000, 12345, 1234567].map(grouped), ['0', '999', '1,000', '12,345', '1,234,567']);
});

test('one is singular, everything else plural', (t) => {
  t.deepEqual(
    [0, 1, 2, 1000].map((n) => counted(n, 'file')),
    ['0 files', '1 file', '2 files', '1,000 files'],
  );
});

test('sizes are told in thousands, and never as a thousand of a unit', (t) => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1_234_567, '1.2 MB'],
    [64 * 2 ** 30, '68.7 GB'],
    [5e15, '5000.0 TB'],
  ];
  for (const [bytes, text] of sizes) t.is(sized(bytes), text);
});
