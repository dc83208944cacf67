import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { openBytes } from './bytes.js';
import { arFixture } from './container/ar-fixture.js';
import { endOfArchive, type TarFixtureMember, tarEntry } from './container/tar-fixture.js';
import { ingestFile } from './ingest.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { RawMember } from './member.js';
import { packedMembers } from './packed-member.js';

async function ingested(t: ExecutionContext, name: string, bytes: Uint8Array) {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  writeFileSync(join(folder, name), bytes);
  const input = await ingestFile(join(folder, name), 3, {
    limits: DEFAULT_LIMITS,
    digest: 'sha256',
    tmpdir: folder,
  });
  t.teardown(() => {
    if (input.spoolFd !== undefined) closeSync(input.spoolFd);
    rmSync(folder, { recursive: true });
  });
  const unpacked = input.packed === undefined ? [] : [...packedMembers(input.packed, 3)];
  return { ...input, members: [...input.members, ...unpacked] };
}

function tar(...members: readonly TarFixtureMember[]): Buffer {
  return Buffer.concat([...members.map(tarEntry), endOfArchive]);
}

function textOf({ content }: RawMember): string | undefined {
  return content === undefined ? undefined : openBytes(content).read(0, content.length).toString();
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

test('an archive is unpacked into its spool, and it and its members are digested on the way', async (t) => {
  const bytes = gzipSync(
    tar({ name: 'a', content: 'one' }, { name: 'b', content: '' }, { name: 'd/', typeflag: '5' }),
  );
  const { summary, members, troubles } = await ingested(t, 'x.tar.gz', bytes);
  t.deepEqual(troubles, []);
  t.like(summary, {
    kind: 'archive',
    containers: ['gzip', 'tar'],
    size: bytes.length,
    digest: sha256(bytes),
  });
  t.deepEqual(
    members.map((member) => [member.name, member.metadata.type, member.size, member.digest, textOf(member)]),
    [
      ['a', 'file', 3, sha256('one'), 'one'],
      ['b', 'file', 0, sha256(''), ''],
      ['d/', 'directory', 0, undefined, undefined],
    ],
  );
  t.true(members.every(({ input }) => input === 3));
});

test('a file that is no archive is one member that stays where it is', async (t) => {
  const { summary, members, spoolFd } = await ingested(t, 'librustc.so', Buffer.from('ELF'));
  t.like(summary, { kind: 'file', containers: [], size: 3, digest: undefined });
  t.is(spoolFd, undefined);
  t.deepEqual(
    members.map((member) => [member.name, member.content?.kind, textOf(member)]),
    [['librustc.so', 'path', 'ELF']],
  );
});

test('an rlib is a file, not an archive of objects', async (t) => {
  const { summary, members } = await ingested(
    t,
    'libstd.rlib',
    arFixture([{ name: 'lib.rmeta', content: 'x' }]),
  );
  t.is(summary.kind, 'file');
  t.is(members.length, 1);
});

test('members before the damage are kept, and the archive gets no digest', async (t) => {
  const whole = tar({ name: 'a', content: 'one' }, { name: 'b', content: 'x'.repeat(2000) });
  const { summary, members, troubles } = await ingested(t, 'x.tar', whole.subarray(0, 2000));
  t.is(summary.digest, undefined);
  t.deepEqual(
    members.map(({ name }) => name),
    ['a'],
  );
  t.is(troubles.length, 1);
  t.deepEqual(troubles[0]?.member, ['b']);
});

test('a hard link has the content of the last member of that name before it', async (t) => {
  const { members } = await ingested(
    t,
    'x.tar',
    tar(
      { name: 'a', content: 'first' },
      { name: 'link1', typeflag: '1', linkname: 'a' },
      { name: 'a', content: 'second' },
      { name: 'link2', typeflag: '1', linkname: 'a' },
      { name: 'link3', typeflag: '1', linkname: 'link2' },
    ),
  );
  t.deepEqual(members.map(textOf), ['first', 'first', 'second', 'second', 'second']);
  t.true(members.every((member) => member.digest === sha256(textOf(member) ?? '')));
});

test('nothing lies under what is no directory, whichever comes first', async (t) => {
  const link: TarFixtureMember = { name: 'd', typeflag: '2', linkname: '/tmp' };
  const inside: TarFixtureMember = { name: './d//x/y', content: '1' };
  for (const members of [
    [link, inside],
    [inside, link],
    [{ name: 'd', content: 'file' }, inside],
  ]) {
    const { troubles } = await ingested(t, 'x.tar', tar(...members));
    t.regex(troubles[0]?.what ?? '', /lies below d, which is no directory/);
    t.deepEqual(troubles[0]?.member, ['./d//x/y']);
  }
  const { troubles } = await ingested(
    t,
    'x.tar',
    tar({ name: 'd/', typeflag: '5' }, inside, { name: 'dx', content: '' }),
  );
  t.deepEqual(troubles, []);
});

test('hard links before the damage of an archive have their content all the same', async (t) => {
  const whole = tar(
    { name: 'a', content: 'one' },
    { name: 'link', typeflag: '1', linkname: 'a' },
    { name: 'b', content: 'x' },
  );
  const { members, troubles } = await ingested(t, 'x.tar', whole.subarray(0, 512 * 4));
  t.is(troubles.length, 1);
  t.deepEqual(members.map(textOf), ['one', 'one']);
});

test('two members of one name are two', async (t) => {
  const { members } = await ingested(
    t,
    'x.tar',
    tar({ name: 'a', content: '1' }, { name: 'a', content: '2' }),
  );
  t.deepEqual(members.map(textOf), ['1', '2']);
});
