import { gzipSync } from 'node:zlib';
import test from 'ava';
import { xzSync } from 'node-liblzma';
import { arFixture } from './container/ar-fixture.js';
import { chunked } from './container/stream-fixture.js';
import { endOfArchive, tarEntry } from './container/tar-fixture.js';
import { DEFAULT_LIMITS } from './limits.js';
import { Meter } from './meter.js';
import { peek, type UnpackContext, unpack } from './unpack.js';

const TAR = Buffer.concat([tarEntry({ name: './bin/rustc', content: 'ELF' }), endOfArchive]);

function context(more: Partial<UnpackContext> = {}): UnpackContext {
  return {
    file: 'input',
    limits: DEFAULT_LIMITS,
    meter: new Meter(),
    formats: [],
    keepWhole: new Set(),
    ...more,
  };
}

async function unpacked(
  bytes: Uint8Array,
  name: string,
  at = context(),
): Promise<[string, string, string][]> {
  const found: [string, string, string][] = [];
  for await (const member of unpack(chunked(bytes), name, at)) {
    const pieces: Buffer[] = [];
    for await (const piece of member.content) pieces.push(Buffer.from(piece));
    found.push([member.via.join(' › '), member.name, Buffer.concat(pieces).toString('latin1')]);
  }
  return found;
}

test('codecs are taken off one after another, and the formats are told in order', async (t) => {
  const at = context();
  t.deepEqual(await unpacked(xzSync(gzipSync(TAR)), 'x.tar.gz.xz', at), [['', './bin/rustc', 'ELF']]);
  t.deepEqual(at.formats, ['xz', 'gzip', 'tar']);
});

test('a compressed file that is no archive is one member, named without the suffix', async (t) => {
  t.deepEqual(await unpacked(gzipSync('text'), 'changelog.gz'), [['', 'changelog', 'text']]);
  t.deepEqual(await unpacked(gzipSync('text'), 'x.tgz'), [['', 'x.tar', 'text']]);
  t.deepEqual(await unpacked(gzipSync('text'), 'noname'), [['', 'noname', 'text']]);
});

test('an empty stream is one empty member', async (t) => {
  t.deepEqual(await unpacked(Buffer.alloc(0), 'empty'), [['', 'empty', '']]);
});

test('the parts of a deb are unpacked in their place, and tell the way to them', async (t) => {
  const deb = arFixture([
    { name: 'debian-binary', content: '2.0\n' },
    { name: 'control.tar.gz', content: gzipSync(TAR) },
    { name: 'data.tar.xz', content: xzSync(TAR) },
  ]);
  const at = context();
  const members = await unpacked(deb, 'x.deb', at);
  t.deepEqual(
    members.map(([via, name]) => [via, name]),
    [
      ['', 'debian-binary'],
      ['control.tar.gz', './bin/rustc'],
      ['data.tar.xz', './bin/rustc'],
    ],
  );
  t.deepEqual(at.formats, ['deb', 'gzip', 'tar', 'xz', 'tar']);
});

test('an ar archive stays whole where it is asked to, but for its codec', async (t) => {
  const rlib = arFixture([{ name: 'lib.rmeta', content: 'rust' }]);
  const [only] = await unpacked(
    gzipSync(rlib),
    'libx.rlib.gz',
    context({ keepWhole: new Set(['ar'] as const) }),
  );
  t.deepEqual(only?.slice(0, 2), ['', 'libx.rlib']);
  t.is((await unpacked(rlib, 'libx.rlib'))[0]?.[1], 'lib.rmeta');
});

test('formats deeper inside each other than allowed are refused, with the option that allows more', async (t) => {
  const limits = { ...DEFAULT_LIMITS, depth: 2 };
  await t.notThrowsAsync(unpacked(gzipSync(gzipSync('x')), 'x', context({ limits })));
  const error = await t.throwsAsync(unpacked(gzipSync(gzipSync(gzipSync('x'))), 'x', context({ limits })), {
    name: 'LimitError',
  });
  t.is(error?.message, 'more than 2 formats lie inside each other');
});

test('all codecs inside each other draw on one budget', async (t) => {
  const limits = { ...DEFAULT_LIMITS, bytes: TAR.length + 10 };
  await t.notThrowsAsync(unpacked(gzipSync(TAR), 'x', context({ limits })));
  await t.throwsAsync(unpacked(gzipSync(gzipSync(TAR)), 'x', context({ limits })), { name: 'LimitError' });
});

test('an error names the file, the members on the way to it, and the offset', async (t) => {
  const deb = arFixture([
    { name: 'debian-binary', content: '2.0\n' },
    { name: 'control.tar.gz', content: gzipSync(TAR) },
    { name: 'data.tar.gz', content: gzipSync(TAR.subarray(0, 514)) },
  ]);
  const error = await t.throwsAsync<Error & { where: object }>(unpacked(deb, 'x.deb'), {
    name: 'InputError',
  });
  t.like(error?.where, { file: 'input', member: ['data.tar.gz', './bin/rustc'] });
});

test('peeking loses nothing of a stream, however it is cut into chunks', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 2000 }, (_, i) => i & 255));
  for (const size of [1, 511, 512, 513, 5000]) {
    const { head, stream } = await peek(chunked(bytes, [size]));
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(Buffer.from(piece));
    t.true(Buffer.from(head).equals(bytes.subarray(0, 512)));
    t.true(Buffer.concat(pieces).equals(bytes), `chunks of ${size}`);
  }
});
