import { constants, gzipSync } from 'node:zlib';
import test from 'ava';
import { LimitError } from '../../error.js';
import { DEFAULT_LIMITS, RATIO_FLOOR } from '../limits.js';
import { Meter } from '../meter.js';
import { CONTENT, chunked, collect, outcome, SAMPLES } from './codec-fixture.js';
import { guarded } from './guard.js';
import { gzip } from './gzip.js';
import { CODECS } from './registry.js';

const BOMB = gzipSync(Buffer.alloc(4 * RATIO_FLOOR), { level: constants.Z_BEST_COMPRESSION });

test('what is within the limits comes through and is counted', async (t) => {
  const meter = new Meter();
  meter.addDecoded(5);
  for (const codec of CODECS) {
    const content = await collect(guarded(codec, chunked(SAMPLES[codec.id]), DEFAULT_LIMITS, meter));
    t.deepEqual(content, CONTENT);
  }
  t.is(meter.decoded, 5 + CODECS.length * CONTENT.length);
});

test('the limit of bytes is one for the whole side', async (t) => {
  const limits = { ...DEFAULT_LIMITS, bytes: CONTENT.length * 2 };
  const meter = new Meter();
  const once = () => outcome(collect(guarded(gzip, chunked(SAMPLES.gzip), limits, meter)));
  t.deepEqual(await once(), CONTENT);
  t.deepEqual(await once(), CONTENT);
  const error = await once();
  t.true(error instanceof LimitError && error.option === 'max-bytes');
});

test('a bomb is stopped by its ratio soon after the ratio counts', async (t) => {
  const meter = new Meter();
  const error = await outcome(collect(guarded(gzip, chunked(BOMB, 4096), DEFAULT_LIMITS, meter)));
  t.true(error instanceof LimitError && error.option === 'max-ratio');
  t.true(meter.decoded <= RATIO_FLOOR + 8 * 2 ** 20);
});

test('below the floor any ratio will do', async (t) => {
  const zeros = gzipSync(Buffer.alloc(RATIO_FLOOR));
  const content = await collect(guarded(gzip, chunked(zeros), DEFAULT_LIMITS, new Meter()));
  t.is(content.length, RATIO_FLOOR);
});

test('a ratio that the user allows is let through', async (t) => {
  const limits = { ...DEFAULT_LIMITS, ratio: 2000 };
  let length = 0;
  for await (const chunk of guarded(gzip, chunked(BOMB), limits, new Meter())) length += chunk.length;
  t.is(length, 4 * RATIO_FLOOR);
});

test('a reader that leaves early frees the codec and the input', async (t) => {
  const input = chunked(SAMPLES.xz, 8);
  const decoding = guarded(CODECS[0] ?? gzip, input, DEFAULT_LIMITS, new Meter());
  await decoding.next();
  await decoding.return();
  t.deepEqual(await input.next(), { done: true, value: undefined });
});
