import test from 'ava';
import fc from 'fast-check';
import { crc32, tableCrc32 } from './crc32.js';

test('the check value of the CRC catalogues comes out', (t) => {
  t.is(crc32(Buffer.from('123456789')), 0xcbf43926);
  t.is(tableCrc32(Buffer.from('123456789')), 0xcbf43926);
});

test('the table and zlib agree, also when carried on', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (one, two) => {
      const whole = crc32(Buffer.concat([one, two]));
      t.is(crc32(two, crc32(one)), whole);
      t.is(tableCrc32(two, tableCrc32(one)), whole);
    }),
  );
});
