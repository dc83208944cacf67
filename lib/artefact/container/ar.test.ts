import test from 'ava';
import fc from 'fast-check';
import { InputError, LimitError, TrustdiffError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { ar } from './ar.js';
import { arFixture, arFixtureMember } from './ar-fixture.js';
import { chunked, membersOf } from './stream-fixture.js';

const MAGIC = Buffer.from('!<arch>\n');
const LONG = 'core-1a2b3c4d5e6f7081.core.9f8e7d6c5b4a3928-cgu.0.rcgu.o';

async function summary(bytes: Uint8Array): Promise<string[]> {
  const members = await membersOf(ar, bytes);
  return members.map(({ entry, content }) => `${entry.name}: ${content.toString('latin1')}`);
}

test('members come in stored order with names, contents, offsets and header fields', async (t) => {
  const bytes = arFixture([
    { name: 'a.o', content: 'one', mtime: 1700000000, uid: 1000, gid: 100, mode: 0o755 },
    { name: LONG, content: 'two!' },
    { name: 'a.o', content: '' },
  ]);
  const members = await membersOf(ar, bytes);
  t.deepEqual(
    members.map(({ entry, content }) => [entry.name, content.toString(), entry.role]),
    [
      ['//', `${LONG}/\n`, 'content'],
      ['a.o', 'one', 'content'],
      [LONG, 'two!', 'content'],
      ['a.o', '', 'content'],
    ],
  );
  t.deepEqual(members[1]?.entry.metadata, {
    type: 'file',
    mode: 0o755,
    uid: 1000,
    gid: 100,
    mtime: 1700000000,
  });
  for (const { entry, content } of members) {
    const at = entry.contentOffset ?? -1;
    t.deepEqual(bytes.subarray(at, at + (entry.size ?? 0)), content);
  }
});

test('an archive is read back as it was written, whatever the chunks and the dialect', async (t) => {
  const member = fc.record({
    name: fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((name) => !/[\0\n/ ]|^#1/.test(name)),
    content: fc.uint8Array({ maxLength: 50 }),
    mtime: fc.nat(),
    mode: fc.nat(0o7777),
  });
  const chunks = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 });
  const property = fc.asyncProperty(
    fc.array(member, { maxLength: 6 }),
    fc.constantFrom('gnu' as const, 'bsd' as const),
    chunks,
    async (written, dialect, lengths) => {
      const members = await membersOf(ar, chunked(arFixture(written, dialect), lengths));
      t.deepEqual(
        members
          .filter(({ entry }) => entry.name !== '//')
          .map(({ entry, content }) => [entry.name, [...content], entry.metadata.mtime, entry.metadata.mode]),
        written.map(({ name, content, mtime, mode }) => [name, [...content], mtime, mode]),
      );
    },
  );
  await fc.assert(property);
});

test('symbol indexes are members under their stored names', async (t) => {
  const gnu = Buffer.concat([
    MAGIC,
    arFixtureMember('/', { content: 'index' }),
    arFixtureMember('/SYM64/', { content: 'wide' }),
    arFixtureMember('/<ECSYMBOLS>/', { content: 'arm' }),
    arFixtureMember('/', { content: 'again' }),
  ]);
  t.deepEqual(await summary(gnu), ['/: index', '/SYM64/: wide', '/<ECSYMBOLS>/: arm', '/: again']);
  const bsd = Buffer.concat([
    MAGIC,
    arFixtureMember('__.SYMDEF SORTED', { content: 'ab' }),
    arFixtureMember('#1/20', { content: '__.SYMDEF SORTED\0\0\0\0cd' }),
  ]);
  t.deepEqual(await summary(bsd), ['__.SYMDEF SORTED: ab', '__.SYMDEF SORTED: cd']);
});

test('BSD names say so, with the room they take', async (t) => {
  const members = await membersOf(
    ar,
    Buffer.concat([MAGIC, arFixtureMember('a.o', {}), arFixtureMember('#1/8', { content: 'b c.o\0\0\0x' })]),
  );
  t.deepEqual(
    members.map(({ entry }) => [entry.name, entry.size, entry.contentOffset, entry.metadata.extra]),
    [
      ['a.o', 0, 68, { ar_name: 'BSD' }],
      ['b c.o', 1, 136, { ar_name: 'BSD, 8 bytes' }],
    ],
  );
});

test('long names that end with a NUL, as Microsoft writes them, are read', async (t) => {
  const bytes = Buffer.concat([
    MAGIC,
    arFixtureMember('//', { content: 'first_long_name.dll\0second_long_name.dll\0' }),
    arFixtureMember('/20', { content: 'x' }),
    arFixtureMember('/0', { content: 'y' }),
  ]);
  t.deepEqual((await summary(bytes)).slice(1), ['second_long_name.dll: x', 'first_long_name.dll: y']);
});

test('a name that is not UTF-8 keeps its bytes', async (t) => {
  const [member] = await membersOf(ar, Buffer.concat([MAGIC, arFixtureMember(Buffer.of(0xff, 0x2f), {})]));
  t.is(member?.entry.name, '\udcff');
});

test('an empty header field leaves its metadata out', async (t) => {
  const member = arFixtureMember('a.o/', { content: 'ab' });
  member.fill(' ', 16, 48);
  const [read] = await membersOf(ar, Buffer.concat([MAGIC, member]));
  t.deepEqual(read?.entry.metadata, { type: 'file' });
});

test('numbers in another spelling and modes with a file type are kept as they are written', async (t) => {
  const member = arFixtureMember('a.o/', { mode: 0o100644 });
  member.write('007   ', 28);
  const [read] = await membersOf(ar, Buffer.concat([MAGIC, member]));
  t.deepEqual(read?.entry.metadata, {
    type: 'file',
    mode: 0o644,
    uid: 7,
    gid: 0,
    mtime: 0,
    extra: { ar_uid: '007', ar_mode: '100644' },
  });
});

test('padding that is no newline is a member of its own', async (t) => {
  const bytes = Buffer.concat([
    MAGIC,
    arFixtureMember('a.o/', { content: 'x', pad: '\0' }),
    arFixtureMember('b.o/', {}),
  ]);
  const members = await membersOf(ar, bytes);
  t.deepEqual(
    members.map(({ entry, content }) => [
      entry.name,
      entry.role,
      entry.contentOffset,
      content.toString('hex'),
    ]),
    [
      ['a.o', 'content', 68, '78'],
      ['padding of a.o', 'package', 69, '00'],
      ['b.o', 'content', 130, ''],
    ],
  );
});

test('an archive without members has none', async (t) => {
  t.deepEqual(await membersOf(ar, MAGIC), []);
});

test('a content that is left, before or after its start, does not disturb the next member', async (t) => {
  const bytes = arFixture([
    { name: 'a', content: 'x'.repeat(31) },
    { name: 'b', content: 'y'.repeat(31) },
    { name: 'c', content: 'z' },
  ]);
  const names: string[] = [];
  for await (const { entry, content } of ar.read(chunked(bytes), DEFAULT_LIMITS)) {
    names.push(entry.name);
    if (entry.name === 'b') for await (const _ of content) break;
  }
  t.deepEqual(names, ['a', 'b', 'c']);
});

test('an archive that is cut off is an error wherever no member ends', async (t) => {
  const bytes = arFixture([
    { name: LONG, content: 'one' },
    { name: 'b.o', content: 'four' },
  ]);
  const ends = [8, bytes.length];
  for (const { entry } of await membersOf(ar, bytes)) {
    const end = (entry.contentOffset ?? 0) + (entry.size ?? 0);
    ends.push(end + (end % 2));
  }
  for (let length = 0; length < bytes.length; length += 1) {
    if (ends.includes(length)) continue;
    const error = await t.throwsAsync(membersOf(ar, bytes.subarray(0, length)), { instanceOf: InputError });
    t.is(error?.where.offset, length);
  }
});

/** An archive of these members, made by `arFixtureMember`. */
function archive(...members: readonly Buffer[]): Buffer {
  return Buffer.concat([MAGIC, ...members]);
}

const WRONG: Readonly<Record<string, readonly [Uint8Array, RegExp, number]>> = {
  'a thin archive': [Buffer.from('!<thin>\n'), /thin ar archive/, 0],
  'another first line': [Buffer.from('!<arch>\r'), /no ar archive/, 0],
  'bytes that are no header': [archive(arFixtureMember('a/', {}), Buffer.alloc(60)), /no ar header/, 68],
  'a negative size': [archive(arFixtureMember('a/', { size: '-1' })), /ar_size .* no number/, 56],
  'a hexadecimal size': [archive(arFixtureMember('a/', { size: '0x10' })), /ar_size .* no number/, 56],
  'a size of two numbers': [archive(arFixtureMember('a/', { size: '1 2' })), /ar_size .* no number/, 56],
  'no size': [archive(arFixtureMember('a/', { size: '' })), /has no size/, 56],
  'a size beyond the end': [archive(arFixtureMember('a/', { size: '9999999999' })), /inside member "a"/, 68],
  'a blank name': [archive(arFixtureMember('', {})), /no name/, 8],
  'an empty name': [archive(arFixtureMember('#1/4', { content: '\0\0\0\0' })), /no name/, 8],
  'a name longer than its member': [archive(arFixtureMember('#1/9', { content: 'ab' })), /longer than/, 8],
  'a long name without a table': [archive(arFixtureMember('/0', {})), /before the table/, 8],
  'a name of an unknown kind': [archive(arFixtureMember('/x', {})), /no known kind/, 8],
  'a long name outside the table': [
    archive(arFixtureMember('//', { content: 'a/\n\n' }), arFixtureMember('/4', {})),
    /outside/,
    72,
  ],
  'a long name without an end': [
    archive(arFixtureMember('//', { content: 'ab' }), arFixtureMember('/0', {})),
    /no end/,
    70,
  ],
  'a second table of names': [
    archive(arFixtureMember('//', {}), arFixtureMember('//', {})),
    /second table/,
    68,
  ],
  'an endless table of names': [archive(arFixtureMember('//', { size: '99999999' })), /larger than/, 8],
};

for (const [what, [bytes, message, offset]] of Object.entries(WRONG)) {
  test(`refused: ${what}`, async (t) => {
    const error = await t.throwsAsync(membersOf(ar, bytes), { instanceOf: InputError, message });
    t.is(error?.where.offset, offset);
  });
}

test('the limits on members and names hold', async (t) => {
  const bytes = arFixture([{ name: LONG }, { name: 'b' }]);
  const members = await t.throwsAsync(membersOf(ar, bytes, { ...DEFAULT_LIMITS, members: 2 }), {
    instanceOf: LimitError,
  });
  t.is(members?.option, 'max-members');
  for (const dialect of ['gnu', 'bsd'] as const) {
    const limits = { ...DEFAULT_LIMITS, name: 20 };
    const name = await t.throwsAsync(membersOf(ar, arFixture([{ name: LONG }], dialect), limits), {
      instanceOf: LimitError,
    });
    t.is(name?.option, 'max-name');
  }
});

test('a damaged archive gives members or a typed error', async (t) => {
  const bytes = arFixture([
    { name: LONG, content: 'one' },
    { name: 'b.o', content: 'four' },
  ]);
  const property = fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, byte) => {
    const damaged = Buffer.from(bytes);
    damaged[at] = byte;
    await membersOf(ar, damaged).catch((error: unknown) => {
      if (!(error instanceof TrustdiffError)) throw error;
    });
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 500 }));
});
