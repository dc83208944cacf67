import { gzipSync } from 'node:zlib';
import test from 'ava';
import { InputError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { Meter } from '../meter.js';
import { type Unpacked, unpack } from '../unpack.js';
import { cpioFixture } from './cpio-fixture.js';
import { type RpmFixtureFile, type RpmFixtureTag, rpmFileTags, rpmFixture } from './rpm-fixture.js';

const PAYLOAD = [
  { name: './usr/bin', mode: 0o040755 },
  { name: './usr/bin/link', mode: 0o120777, content: 'tool' },
  { name: './usr/bin/tool', mode: 0o100755, content: 'x', uid: 1000 },
  { name: './usr/bin/twin', mode: 0o100644, ino: 9, nlink: 2 },
  { name: './usr/bin/zwin', mode: 0o100644, ino: 9, nlink: 2, content: 'twins' },
];

type Listed = Readonly<Record<string, Partial<RpmFixtureFile>>>;

/** What the header says by file, where it is not what the payload says. */
function listed(changed: Listed, left: readonly string[] = []): RpmFixtureFile[] {
  const files: RpmFixtureFile[] = [
    { name: '/usr/bin', mode: 0o040755, size: 4096 },
    { name: '/usr/bin/link', mode: 0o120777, linkTarget: 'tool', size: 4 },
    { name: '/usr/bin/tool', mode: 0o100755, content: 'x' },
    { name: '/usr/bin/twin', content: 'twins', inode: 9 },
    { name: '/usr/bin/zwin', content: 'twins', inode: 9 },
    { name: '/var/log/tool', flags: 1 << 6 },
  ];
  return files.filter(({ name }) => !left.includes(name)).map((file) => ({ ...file, ...changed[file.name] }));
}

async function read(tags: readonly RpmFixtureTag[]): Promise<{ members: Unpacked[]; error?: InputError }> {
  const bytes = rpmFixture({ header: tags, payload: gzipSync(cpioFixture(PAYLOAD)), compressor: 'gzip' });
  const context = {
    file: 'a.rpm',
    limits: DEFAULT_LIMITS,
    meter: new Meter(),
    formats: [],
    keepWhole: new Set<never>(),
  };
  const members: Unpacked[] = [];
  const stream = (async function* () {
    yield bytes;
  })();
  try {
    for await (const member of unpack(stream, 'a.rpm', context)) {
      for await (const _ of member.content);
      if (member.role === 'content') members.push(member);
    }
  } catch (error) {
    if (error instanceof InputError) return { members, error };
    throw error;
  }
  return { members };
}

test('members have the metadata of the header, and the order and links of the payload', async (t) => {
  const changed = { '/usr/bin/tool': { user: 'mail', capabilities: 'cap_setuid=ep' } };
  const { members, error } = await read(rpmFileTags(listed(changed)));
  t.is(error, undefined);
  t.deepEqual(
    members.map(({ name, hardLink }) => [name, hardLink]),
    [
      ['./usr/bin', undefined],
      ['./usr/bin/link', undefined],
      ['./usr/bin/tool', undefined],
      ['./usr/bin/zwin', undefined],
      ['./usr/bin/twin', './usr/bin/zwin'],
    ],
  );
  const { mode, uid, uname, gid, gname, extra } = members[2]?.metadata ?? {};
  t.deepEqual([mode, uid, uname, gid, gname], [0o755, undefined, 'mail', 0, 'root']);
  t.is(extra?.capabilities, 'cap_setuid=ep');
});

for (const [what, changed, member, message] of [
  ['a setuid mode', { '/usr/bin/tool': { mode: 0o104755 } }, './usr/bin/tool', /FILEMODES 4755, .*0755/],
  ['another type', { '/usr/bin/tool': { mode: 0o120777 } }, './usr/bin/tool', /FILEMODES symlink, .*file/],
  ['another target', { '/usr/bin/link': { linkTarget: '/evil' } }, './usr/bin/link', /FILELINKTOS "\/evil"/],
  ['a ghost', { '/usr/bin/tool': { flags: 1 << 6 } }, './usr/bin/tool', /FILEFLAGS ghost/],
  ['another size', { '/usr/bin/tool': { size: 7 } }, './usr/bin/tool', /FILESIZES 7, .*1 bytes/],
  ['another digest', { '/usr/bin/tool': { digest: '00'.repeat(32) } }, './usr/bin/tool', /FILEDIGESTS/],
  ['another name', { '/usr/bin/tool': { name: '/usr/bin/evil' } }, './usr/bin/tool', /BASENAMES/],
  ['no hard link', { '/usr/bin/twin': { inode: 10 } }, './usr/bin/twin', /FILEINODES/],
] as const) {
  test(`a header that says ${what} is trouble, once all members have been read`, async (t) => {
    const { members, error } = await read(rpmFileTags(listed(changed)));
    t.is(members.length, PAYLOAD.length);
    t.regex(error?.what ?? '', message);
    t.is(error?.where.file, 'a.rpm');
    t.deepEqual(error?.where.member, ['payload.cpio.gzip', member]);
  });
}

test('a file that the header lists is in the payload unless it is a ghost', async (t) => {
  const more = [...listed({}), { name: '/usr/bin/more', content: 'y' }];
  const { error } = await read(rpmFileTags(more));
  t.regex(error?.what ?? '', /not in the payload/);
  t.deepEqual(error?.where.member, ['usr/bin/more']);
});

for (const [what, tags, message] of [
  ['no files', [], /no file of that name/],
  ['a tag twice', [...rpmFileTags(listed({})), [1030, 'int16', [0]]], /1030 stands twice/],
  [
    'too few modes',
    rpmFileTags(listed({})).map((tag) => (tag[0] === 1030 ? [1030, 'int16', [1]] : tag)),
    /1 values for 6/,
  ],
  [
    'modes of another type',
    rpmFileTags(listed({})).map((tag) => (tag[0] === 1030 ? [1030, 'bin', Buffer.alloc(6)] : tag)),
    /does not hold what it should/,
  ],
  ['a file twice', rpmFileTags([...listed({}), { name: '/usr/bin/tool' }]), /twice/],
  ['links of different files', rpmFileTags(listed({ '/usr/bin/tool': { inode: 9 } })), /FILEINODES/],
  [
    'a digest of an unknown kind',
    rpmFileTags(listed({})).map((tag) => (tag[0] === 5011 ? [5011, 'int32', [99]] : tag)),
    /algorithm 99/,
  ],
] as readonly (readonly [string, readonly RpmFixtureTag[], RegExp])[]) {
  test(`a header that lists ${what} is trouble`, async (t) => {
    const { error } = await read(tags);
    t.regex(error?.what ?? '', message);
  });
}

test('the names of old packages stand whole', async (t) => {
  const old = listed({});
  const tags = rpmFileTags(old).filter(([tag]) => tag < 1116 || tag > 1118);
  const { error } = await read([...tags, [1027, 'string-array', old.map(({ name }) => name)]]);
  t.is(error, undefined);
});
