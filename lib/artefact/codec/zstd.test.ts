import test from 'ava';
import fc from 'fast-check';
import { InputError, LimitError } from '../../error.js';
import { DEFAULT_LIMITS, RATIO_FLOOR } from '../limits.js';
import { Meter } from '../meter.js';
import { CONTENT, chunked, collect, decodeAll, outcome, SAMPLES, ZSTD_PIPED } from './codec-fixture.js';
import { guarded } from './guard.js';
import { zstd } from './zstd.js';

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const BLOCK_MAX = 2 ** 17;

/** A frame of stored blocks with a window of 128 KiB and no checksum. */
function stored(content: Uint8Array): Buffer {
  const parts: Buffer[] = [MAGIC, Buffer.of(0, 0x38)];
  let at = 0;
  do {
    const part = content.subarray(at, at + BLOCK_MAX);
    at += part.length;
    parts.push(blockHeader(at >= content.length, 0, part.length), Buffer.from(part));
  } while (at < content.length);
  return Buffer.concat(parts);
}

/** A frame of `blocks` blocks that each repeat `byte` 128 Ki times. */
function repeated(byte: number, blocks: number): Buffer {
  const parts: Buffer[] = [MAGIC, Buffer.of(0, 0x38)];
  for (let block = 1; block <= blocks; block += 1) {
    parts.push(blockHeader(block === blocks, 1, BLOCK_MAX), Buffer.of(byte));
  }
  return Buffer.concat(parts);
}

function blockHeader(last: boolean, type: number, size: number): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((last ? 1 : 0) | (type << 1) | (size << 3), 0, 3);
  return header;
}

function skippable(length: number, kind = 0): Buffer {
  const frame = Buffer.alloc(8 + length, 0x55);
  frame.writeUInt32LE(0x184d2a50 + kind, 0);
  frame.writeUInt32LE(length, 4);
  return frame;
}

test('random contents in frames come back, whatever the chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 500 }),
      async (contents, size) => {
        const encoded = Buffer.concat(contents.map((content) => stored(content)));
        t.deepEqual(await decodeAll(zstd, encoded, size), Buffer.concat(contents));
      },
    ),
    { numRuns: 50 },
  );
});

test('contents that just fill the output, and more, come back', async (t) => {
  for (const blocks of [1, 2, 3, 4, 33]) {
    const expected = Buffer.alloc(blocks * BLOCK_MAX, 'z');
    t.true((await decodeAll(zstd, repeated(0x7a, blocks))).equals(expected));
    t.true((await decodeAll(zstd, stored(expected), 100_000)).equals(expected));
    t.true((await decodeAll(zstd, stored(expected.subarray(1)), 2 ** 20)).equals(expected.subarray(1)));
  }
});

test('a frame whose size was not known when it was written comes back', async (t) => {
  t.deepEqual(await decodeAll(zstd, ZSTD_PIPED), CONTENT);
  t.deepEqual(await decodeAll(zstd, ZSTD_PIPED, 1), CONTENT);
});

test('skippable frames are skipped, wherever they stand', async (t) => {
  const encoded = Buffer.concat([
    skippable(4),
    SAMPLES.zstd,
    skippable(0, 15),
    skippable(300_000),
    SAMPLES.zstd,
    skippable(9),
  ]);
  for (const size of [1000, encoded.length]) {
    t.deepEqual(await decodeAll(zstd, encoded, size), Buffer.concat([CONTENT, CONTENT]));
  }
  t.true(zstd.detect(encoded));
  t.true((await outcome(decodeAll(zstd, encoded.subarray(0, -1)))) instanceof InputError);
});

test('a window over the limit is refused before anything is decoded', async (t) => {
  // 2^31 and 2^27 + 2^24 bytes.
  for (const descriptor of [0xa8, 0x89]) {
    const encoded = Buffer.concat([MAGIC, Buffer.of(0, descriptor), blockHeader(true, 1, 5), Buffer.of(1)]);
    const error = await outcome(decodeAll(zstd, encoded, 1));
    t.true(error instanceof LimitError && error.option === 'max-dictionary' && error.where.offset === 0);
  }
});

test('a frame in a single segment has its content for a window', async (t) => {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(2n ** 40n);
  const encoded = Buffer.concat([MAGIC, Buffer.of(0xe0), size, blockHeader(true, 1, 5), Buffer.of(1)]);
  t.true((await outcome(decodeAll(zstd, encoded))) instanceof LimitError);
});

test('a window that the limit allows but the decoder cannot hold is an error that says what to do', async (t) => {
  const limits = { ...DEFAULT_LIMITS, dictionary: 2 ** 32 };
  const encoded = Buffer.concat([MAGIC, Buffer.of(0, 0xa8), blockHeader(true, 1, 5), Buffer.of(1)]);
  const error = await outcome(decodeAll(zstd, encoded, 100, limits));
  t.true(error instanceof InputError && /--long/.test(error.hint));
});

test('the largest window that the limit allows is decoded', async (t) => {
  const encoded = Buffer.concat([MAGIC, Buffer.of(0, 0x88), blockHeader(true, 1, 5), Buffer.of(1)]);
  t.deepEqual(await decodeAll(zstd, encoded), Buffer.alloc(5, 1));
});

test('a frame that needs a dictionary is refused', async (t) => {
  const encoded = Buffer.concat([MAGIC, Buffer.of(1, 0x38, 7), blockHeader(true, 1, 5), Buffer.of(1)]);
  const error = await outcome(decodeAll(zstd, encoded));
  t.true(error instanceof InputError && /dictionary/.test(error.what));
});

test('a wrong content checksum is an error', async (t) => {
  for (let back = 1; back <= 4; back += 1) {
    const encoded = Buffer.from(SAMPLES.zstd);
    const at = encoded.length - back;
    encoded[at] = (encoded[at] ?? 0) ^ 1;
    const error = await outcome(decodeAll(zstd, encoded));
    t.true(error instanceof InputError && /checksum/.test(error.what));
  }
});

test('a content shorter or longer than its header says is an error', async (t) => {
  for (const size of [4, 6]) {
    const encoded = Buffer.concat([MAGIC, Buffer.of(0x20, size), blockHeader(true, 1, 5), Buffer.of(1)]);
    t.true((await outcome(decodeAll(zstd, encoded))) instanceof InputError);
  }
});

test('a bomb is stopped by its ratio', async (t) => {
  const bomb = repeated(0, 2000);
  const meter = new Meter();
  const error = await outcome(collect(guarded(zstd, chunked(bomb), DEFAULT_LIMITS, meter)));
  t.true(error instanceof LimitError && error.option === 'max-ratio');
  t.true(meter.decoded <= RATIO_FLOOR + 2 ** 20);
});

test('streams that are decoded at once do not disturb each other', async (t) => {
  const contents = Array.from({ length: 5 }, (_, index) => Buffer.alloc(700_000 + index, index));
  const decoded = await Promise.all(contents.map((content) => decodeAll(zstd, stored(content), 9999)));
  t.true(decoded.every((content, index) => content.equals(contents[index] ?? Buffer.alloc(0))));
});
