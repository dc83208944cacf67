import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../../error.js';
import { CONTENT, decodeAll, outcome, SAMPLES } from './codec-fixture.js';
import { crc32 } from './crc32.js';
import { gzip } from './gzip.js';

const BODY = SAMPLES.gzip.subarray(10);

/** The sample with a header of its own. */
function withHeader(flags: number, ...fields: (Uint8Array | string)[]): Buffer {
  const fixed = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3]);
  return Buffer.concat([fixed, ...fields.map((field) => Buffer.from(field)), BODY]);
}

test('random contents in members come back, whatever the chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 300 }),
      async (contents, size) => {
        const encoded = Buffer.concat(contents.map((content) => gzipSync(content)));
        t.deepEqual(await decodeAll(gzip, encoded, size), Buffer.concat(contents));
      },
    ),
    { numRuns: 50 },
  );
});

test('a content of several output chunks comes back', async (t) => {
  const content = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index ** 2) >> 7));
  const encoded = gzipSync(content);
  for (const size of [1000, encoded.length - 8, encoded.length]) {
    t.true((await decodeAll(gzip, encoded, size)).equals(content));
  }
});

test('all optional fields of the header are passed over', async (t) => {
  t.deepEqual(await decodeAll(gzip, withHeader(4, '\x05\0', 'extra')), CONTENT);
  t.deepEqual(await decodeAll(gzip, withHeader(8, 'name\0')), CONTENT);
  t.deepEqual(await decodeAll(gzip, withHeader(16, 'comment\0')), CONTENT);
  const header = withHeader(31, '\x05\0', 'extra', 'name\0', 'comment\0').subarray(0, 10 + 7 + 5 + 8);
  const crc = Buffer.alloc(2);
  crc.writeUInt16LE(crc32(header) & 0xffff);
  const encoded = Buffer.concat([header, crc, BODY]);
  for (const size of [1, 3, encoded.length]) t.deepEqual(await decodeAll(gzip, encoded, size), CONTENT);
});

test('a wrong checksum of the header is an error, as are flags that nobody knows', async (t) => {
  const wrong = await outcome(decodeAll(gzip, withHeader(2, '\0\0')));
  t.true(wrong instanceof InputError && wrong.where.offset === 0);
  t.true((await outcome(decodeAll(gzip, withHeader(32)))) instanceof InputError);
});

test('a name without an end is an error', async (t) => {
  const endless = Buffer.concat([withHeader(8).subarray(0, 10), Buffer.alloc(100_000, 'a')]);
  const error = await outcome(decodeAll(gzip, endless, 1000));
  t.true(error instanceof InputError && /cut off/.test(error.what));
});

test('zeros behind the last member are padding', async (t) => {
  for (const length of [1, 2, 512, 70_000]) {
    const encoded = Buffer.concat([SAMPLES.gzip, Buffer.alloc(length)]);
    for (const size of [SAMPLES.gzip.length, 100, encoded.length]) {
      t.deepEqual(await decodeAll(gzip, encoded, size), CONTENT);
    }
  }
});

test('nothing may follow the padding, not even another member', async (t) => {
  const encoded = Buffer.concat([SAMPLES.gzip, Buffer.alloc(9), SAMPLES.gzip]);
  for (const size of [1, SAMPLES.gzip.length, SAMPLES.gzip.length + 9, encoded.length]) {
    const error = await outcome(decodeAll(gzip, encoded, size));
    t.true(error instanceof InputError && error.where.offset === SAMPLES.gzip.length + 9);
  }
});

test('a wrong size with a right checksum is an error at the trailer', async (t) => {
  const encoded = Buffer.from(SAMPLES.gzip);
  encoded.writeUInt32LE(CONTENT.length + 1, encoded.length - 4);
  const error = await outcome(decodeAll(gzip, encoded));
  t.true(error instanceof InputError && error.where.offset === encoded.length - 8);
});
