import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { xzSync } from 'node-liblzma';
import { BZIP2_ZEROS } from '../artefact/codec/codec-fixture.js';
import {
  endOfArchive,
  paxHeader,
  type TarFixtureMember,
  tarEntry,
} from '../artefact/container/tar-fixture.js';
import type { Report } from '../report/model.js';
import { REPOSITORY, refusal, scratch, trustdiff } from './run-fixture.js';
import { type Tree, tarOf, writeTree } from './tree-fixture.js';
import { UNPRIVILEGED, unprivilegedTest } from './unprivileged-fixture.js';

/*
 * What trustdiff says to input that it cannot read: which file, which member, which offset, and what to do.
 * It ends with status 2 and leaves nothing behind.
 */

const GOOD = tarOf({ 'bin/rustc': 'ELF', 'lib/libstd.so': 'std' });
/** More than is decoded before the ratio counts. */
const ZEROS = Buffer.alloc(48 * 2 ** 20);

interface Case {
  /** Name of the file to be made and compared with a good archive. */
  readonly file: string;
  readonly content: () => Uint8Array;
  readonly says: RegExp;
  readonly args?: readonly string[];
}

function sample(name: string): Buffer {
  return readFileSync(join(REPOSITORY, 'corpus/containers', name));
}

function cut(name: string, share: number): () => Buffer {
  return () => {
    const whole = sample(name);
    return whole.subarray(0, Math.floor(whole.length * share));
  };
}

function flipped(name: string, share: number): () => Buffer {
  return () => {
    const bytes = sample(name);
    const at = Math.floor(bytes.length * share);
    bytes.writeUInt8((bytes[at] ?? 0) ^ 0x10, at);
    return bytes;
  };
}

function tar(...members: readonly (TarFixtureMember | Buffer)[]): () => Buffer {
  return () => Buffer.concat([...members.map((m) => (Buffer.isBuffer(m) ? m : tarEntry(m))), endOfArchive]);
}

function nested(levels: number): Buffer {
  let bytes: Buffer = GOOD;
  for (let i = 0; i < levels; i++) bytes = gzipSync(bytes);
  return bytes;
}

const file = { name: 'bin/rustc', content: 'ELF' };

const CASES: Readonly<Record<string, Case>> = {
  'an empty file': { file: 'x', content: () => Buffer.alloc(0), says: /x, offset 0: the file is empty/ },
  'an empty archive file': {
    file: 'x.tar.xz',
    content: () => Buffer.alloc(0),
    says: /x\.tar\.xz, offset 0: the file is empty/,
  },
  'text named like an xz archive': {
    file: 'x.tar.xz',
    content: () => Buffer.from('<html>404</html>'),
    says: /x\.tar\.xz, offset 0: it is named like xz data, but its first bytes are of no known archive/,
  },
  'a tar archive named like a deb': {
    file: 'x.deb',
    content: () => GOOD,
    says: /x\.deb, offset 0: it is named like a Debian package, but its first bytes are tar/,
  },
  'gzip data cut off': {
    file: 'x.tar.gz',
    content: cut('shape.tar.gz', 0.6),
    says: /x\.tar\.gz.*, offset \d+: /,
  },
  'xz data cut off': {
    file: 'x.tar.xz',
    content: cut('shape.tar.xz', 0.6),
    says: /x\.tar\.xz.*, offset \d+: /,
  },
  'zstd data cut off': {
    file: 'x.tar.zst',
    content: cut('shape.tar.zst', 0.6),
    says: /x\.tar\.zst.*, offset \d+: /,
  },
  'bzip2 data cut off': {
    file: 'x.tar.bz2',
    content: cut('shape.tar.bz2', 0.6),
    says: /x\.tar\.bz2.*, offset \d+: /,
  },
  'a deb cut off': { file: 'x.deb', content: cut('shape-xz.deb', 0.6), says: /x\.deb.*, offset \d+: / },
  'an rpm cut off': { file: 'x.rpm', content: cut('shape-zstd.rpm', 0.9), says: /x\.rpm.*, offset \d+: / },
  'a crate cut off': {
    file: 'x.crate',
    content: cut('shape-1.0.0.crate', 0.6),
    says: /x\.crate.*, offset \d+: /,
  },
  'gzip data with a flipped bit': {
    file: 'x.tar.gz',
    content: flipped('shape.tar.gz', 0.5),
    says: /x\.tar\.gz/,
  },
  'xz data with a flipped bit': {
    file: 'x.tar.xz',
    content: flipped('shape.tar.xz', 0.5),
    says: /x\.tar\.xz/,
  },
  'zstd data with a flipped bit': {
    file: 'x.tar.zst',
    content: flipped('shape.tar.zst', 0.5),
    says: /x\.tar\.zst/,
  },
  'bzip2 data with a flipped bit': {
    file: 'x.tar.bz2',
    content: flipped('shape.tar.bz2', 0.5),
    says: /x\.tar\.bz2/,
  },
  'a deb with a flipped bit': {
    file: 'x.deb',
    content: flipped('shape-gzip.deb', 0.7),
    says: /x\.deb › data\.tar\.gz/,
  },
  'a tar archive cut off inside a file': {
    file: 'x.tar',
    content: () => GOOD.subarray(0, 513),
    says: /x\.tar › bin\/rustc, offset 5\d\d: /,
  },
  'a tar archive cut off between its members': {
    file: 'x.tar',
    content: () => GOOD.subarray(0, 1024),
    says: /x\.tar, offset 1024: /,
  },
  'a tar header that says more than there is': {
    file: 'x.tar',
    content: tar({ ...file, size: 1_000_000 }),
    says: /x\.tar › bin\/rustc, offset \d+: /,
  },
  'a tar header that says 8 exabytes': {
    file: 'x.tar',
    content: tar({ ...file, size: 2n ** 63n - 1n }),
    says: /x\.tar.*offset /,
  },
  'a tar header with a negative size': {
    file: 'x.tar',
    content: tar({ ...file, size: -1 }),
    says: /x\.tar.*offset /,
  },
  'a tar header with a wrong checksum': {
    file: 'x.tar',
    content: tar(file, { name: 'y', checksum: '000001\0 ' }),
    says: /x\.tar.*offset 1024: /,
  },
  'a sparse file of GNU tar': {
    file: 'x.tar',
    content: tar(file, { name: 'y', typeflag: 'S', format: 'gnu' }),
    says: /x\.tar.*sparse/,
  },
  'a sparse file of pax': {
    file: 'x.tar',
    content: tar(paxHeader({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' }), file),
    says: /x\.tar.*sparse/,
  },
  'a pax record whose length is wrong': {
    file: 'x.tar',
    content: tar({ name: 'PaxHeaders/x', typeflag: 'x', content: '99 path=y\n' }, file),
    says: /x\.tar.*offset \d+: /,
  },
  'a hard link to nothing': {
    file: 'x.tar',
    content: tar(file, { name: 'bin/other', typeflag: '1', linkname: 'bin/none' }),
    says: /x\.tar, offset 1024: member "bin\/other" is a hard link to "bin\/none", which is no earlier member/,
  },
  'a file after the end of an archive': {
    file: 'x.tar.gz',
    content: () => Buffer.concat([gzipSync(GOOD), Buffer.from('more')]),
    says: /x\.tar\.gz.*offset \d+: /,
  },
  'a longer name than allowed': {
    file: 'x.tar',
    content: () => GOOD,
    args: ['--max-name', '5'],
    says: /x\.tar.*--max-name/,
  },
  'more members than allowed': {
    file: 'x.tar',
    content: () => GOOD,
    args: ['--max-members', '1'],
    says: /x\.tar.*more than 1 members.*--max-members/,
  },
  'more bytes than allowed': {
    file: 'x.tar.gz',
    content: () => gzipSync(GOOD),
    args: ['--max-bytes', '1000'],
    says: /x\.tar\.gz.*--max-bytes/,
  },
  'a larger dictionary than allowed': {
    file: 'x.tar.xz',
    content: () => xzSync(GOOD, { preset: 9 }),
    args: ['--max-dictionary', '1048576'],
    says: /x\.tar\.xz.*--max-dictionary/,
  },
  'gzip in gzip, sixty times': {
    file: 'x.tar.gz',
    content: () => nested(60),
    says: /x\.tar\.gz.*more than 16 formats lie inside each other.*--max-depth/,
  },
  'a bomb of gzip': {
    file: 'x.gz',
    content: () => gzipSync(Buffer.alloc(200 * 2 ** 20), { level: 9 }),
    says: /x\.gz, offset \d+: .*more than 500 times as many.*--max-ratio/,
  },
  'a bomb of xz': {
    file: 'x.xz',
    content: () => xzSync(Buffer.alloc(48 * 2 ** 20), { preset: 1 }),
    says: /x\.xz, offset \d+: .*more than 500 times as many.*--max-ratio/,
  },
  'a bomb of bzip2': {
    file: 'x.bz2',
    content: () => BZIP2_ZEROS,
    says: /x\.bz2, offset \d+: .*more than 500 times as many.*--max-ratio/,
  },
};

for (const [title, { file: name, content, says, args = [] }] of Object.entries(CASES)) {
  test(`trustdiff refuses ${title}`, async (t) => {
    const folder = scratch(t);
    writeFileSync(join(folder, 'good.tar'), GOOD);
    writeFileSync(join(folder, name), content());
    t.regex(await refusal(t, [name, 'good.tar', ...args], { cwd: folder }), says);
  });
}

test('sixty levels of gzip can be opened when that is asked for', async (t) => {
  const folder = scratch(t);
  writeFileSync(join(folder, 'deep.tar.gz'), nested(60));
  writeFileSync(join(folder, 'good.tar'), GOOD);
  const { status, stdout } = await trustdiff(['deep.tar.gz', 'good.tar', '--max-depth', '100'], {
    cwd: folder,
  });
  t.is(status, 0, stdout);
});

/** Compares a tree with another that `prepare` made odd. */
async function odd(t: ExecutionContext, prepare: (folder: string) => void): Promise<string> {
  const folder = scratch(t);
  writeTree(join(folder, 'a'), { file: 'same' });
  writeTree(join(folder, 'b'), { file: 'same' });
  prepare(folder);
  return refusal(t, ['a', 'b'], { cwd: folder });
}

test('trustdiff refuses a file that is not there', async (t) => {
  t.regex(
    await odd(t, (folder) => rmSync(join(folder, 'b'), { recursive: true })),
    /^trustdiff: b: there is no such file or directory$/m,
  );
});

test('trustdiff refuses a path through a file', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { file: 'x' });
  t.regex(
    await refusal(t, ['file/b', 'file'], { cwd: folder }),
    /file\/b: there is no such file or directory/,
  );
});

test('trustdiff refuses a link that leads round in a circle', async (t) => {
  t.regex(
    await odd(t, (folder) => {
      rmSync(join(folder, 'b'), { recursive: true });
      symlinkSync('b', join(folder, 'b'));
    }),
    /b: it is a link that leads round in a circle/,
  );
});

test('trustdiff refuses a directory named like an archive', async (t) => {
  const folder = scratch(t);
  writeTree(join(folder, 'x.tar.xz'), { file: 'x' });
  t.regex(
    await refusal(t, ['x.tar.xz', 'x.tar.xz'], { cwd: folder }),
    /x\.tar\.xz: it is a directory, though it is named like an archive \(rename it if that is meant\)/,
  );
});

test('trustdiff refuses an empty directory', async (t) => {
  t.regex(
    await odd(t, (folder) => rmSync(join(folder, 'b/file'))),
    /B: b: there is nothing in it to compare/,
  );
});

test('trustdiff finds nothing equal in two trees without a file', async (t) => {
  const folder = scratch(t);
  mkdirSync(join(folder, 'a/bin'), { recursive: true });
  mkdirSync(join(folder, 'b/bin'), { recursive: true });
  t.regex(await refusal(t, ['a', 'b'], { cwd: folder }), /there is no file left in it to compare/);
});

test('trustdiff refuses a FIFO, and does not wait for what would be written to it', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { file: 'x' });
  if (!made(t, 'mkfifo', [join(folder, 'pipe')])) return;
  t.regex(
    await refusal(t, ['pipe', 'file'], { cwd: folder }),
    /pipe: it is neither a file nor a directory; it was not opened/,
  );
});

test('trustdiff names a FIFO in a tree as not checked, and does not open it', async (t) => {
  const folder = scratch(t);
  for (const side of ['a', 'b']) {
    writeTree(join(folder, side), { file: 'x' });
    if (!made(t, 'mkfifo', [join(folder, side, 'pipe')])) return;
  }
  const printed = await refusal(t, ['a', 'b'], { cwd: folder });
  t.regex(
    printed,
    /unreadable pipe {2}\(it is a fifo, which holds no content to compare; it was not opened\)/,
  );
});

test('trustdiff names a device in a tree as not checked', async (t) => {
  const folder = scratch(t);
  for (const side of ['a', 'b']) {
    writeTree(join(folder, side), { file: 'x' });
    if (!made(t, 'mknod', [join(folder, side, 'zero'), 'c', '1', '5'])) return;
  }
  t.regex(
    await refusal(t, ['a', 'b'], { cwd: folder }),
    /unreadable zero {2}\(it is a character device, which holds no content/,
  );
});

test('trustdiff names a socket in a tree as not checked', async (t) => {
  const folder = scratch(t);
  writeTree(join(folder, 'a'), { file: 'x' });
  writeTree(join(folder, 'b'), { file: 'x' });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'b/socket'), resolve));
  try {
    t.regex(
      await refusal(t, ['a', 'b'], { cwd: folder }),
      /B: socket: it is a socket, which holds no content/,
    );
  } finally {
    server.close();
  }
});

unprivilegedTest('trustdiff refuses what it has no permission to read', async (t) => {
  const folder = scratch(t);
  spawnSync('chmod', ['755', folder]);
  for (const side of ['a', 'b'])
    writeTree(join(folder, side), { 'open/file': 'x', 'shut/file': 'x', secret: 'x' });
  spawnSync('chmod', ['000', 'b/secret', 'b/shut'], { cwd: folder });
  const options = { cwd: folder, ...UNPRIVILEGED };
  try {
    const { status, stdout } = await trustdiff(['a', 'b', '--progress', '--no-color'], options);
    t.is(status, 2);
    t.regex(stdout, /unreadable secret {2}\(mode 0644 against 0000; no permission to read the file\)/);
    t.regex(stdout, /B: b › shut: no permission to read it/);
    const single = await trustdiff(['a/secret', 'b/secret'], options);
    t.is(single.status, 2);
    t.regex(single.stderr, /b\/secret: no permission to read it/);
  } finally {
    spawnSync('chmod', ['755', 'b/secret', 'b/shut'], { cwd: folder });
  }
});

test('trustdiff refuses a temporary folder that is not there, is a file, or cannot be written to', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { 'x.tar': GOOD, file: '' });
  const missing = await trustdiff(['x.tar', 'x.tar', '--tmpdir', 'none'], { cwd: folder });
  t.is(missing.status, 2);
  t.regex(
    missing.stderr,
    /the temporary folder none does not exist \(name another temporary folder with --tmpdir\)/,
  );
  const file = await trustdiff(['x.tar', 'x.tar', '--tmpdir', 'file'], { cwd: folder });
  t.is(file.status, 2);
  t.regex(file.stderr, /the temporary folder file is not a directory/);
  const system = await trustdiff(['x.tar', 'x.tar', '--tmpdir', '/proc/self'], { cwd: folder });
  t.is(system.status, 2);
  t.regex(system.stderr, /the temporary folder \/proc\/self /);
});

test('trustdiff says so when the temporary folder is full', async (t) => {
  const folder = scratch(t);
  const full = join(folder, 'full');
  mkdirSync(full);
  writeTree(folder, { 'x.tar': tarOf({ large: Buffer.alloc(200_000, 1) }), 'y.tar': GOOD });
  if (!made(t, 'mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full])) return;
  try {
    const { status, stderr, stdout } = await trustdiff(['x.tar', 'y.tar', '--tmpdir', full], { cwd: folder });
    t.is(status, 2);
    t.notRegex(stdout, /VERDICT/);
    t.regex(
      stderr,
      /x\.tar.*: the temporary folder .*full is full \(name another temporary folder with --tmpdir\)/,
    );
  } finally {
    spawnSync('umount', [full]);
  }
});

for (const explain of ['--explain', '--no-explain'])
  test(`a limit that both sides pass in a file is told of both, with ${explain}`, async (t) => {
    const folder = scratch(t);
    for (const side of ['a', 'b'])
      writeTree(join(folder, side), { 'share/z.gz': gzipSync(Buffer.concat([ZEROS, Buffer.from(side)])) });
    const { status, stdout } = await trustdiff(['a', 'b', explain, '-f', 'json'], { cwd: folder });
    t.is(status, 2);
    const { troubles } = JSON.parse(stdout) as Report;
    t.deepEqual(
      troubles.map(({ side, kind, member }) => [side, kind, member]),
      [
        ['a', 'limit', ['share/z.gz']],
        ['b', 'limit', ['share/z.gz']],
      ],
    );
    for (const { what, hint } of troubles) t.regex(`${what} (${hint})`, /500 times as many.*--max-ratio/);
  });

test('a limit that both inputs pass is told of both', async (t) => {
  const folder = scratch(t);
  for (const side of ['a', 'b']) {
    writeTree(join(folder, side), { x: '', y: '' });
    writeTree(folder, { [`${side}.tar`]: GOOD });
    writeTree(folder, {
      [`${side}.tar.gz`]: gzipSync(tarOf({ file: Buffer.concat([ZEROS, Buffer.from(side)]) })),
    });
  }
  const directories = await trustdiff(['a', 'b', '--max-members', '1'], { cwd: folder });
  t.is(directories.status, 2);
  t.regex(
    directories.stderr,
    /^trustdiff: a: .*more than 1 members.*\ntrustdiff: b: .*more than 1 members.*\n$/,
  );
  const archives = await trustdiff(['a.tar.gz', 'b.tar.gz'], { cwd: folder });
  t.is(archives.status, 2);
  for (const side of ['A: a', 'B: b'])
    t.regex(archives.stdout, new RegExp(`trouble +${side}\\.tar\\.gz .*500 times as many`));
  const several = await trustdiff(
    ['--a', 'a.tar', '--a', 'a', '--b', 'b.tar', '--b', 'b', '--max-members', '3'],
    {
      cwd: folder,
    },
  );
  t.is(several.status, 2);
  t.regex(several.stderr, /^trustdiff: a\.tar: .* together.*\ntrustdiff: b\.tar: .* together.*\n$/);
});

test('a report that cannot be written is trouble', async (t) => {
  const folder = scratch(t);
  writeTree(folder, { 'x.tar': GOOD });
  const nowhere = await trustdiff(['x.tar', 'x.tar', '-q', '-o', 'none/report.json'], { cwd: folder });
  t.is(nowhere.status, 2);
  t.regex(nowhere.stderr, /none\/report\.json: the report cannot be written \(ENOENT\)/);
  const full = await trustdiff(['x.tar', 'x.tar', '-q', '-o', '/dev/full'], { cwd: folder });
  t.is(full.status, 2);
  t.regex(full.stderr, /\/dev\/full: the report cannot be written: the disk is full/);
});

test('bad input inside good input does not change what bytes decided', async (t) => {
  const folder = scratch(t);
  const whole = gzipSync(Buffer.from('text\n'.repeat(1000)));
  const tree = (content: Uint8Array): Tree => ({ 'share/doc/changelog.gz': content });
  writeTree(join(folder, 'a'), tree(whole));
  writeTree(join(folder, 'b'), tree(whole.subarray(0, 40)));
  const { status, stdout } = await trustdiff(['a', 'b'], { cwd: folder });
  t.is(status, 1);
  t.regex(stdout, /differs {4}share\/doc\/changelog\.gz/);
  t.regex(stdout, /note: not opened: .* at offset \d+/);
});

// Nothing is known of such a link: it is listed as identical, next to the trouble.
unprivilegedTest('a link that cannot be asked for its target is not called identical', async (t) => {
  const folder = scratch(t);
  spawnSync('chmod', ['755', folder]);
  for (const side of ['a', 'b']) writeTree(join(folder, side), { file: 'x', 'shut/link': { link: side } });
  spawnSync('chmod', ['744', 'a/shut', 'b/shut'], { cwd: folder });
  const options = { cwd: folder, ...UNPRIVILEGED };
  const { status, stdout } = await trustdiff(['a', 'b', '--all'], options);
  spawnSync('chmod', ['755', 'a/shut', 'b/shut'], { cwd: folder });
  t.is(status, 2);
  t.notRegex(stdout, /identical {2}shut\/link/);
});

/** Runs a program of the system that makes something odd; without it, or without the right to, the test has nothing to show. */
function made(t: ExecutionContext, program: string, args: readonly string[]): boolean {
  const { status } = spawnSync(program, [...args]);
  if (status === 0) return true;
  t.log(`skipped: ${program} is not installed or not allowed`);
  t.pass();
  return false;
}
