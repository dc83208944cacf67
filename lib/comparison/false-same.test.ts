import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { arFixture } from '../artefact/container/ar-fixture.js';
import { cpioFixture } from '../artefact/container/cpio-fixture.js';
import {
  type RpmFixtureFile,
  type RpmFixtureTag,
  rpmFileTags,
  rpmFixture,
} from '../artefact/container/rpm-fixture.js';
import {
  endOfArchive,
  paxHeader,
  type TarFixtureMember,
  tarEntry,
} from '../artefact/container/tar-fixture.js';
import { scratch } from '../cli/run-fixture.js';
import { type Tree, tarOf, writeTree } from '../cli/tree-fixture.js';
import type { Report } from '../report/model.js';
import { compare } from './comparison.js';

/*
 * Ways in which two artefacts that are not the same were once called the same, or what differs was called noise.
 */

type Members = readonly TarFixtureMember[];

async function compared(t: ExecutionContext, a: Members, b: Members, control?: Members): Promise<Report> {
  const folder = scratch(t);
  const written = (name: string, members: Members): string => {
    const file = join(folder, `${name}.tar`);
    writeFileSync(file, Buffer.concat([...members.map(tarEntry), endOfArchive]));
    return file;
  };
  const controls = control === undefined ? [] : [{ of: 'a' as const, paths: written('control', control) }];
  return compare({ a: written('a', a), b: written('b', b), controls, jobs: 1 }).report;
}

const OTHER = { name: 'other', content: 'the same' };

for (const [what, a, b] of [
  ['lies elsewhere', { name: 'bin/tool', content: 'x' }, { name: 'share/tool', content: 'x' }],
  [
    'has another hash in its name',
    { name: 'libx-0123456789abcdef.so' },
    { name: 'libx-fedcba9876543210.so' },
  ],
  ['has another version in its name', { name: 'libx-1.84.0.so' }, { name: 'libx-1.85.0.so' }],
  ['has an absolute name', { name: 'bin/tool', content: 'x' }, { name: '/bin/tool', content: 'x' }],
  ['has a name that leads out of the archive', { name: 'bin/tool' }, { name: '../bin/tool' }],
] as const) {
  test(`a file that ${what} is not identical`, async (t) => {
    const { verdict } = await compared(t, [a, OTHER], [b, OTHER]);
    t.is(verdict.id, 'inconclusive');
    t.is(verdict.exit, 1);
  });
}

for (const [what, directory] of [
  ['open to everybody', { mode: 0o777 }],
  ['closed to others', { mode: 0o700 }],
  ['setgid', { mode: 0o2755 }],
] as const)
  test(`a directory that is ${what} is not the one that a file in it implies`, async (t) => {
    const bin = { name: 'bin/', typeflag: '5', ...directory };
    const report = await compared(
      t,
      [bin, { name: 'bin/tool', content: 'x' }, OTHER],
      [{ name: 'bin/tool', content: 'x' }, OTHER],
    );
    t.is(report.verdict.exit, 1);
    t.deepEqual(
      report.onlyA.map(({ path }) => path),
      ['bin'],
    );
  });

test('a directory of the usual mode is the one that a file in it implies', async (t) => {
  const bin = { name: 'bin/', typeflag: '5', mode: 0o755 };
  const tool = { name: 'bin/tool', content: 'x' };
  const report = await compared(t, [bin, tool], [tool]);
  t.is(report.verdict.id, 'identical');
  t.is(report.summary.impliedDirectories, 1);
});

test('the one file of an archive is not identical under another name', async (t) => {
  const { verdict } = await compared(t, [{ name: 'a', content: 'x' }], [{ name: 'b', content: 'x' }]);
  t.is(verdict.exit, 1);
});

test('a control that has little in common with a file says nothing of how it varies', async (t) => {
  const text = (seed: number): string =>
    Array.from({ length: 2000 }, (_, i) => String.fromCharCode(97 + ((i * seed * 7919) % 26))).join('');
  const file = (content: string) => [{ name: 'x', content }, OTHER];
  const base = text(3);
  const changed = `${base.slice(0, 100)}EVIL${base.slice(104)}`;
  const { verdict } = await compared(t, file(base), file(changed), file(text(11)));
  t.is(verdict.exit, 1);
});

for (const [what, a, b, control] of [
  ['mode that varies', { mode: 0o755 }, { mode: 0o4755 }, { mode: 0o750 }],
  [
    'link target that varies',
    { typeflag: '2', linkname: 'x' },
    { typeflag: '2', linkname: '/evil' },
    { typeflag: '2', linkname: 'y' },
  ],
  [
    'file that varies',
    { content: 'x' },
    { typeflag: '2', linkname: '/evil' },
    { typeflag: '2', linkname: 'y' },
  ],
  ['content that varies', { content: 'x'.repeat(2000) }, { content: 'y' }, { content: 'z'.repeat(2000) }],
] as const) {
  test(`a ${what} does not make every other one noise`, async (t) => {
    const named = (member: object): Members => [{ name: 'm', ...member }, OTHER];
    const { verdict } = await compared(t, named(a), named(b), named(control));
    t.is(verdict.id, 'root-effect-unexplained');
  });
}

for (const [what, extra, options] of [
  ['bytes after the end of an archive', {}, { overlay: Buffer.from('evil') }],
  [
    'a file in the package that runs with the rights of another',
    { 'lib/rustlib/uninstall.sh': 'evil' },
    { mode: 0o4755 },
  ],
] as const) {
  test(`the way of packaging is no excuse for ${what}`, async (t) => {
    const folder = scratch(t);
    const mode = 'mode' in options ? options.mode : 0o644;
    const members = Object.entries({ 'bin/rustc': 'x', ...extra });
    const tar = members.map(([name, content]) =>
      tarEntry({ name, content, mode: name === 'bin/rustc' ? 0o644 : mode }),
    );
    const overlay = 'overlay' in options ? [options.overlay, Buffer.alloc(508)] : [];
    writeFileSync(join(folder, 'a.tar'), Buffer.concat([...tar, endOfArchive, ...overlay]));
    writeTree(join(folder, 'b'), { 'bin/rustc': 'x' });
    const { verdict } = await compare({ a: join(folder, 'a.tar'), b: join(folder, 'b'), jobs: 1 }).report;
    t.is(verdict.exit, 1);
  });
}

const CONTROL = { './control': 'Package: rustc\n', './md5sums': '', './shlibs': '', './symbols': '' };
const LDCONFIG = '# Triggers added by dh_makeshlibs/13.11.4\nactivate-noawait ldconfig\n';

function debOf(control: Tree): Buffer {
  return arFixture([
    { name: 'debian-binary', content: '2.0\n' },
    { name: 'control.tar', content: tarOf(control) },
    { name: 'data.tar', content: tarOf({ './usr/bin/rustc': 'x' }) },
  ]);
}

function rpmOf(tags: readonly RpmFixtureTag[], file: Partial<RpmFixtureFile> = {}): Buffer {
  const { mode = 0o100644 } = file;
  const payload = gzipSync(cpioFixture([{ name: './usr/bin/rustc', content: 'x', mode }]));
  const files = rpmFileTags([{ name: '/usr/bin/rustc', content: 'x', ...file }]);
  return rpmFixture({ header: [[1000, 'string', 'rust'], ...files, ...tags], payload, compressor: 'gzip' });
}

async function againstTree(t: ExecutionContext, name: string, bytes: Buffer): Promise<Report> {
  const folder = scratch(t);
  writeFileSync(join(folder, name), bytes);
  writeTree(join(folder, 'b'), { 'usr/bin/rustc': 'x' });
  return compare({ a: join(folder, name), b: join(folder, 'b'), jobs: 1 }).report;
}

for (const [script, content] of [
  ['postinst', 'evil'],
  ['preinst', 'evil'],
  ['prerm', 'evil'],
  ['postrm', 'evil'],
  ['config', 'evil'],
  ['triggers', `${LDCONFIG}interest /usr/bin\n`],
  ['triggers', 'activate-noawait other\n'],
] as const)
  test(`the way of packaging is no excuse for what is run at installation: ${script}, ${JSON.stringify(content)}`, async (t) => {
    const report = await againstTree(t, 'rustc_1_amd64.deb', debOf({ ...CONTROL, [`./${script}`]: content }));
    t.is(report.verdict.id, 'inconclusive');
    t.is(report.verdict.exit, 1);
    t.deepEqual(
      report.onlyA.filter(({ mask }) => mask === undefined).map(({ path }) => path),
      [`control/${script}`],
    );
  });

for (const [what, tags] of [
  ['scriptlet', [[1024, 'string', 'evil']]],
  ['program of a scriptlet', [[1086, 'string-array', ['/usr/bin/rustc']]]],
  ['file trigger', [[5066, 'string-array', ['evil']]]],
  ['user that is added, by a Provides', [[1047, 'string-array', ['rust', 'user(mallory)']]]],
  ['removal of another package, by an Obsoletes', [[1090, 'string-array', ['openssl-libs']]]],
] as const)
  test(`the way of packaging is no excuse for what is run at installation: a ${what} of rpm`, async (t) => {
    const report = await againstTree(t, 'rust-1-1.x86_64.rpm', rpmOf(tags));
    t.is(report.verdict.exit, 1);
    t.deepEqual(
      report.onlyA.filter(({ mask }) => mask === undefined).map(({ path }) => path),
      ['control/scriptlets'],
    );
  });

for (const [what, file, exit, field] of [
  ['runs with the rights of another', { mode: 0o104755 }, 1, 'mode'],
  ['has capabilities', { capabilities: 'cap_setuid=ep' }, 1, 'capabilities'],
  ['belongs to another than root', { user: 'mallory' }, 1, 'owner'],
  ['is not laid down', { flags: 1 << 6 }, 2, undefined],
] as const)
  test(`the way of packaging is no excuse for what the header of an rpm says of a file: it ${what}`, async (t) => {
    const { verdict, pairs } = await againstTree(t, 'rust-1-1.x86_64.rpm', rpmOf([], file));
    t.is(verdict.exit, exit);
    if (field === undefined) return;
    const fields = pairs.flatMap(({ metadata }) => metadata ?? []).filter(({ mask }) => mask === undefined);
    t.true(fields.some((difference) => difference.field === field));
  });

test('capabilities count in a tar archive too, though the other side lies in a directory', async (t) => {
  const folder = scratch(t);
  const member = [
    paxHeader({ 'SCHILY.xattr.security.capability': Buffer.of(1, 0, 0, 2) }),
    tarEntry({ name: 'tool', content: 'x', mode: 0o644 }),
  ];
  writeFileSync(join(folder, 'a.tar'), Buffer.concat([...member, endOfArchive]));
  writeTree(join(folder, 'b'), { tool: 'x' });
  const { verdict } = await compare({ a: join(folder, 'a.tar'), b: join(folder, 'b'), jobs: 1 }).report;
  t.is(verdict.exit, 1);
});

test('the numbers that only a cpio archive has take nothing away from an rpm that holds what a tar does', async (t) => {
  const folder = scratch(t);
  writeFileSync(
    join(folder, 'rust-1-1.x86_64.rpm'),
    rpmOf([
      [1090, 'string-array', ['rust']],
      [1047, 'string-array', ['rust']],
    ]),
  );
  const file = { name: './usr/bin/rustc', content: 'x', mode: 0o644, mtime: 0 };
  for (const owner of [{}, { uname: 'root', gname: 'root' }]) {
    writeFileSync(join(folder, 'b.tar'), Buffer.concat([tarEntry({ ...file, ...owner }), endOfArchive]));
    const { verdict } = await compare({
      a: join(folder, 'rust-1-1.x86_64.rpm'),
      b: join(folder, 'b.tar'),
      jobs: 1,
    }).report;
    t.is(verdict.id, 'equivalent');
  }
});

test('an rpm and a tar of the tree that it lays down are packaged in different ways', async (t) => {
  const folder = scratch(t);
  const file = { name: './usr/lib64/rustlib/components', content: 'x', mode: 0o644, mtime: 0 };
  const payload = gzipSync(cpioFixture([{ ...file, mode: 0o100644 }]));
  const tags = rpmFileTags([{ name: '/usr/lib64/rustlib/components', content: 'x' }]);
  writeFileSync(
    join(folder, 'rust-1-1.x86_64.rpm'),
    rpmFixture({ header: tags, payload, compressor: 'gzip' }),
  );
  writeFileSync(join(folder, 'b.tar'), Buffer.concat([tarEntry(file), endOfArchive]));
  const report = await compare({ a: join(folder, 'rust-1-1.x86_64.rpm'), b: join(folder, 'b.tar'), jobs: 1 })
    .report;
  t.deepEqual(
    report.a.layouts.map(({ id }) => id),
    report.b.layouts.map(({ id }) => id),
  );
  t.is(report.verdict.id, 'equivalent');
});

test('the way of packaging is no excuse for what pacman runs at installation', async (t) => {
  const folder = scratch(t);
  const files = { '.PKGINFO': 'pkgname = rust', 'usr/bin/rustc': 'x' };
  writeFileSync(join(folder, 'a.tar'), tarOf({ ...files, '.INSTALL': 'post_install() { evil; }' }));
  writeTree(join(folder, 'b'), { 'usr/bin/rustc': 'x' });
  const { verdict, onlyA } = await compare({ a: join(folder, 'a.tar'), b: join(folder, 'b'), jobs: 1 })
    .report;
  t.is(verdict.exit, 1);
  t.deepEqual(
    onlyA.map(({ path, mask }) => [path, mask]),
    [
      ['control/.INSTALL', undefined],
      ['control/.PKGINFO', 'packaging'],
    ],
  );
});

for (const [name, bytes] of [
  ['rustc_1_amd64.deb', debOf({ ...CONTROL, './triggers': LDCONFIG })],
  ['rust-1-1.x86_64.rpm', rpmOf([[1004, 'i18n-string', ['Rust']]])],
] as const)
  test(`what ${name} only notes on itself is left to the way of packaging`, async (t) => {
    const { verdict } = await againstTree(t, name, bytes);
    t.is(verdict.id, 'equivalent');
  });

test('two packages whose scripts differ are not the same', async (t) => {
  const folder = scratch(t);
  for (const [name, a, b] of [
    ['.deb', debOf({ ...CONTROL, './postinst': 'good' }), debOf({ ...CONTROL, './postinst': 'evil' })],
    ['.deb', debOf({ ...CONTROL, './postinst': 'good' }), debOf(CONTROL)],
    ['.deb', debOf({ ...CONTROL, './triggers': LDCONFIG }), debOf(CONTROL)],
    ['.rpm', rpmOf([[1024, 'string', 'good']]), rpmOf([[1024, 'string', 'evil']])],
    ['.rpm', rpmOf([[1024, 'string', 'good']]), rpmOf([])],
  ] as const) {
    writeFileSync(join(folder, `a${name}`), a);
    writeFileSync(join(folder, `b${name}`), b);
    const { verdict } = await compare({ a: join(folder, `a${name}`), b: join(folder, `b${name}`), jobs: 1 })
      .report;
    t.is(verdict.exit, 1);
  }
});

test('a directory with special bits that only one side stores is a difference, though the other implies it', async (t) => {
  const file = { name: 'd/file', content: 'x' };
  const plain = await compared(t, [{ name: 'd/', typeflag: '5', mode: 0o755 }, file], [file]);
  t.is(plain.verdict.id, 'identical');
  const special = await compared(t, [{ name: 'd/', typeflag: '5', mode: 0o2777 }, file], [file]);
  t.is(special.verdict.exit, 1);
});

test('a file that the system calls empty is read all the same', async (t) => {
  if (process.platform !== 'linux') {
    t.log('skipped: there is no proc here');
    t.pass();
    return;
  }
  const { verdict } = await compare({ a: '/proc/self/status', b: '/proc/1/status', jobs: 1 }).report.catch(
    (error: unknown) => ({ verdict: { exit: 2, id: String(error) } }),
  );
  t.is(verdict.exit, 2);
});
