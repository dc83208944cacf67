import test from 'ava';
import fc from 'fast-check';
import { leb128End, leb128Value, littleEndian, writeLeb128 } from './leb128.js';

test('a number below 2^53 is read as it was written', (t) => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeLeb128(bytes, 0, value);
      return leb128End(bytes, 0) === end && leb128Value(bytes, 0, end) === value;
    }),
  );
  t.pass();
});

test('a number that is cut off, too long or not the shortest form is none', (t) => {
  t.is(leb128End(Uint8Array.of(0x80, 0x80), 0), -1);
  t.is(leb128End(Uint8Array.of(0x80, 0x00), 0), -1);
  t.is(leb128End(new Uint8Array(12).fill(0xff), 0), -1);
  t.is(leb128End(Uint8Array.of(...new Uint8Array(9).fill(0xff), 2), 0), -1);
  t.is(leb128End(Uint8Array.of(...new Uint8Array(9).fill(0xff), 1), 0), 10);
  t.is(leb128End(Uint8Array.of(0x80, 0x01), 0, 1), -1);
});

test('the bytes of a number may stand between those of another', (t) => {
  t.is(littleEndian(Uint8Array.of(1, 9, 2, 9, 3), 0, 3, 2), 0x030201);
});
