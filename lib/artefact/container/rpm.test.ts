import test from 'ava';
import fc from 'fast-check';
import { InputError, LimitError, TrustdiffError } from '../../error.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { rpm } from './rpm.js';
import {
  type RpmFixtureTag,
  rawRpmHeaderFixture,
  rpmFixture,
  rpmHeaderFixture,
  rpmLeadFixture,
  words,
} from './rpm-fixture.js';
import { chunked, membersOf } from './stream-fixture.js';

const PAYLOAD = Buffer.from('a compressed cpio archive');

const TAGS: readonly RpmFixtureTag[] = [
  [1000, 'string', 'hello "world"\n'],
  [1004, 'i18n-string', ['eins', 'zwei']],
  [1028, 'int32', [1, 0xffffffff]],
  [1030, 'int16', [0o100644]],
  [5008, 'int64', [2n ** 64n - 1n]],
  [99, 'char', [65]],
  [98, 'int8', [255]],
  [62, 'bin', Buffer.of(0xde, 0xad)],
  [61, 'bin', Buffer.alloc(64)],
];

async function textOf(bytes: Uint8Array, name: string): Promise<string[]> {
  const members = await membersOf(rpm, bytes);
  return (
    members
      .find(({ entry }) => entry.name === name)
      ?.content.toString()
      .split('\n') ?? []
  );
}

test('lead, signature, header and payload, in this order', async (t) => {
  const bytes = rpmFixture({ payload: PAYLOAD, compressor: 'zstd' });
  const members = await membersOf(rpm, bytes);
  t.deepEqual(
    members.map(({ entry }) => [entry.name, entry.role, entry.unpack ?? false]),
    [
      ['lead', 'package', false],
      ['signature', 'package', false],
      ['header', 'package', false],
      ['payload.cpio.zstd', 'content', true],
    ],
  );
  for (const { entry, content } of members) t.is(entry.size, content.length);
  t.deepEqual(members[0]?.content, bytes.subarray(0, 96));
  t.deepEqual(members[3]?.content, PAYLOAD);
  t.is(members[3]?.entry.contentOffset, bytes.length - PAYLOAD.length);
});

test('a payload whose size the signature header does not hold ends with the file', async (t) => {
  const members = await membersOf(rpm, rpmFixture({ payload: PAYLOAD, sized: false }));
  t.is(members[3]?.entry.name, 'payload.cpio');
  t.is(members[3]?.entry.size, undefined);
  t.deepEqual(members[3]?.content, PAYLOAD);
});

test('a header is one line a tag: number, name, type, values', async (t) => {
  const text = await textOf(rpmFixture({ header: TAGS, payload: PAYLOAD }), 'header');
  t.deepEqual(text.slice(0, 9), [
    '1000 NAME string "hello \\"world\\"\\n"',
    '1004 SUMMARY i18n-string ["eins","zwei"]',
    '1028 FILESIZES int32 [1,4294967295]',
    '1030 FILEMODES int16 [33188]',
    '5008 LONGFILESIZES int64 [18446744073709551615]',
    '99 char [65]',
    '98 int8 [255]',
    '62 HEADERSIGNATURES bin {"hex":"dead"}',
    '61 bin {"zeros":64}',
  ]);
  t.is(text.at(-1), '');
});

test('what the header says is to be run is a member of its own', async (t) => {
  const header: readonly RpmFixtureTag[] = [
    [1000, 'string', 'hello'],
    [1024, 'string', 'ldconfig'],
    [1086, 'string-array', ['/bin/sh', '-e']],
  ];
  const bytes = rpmFixture({ header, payload: PAYLOAD });
  t.deepEqual((await textOf(bytes, 'header')).slice(0, 3), [
    '1000 NAME string "hello"',
    '1024 POSTIN string in scriptlets',
    '1086 POSTINPROG string-array in scriptlets',
  ]);
  t.deepEqual(await textOf(bytes, 'scriptlets'), [
    '1024 POSTIN string "ldconfig"',
    '1086 POSTINPROG string-array ["/bin/sh","-e"]',
    '',
  ]);
  t.deepEqual(await textOf(rpmFixture({ payload: PAYLOAD }), 'scriptlets'), []);
});

test('strings that are not UTF-8 and very long ones stand as hex', async (t) => {
  const bytes = withHeader(words(1000, 6, 0, 1), Buffer.from('\xe9t\xe9\0', 'latin1'));
  t.deepEqual(await textOf(bytes, 'header'), ['1000 NAME string {"hex":"e974e9"}', '']);
  const long = await textOf(
    rpmFixture({ header: [[1005, 'string', 'x'.repeat(40_000)]], payload: PAYLOAD }),
    'header',
  );
  t.is(long[0], `1005 DESCRIPTION string {"hex":"${'78'.repeat(40_000)}"}`);
});

test('strings are the same text one by one and in batches', async (t) => {
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'x'.repeat(20_000)));
  const values = fc.array(
    value.map((text) => text.replaceAll('\0', '')),
    { minLength: 1 },
  );
  const property = fc.asyncProperty(values, fc.boolean(), async (strings, odd) => {
    const data = Buffer.concat([...strings.map((one) => Buffer.from(`${one}\0`)), Buffer.of(0xe9, 0)]);
    const count = strings.length + (odd ? 1 : 0);
    const text = await textOf(
      withHeader(words(1117, 8, 0, count), odd ? data : data.subarray(0, -2)),
      'header',
    );
    const shown = [...strings.map((one) => JSON.stringify(one)), ...(odd ? ['{"hex":"e9"}'] : [])];
    t.is(text[0], `1117 BASENAMES string-array [${shown.join(',')}]`);
  });
  await fc.assert(property);
});

test('the text of a large header comes in pieces and has the size it says', async (t) => {
  const sizes = Array.from({ length: 40_000 }, (_, i) => i * 99_991);
  const names = sizes.map((size) => `file-${size}-é`);
  const bytes = rpmFixture({
    header: [
      [1028, 'int32', sizes],
      [1117, 'string-array', names],
    ],
    payload: PAYLOAD,
  });
  const header = (await membersOf(rpm, chunked(bytes, [65_536])))[2];
  t.is(header?.content.length, header?.entry.size);
  const [first, second] = header?.content.toString().split('\n') ?? [];
  t.deepEqual(JSON.parse(first?.replace(/^.* int32 /, '') ?? ''), sizes);
  t.deepEqual(JSON.parse(second?.replace(/^.* string-array /, '') ?? ''), names);
});

test('bytes of a header that belong to no tag are shown unless they are zeros', async (t) => {
  const index = Buffer.concat([words(1000, 6, 0, 1), words(1028, 4, 8, 1)]);
  const bytes = withHeader(index, Buffer.from('a\0\0\0\0x\0\0\0\0\0\x01tail'));
  t.deepEqual(await textOf(bytes, 'header'), [
    '1000 NAME string "a"',
    '1028 FILESIZES int32 [1]',
    'data at 2 of no tag {"hex":"000000780000"}',
    'data at 12 of no tag {"hex":"7461696c"}',
    '',
  ]);
});

test('a package that is cut off anywhere is an error', async (t) => {
  for (const sized of [true, false]) {
    const bytes = rpmFixture({ payload: PAYLOAD, sized });
    for (let length = 0; length < bytes.length; length += 1) {
      const error = await t.throwsAsync(membersOf(rpm, bytes.subarray(0, length)), {
        instanceOf: InputError,
      });
      t.is(typeof error?.where.offset, 'number');
    }
  }
});

test('a package is read the same whatever the chunks', async (t) => {
  const bytes = rpmFixture({ header: TAGS, payload: PAYLOAD });
  // All but the function that the payload's entry has.
  const read = async (chunks: number[]) => JSON.stringify(await membersOf(rpm, chunked(bytes, chunks)));
  const expected = await read([bytes.length]);
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
  const property = fc.asyncProperty(lengths, async (chunks) => {
    t.is(await read(chunks), expected);
  });
  await fc.assert(property);
});

test('a damaged package gives members or a typed error', async (t) => {
  const bytes = rpmFixture({ header: TAGS, payload: PAYLOAD });
  const property = fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, byte) => {
    const damaged = Buffer.from(bytes);
    damaged[at] = byte;
    await membersOf(rpm, damaged).catch((error: unknown) => {
      if (!(error instanceof TrustdiffError)) throw error;
    });
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns: 1000 }));
});

test('a payload or header with another digest is an error, also where the payload is not read', async (t) => {
  const payload = rpmFixture({ payload: PAYLOAD });
  payload[payload.length - 1] = 0;
  await t.throwsAsync(membersOf(rpm, payload), { instanceOf: InputError, message: /payload .* SHA-256/ });
  const left = async () => {
    for await (const _ of rpm.read(chunked(payload), DEFAULT_LIMITS));
  };
  await t.throwsAsync(left(), { instanceOf: InputError, message: /payload .* SHA-256/ });
  const header = rpmFixture({ payload: PAYLOAD });
  header.write('j', header.indexOf('hello', 96));
  await t.throwsAsync(membersOf(rpm, header), { instanceOf: InputError, message: /header .* SHA-256/ });
});

test('bytes after the payload are trailing data, zeros too', async (t) => {
  const bytes = Buffer.concat([rpmFixture({ payload: PAYLOAD }), Buffer.of(0, 0)]);
  const last = (await membersOf(rpm, bytes)).at(-1);
  t.deepEqual([last?.entry.name, last?.entry.role, last?.content.length], ['trailing data', 'package', 2]);
});

test('padding of the signature header that is not zero is a member of its own', async (t) => {
  const signature = rpmHeaderFixture([[1004, 'bin', Buffer.of(1)]]);
  const fill = Buffer.alloc(-signature.length & 7, 9);
  const bytes = Buffer.concat([rpmLeadFixture(), signature, fill, rpmHeaderFixture(TAGS), PAYLOAD]);
  const members = await membersOf(rpm, bytes);
  t.is(members[2]?.entry.name, 'padding of signature');
  t.deepEqual(members[2]?.content, fill);
});

/** A package whose header has this index and data. */
function withHeader(index: Uint8Array, data: Uint8Array): Buffer {
  const signature = rpmHeaderFixture([[1004, 'bin', Buffer.alloc(8)]]);
  return Buffer.concat([rpmLeadFixture(), signature, rawRpmHeaderFixture(index, data), PAYLOAD]);
}

/** A lead in which one byte is replaced. */
function withLead(at: number, byte: number): Buffer {
  const bytes = rpmFixture({ payload: PAYLOAD });
  bytes[at] = byte;
  return bytes;
}

const SOME = Buffer.from('some\0data');

const WRONG: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'another magic': [withLead(0, 0), /no rpm/],
  'a format of the future': [withLead(4, 9), /format 9/],
  'an old signature type': [withLead(79, 1), /signature of unknown type 1/],
  'no signature header': [withLead(96, 0), /no signature header/],
  'no entries': [withHeader(Buffer.alloc(0), SOME), /0 entries/],
  'too many entries': [Buffer.concat([rpmLeadFixture(), words(0x8eade801, 0, 65_536, 0)]), /65536 entries/],
  'too much data': [
    Buffer.concat([rpmLeadFixture(), words(0x8eade801, 0, 1, 2 ** 25 + 1)]),
    /33554433 bytes/,
  ],
  'the type NULL': [withHeader(words(1, 0, 0, 1), SOME), /unknown type 0/],
  'an unknown type': [withHeader(words(1, 10, 0, 1), SOME), /unknown type 10/],
  'no values': [withHeader(words(1, 4, 0, 0), SOME), /0 values/],
  'two values of a string': [withHeader(words(1, 6, 0, 2), SOME), /2 values/],
  'a misaligned number': [withHeader(words(1, 4, 1, 1), SOME), /not aligned/],
  'a negative offset': [withHeader(words(1, 7, 0xfffffff0, 1), SOME), /past the end/],
  'an offset past the end': [withHeader(words(1, 7, 9, 1), SOME), /past the end/],
  'a count past the end': [withHeader(words(1, 4, 0, 3), SOME), /past the end/],
  'a count that overflows': [withHeader(words(1, 5, 0, 0xffffffff), SOME), /past the end/],
  'too many strings': [withHeader(words(1, 8, 0, 0xffffffff), SOME), /past the end/],
  'a string without its NUL': [withHeader(words(1, 8, 0, 2), SOME), /without an end/],
  'tags that share bytes': [
    withHeader(Buffer.concat([words(1, 7, 0, 4), words(2, 7, 3, 1)]), SOME),
    /shares its bytes/,
  ],
  'no payload': [rpmFixture({ payload: Buffer.alloc(0), sized: false }), /before its payload/],
  'a size that is less than the header': [
    rpmFixture({ payload: PAYLOAD, sized: false, signature: [[1000, 'int32', [3]]] }),
    /header alone/,
  ],
  'a size that no file has': [
    rpmFixture({ payload: PAYLOAD, sized: false, signature: [[270, 'int64', [2n ** 63n]]] }),
    /does not hold what it should/,
  ],
  'a payload that is no cpio archive': [
    rpmFixture({ payload: PAYLOAD, header: [[1124, 'string', 'drpm']] }),
    /no cpio archive \(drpm\)/,
  ],
  'a compressor that is no name': [rpmFixture({ payload: PAYLOAD, compressor: '../x' }), /no name/],
  'a compressor that is a number': [
    rpmFixture({ payload: PAYLOAD, header: [[1125, 'int32', [1]]] }),
    /does not hold/,
  ],
};

for (const [what, [bytes, message]] of Object.entries(WRONG)) {
  test(`refused: ${what}`, async (t) => {
    const error = await t.throwsAsync(membersOf(rpm, bytes), { instanceOf: InputError, message });
    t.is(typeof error?.where.offset, 'number');
  });
}

test('the limit on members holds', async (t) => {
  const limits = { ...DEFAULT_LIMITS, members: 3 };
  await t.throwsAsync(membersOf(rpm, rpmFixture({ payload: PAYLOAD }), limits), { instanceOf: LimitError });
});
