import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../error.js';
import { snappyBlock, snappyStart } from './snappy.js';

const MAGIC = [0xff, 6, 0, 0, ...Buffer.from('sNaPpY')];

test('literals and copies of a block are decoded', (t) => {
  // "ab", then a copy of 6 from 2 back, then of 4 from 8 back with a one-byte and a two-byte offset
  const block = Buffer.from([12, 0x04, 0x61, 0x62, ((6 - 1) << 2) | 2, 2, 0, ((4 - 4) << 2) | 1, 8]);
  t.is(snappyBlock(block, 0).toString(), 'abababababab');
});

test('a long literal has its length behind the tag', (t) => {
  const content = Buffer.alloc(300, 0x78);
  t.deepEqual(
    snappyBlock(Buffer.concat([Buffer.from([0xac, 0x02, 61 << 2, 0x2b, 0x01]), content]), 0),
    content,
  );
});

test('the first chunk of a stream is decoded, compressed or not; padding before it is skipped', (t) => {
  const plain = [...MAGIC, 0xfe, 2, 0, 0, 9, 9, 1, 7, 0, 0, 1, 2, 3, 4, 0x61, 0x62, 0x63];
  t.is(snappyStart(Buffer.from(plain), 0).toString(), 'abc');
  const packed = [...MAGIC, 0, 9, 0, 0, 1, 2, 3, 4, 3, 0x08, 0x61, 0x62, 0x63];
  t.is(snappyStart(Buffer.from(packed), 0).toString(), 'abc');
});

test('a damaged stream is refused with the place', (t) => {
  for (const bytes of [
    [],
    MAGIC,
    [...MAGIC, 2, 0, 0, 0],
    [...MAGIC, 1, 9, 0, 0, 1],
    [0xff, 6, 0, 0, 1, 2, 3, 4, 5, 6],
  ]) {
    const error = t.throws(() => snappyStart(Buffer.from(bytes), 100), { instanceOf: InputError });
    t.true((error.where.offset ?? 0) >= 100);
  }
});

test('any block gives at most 65,536 bytes or a typed error', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        return snappyBlock(Buffer.from(bytes), 0).length <= 65_536;
      } catch (error) {
        return error instanceof InputError;
      }
    }),
  );
  t.throws(() => snappyBlock(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), 0), { instanceOf: InputError });
});
