import { spawnSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { check, filter, xzSync } from 'node-liblzma';
import { InputError, LimitError } from '../../error.js';
import { DEFAULT_LIMITS, RATIO_FLOOR } from '../limits.js';
import { Meter } from '../meter.js';
import type { ByteStream, Codec } from './codec.js';
import { CONTENT, chunked, collect, decodeAll, outcome, SAMPLES, XZ_BLOCKS } from './codec-fixture.js';
import { crc32 } from './crc32.js';
import { guarded } from './guard.js';
import { decodeXz, xz } from './xz.js';

/** Decodes in a child process, as where there is no native module. */
const child: Codec = { ...xz, decode: (input, limits) => decodeXz(input, limits, async () => undefined) };
const hasXz = spawnSync('xz', ['--version']).status === 0;
const testChild = hasXz ? test : test.skip;

/** `content` as one block with the property byte of its LZMA2 filter (the size of the dictionary) replaced. */
function withDictionary(content: Uint8Array, property: number): Buffer {
  const encoded = xzSync(Buffer.from(content));
  // After the stream header: size, flags, filter 0x21 with one byte of properties, padding, CRC.
  const header = encoded.subarray(12, 24);
  header[4] = property;
  header.writeUInt32LE(crc32(header.subarray(0, 8)), 8);
  return encoded;
}

/** `encoded` with stream flags that name another check. */
function withCheck(encoded: Buffer, kind: number): Buffer {
  const changed = Buffer.from(encoded);
  changed[7] = kind;
  changed.writeUInt32LE(crc32(changed.subarray(6, 8)), 8);
  return changed;
}

test('random contents in streams come back, whatever the chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(check.NONE, check.CRC32, check.CRC64, check.SHA256),
      async (contents, size, kind) => {
        const encoded = contents.map((content) => xzSync(Buffer.from(content), { check: kind, preset: 0 }));
        t.deepEqual(await decodeAll(xz, Buffer.concat(encoded), size), Buffer.concat(contents));
      },
    ),
    { numRuns: 50 },
  );
});

test('blocks with their sizes in the header, and large ones, come back', async (t) => {
  const content = Buffer.from(Uint8Array.from({ length: 5_000_000 }, (_, index) => (index ** 2) >> 9));
  // Several threads make blocks of 1 MiB at preset 0, with multi-byte sizes in their headers.
  const encoded = xzSync(content, { preset: 0, threads: 2, check: check.CRC32 });
  t.true((encoded[13] ?? 0) >= 0xc0);
  for (const size of [100_000, encoded.length]) t.true((await decodeAll(xz, encoded, size)).equals(content));
});

test('a filter before LZMA2 is undone', async (t) => {
  const encoded = xzSync(CONTENT, { filters: [filter.X86, filter.LZMA2] });
  t.deepEqual(await decodeAll(xz, encoded), CONTENT);
});

test('blocks cut off at any byte are an error that says so', async (t) => {
  t.deepEqual(await decodeAll(xz, XZ_BLOCKS, 10), CONTENT);
  for (let length = 0; length < XZ_BLOCKS.length; length += 1) {
    const error = await outcome(decodeAll(xz, XZ_BLOCKS.subarray(0, length), 31));
    t.true(error instanceof InputError && /cut off/.test(error.what) && error.where.offset === length);
  }
});

test('padding is four zeros at a time, between streams and after them', async (t) => {
  const pad = (count: number) =>
    Buffer.concat([SAMPLES.xz, Buffer.alloc(count), SAMPLES.xz, Buffer.alloc(count)]);
  for (const count of [4, 8, 4096]) {
    t.deepEqual(await decodeAll(xz, pad(count), 13), Buffer.concat([CONTENT, CONTENT]));
  }
  for (const count of [1, 2, 3, 5]) t.true((await outcome(decodeAll(xz, pad(count)))) instanceof InputError);
});

test('a dictionary over the limit is refused before anything of its block is decoded', async (t) => {
  const large = withDictionary(CONTENT, 38);
  for (const size of [1, large.length]) {
    const error = await outcome(decodeAll(xz, large, size));
    t.true(error instanceof LimitError && error.option === 'max-dictionary' && error.where.offset === 12);
  }
  const limits = { ...DEFAULT_LIMITS, dictionary: 2 ** 31 };
  t.deepEqual(await decodeAll(xz, large, large.length, limits), CONTENT);
});

test('the dictionary of every stream is looked at', async (t) => {
  const encoded = Buffer.concat([SAMPLES.xz, Buffer.alloc(4), withDictionary(CONTENT, 40)]);
  const error = await outcome(decodeAll(xz, encoded, 50));
  t.true(error instanceof LimitError && error.where.offset === SAMPLES.xz.length + 4 + 12);
});

test('the limit itself is allowed, one step more is not', async (t) => {
  const limits = { ...DEFAULT_LIMITS, dictionary: 3 * 2 ** 20 };
  // 2^21 + 2^20 and 2^22 bytes.
  t.deepEqual(await decodeAll(xz, withDictionary(CONTENT, 19), 100, limits), CONTENT);
  t.true((await outcome(decodeAll(xz, withDictionary(CONTENT, 20), 100, limits))) instanceof LimitError);
  t.true((await outcome(decodeAll(xz, withDictionary(CONTENT, 41)))) instanceof InputError);
});

test('a check of unknown kind is an error and is not passed over', async (t) => {
  const error = await outcome(decodeAll(xz, withCheck(SAMPLES.xz, 2)));
  t.true(error instanceof InputError && /unknown kind 2/.test(error.what));
});

test('a bomb is stopped by its ratio', async (t) => {
  const bomb = xzSync(Buffer.alloc(3 * RATIO_FLOOR), { preset: 0 });
  const meter = new Meter();
  const error = await outcome(collect(guarded(xz, chunked(bomb, 1000), DEFAULT_LIMITS, meter)));
  t.true(error instanceof LimitError && error.option === 'max-ratio');
  t.true(meter.decoded < 2 * RATIO_FLOOR);
});

testChild('without the native module an xz command decodes the same', async (t) => {
  t.deepEqual(await decodeAll(child, SAMPLES.xz), CONTENT);
  t.deepEqual(
    await decodeAll(child, Buffer.concat([XZ_BLOCKS, Buffer.alloc(4), SAMPLES.xz]), 7),
    Buffer.concat([CONTENT, CONTENT]),
  );
  const large = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index ** 2) >> 9));
  t.true((await decodeAll(child, xzSync(large, { preset: 0 }), 10_000)).equals(large));
});

testChild('the xz command finds damage, cuts and trailing bytes too', async (t) => {
  for (let at = 1; at < SAMPLES.xz.length; at += 17) {
    const damaged = Buffer.from(SAMPLES.xz);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    t.true((await outcome(decodeAll(child, damaged))) instanceof InputError, `byte ${at} damaged`);
    const error = await outcome(decodeAll(child, SAMPLES.xz.subarray(0, at), 20));
    t.true(error instanceof InputError && /cut off/.test(error.what), `cut off at byte ${at}`);
  }
  const trailing = await outcome(decodeAll(child, Buffer.concat([SAMPLES.xz, Buffer.from('x')])));
  t.true(trailing instanceof InputError && /followed by bytes/.test(trailing.what));
  t.true((await outcome(decodeAll(child, withDictionary(CONTENT, 38)))) instanceof LimitError);
});

testChild('what the xz command says stands in the error', async (t) => {
  const damaged = Buffer.from(SAMPLES.xz);
  damaged[100] = (damaged[100] ?? 0) ^ 1;
  const error = await outcome(decodeAll(child, damaged));
  t.true(error instanceof InputError && /Compressed data is corrupt/.test(error.what));
});

testChild('a reader that leaves early ends the xz command and frees the input', async (t) => {
  const encoded = xzSync(Buffer.alloc(50_000_000), { preset: 0 });
  let closed = false;
  async function* input(): ByteStream & AsyncGenerator<Buffer> {
    try {
      for (;;) yield encoded;
    } finally {
      closed = true;
    }
  }
  for await (const chunk of child.decode(input(), DEFAULT_LIMITS)) {
    t.true(chunk.length > 0);
    break;
  }
  t.true(closed);
});

testChild('an error of the input comes through the xz command', async (t) => {
  const reason = new InputError('the disk is gone');
  async function* broken(): ByteStream & AsyncGenerator<Buffer> {
    yield SAMPLES.xz.subarray(0, 100);
    throw reason;
  }
  t.is(await outcome(collect(child.decode(broken(), DEFAULT_LIMITS))), reason);
});

test('with neither the native module nor an xz command the error says what to install', async (t) => {
  const decoding = decodeXz(
    chunked(SAMPLES.xz),
    DEFAULT_LIMITS,
    async () => undefined,
    'no-such-command-as-xz',
  );
  const error = await outcome(collect(decoding));
  t.true(error instanceof InputError && /neither/.test(error.what) && /install xz/.test(error.hint));
});
