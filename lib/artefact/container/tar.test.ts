import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { InputError, LimitError, TrustdiffError } from '../../error.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { decodeName } from '../name.js';
import type { Entry } from './container.js';
import { chunked, membersOf, type ReadMember } from './stream-fixture.js';
import { tar } from './tar.js';
import { PAX_MAX } from './tar-extension.js';
import {
  endOfArchive,
  gnuLongName,
  paxHeader,
  type TarFixtureMember,
  tarEntry,
  tarHeader,
} from './tar-fixture.js';
import { Unpacker } from './tar-unpacker.js';

function readAll(archive: Uint8Array, chunk = 65536, limits: Partial<Limits> = {}): Promise<ReadMember[]> {
  return membersOf(tar, chunked(archive, [chunk]), { ...DEFAULT_LIMITS, ...limits });
}

async function readOne(...parts: Uint8Array[]): Promise<Entry> {
  const all = await readAll(Buffer.concat([...parts, endOfArchive]));
  const [first] = all;
  if (first === undefined || all.length !== 1) throw new Error(`${all.length} members instead of one`);
  return first.entry;
}

async function refuses(
  t: ExecutionContext,
  parts: readonly Uint8Array[],
  what: RegExp,
  offset: number,
  limits: Partial<Limits> = {},
): Promise<TrustdiffError> {
  const error = await t.throwsAsync(readAll(Buffer.concat(parts), 65536, limits), {
    instanceOf: TrustdiffError,
  });
  t.regex(error.what, what);
  t.is(error.where.offset, offset, error.what);
  return error;
}

const file: TarFixtureMember = { name: 'dir/file', content: 'content' };

test('A member has its name, content, metadata and the offset of its content', async (t) => {
  const archive = Buffer.concat([
    tarEntry({ name: 'a', content: 'x'.repeat(513) }),
    tarEntry({
      ...file,
      mode: 0o4755,
      uid: 1000,
      gid: 100,
      mtime: 1_700_000_000,
      uname: 'root',
      gname: 'wheel',
    }),
    endOfArchive,
  ]);
  const [, second] = await readAll(archive);
  t.deepEqual(second?.entry, {
    name: 'dir/file',
    metadata: {
      type: 'file',
      mode: 0o4755,
      uid: 1000,
      gid: 100,
      uname: 'root',
      gname: 'wheel',
      mtime: 1_700_000_000,
    },
    size: 7,
    contentOffset: 2048,
    role: 'content',
  });
  t.is(second?.content.toString(), 'content');
  t.is(archive.toString('latin1', 2048, 2055), 'content');
});

test('Every type of member is told apart', async (t) => {
  const all = await readAll(
    Buffer.concat([
      tarEntry({ ...file, typeflag: '\0' }),
      tarEntry({ ...file, typeflag: '7' }),
      tarEntry({ name: 'hard', typeflag: '1', linkname: 'dir/file' }),
      tarEntry({ name: 'soft', typeflag: '2', linkname: '../target' }),
      tarEntry({ name: 'tty', typeflag: '3', device: [4, 64] }),
      tarEntry({ name: 'disk', typeflag: '4', device: [8, 1] }),
      tarEntry({ name: 'dir/', typeflag: '5' }),
      tarEntry({ name: 'fifo', typeflag: '6' }),
      tarEntry({ name: 'old/', typeflag: '\0', format: 'v7' }),
      endOfArchive,
    ]),
  );
  t.deepEqual(
    all.map(({ entry }) => entry.metadata.type),
    ['file', 'file', 'file', 'symlink', 'character-device', 'block-device', 'directory', 'fifo', 'directory'],
  );
  t.deepEqual(all[1]?.entry.metadata.extra, { typeflag: '7' });
  t.is(all[2]?.entry.hardLink, 'dir/file');
  t.is(all[3]?.entry.metadata.linkTarget, '../target');
  t.deepEqual(all[4]?.entry.metadata.device, [4, 64]);
  t.deepEqual(all[5]?.entry.metadata.device, [8, 1]);
});

test('A hard link whose file is not in the archive before it is refused', async (t) => {
  const link = tarEntry({ name: 'hard', typeflag: '1', linkname: 'dir/file' });
  await refuses(
    t,
    [link, tarEntry(file), endOfArchive],
    /"hard" is a hard link to "dir\/file", which is no earlier/,
    0,
  );
});

test('Names and links keep their bytes, UTF-8 or not, in every place that can hold them', async (t) => {
  const bytes = Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0x80, 0x2f, 0xef, 0xbb, 0xbf, 0x62]);
  const name = decodeName(bytes);
  const symlink = { name: bytes, typeflag: '2', linkname: bytes };
  const short = { name: 'cut', typeflag: '2', linkname: 'cut' };
  const entries = [
    await readOne(tarEntry(symlink)),
    await readOne(tarEntry({ ...symlink, format: 'v7' })),
    await readOne(gnuLongName(bytes), gnuLongName(bytes, 'K'), tarEntry({ ...short, format: 'gnu' })),
    await readOne(paxHeader({ path: bytes, linkpath: bytes }), tarEntry(short)),
    await readOne(paxHeader({ path: bytes, linkpath: bytes, hdrcharset: 'BINARY' }), tarEntry(short)),
  ];
  for (const entry of entries) {
    t.is(entry.name, name);
    t.is(entry.metadata.linkTarget, name);
  }
  const prefixed = await readOne(tarEntry({ name: bytes, prefix: bytes, uname: bytes, gname: bytes }));
  t.is(prefixed.name, decodeName(Buffer.concat([bytes, Buffer.from('/'), bytes])));
  t.is(prefixed.metadata.uname, name);
  t.is(prefixed.metadata.gname, name);
});

test('The prefix is that of ustar and of star, and in GNU archives there is none', async (t) => {
  const times = { 476: '14000000000 ', 488: '14000000001 ' };
  const star = { name: 'n', prefix: 'p'.repeat(131), patch: { ...times, 508: 'tar\0' } };
  const entry = await readOne(tarEntry(star));
  t.is(entry.name, `${'p'.repeat(131)}/n`);
  t.deepEqual(entry.metadata.extra, {
    'header rest': Buffer.from('14000000000 14000000001 ').toString('hex'),
  });
  t.is((await readOne(tarEntry({ name: 'n', prefix: 'p'.repeat(155) }))).name, `${'p'.repeat(155)}/n`);
  const gnu = await readOne(tarEntry({ name: 'n', prefix: 'times', format: 'gnu' }));
  t.is(gnu.name, 'n');
  t.deepEqual(gnu.metadata.extra, { 'header rest': Buffer.from('times').toString('hex') });
});

test('Numbers may be octal or base 256, negative where that makes sense', async (t) => {
  const large = await readOne(tarEntry({ ...file, uid: 2 ** 40, gid: -2, mtime: -1 }));
  t.is(large.metadata.uid, 2 ** 40);
  t.is(large.metadata.gid, -2);
  t.is(large.metadata.mtime, -1);
  const size = await readOne(tarEntry({ ...file, size: Buffer.from(`80${'00'.repeat(10)}07`, 'hex') }));
  t.is(size.size, 7);
  const spaced = await readOne(tarEntry({ ...file, mode: '   644 \0', uid: '       \0', mtime: '7777777 ' }));
  t.is(spaced.metadata.mode, 0o644);
  t.is(spaced.metadata.uid, undefined);
  t.is(spaced.metadata.mtime, 0o7777777);
});

test('Bytes of a header that belong to no field are not lost', async (t) => {
  const v7 = await readOne(
    tarEntry({ ...file, format: 'v7', patch: { 257: 'old', 329: '0000000\0', 500: '\x01' } }),
  );
  t.deepEqual(v7.metadata.extra, { 'header rest': `6f6c64 ${'00'.repeat(155)}01` });
  t.is(
    (await readOne(tarEntry({ ...file, format: 'v7', patch: { 329: '0000000\0' } }))).metadata.extra,
    undefined,
  );
  const ustar = await readOne(tarEntry({ ...file, patch: { 500: '\x01' } }));
  t.deepEqual(ustar.metadata.extra, { 'header rest': '01' });
});

test('A mode that holds the type of the file as well is told apart from one that does not', async (t) => {
  const { metadata } = await readOne(tarEntry({ ...file, mode: 0o100644 }));
  t.is(metadata.mode, 0o644);
  t.deepEqual(metadata.extra, { 'header mode': '100644' });
});

test('Pax records come before the header, and those without a field of their own are extra', async (t) => {
  const xattr = Buffer.from([0, 1, 0xff]);
  const records = {
    uid: '3000000',
    gid: '-7',
    uname: 'jörg',
    gname: '',
    mtime: '-1.5',
    size: '7',
    'SCHILY.xattr.user.x': xattr,
    __proto: 'a=b',
  };
  const { metadata } = await readOne(paxHeader(records), tarEntry({ ...file, size: 0, gname: 'kept' }));
  t.deepEqual(metadata, {
    type: 'file',
    mode: 0o644,
    uid: 3_000_000,
    gid: -7,
    uname: 'jörg',
    gname: 'kept',
    mtime: -1.5,
    extra: { 'SCHILY.xattr.user.x': decodeName(xattr), __proto: 'a=b' },
  });
});

test('A time with more digits than a number keeps is in extra as well', async (t) => {
  const exact = await readOne(paxHeader({ mtime: '1700000000.123456789' }), tarEntry(file));
  t.deepEqual(exact.metadata.extra, { mtime: '1700000000.123456789' });
  const round = await readOne(paxHeader({ mtime: '1700000000.2500' }), tarEntry(file));
  t.is(round.metadata.mtime, 1_700_000_000.25);
  t.is(round.metadata.extra, undefined);
});

test('A pax header for the whole archive is a member of the package, and holds for every member', async (t) => {
  const all = await readAll(
    Buffer.concat([
      paxHeader({ comment: 'commit', uname: 'all', vendor: '1' }, 'g'),
      tarEntry(file),
      paxHeader({ uname: 'one' }),
      tarEntry(file),
      endOfArchive,
    ]),
  );
  t.deepEqual(
    all.map(({ entry }) => [entry.name, entry.role, entry.metadata.uname, entry.metadata.extra]),
    [
      ['pax global header', 'package', undefined, undefined],
      ['dir/file', 'content', 'all', { vendor: '1' }],
      ['dir/file', 'content', 'one', { vendor: '1' }],
    ],
  );
  t.true(all[0]?.content.includes('comment=commit\n'));
  await refuses(t, [paxHeader({ size: '0' }, 'g'), tarEntry(file), endOfArchive], /sets the size/, 512);
});

test('Members of an unknown type are kept with their content and say so', async (t) => {
  for (const typeflag of ['V', 'M', 'D', 'A', 'X', '8', '\xe4']) {
    const [read] = await readAll(Buffer.concat([tarEntry({ ...file, typeflag }), endOfArchive]));
    t.is(read?.entry.metadata.type, 'file');
    t.deepEqual(read?.entry.metadata.extra, { typeflag: decodeName(Buffer.from(typeflag, 'latin1')) });
    t.is(read?.content.toString(), 'content');
  }
});

test('A sparse file is refused by name', async (t) => {
  const lead = tarEntry({ name: 'a' });
  const old = tarEntry({ ...file, typeflag: 'S', format: 'gnu' });
  await refuses(t, [lead, old, endOfArchive], /^member "dir\/file" is stored as a sparse file$/, 512);
  for (const keyword of ['GNU.sparse.major', 'GNU.sparse.map', 'SCHILY.realsize']) {
    const pax = paxHeader({ [keyword]: '1' });
    await refuses(t, [lead, pax, tarEntry(file), endOfArchive], /"dir\/file" is stored as a sparse/, 1536);
  }
});

test('Anything but a file with a size is refused, since readers disagree on what follows it', async (t) => {
  for (const typeflag of ['1', '2', '3', '4', '5', '6']) {
    const entry = tarEntry({ ...file, typeflag, linkname: 'x' });
    await refuses(t, [entry, endOfArchive], /"dir\/file" has a size though it is not a file/, 0);
  }
  await refuses(t, [tarEntry({ ...file, name: 'old/' }), endOfArchive], /"old\/" has a size/, 0);
});

test('An archive of zero blocks only is empty; an empty stream is an error', async (t) => {
  t.deepEqual(await readAll(Buffer.alloc(10240)), []);
  t.deepEqual(await readAll(Buffer.alloc(1024)), []);
  await refuses(t, [], /empty/, 0);
  await refuses(t, [Buffer.alloc(512)], /cut off/, 512);
});

test('An archive that is cut off is an error that says where', async (t) => {
  const whole = tarEntry({ ...file, content: 'x'.repeat(1000) });
  await refuses(t, [whole], /cut off between two members/, 1536);
  await refuses(t, [whole, Buffer.alloc(512)], /cut off inside the two blocks of zeros/, 2048);
  await refuses(t, [whole, whole.subarray(0, 100)], /cut off inside a header/, 1636);
  await refuses(t, [whole, whole.subarray(0, 700)], /cut off inside member "dir\/file"/, 2236);
  await refuses(t, [whole, whole.subarray(0, 1520)], /cut off inside padding/, 3056);
  await refuses(t, [paxHeader({ path: 'x' }), endOfArchive], /no member after it/, 0);
  await refuses(t, [paxHeader({ path: 'x' }).subarray(0, 515)], /cut off inside an extension header/, 515);
});

test('A single block of zeros between members is refused: some readers end there', async (t) => {
  await refuses(
    t,
    [tarEntry(file), Buffer.alloc(512), tarEntry(file), endOfArchive],
    /single block of zeros/,
    1024,
  );
});

test('What is no header is refused', async (t) => {
  const lead = tarEntry({ name: 'a' });
  await refuses(t, [lead, Buffer.alloc(512, 'x'), endOfArchive], /chksum/, 512 + 148);
  await refuses(
    t,
    [lead, tarEntry({ ...file, checksum: '000001\0 ' }), endOfArchive],
    /checksum is wrong/,
    512,
  );
  await refuses(
    t,
    [
      lead,
      tarHeader({ name: '', mode: '', uid: '', gid: '', size: '', mtime: '', typeflag: '\0', format: 'v7' }),
    ],
    /nothing but its checksum/,
    512,
  );
});

test('A size that cannot be is refused', async (t) => {
  await refuses(
    t,
    [tarEntry({ ...file, size: 8n ** 11n - 1n }), endOfArchive],
    /cut off inside member/,
    2048,
  );
  await refuses(t, [tarEntry({ ...file, size: -1n }), endOfArchive], /size of a tar header is negative/, 124);
  await refuses(t, [tarEntry({ ...file, size: 2n ** 53n }), endOfArchive], /beyond 2\^53/, 124);
  await refuses(t, [tarEntry({ ...file, size: 2n ** 93n }), endOfArchive], /beyond 2\^53/, 124);
  await refuses(t, [tarEntry({ ...file, size: '12345678x' }), endOfArchive], /is no number/, 124);
  for (const size of ['-1', '1e3', '99999999999999999999', '0x10', '7 ']) {
    await refuses(t, [paxHeader({ size }), tarEntry(file), endOfArchive], /size/, 1024);
  }
});

test('Bytes after the NUL of a name, and NULs in a pax name, are refused', async (t) => {
  await refuses(t, [tarEntry({ ...file, name: 'a\0b' }), endOfArchive], /name of a tar header goes on/, 0);
  await refuses(t, [tarEntry({ ...file, linkname: 'a\0b' }), endOfArchive], /linkname/, 157);
  await refuses(t, [gnuLongName('a\0b'), tarEntry(file), endOfArchive], /long name goes on/, 513);
  await refuses(t, [paxHeader({ path: 'a\0b' }), tarEntry(file), endOfArchive], /NUL/, 1024);
  await refuses(t, [tarEntry({ name: '' }), endOfArchive], /no name/, 0);
});

test('Pax records that readers could take differently are refused', async (t) => {
  const x = (content: string) => tarEntry({ name: 'x', typeflag: 'x', content });
  for (const content of [
    '5 a=b\n',
    '07 a=bc\n',
    '6 a=b',
    '6 a=b\n\0\0',
    'a=b\n',
    '4 a\n',
    '5 =b\n',
    '-6 a=b\n',
    '6  a=\n6 a=b\n7',
  ]) {
    const error = await t.throwsAsync(readAll(Buffer.concat([x(content), tarEntry(file), endOfArchive])), {
      instanceOf: InputError,
    });
    t.regex(error.what, /pax record/, content);
  }
  const twice = paxHeader([
    ['path', 'a'],
    ['path', 'b'],
  ]);
  await refuses(t, [twice, tarEntry(file), endOfArchive], /path stands twice/, 521);
  const two = [paxHeader({ path: 'a' }), paxHeader({ path: 'b' }), tarEntry(file), endOfArchive];
  await refuses(t, two, /two extension headers of the same kind/, 1024);
  const both = [paxHeader({ path: 'a' }), gnuLongName('b'), tarEntry(file), endOfArchive];
  await refuses(t, both, /one long name from pax and another from GNU/, 2048);
  await refuses(t, [x(''), tarEntry(file), endOfArchive], /extension header is empty/, 0);
});

test('Data after the end is handed on, zeros after it are not', async (t) => {
  const first = [tarEntry(file), endOfArchive];
  t.is((await readAll(Buffer.concat([...first, Buffer.alloc(10000)]))).length, 1);
  const second = Buffer.concat([tarEntry(file), endOfArchive]);
  const [, trailing] = await readAll(Buffer.concat([...first, Buffer.alloc(512), second]));
  t.deepEqual(trailing?.entry, {
    name: 'trailing data',
    metadata: { type: 'file' },
    size: second.length,
    contentOffset: 2560,
    role: 'package',
  });
  t.deepEqual(trailing?.content, second);
});

test('Padding that is not zeros is handed on', async (t) => {
  const all = await readAll(Buffer.concat([tarEntry({ ...file, pad: 0x41 }), endOfArchive]));
  t.deepEqual(
    all.map(({ entry, content }) => [entry.name, entry.role, entry.contentOffset, content.length]),
    [
      ['dir/file', 'content', 512, 7],
      ['padding of dir/file', 'package', 519, 505],
    ],
  );
});

test('The limits on members and names hold, and nothing is read into memory before them', async (t) => {
  const archive = [tarEntry(file), tarEntry(file), endOfArchive];
  const members = await refuses(t, archive, /more than 1 members/, 1024, { members: 1 });
  t.true(members instanceof LimitError);
  const long = [gnuLongName('n'.repeat(20)), tarEntry(file), endOfArchive];
  t.is((await readAll(Buffer.concat(long), 512, { name: 20 })).length, 1);
  t.true((await refuses(t, long, /longer than 19 bytes/, 0, { name: 19 })) instanceof LimitError);
  await refuses(t, [tarEntry(file), endOfArchive], /longer than 7 bytes/, 0, { name: 7 });
  for (const typeflag of ['L', 'K', 'x', 'g']) {
    await refuses(t, [tarEntry({ name: 'x', typeflag, size: 2n ** 40n }), endOfArchive], /bytes/, 0);
  }
  const most = paxHeader({ comment: 'c'.repeat(PAX_MAX - 17) });
  t.is((await readOne(most, tarEntry(file))).metadata.extra?.comment?.length, PAX_MAX - 17);
});

test('Records for the whole archive cannot be multiplied by its members without limit', async (t) => {
  const global = paxHeader({ vendor: 'v'.repeat(PAX_MAX - 100) }, 'g');
  const member = tarHeader({ name: 'a' });
  const error = await t.throwsAsync(
    readAll(Buffer.concat([global, ...Array(600).fill(member), endOfArchive])),
  );
  t.regex((error as InputError).what, /pax headers so far would take more than/);
});

test('A member whose content is left comes before one whose content is right', async (t) => {
  const sizes = [0, 1, 511, 512, 513, 20_000, 100_000];
  const archive = Buffer.concat([
    ...sizes.map((size) => tarEntry({ name: `${size}`, content: Buffer.alloc(size, size % 251) })),
    endOfArchive,
  ]);
  for (const chunk of [1000, 65536]) {
    for (const taken of [0, 1, 2]) {
      const seen: string[] = [];
      let late: AsyncIterable<Uint8Array> | undefined;
      for await (const { entry, content } of tar.read(chunked(archive, [chunk]), DEFAULT_LIMITS)) {
        seen.push(entry.name);
        let left = taken;
        for await (const part of content) {
          t.deepEqual(Buffer.from(part), Buffer.alloc(part.length, Number(entry.name) % 251));
          left -= 1;
          if (left <= 0) break;
        }
        if (entry.name === '100000' && taken === 0) late = content;
      }
      t.deepEqual(seen, sizes.map(String));
      if (late !== undefined)
        await t.throwsAsync(
          async () => {
            for await (const _ of late ?? []);
          },
          { message: /after it was left/ },
        );
    }
  }
});

test('Leaving the archive early frees the input', async (t) => {
  let freed = 0;
  async function* input(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunked(
        Buffer.concat([tarEntry({ ...file, content: Buffer.alloc(100_000) }), endOfArchive]),
        [1000],
      );
    } finally {
      freed += 1;
    }
  }
  for await (const _ of tar.read(input(), DEFAULT_LIMITS)) break;
  for await (const { content } of tar.read(input(), DEFAULT_LIMITS)) {
    for await (const _ of content) break;
    break;
  }
  t.is(freed, 2);
});

test('An error of the input comes through as it is', async (t) => {
  const lost = new InputError('the disk is gone');
  async function* input(): AsyncGenerator<Uint8Array> {
    yield tarEntry({ ...file, content: Buffer.alloc(100_000) }).subarray(0, 2000);
    throw lost;
  }
  const error = await t.throwsAsync(async () => {
    for await (const { content } of tar.read(input(), DEFAULT_LIMITS)) for await (const _ of content);
  });
  t.is(error, lost);
});

test("tar-stream's own errors are input errors, then and afterwards", async (t) => {
  const unpacker = new Unpacker();
  await t.throwsAsync(unpacker.open(Buffer.alloc(512, 'x')), {
    instanceOf: InputError,
    message: /tar-stream refuses/,
  });
  await t.throwsAsync(unpacker.open(tarHeader(file)), { instanceOf: InputError });
  unpacker.close();
  const blank = new Unpacker();
  t.is(await blank.open(Buffer.alloc(512)), undefined);
  blank.close();
});

test('A header is told by its checksum; zeros and text are none', (t) => {
  t.true(tar.detect(tarHeader(file)));
  t.true(tar.detect(tarHeader({ ...file, format: 'v7' })));
  t.true(tar.detect(tarHeader({ ...file, format: 'gnu' })));
  t.false(tar.detect(tarHeader(file).subarray(0, 511)));
  t.false(tar.detect(Buffer.alloc(512)));
  t.false(tar.detect(Buffer.alloc(512, ' ')));
  t.false(tar.detect(Buffer.alloc(512, 'text')));
  t.false(tar.detect(Buffer.alloc(0)));
});

/** An archive written by tar-stream, and what it should be read as. */
async function packed(
  members: readonly { readonly name: string; readonly content: Uint8Array }[],
): Promise<Buffer> {
  const archive = pack();
  for (const { name, content } of members) archive.entry({ name, mtime: new Date(0) }, Buffer.from(content));
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

const someMembers = fc.array(
  fc.record({
    name: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 150 })
      .filter((name) => !name.includes('\0') && !name.endsWith('/')),
    content: fc.oneof(fc.uint8Array({ maxLength: 1100 }), fc.uint8Array({ minLength: 512, maxLength: 512 })),
  }),
  { maxLength: 6 },
);

test('Members written by tar-stream come back exactly, whatever the chunk boundaries', async (t) => {
  await fc.assert(
    fc.asyncProperty(someMembers, fc.integer({ min: 1, max: 3000 }), async (members, chunk) => {
      const archive = await packed(members);
      const all = await readAll(archive, chunk);
      t.deepEqual(
        all.map(({ entry, content }) => ({ name: entry.name, content: [...content] })),
        members.map(({ name, content }) => ({ name, content: [...content] })),
      );
      for (const { entry, content } of all) {
        const at = entry.contentOffset ?? 0;
        t.deepEqual(archive.subarray(at, at + (entry.size ?? 0)), content);
      }
    }),
    { numRuns: 150 },
  );
});

test('An archive cut at any 37th byte is an error, or whole', async (t) => {
  const archive = Buffer.concat([
    await packed([
      { name: 'a', content: Buffer.alloc(700, 'a') },
      { name: 'ä'.repeat(120), content: Buffer.alloc(1536, 'b') },
      { name: 'c', content: Buffer.alloc(0) },
    ]),
    Buffer.alloc(4096),
  ]);
  const end = archive.length - 4096;
  for (let at = 0; at < archive.length; at += 37) {
    const cut = archive.subarray(0, at);
    if (at >= end) t.is((await readAll(cut)).length, 3);
    else await t.throwsAsync(readAll(cut), { instanceOf: InputError }, `cut at ${at}`);
  }
});
