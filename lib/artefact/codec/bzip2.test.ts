import test from 'ava';
import fc from 'fast-check';
import { InputError, LimitError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Meter } from '../meter.js';
import { bzip2 } from './bzip2.js';
import { BZIP2_ZEROS, CONTENT, chunked, collect, decodeAll, outcome, SAMPLES } from './codec-fixture.js';
import { guarded } from './guard.js';

/** bzip2 -9 < /dev/null */
const EMPTY = Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64');

test('streams come back whatever the chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(SAMPLES.bzip2, EMPTY), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 300 }),
      async (streams, size) => {
        const expected = Buffer.concat(
          streams.map((stream) => (stream === EMPTY ? Buffer.alloc(0) : CONTENT)),
        );
        t.deepEqual(await decodeAll(bzip2, Buffer.concat(streams), size), expected);
      },
    ),
    { numRuns: 30 },
  );
});

test('runs that go over the end of an output chunk, and of a block, come back', async (t) => {
  let length = 0;
  for await (const chunk of bzip2.decode(chunked(BZIP2_ZEROS, 10), DEFAULT_LIMITS)) {
    t.true(chunk.length <= 2 ** 18);
    t.true(chunk.every((byte) => byte === 0));
    length += chunk.length;
  }
  t.is(length, 46_000_000);
});

test('a bomb is stopped by its ratio', async (t) => {
  const decoding = guarded(bzip2, chunked(BZIP2_ZEROS), DEFAULT_LIMITS, new Meter());
  const error = await outcome(collect(decoding));
  t.true(error instanceof LimitError && error.option === 'max-ratio');
});

test('a block larger than its level allows is an error', async (t) => {
  const encoded = Buffer.from(BZIP2_ZEROS);
  encoded[3] = 0x38;
  const error = await outcome(decodeAll(bzip2, encoded));
  t.true(error instanceof InputError && error.where.offset === 4);
});

test('a randomised block is refused by name', async (t) => {
  const encoded = Buffer.from(SAMPLES.bzip2);
  // Behind the stream header, the block's magic and its checksum.
  encoded[14] = (encoded[14] ?? 0) | 0x80;
  const error = await outcome(decodeAll(bzip2, encoded));
  t.true(error instanceof InputError && /randomised/.test(error.what));
});

test('a block that never ends is an error before it fills the memory', async (t) => {
  // No randomisation, origin 0, one symbol, 2 tables, 1 selector, and in the first table a code length that
  // goes up (10) and down (11) for ever, which no other limit of the format bounds.
  const fields = `0${'0'.repeat(24)}${'1'.padEnd(16, '0').repeat(2)}010${'1'.padStart(15, '0')}000001`;
  const bits = fields.padEnd(88, '1011');
  const start = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  async function* endless() {
    yield Buffer.concat([SAMPLES.bzip2.subarray(0, 14), start]);
    for (;;) yield Buffer.alloc(100_000, 0b11011101);
  }
  const error = await outcome(collect(bzip2.decode(endless(), DEFAULT_LIMITS)));
  t.true(error instanceof InputError && /longer than any/.test(error.what));
});
