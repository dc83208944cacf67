import test from 'ava';
import { CODEC_HEAD } from './codec.js';
import { SAMPLES } from './codec-fixture.js';
import { CODECS, codecFor } from './registry.js';

test('each format is detected by its own codec and by no other', (t) => {
  for (const codec of CODECS) {
    const head = SAMPLES[codec.id].subarray(0, CODEC_HEAD);
    t.is(codecFor(head), codec);
    t.deepEqual(
      CODECS.filter((other) => other.detect(head)),
      [codec],
    );
  }
});

test('what is of no format is not detected', (t) => {
  for (const text of ['', 'B', 'BZh', 'BZh9 is how a text may begin', '\x7fELF', '!<arch>\n', '\x1f\x8b']) {
    t.is(codecFor(Buffer.from(text, 'latin1')), undefined);
  }
});

test('a head is read from where it lies in its buffer', (t) => {
  const buffer = Buffer.concat([Buffer.from('abc'), SAMPLES.zstd]);
  t.is(codecFor(buffer.subarray(3))?.id, 'zstd');
});
