import test from 'ava';
import { makeImage } from './image.js';

test('a made library is always the same, and about as large as was asked for', (t) => {
  const image = makeImage({ size: 100_000, side: 0 });
  t.true(image.equals(makeImage({ size: 100_000, side: 0 })));
  t.true(Math.abs(image.length - 100_000) < 20_000);
});

test('the two sides are ELF files that differ', (t) => {
  const [a, b] = [makeImage({ size: 50_000, side: 0 }), makeImage({ size: 50_000, side: 1 })];
  t.false(a.equals(b));
  for (const image of [a, b]) t.is(image.toString('latin1', 1, 4), 'ELF');
});
