import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { memoryBytes } from '../artefact/bytes.js';
import { arFixture } from '../artefact/container/ar-fixture.js';
import { endOfArchive, tarEntry } from '../artefact/container/tar-fixture.js';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { tarOf } from '../cli/tree-fixture.js';
import type { DifferenceTask } from './difference.js';
import { type Inside, lookInside } from './inside.js';

async function inside(a: Uint8Array | string, b: Uint8Array | string): Promise<Inside | undefined> {
  const none = { kind: 'spool', fd: -1, offset: 0, length: 0 } as const;
  const task: DifferenceTask = {
    path: 'lib/x.gz',
    a: none,
    b: none,
    limits: DEFAULT_LIMITS,
    digest: 'sha256',
    tmpdir: tmpdir(),
    withRegions: false,
  };
  return (await lookInside(memoryBytes(Buffer.from(a)), memoryBytes(Buffer.from(b)), task))?.inside;
}

const TAR = tarOf({ a: '1', b: '2' });

test('nothing is looked into unless both are archives or compressed', async (t) => {
  t.is(await inside('text', 'other'), undefined);
  t.is(await inside(TAR, 'other'), undefined);
  t.is(await inside('', ''), undefined);
});

test('an archive and its compressed form hold the same', async (t) => {
  const found = await inside(TAR, gzipSync(TAR));
  t.like(found, { formatsA: ['tar'], formatsB: ['gzip', 'tar'], pairs: 2, identical: 2, leftOut: 0 });
  t.deepEqual(found?.differing, []);
});

test('metadata of members count: inside an archive nothing is masked', async (t) => {
  const tar = (mtime: number): Buffer =>
    Buffer.concat([tarEntry({ name: 'a', content: 'x', mtime }), endOfArchive]);
  const found = await inside(tar(1), tar(2));
  t.deepEqual(
    found?.differing.map(({ name, status, metadata }) => [name, status, metadata]),
    [['a', 'metadata', [{ field: 'mtime', a: '1', b: '2' }]]],
  );
});

test('a file that became a link is told as another type', async (t) => {
  const found = await inside(tarOf({ a: 'x' }), tarOf({ a: { link: 'x' } }));
  t.deepEqual(
    found?.differing.map(({ name, status }) => [name, status]),
    [['a', 'type']],
  );
});

test('differing members beyond those described are counted', async (t) => {
  const many = (content: string): Buffer =>
    tarOf(Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`file-${i}`, `${content}${i}`])));
  const found = await inside(many('a'), many('b'));
  t.is(found?.differing.length, 200);
  t.is(found?.leftOut, 30);
  t.is(found?.pairs, 230);
});

test('members of a library are told by name, in a fixed order', async (t) => {
  const library = (content: string): Buffer =>
    arFixture([
      { name: 'z.o', content },
      { name: 'a.o', content },
      { name: 'lib.rmeta', content: 'same' },
    ]);
  const found = await inside(library('1'), library('2'));
  t.deepEqual(
    found?.differing.map(({ name }) => name),
    ['a.o', 'z.o'],
  );
  t.is(found?.identical, 1);
});

test('a damaged archive is an error that names its side and offset', async (t) => {
  const error = await t.throwsAsync<Error & { where: object }>(inside(TAR, TAR.subarray(0, 700)), {
    name: 'InputError',
  });
  t.like(error?.where, { file: 'b' });
});

test('a hard link inside has the content of its target', async (t) => {
  const tar = (content: string): Buffer =>
    Buffer.concat([
      tarEntry({ name: 'a', content }),
      tarEntry({ name: 'link', typeflag: '1', linkname: 'a' }),
      endOfArchive,
    ]);
  const found = await inside(tar('1'), tar('2'));
  t.deepEqual(
    found?.differing.map(({ name, status }) => [name, status]),
    [
      ['a', 'content'],
      ['link', 'content'],
    ],
  );
});

test('members that are alike but for the hash pair by what they have in common', async (t) => {
  const lines = (topic: string) => Array.from({ length: 100 }, (_, i) => `${topic} ${i * i}`).join('\n');
  const [h1, h2, h3, h4] = ['1', '2', '3', '4'].map((digit) => digit.repeat(16));
  const found = await inside(
    tarOf({ [`x-${h1}`]: `${lines('apples')}1`, [`x-${h2}`]: `${lines('pears')}2` }),
    tarOf({ [`x-${h3}`]: `${lines('pears')}3`, [`x-${h4}`]: `${lines('apples')}4` }),
  );
  t.deepEqual(
    found?.differing.map(({ rule, name, nameB, status }) => [rule, name, nameB, status]),
    [
      ['likeness', `x-${h1}`, `x-${h4}`, 'content'],
      ['likeness', `x-${h2}`, `x-${h3}`, 'content'],
    ],
  );
});
