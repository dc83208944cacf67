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

/** A gzip member whose header says more (RFC 1952, section 2.3). */
function member(
  content: Buffer,
  more: Partial<Record<'mtime' | 'os' | 'xfl' | 'text', number>> & {
    readonly extra?: string;
    readonly name?: string;
    readonly comment?: string;
  } = {},
): Buffer {
  const plain = gzipSync(content);
  const { mtime = 0, os = 3, xfl = 0, text = 0, extra, name, comment } = more;
  const flags =
    text | (extra === undefined ? 0 : 4) | (name === undefined ? 0 : 8) | (comment === undefined ? 0 : 16);
  const head = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, xfl, os]);
  head.writeUInt32LE(mtime, 4);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(extra?.length ?? 0);
  return Buffer.concat([
    head,
    ...(extra === undefined ? [] : [length, Buffer.from(extra)]),
    ...(name === undefined ? [] : [Buffer.from(`${name}\0`)]),
    ...(comment === undefined ? [] : [Buffer.from(`${comment}\0`)]),
    plain.subarray(10),
  ]);
}

const skippable = (text: string): Buffer => {
  const head = Buffer.from('502a4d1800000000', 'hex');
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

/** Field, reason and state of each total that is not the compression. */
async function beside(a: Buffer, b: Buffer): Promise<string[]> {
  const { totals, formatA } = await explain(a, b);
  if (formatA === 'bytes') return ['bytes'];
  return totals
    .filter(({ reason }) => reason !== 'compression')
    .map(({ field, reason, state, bytesA, bytesB }) => `${field} ${reason} ${state} ${bytesA} ${bytesB}`);
}

test('what a gzip header says is told by its field, and explains nothing where it stands once', async (t) => {
  const plain = member(CONTENT);
  for (const [more, expected] of [
    [{ mtime: 1700000000 }, 'MTIME archive-metadata residue 4 4'],
    [{ os: 0 }, 'OS archive-metadata residue 1 1'],
    [{ os: 77 }, 'OS unexplained residue 1 1'],
    [{ name: 'x.tar' }, 'FNAME archive-metadata residue 0 6'],
    [{ comment: 'hello' }, 'FCOMMENT unexplained residue 0 6'],
    [{ extra: 'hidden' }, 'FEXTRA unexplained residue 0 8'],
    [{ xfl: 99 }, 'XFL unexplained residue 1 1'],
    [{ text: 1 }, 'FLG unexplained residue 1 1'],
  ] as const)
    t.deepEqual(await beside(plain, member(CONTENT, more)), [expected]);
});

test('the header of every member counts; the same field of two members is how somebody packs', async (t) => {
  const two = (first: number, second: number): Buffer =>
    Buffer.concat([member(CONTENT, { mtime: first }), member(CONTENT, { mtime: second })]);
  t.deepEqual(await beside(two(1, 1), two(1, 2)), ['MTIME archive-metadata residue 4 4']);
  t.deepEqual(await beside(two(1, 1), two(2, 2)), ['MTIME archive-metadata shown 8 8']);
  const hidden = Buffer.concat([member(CONTENT), member(Buffer.alloc(0), { comment: 'hidden' })]);
  t.deepEqual(await beside(member(CONTENT), hidden), ['FCOMMENT unexplained residue 0 7']);
});

test('more members that say nothing new are another way to compress', async (t) => {
  const half = CONTENT.length / 2;
  const parts = Buffer.concat([member(CONTENT.subarray(0, half)), member(CONTENT.subarray(half))]);
  t.deepEqual(await beside(member(CONTENT), parts), []);
});

test('zeros behind the last member, and bits behind the last code, are residue', async (t) => {
  const plain = member(CONTENT);
  t.deepEqual(await beside(plain, Buffer.concat([plain, Buffer.alloc(5)])), [
    'padding unexplained residue 0 5',
  ]);
  let found = 0;
  for (let length = 100; length < 120; length += 1) {
    const short = member(CONTENT.subarray(0, length));
    const set = Buffer.from(short);
    const last = set.length - 9;
    set[last] = (set[last] ?? 0) | 0x80;
    if (set.equals(short)) continue;
    const told = await beside(short, set);
    if (told[0] === 'bytes') continue;
    found += 1;
    t.deepEqual(told, ['bits behind deflate unexplained residue 0 1']);
  }
  t.true(found > 0);
});

test('a skippable frame of zstd and the padding of xz are residue', async (t) => {
  const { zstd, xz } = SAMPLES;
  const frame = skippable('hidden here');
  t.deepEqual(await beside(zstd, Buffer.concat([zstd, frame])), ['Skippable_Frame unexplained residue 0 19']);
  t.deepEqual(await beside(Buffer.concat([frame, zstd]), zstd), ['Skippable_Frame unexplained residue 19 0']);
  t.deepEqual(
    await beside(Buffer.concat([zstd, skippable('one')]), Buffer.concat([zstd, skippable('two')])),
    ['Skippable_Frame unexplained residue 11 11'],
  );
  t.deepEqual(await beside(xz, Buffer.concat([xz, Buffer.alloc(8)])), [
    'Stream Padding unexplained residue 0 8',
  ]);
  const unused = Buffer.from(zstd);
  unused[4] = (unused[4] ?? 0) | 0x10;
  t.deepEqual(await beside(zstd, unused), ['Frame_Header_Descriptor unexplained residue 1 1']);
});

test('a frame that tells the length of the next one, as pzstd writes them, says nothing', async (t) => {
  const { zstd } = SAMPLES;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(zstd.length);
  const told = Buffer.concat([Buffer.from('502a4d1804000000', 'hex'), length, zstd]);
  t.deepEqual(await beside(zstd, told), []);
  length.writeUInt32LE(zstd.length + 1);
  const wrong = Buffer.concat([Buffer.from('502a4d1804000000', 'hex'), length, zstd]);
  t.deepEqual(await beside(zstd, wrong), ['Skippable_Frame unexplained residue 0 12']);
});

test('other contents under wrappers that say other things are compared as bytes', async (t) => {
  const other = Buffer.concat([CONTENT, Buffer.from('one line more\n')]);
  t.deepEqual(await beside(member(CONTENT, { mtime: 1 }), member(other, { mtime: 2 })), ['bytes']);
  const named = (content: Buffer): Buffer => member(content, { mtime: 1, name: 'x' });
  t.is((await explain(named(CONTENT), named(other))).formatA, 'gzip › bytes');
});

/**
 * Bits that may be turned, one by one, without another content and without a word. gzip: XFL, another level. bzip2: the
 * size of blocks, and a code length that no symbol uses. zstd: bits of a table and of streams that decoding passes over.
 */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  gzip: ['8 1', '8 2'],
  xz: [],
  zstd: ['16 7', '162 5', '162 6', '162 7', '165 4'],
  bzip2: ['3 1', '3 2', '3 3', '225 0'],
};

for (const [id, whole] of Object.entries(SAMPLES)) {
  test(`every bit of a compressed file that is turned is left over, but for those that encode nothing: ${id}`, async (t) => {
    const silent: string[] = [];
    for (let at = 0; at < whole.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const turned = Buffer.from(whole);
        turned[at] = (turned[at] ?? 0) ^ (1 << bit);
        const { totals } = await explain(whole, turned);
        if (totals.every(({ state }) => state !== 'residue')) silent.push(`${at} ${bit}`);
      }
    }
    t.deepEqual(silent, [...(SILENT[id] ?? [])]);
  });
}
