import test from 'ava';
import fc from 'fast-check';
import { InputError, LimitError, TrustdiffError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { cpio } from './cpio.js';
import { type CpioFixtureFormat, cpioFixture, cpioFixtureMember } from './cpio-fixture.js';
import { chunked, membersOf } from './stream-fixture.js';

const FORMATS: readonly CpioFixtureFormat[] = ['newc', 'crc', 'odc'];

/** `name=content` or `name>name of the member it is a link to`. */
async function summary(bytes: Uint8Array): Promise<string[]> {
  const members = await membersOf(cpio, bytes);
  return members.map(({ entry, content }) =>
    entry.hardLink === undefined
      ? `${entry.name}=${content.toString('latin1')}`
      : `${entry.name}>${entry.hardLink}`,
  );
}

for (const format of FORMATS) {
  test(`${format}: an archive is read back as it was written, whatever the chunks`, async (t) => {
    const member = fc.record({
      name: fc
        .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
        .filter((name) => !name.includes('\0')),
      content: fc.uint8Array({ maxLength: 50 }),
      mtime: fc.nat(),
      uid: fc.nat(0o777777),
      gid: fc.nat(0o777777),
    });
    const chunks = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1 });
    const property = fc.asyncProperty(
      fc.array(member, { maxLength: 6 }),
      chunks,
      async (written, lengths) => {
        const bytes = cpioFixture(written, format);
        const members = await membersOf(cpio, chunked(bytes, lengths));
        t.deepEqual(
          members.map(({ entry: { name, metadata }, content }) => {
            return {
              name,
              content: [...content],
              mtime: metadata.mtime,
              uid: metadata.uid,
              gid: metadata.gid,
            };
          }),
          written.map((one) => ({ ...one, content: [...one.content] })),
        );
        for (const { entry, content } of members) {
          const at = entry.contentOffset ?? -1;
          t.deepEqual(bytes.subarray(at, at + content.length), content);
        }
      },
    );
    await fc.assert(property);
  });

  test(`${format}: every type of member`, async (t) => {
    const bytes = cpioFixture(
      [
        { name: 'dir', mode: 0o040755, nlink: 2 },
        { name: 'sym', mode: 0o120777, content: '../target' },
        { name: 'fifo', mode: 0o010600 },
        { name: 'sock', mode: 0o140600 },
        { name: 'char', mode: 0o020600, rdev: [5, 1] },
        { name: 'block', mode: 0o060600, rdev: [8, 2] },
        { name: 'suid', mode: 0o104755, content: 'x' },
      ],
      format,
    );
    const members = await membersOf(cpio, bytes);
    t.deepEqual(
      members.map(({ entry: { name, size, metadata } }) => {
        return [
          name,
          metadata.type,
          metadata.mode?.toString(8),
          size,
          metadata.linkTarget,
          metadata.device?.join(),
        ];
      }),
      [
        ['dir', 'directory', '755', 0, undefined, undefined],
        ['sym', 'symlink', '777', 0, '../target', undefined],
        ['fifo', 'fifo', '600', 0, undefined, undefined],
        ['sock', 'socket', '600', 0, undefined, undefined],
        ['char', 'character-device', '600', 0, undefined, '5,1'],
        ['block', 'block-device', '600', 0, undefined, '8,2'],
        ['suid', 'file', '4755', 1, undefined, undefined],
      ],
    );
    t.deepEqual(members[0]?.entry.metadata.extra, { dev: '0,0', ino: '1', nlink: '2' });
  });

  test(`${format}: an archive that is cut off anywhere is an error`, async (t) => {
    const bytes = cpioFixture(
      [
        { name: 'abc', content: 'hello' },
        { name: 'd', mode: 0o120777, content: 'e' },
      ],
      format,
    );
    for (let length = 0; length < bytes.length; length += 1) {
      const error = await t.throwsAsync(membersOf(cpio, bytes.subarray(0, length)), {
        instanceOf: InputError,
      });
      t.is(error?.where.offset, length);
    }
  });

  test(`${format}: a damaged archive gives members or a typed error`, async (t) => {
    const bytes = cpioFixture(
      [
        { name: 'abc', content: 'hello' },
        { name: 'd', nlink: 2, ino: 1 },
      ],
      format,
    );
    const property = fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, byte) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = byte;
      await membersOf(cpio, damaged).catch((error: unknown) => {
        if (!(error instanceof TrustdiffError)) throw error;
      });
    });
    await t.notThrowsAsync(fc.assert(property, { numRuns: 500 }));
  });
}

test('hard links stored before the one with the content follow it', async (t) => {
  const link = { ino: 9, nlink: 3 };
  const bytes = cpioFixture([
    { name: 'a', ...link },
    { name: 'other', content: 'o' },
    { name: 'b', ...link },
    { name: 'c', ...link, content: 'shared' },
    { name: 'last', content: 'l' },
  ]);
  t.deepEqual(await summary(bytes), ['other=o', 'c=shared', 'a>c', 'b>c', 'last=l']);
});

test('hard links stored after the one with the content link to it', async (t) => {
  const link = { ino: 9, nlink: 3 };
  const bytes = cpioFixture([
    { name: 'a', ...link, content: 'shared' },
    { name: 'b', ...link },
    { name: 'c', ...link },
  ]);
  t.deepEqual(await summary(bytes), ['a=shared', 'b>a', 'c>a']);
});

test('hard links of which none has content are one empty file', async (t) => {
  const whole = [{ name: 'a', ino: 9, nlink: 2 }, { name: 'b', ino: 9, nlink: 2 }, { name: 'c' }];
  t.deepEqual(await summary(cpioFixture(whole)), ['a=', 'b>a', 'c=']);
  const partial = [{ name: 'a', ino: 9, nlink: 5 }, { name: 'b', ino: 9, nlink: 5 }, { name: 'c' }];
  t.deepEqual(await summary(cpioFixture(partial)), ['c=', 'a=', 'b>a']);
});

test('an inode can be used again once all its links have been seen', async (t) => {
  const link = { ino: 9, nlink: 2 };
  const bytes = cpioFixture([
    { name: 'a', ...link },
    { name: 'b', ...link, content: 'one' },
    { name: 'c', ...link },
    { name: 'd', ...link, content: 'two' },
  ]);
  t.deepEqual(await summary(bytes), ['b=one', 'a>b', 'd=two', 'c>d']);
});

test('odc stores the content with every link', async (t) => {
  const link = { ino: 9, nlink: 2 };
  const bytes = cpioFixture(
    [
      { name: 'a', ...link, content: 'x' },
      { name: 'b', ...link, content: 'x' },
    ],
    'odc',
  );
  t.deepEqual(await summary(bytes), ['a=x', 'b=x']);
});

test('a wrong sum is an error, also where the content is not read', async (t) => {
  const bytes = cpioFixture([{ name: 'a', content: 'hello', check: 7 }, { name: 'b' }], 'crc');
  await t.throwsAsync(membersOf(cpio, bytes), { instanceOf: InputError, message: /sum/ });
  const reading = cpio.read(chunked(bytes), DEFAULT_LIMITS);
  await reading.next();
  await t.throwsAsync(reading.next(), { instanceOf: InputError, message: /sum/ });
});

test('zeros after the trailer are fill, anything else is trailing data', async (t) => {
  const archive = cpioFixture([{ name: 'a' }]);
  t.deepEqual(await summary(Buffer.concat([archive, Buffer.alloc(500)])), ['a=']);
  const members = await membersOf(cpio, Buffer.concat([archive, Buffer.alloc(100), Buffer.from('x\0y')]));
  t.deepEqual(
    members
      .slice(1)
      .map(({ entry, content }) => [
        entry.name,
        entry.role,
        entry.size,
        entry.contentOffset,
        content.toString(),
      ]),
    [['trailing data', 'package', 3, archive.length + 100, 'x\0y']],
  );
});

test('padding that is not zero is a member of its own', async (t) => {
  const bytes = cpioFixture([{ name: 'ab', content: 'x' }]);
  bytes[113] = 1;
  bytes[119] = 2;
  const members = await membersOf(cpio, bytes);
  t.deepEqual(
    members.map(({ entry, content }) => [
      entry.name,
      entry.role,
      entry.contentOffset,
      content.toString('hex'),
    ]),
    [
      ['padding of the header of ab', 'package', 113, '010000'],
      ['ab', 'content', 116, '78'],
      ['padding of ab', 'package', 117, '000002'],
    ],
  );
});

test('a name that is filled with NULs is read, one that goes on after its NUL is not', async (t) => {
  const [member] = await membersOf(cpio, cpioFixture([{ name: 'a\0\0' }]));
  t.is(member?.entry.name, 'a');
  t.is(member?.entry.metadata.extra?.nuls, '3');
  await t.throwsAsync(membersOf(cpio, cpioFixture([{ name: 'a\0b' }])), { instanceOf: InputError });
});

test('a content that is left does not disturb the next member', async (t) => {
  const bytes = cpioFixture([
    { name: 'a', content: 'x'.repeat(31) },
    { name: 'b', content: 'y'.repeat(31) },
    { name: 'c' },
  ]);
  const names: string[] = [];
  for await (const { entry, content } of cpio.read(chunked(bytes), DEFAULT_LIMITS)) {
    names.push(entry.name);
    if (entry.name === 'b') for await (const _ of content) break;
  }
  t.deepEqual(names, ['a', 'b', 'c']);
});

/** A header of the newc format in which one field (of eight digits, counted from 0) is replaced. */
function withField(index: number, value: string): Buffer {
  const bytes = cpioFixture([{ name: 'a' }]);
  bytes.write(value, 6 + index * 8);
  return bytes;
}

const old = Buffer.alloc(30);
old.writeUInt16LE(0o070707, 0);
old.writeUInt16LE(2, 20);
const oldBigEndian = Buffer.from(old).swap16();

const WRONG: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'the old binary format': [old, /old binary format/],
  'the old binary format of a big-endian machine': [oldBigEndian, /old binary format/],
  'a stripped archive': [Buffer.from('07070X00000000\0\0'), /stripped/],
  'no digits': [withField(6, '0000000g'), /no number/],
  'a sign': [withField(6, '-0000001'), /no number/],
  blanks: [withField(6, '       1'), /no number/],
  'a size beyond the end': [withField(6, 'ffffffff'), /cut off inside member "a"/],
  'a name of length 0': [withField(11, '00000000'), /no name/],
  'an empty name': [cpioFixture([{ name: '' }]), /no name/],
  'a name without its NUL': [withField(11, '00000001'), /does not end with a NUL/],
  'an unknown file type': [withField(1, '00000000'), /file type/],
  'a mode of more than 16 bits': [withField(1, '000181a4'), /file type/],
  'a directory with content': [
    cpioFixture([{ name: 'a', mode: 0o040755, content: 'x' }]),
    /directory with content/,
  ],
  'a trailer with content': [cpioFixtureMember({ name: 'TRAILER!!!', content: 'x' }, 'newc', 0), /trailer/],
  'another format between members': [
    Buffer.concat([cpioFixtureMember({ name: 'a' }, 'newc', 0), Buffer.from('junk and more')]),
    /no cpio header/,
  ],
};

for (const [what, [bytes, message]] of Object.entries(WRONG)) {
  test(`refused: ${what}`, async (t) => {
    const error = await t.throwsAsync(membersOf(cpio, bytes), { instanceOf: InputError, message });
    t.is(typeof error?.where.offset, 'number');
  });
}

test('an archive is known by its first bytes, the refused formats too', (t) => {
  for (const format of FORMATS) t.true(cpio.detect(cpioFixture([], format)));
  t.true(cpio.detect(old));
  t.true(cpio.detect(oldBigEndian));
  t.true(cpio.detect(Buffer.from('07070X')));
  t.false(cpio.detect(old.subarray(0, 2)));
  t.false(cpio.detect(Buffer.from('070703')));
});

test('the limits on members, names and link targets hold', async (t) => {
  const members = await t.throwsAsync(
    membersOf(cpio, cpioFixture([{ name: 'a' }, { name: 'b' }]), { ...DEFAULT_LIMITS, members: 1 }),
    { instanceOf: LimitError },
  );
  t.is(members?.option, 'max-members');
  const target = { name: 'a', mode: 0o120777, content: 'x'.repeat(30) };
  for (const member of [{ name: 'x'.repeat(30) }, target]) {
    const error = await t.throwsAsync(
      membersOf(cpio, cpioFixture([member]), { ...DEFAULT_LIMITS, name: 20 }),
      {
        instanceOf: LimitError,
      },
    );
    t.is(error?.option, 'max-name');
  }
});
