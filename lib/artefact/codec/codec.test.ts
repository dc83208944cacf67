import test from 'ava';
import fc from 'fast-check';
import { InputError, TrustdiffError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import type { ByteStream, Codec } from './codec.js';
import { CONTENT, chunked, collect, decodeAll, outcome, SAMPLES } from './codec-fixture.js';
import { CODECS } from './registry.js';

/**
 * Bytes of each sample that hold a bit which, flipped, leaves the content right: found by flipping every bit,
 * and looked up in the formats for why.
 */
const HARMLESS: Readonly<Record<Codec['id'], readonly number[]>> = {
  // FTEXT (a guess whether it is text), MTIME, XFL (the level), OS; the bits that fill deflate's last byte.
  gzip: [3, 4, 5, 6, 7, 8, 9, SAMPLES.gzip.length - 9],
  // Everything is under some checksum.
  xz: [],
  // The unused bit of the frame header's descriptor; in the block, bits of tables that no symbol here uses.
  zstd: [4, 16, 162, 165],
  // The level, which only bounds the size of blocks; the bits that fill the last byte.
  bzip2: [3, 225],
};

for (const codec of CODECS) {
  const sample = SAMPLES[codec.id];

  test(`${codec.id}: a sample decodes, whole and byte by byte`, async (t) => {
    t.deepEqual(await decodeAll(codec, sample), CONTENT);
    t.deepEqual(await decodeAll(codec, sample, 1), CONTENT);
  });

  test(`${codec.id}: streams one after the other decode to their contents one after the other`, async (t) => {
    const three = Buffer.concat([sample, sample, sample]);
    for (const size of [1, 7, sample.length, three.length]) {
      t.deepEqual(await decodeAll(codec, three, size), Buffer.concat([CONTENT, CONTENT, CONTENT]));
    }
  });

  test(`${codec.id}: a stream cut off at any byte is an error that says so`, async (t) => {
    const two = Buffer.concat([sample, sample]);
    for (let length = 0; length < two.length; length += 1) {
      if (length === sample.length) continue;
      for (const size of [5, length]) {
        const error = await outcome(decodeAll(codec, two.subarray(0, length), size));
        t.true(error instanceof InputError, `${length} bytes`);
        if (error instanceof InputError) {
          t.regex(error.what, /cut off/, `${length} bytes`);
          t.is(error.where.offset, length);
        }
      }
    }
  });

  test(`${codec.id}: a flipped bit is an error or changes nothing`, async (t) => {
    t.timeout(60_000);
    for (let bit = 0; bit < sample.length * 8; bit += 1) {
      const offset = bit >> 3;
      const flipped = Buffer.from(sample);
      flipped[offset] = (flipped[offset] ?? 0) ^ (1 << (bit & 7));
      const result = await outcome(decodeAll(codec, flipped));
      const found = result instanceof TrustdiffError;
      t.true(found || HARMLESS[codec.id].includes(offset), `bit ${bit & 7} of byte ${offset}`);
      if (!found) t.deepEqual(result, CONTENT);
    }
  });

  test(`${codec.id}: bytes behind the end are an error with their offset`, async (t) => {
    for (const tail of ['x', 'xxxxxxxxxxxxxxxxxxxxxxxx', '\n', '\0\0\0\0x', '\0\0\0\0\0\0\0\0\0\0\0\0x']) {
      const bytes = Buffer.concat([sample, Buffer.from(tail, 'latin1')]);
      for (const size of [1, sample.length, bytes.length]) {
        const error = await outcome(decodeAll(codec, bytes, size));
        t.true(error instanceof InputError, JSON.stringify(tail));
        if (!(error instanceof InputError)) continue;
        t.regex(error.what, /followed by bytes/);
        const offset = error.where.offset ?? 0;
        t.true(offset >= sample.length && offset < bytes.length);
      }
    }
  });

  test(`${codec.id}: a reader that leaves early frees the input`, async (t) => {
    let closed = false;
    async function* endless(): ByteStream & AsyncGenerator<Buffer> {
      try {
        for (;;) yield sample;
      } finally {
        closed = true;
      }
    }
    for await (const chunk of codec.decode(endless(), DEFAULT_LIMITS)) {
      t.true(chunk.length > 0);
      break;
    }
    t.true(closed);
  });

  test(`${codec.id}: an error of the input comes through as it is, and the input is asked no more`, async (t) => {
    const reason = new InputError('the disk is gone', { offset: 7 });
    async function* broken(): ByteStream & AsyncGenerator<Buffer> {
      yield sample.subarray(0, 7);
      throw reason;
    }
    t.is(await outcome(collect(codec.decode(broken(), DEFAULT_LIMITS))), reason);
  });

  test(`${codec.id}: what is not of the format is an error, not a wait`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        t.true((await outcome(decodeAll(codec, bytes))) instanceof InputError);
        const headed = Buffer.concat([sample.subarray(0, 18), bytes]);
        t.true((await outcome(decodeAll(codec, headed))) instanceof TrustdiffError);
      }),
      { numRuns: 50 },
    );
  });

  test(`${codec.id}: empty chunks between the others change nothing`, async (t) => {
    async function* gappy(): ByteStream & AsyncGenerator<Uint8Array> {
      for await (const chunk of chunked(sample, 9)) {
        yield new Uint8Array(0);
        yield chunk;
        yield new Uint8Array(0);
      }
    }
    t.deepEqual(await collect(codec.decode(gappy(), DEFAULT_LIMITS)), CONTENT);
  });
}
