import { gzipSync } from 'node:zlib';
import test from 'ava';
import { memoryBytes } from '../artefact/bytes.js';
import { CONTENT, SAMPLES, XZ_BLOCKS, ZSTD_PIPED } from '../artefact/codec/codec-fixture.js';
import { explainContents } from './explain.js';

const explain = (a: Buffer, b: Buffer) => explainContents(memoryBytes(a), memoryBytes(b), { path: 'x' });

for (const [what, a, b, formats] of [
  ['gzip of two levels', gzipSync(CONTENT, { level: 1 }), gzipSync(CONTENT, { level: 9 }), ['gzip', 'gzip']],
  ['xz of one block and of four', SAMPLES.xz, XZ_BLOCKS, ['xz', 'xz']],
  ['zstd of a file and of a pipe', SAMPLES.zstd, ZSTD_PIPED, ['zstd', 'zstd']],
  ['gzip and xz', SAMPLES.gzip, SAMPLES.xz, ['gzip', 'xz']],
] as const) {
  test(`equal contents: all that differs is the compression, which is shown: ${what}`, async (t) => {
    const { totals, residue, formatA, formatB, lengthA, equal } = await explain(a, b);
    t.deepEqual([formatA, formatB], [...formats]);
    t.true(totals.length > 0);
    t.true(totals.every(({ reason, state }) => reason === 'compression' && state === 'shown'));
    t.deepEqual(residue, []);
    t.is(lengthA, equal + totals.reduce((sum, { bytesA }) => sum + bytesA, 0));
  });
}

test('other contents are explained, and a note says whose bytes are counted', async (t) => {
  const other = Buffer.concat([CONTENT, Buffer.from('one line more\n')]);
  const { formatA, formatB, lengthA, lengthB, notes, residue } = await explain(
    gzipSync(CONTENT),
    gzipSync(other),
  );
  t.deepEqual([formatA, formatB], ['gzip › bytes', 'gzip › bytes']);
  t.deepEqual([lengthA, lengthB], [CONTENT.length, other.length]);
  t.true(notes.some((text) => text.includes('decompressed')));
  t.true(residue.length > 0);
});

test('what is compressed twice is opened twice', async (t) => {
  const [a, b] = [gzipSync(gzipSync(CONTENT, { level: 1 })), gzipSync(gzipSync(CONTENT, { level: 9 }))];
  const { totals, formatA } = await explain(a, b);
  t.is(formatA, 'gzip › gzip');
  t.true(totals.every(({ reason }) => reason === 'compression'));
});

test('a stream that is damaged, or one that is none, is compared as bytes', async (t) => {
  const whole = gzipSync(CONTENT);
  const damaged = Buffer.from(whole.subarray(0, whole.length - 12));
  for (const [a, b] of [
    [whole, damaged],
    [damaged, whole],
    [whole, Buffer.from('no stream')],
    [Buffer.from('no stream'), whole],
  ] as const) {
    const { formatA, formatB, residue } = await explain(a, b);
    t.deepEqual([formatA, formatB], ['bytes', 'bytes']);
    t.true(residue.length > 0);
  }
});

test('bytes behind a stream are not lost', async (t) => {
  const whole = gzipSync(CONTENT);
  const { residue, totals } = await explain(whole, Buffer.concat([whole, Buffer.from('hidden here!')]));
  t.true(residue.length > 0 || totals.some(({ state }) => state === 'residue'));
});
