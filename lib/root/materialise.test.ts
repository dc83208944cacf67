import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { TarFixtureMember } from '../artefact/container/tar-fixture.js';
import { REPOSITORY, scratch } from '../cli/run-fixture.js';
import { writeTree } from '../cli/tree-fixture.js';
import { InputError, UsageError } from '../error.js';
import { materialiseRoot } from './materialise.js';
import { debPackage, directory, distTarball, file, symlink, tarball, written } from './root-fixture.js';

const T = 'x86_64-unknown-linux-gnu';
const RUSTC = distTarball(`rustc-1.84.0-${T}`, 'rustc', [
  file('bin/rustc'),
  file('lib/librustc_driver-0123456789abcdef.so'),
]);
const STD = distTarball(`rust-std-1.84.0-${T}`, `rust-std-${T}`, [
  file(`lib/rustlib/${T}/lib/libstd-0123456789abcdef.rlib`),
]);
const CARGO = distTarball(`cargo-1.84.0-${T}`, 'cargo', [file('bin/cargo')]);

const MULTIARCH = 'usr/lib/x86_64-linux-gnu';
const DEBS = {
  'rustc_1.85.0_amd64.deb': debPackage('Package: rustc\nVersion: 1.85.0\n', [
    directory('./usr/bin'),
    file('./usr/bin/rustc'),
    symlink('./usr/bin/rust-link', 'rustc'),
    file('./etc/rust.conf'),
  ]),
  'libstd_1.85.0_amd64.deb': debPackage('Package: libstd-rust\nVersion: 1.85.0\n', [
    directory('./usr/lib'),
    file(`./${MULTIARCH}/libstd-0123456789abcdef.so`),
    symlink(
      `./usr/lib/rustlib/${T}/lib/libstd-0123456789abcdef.so`,
      `../../../x86_64-linux-gnu/libstd-0123456789abcdef.so`,
    ),
  ]),
};

async function laid(t: ExecutionContext, inputs: Readonly<Record<string, Uint8Array>>) {
  const folder = scratch(t);
  const into = join(folder, 'root');
  const paths = written(folder, inputs);
  return { into, paths, run: () => materialiseRoot(paths, into) };
}

test("upstream's components are laid into one prefix, as install.sh would", async (t) => {
  const { into, run } = await laid(t, { 'rustc.tar.gz': RUSTC, 'std.tar.gz': STD, 'cargo.tar.gz': CARGO });
  const root = await run();
  t.is(root.prefix, into);
  t.is(root.rustc, join(into, 'bin/rustc'));
  t.is(root.cargo, join(into, 'bin/cargo'));
  t.deepEqual(root.targets, [T]);
  t.true(root.std);
  t.true(root.copied);
  t.is(
    readFileSync(join(into, 'lib/librustc_driver-0123456789abcdef.so'), 'utf8'),
    'lib/librustc_driver-0123456789abcdef.so',
  );
  t.deepEqual(readdirSync(into).sort(), ['bin', 'lib']);
  t.deepEqual(root.notes, ['9 files of package metadata were left out']);
});

test('modes are 0755 and 0644 whatever the archive says, and times are one day', async (t) => {
  const { into, run } = await laid(t, { 'rustc.tar.gz': RUSTC });
  await run();
  for (const [path, mode] of [
    ['bin/rustc', 0o755],
    ['lib', 0o755],
    ['lib/librustc_driver-0123456789abcdef.so', 0o644],
  ] as const) {
    t.is(statSync(join(into, path)).mode & 0o7777, mode, path);
    t.is(statSync(join(into, path)).mtimeMs, 315532800000, path);
  }
});

test('the digest of a root does not depend on the order of its files or the folder it is laid into', async (t) => {
  const one = await laid(t, { 'rustc.tar.gz': RUSTC, 'cargo.tar.gz': CARGO });
  const other = await laid(t, { 'cargo.tar.gz': CARGO, 'rustc.tar.gz': RUSTC });
  t.is((await one.run()).digest, (await other.run()).digest);
});

test('a root without cargo or std says so', async (t) => {
  const { run } = await laid(t, { 'rustc.tar.gz': RUSTC });
  const root = await run();
  t.is(root.cargo, undefined);
  t.false(root.std);
});

test("Debian's packages lose usr and keep their multiarch directory and the links that lead there", async (t) => {
  const { into, run } = await laid(t, DEBS);
  const root = await run();
  t.deepEqual(root.targets, [T]);
  t.true(existsSync(join(into, 'lib/x86_64-linux-gnu/libstd-0123456789abcdef.so')));
  t.true(existsSync(join(into, `lib/rustlib/${T}/lib/libstd-0123456789abcdef.so`)), 'through the link');
  t.is(readlinkSync(join(into, 'bin/rust-link')), 'rustc');
  t.true(root.notes.some((note) => note.includes('outside of usr were left out: ./etc/rust.conf')));
});

test('an .rpm loses usr, too', async (t) => {
  const into = join(scratch(t), 'root');
  const root = await materialiseRoot([join(REPOSITORY, 'corpus/containers/shape-xz.rpm')], into);
  t.false(existsSync(join(into, 'usr')));
  t.true(root.bytes > 0);
  t.true(readdirSync(into).length > 0);
});

test('a toolchain that is one directory is handed back as it is', async (t) => {
  const folder = scratch(t);
  const toolchain = writeTree(join(folder, 'toolchain'), {
    'bin/rustc': 'x',
    'lib/rustlib/t/lib/libstd-1.rlib': 's',
  });
  const into = join(folder, 'into');
  const root = await materialiseRoot([toolchain], into);
  t.is(root.prefix, toolchain);
  t.false(root.copied);
  t.deepEqual(root.targets, ['t']);
  t.false(existsSync(into));
});

test('of a prefix that holds other programs too only the toolchain is digested', async (t) => {
  const folder = scratch(t);
  const usr = writeTree(join(folder, 'usr'), {
    'bin/rustc': 'x',
    'bin/env': 'e',
    'lib/librustc_driver-1.so': 'd',
    'lib/x86_64-linux-gnu/librustc_driver-2.so': 'd',
  });
  const into = join(folder, 'into');
  const { digest, notes } = await materialiseRoot([usr], into);
  t.is(notes.length, 1);
  writeTree(usr, { 'bin/env': 'other' });
  t.is((await materialiseRoot([usr], into)).digest, digest);
  writeTree(usr, { 'lib/x86_64-linux-gnu/librustc_driver-2.so': 'other' });
  t.not((await materialiseRoot([usr], into)).digest, digest);
});

test('where the rustc of a distribution is a link, the toolchain that it leads to is what is digested', async (t) => {
  const folder = scratch(t);
  const into = join(folder, 'into');
  const usr = writeTree(join(folder, 'usr'), {
    'bin/env': 'not of the toolchain',
    'bin/rustc': { link: '../lib/rust-1.80/bin/rustc' },
    'lib/rust-1.80/bin/rustc': 'a compiler',
    'lib/rust-1.80/lib/librustc_driver-1.so': 'driver',
  });
  const { digest } = await materialiseRoot([usr], into);
  for (const path of ['lib/rust-1.80/bin/rustc', 'lib/rust-1.80/lib/librustc_driver-1.so']) {
    const before = readFileSync(join(usr, path), 'utf8');
    writeTree(usr, { [path]: 'other' });
    t.not((await materialiseRoot([usr], into)).digest, digest, path);
    writeTree(usr, { [path]: before });
  }
  t.is((await materialiseRoot([usr], into)).digest, digest);
});

test("an unpacked tarball of upstream is put together first, and a package's tree is entered", async (t) => {
  const folder = scratch(t);
  const dist = writeTree(join(folder, 'dist'), {
    components: 'rustc\n',
    'rust-installer-version': '3\n',
    'rustc/manifest.in': '',
    'rustc/bin/rustc': 'x',
  });
  const into = join(folder, 'into');
  t.is((await materialiseRoot([dist], into)).rustc, join(into, 'bin/rustc'));
  const unpacked = writeTree(join(folder, 'deb'), { 'usr/bin/rustc': 'x' });
  t.is((await materialiseRoot([unpacked], into)).prefix, join(unpacked, 'usr'));
});

test("rustup's own rustc is no root", async (t) => {
  const folder = scratch(t);
  const home = writeTree(join(folder, 'cargo'), { 'bin/rustup': 'x' });
  symlinkSync('rustup', join(home, 'bin/rustc'));
  await t.throwsAsync(materialiseRoot([home], join(folder, 'into')), { message: /rustup's/ });
});

test('a rustc that lies outside the root is none of it; one in another folder of it is', async (t) => {
  const folder = scratch(t);
  const elsewhere = writeTree(join(folder, 'elsewhere'), { 'bin/rustc': 'x' });
  const into = join(folder, 'into');
  const out = writeTree(join(folder, 'out'), { 'bin/cargo': 'x' });
  symlinkSync(join(elsewhere, 'bin/rustc'), join(out, 'bin/rustc'));
  await t.throwsAsync(materialiseRoot([out], into), {
    message: /bin\/rustc is a link out of this directory, to /,
  });
  for (const [name, target] of [
    ['lib', 'lib'],
    ['lib/librustc_driver-1.so', 'lib/librustc_driver-1.so'],
    ['lib/rustlib', 'lib'],
  ] as const) {
    writeTree(elsewhere, { 'lib/librustc_driver-1.so': 'x' });
    const linked = writeTree(join(folder, name.replaceAll('/', '-')), { 'bin/rustc': 'x' });
    mkdirSync(dirname(join(linked, name)), { recursive: true });
    symlinkSync(join(elsewhere, target), join(linked, name));
    await t.throwsAsync(
      materialiseRoot([linked], into),
      { message: / is a link out of this directory, to / },
      name,
    );
  }
  const inside = writeTree(join(folder, 'inside'), { 'lib/rust-1.80/bin/rustc': 'x', 'bin/cargo': 'x' });
  symlinkSync('../lib/rust-1.80/bin/rustc', join(inside, 'bin/rustc'));
  t.is((await materialiseRoot([inside], into)).rustc, join(inside, 'bin/rustc'));
});

/** What an archive may try, and what is said to it. */
const REFUSED: Readonly<Record<string, readonly [readonly TarFixtureMember[], RegExp]>> = {
  'a file in the place of the top': [[file('bin/rustc'), file('.')], /its name is empty/],
  'a name that climbs': [[file('bin/rustc'), file('../evil')], /"\.\." parts/],
  'a name that climbs after a descent': [[file('bin/rustc'), file('lib/../../evil')], /"\.\." parts/],
  'an absolute name': [[file('bin/rustc'), file('/tmp/evil')], /starts with "\/"/],
  'one file twice': [[file('bin/rustc'), file('bin/rustc', 'other')], /two members belong at bin\/rustc/],
  'a file below a link': [
    [file('bin/rustc'), symlink('lib', 'bin'), file('lib/evil')],
    /below lib, which is no directory/,
  ],
  'a file below a file': [[file('bin/rustc'), file('bin/rustc/evil')], /below bin\/rustc/],
  'a link where a directory is': [
    [file('bin/rustc'), directory('lib'), symlink('lib', 'bin')],
    /two members belong at lib/,
  ],
  'a device': [[file('bin/rustc'), { name: 'lib/null', typeflag: '3', device: [1, 3] }], /character-device/],
  'a FIFO': [[file('bin/rustc'), { name: 'lib/fifo', typeflag: '6' }], /fifo/],
};

for (const [what, [members, says]] of Object.entries(REFUSED)) {
  test(`${what} is refused, and nothing is left behind`, async (t) => {
    const { into, run } = await laid(t, { 'root.tar.gz': tarball(members) });
    const before = readdirSync(join(into, '..'));
    await t.throwsAsync(run(), { instanceOf: InputError, message: says });
    t.deepEqual(readdirSync(into), []);
    t.deepEqual(readdirSync(join(into, '..')).sort(), [...before, 'root'].sort());
  });
}

const LEAVING = ['/etc/passwd', '../..', '../../x', 'a/../../x', 'rustc/../../..', ''];

for (const target of LEAVING) {
  test(`a link to "${target}" is left out and told`, async (t) => {
    const { into, run } = await laid(t, {
      'root.tar.gz': tarball([file('bin/rustc'), symlink('bin/link', target)]),
    });
    const { notes } = await run();
    t.false(readdirSync(join(into, 'bin')).includes('link'));
    t.regex(notes.join(), /links that lead out of the root, or may, were left out: bin\/link/);
  });
}

test('whatever links an archive holds, none that is laid leads out of the root', async (t) => {
  const part = fc.constantFrom('..', '..', 'a', 'b', 'c', '.');
  const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const name = fc.constantFrom('a', 'b', 'c', 'd/a', 'd/b', 'd/e/a', 'd/e/c');
  const links = fc.dictionary(name, target, { maxKeys: 7 });
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(links, async (tree) => {
      const members = Object.entries(tree).map(([path, to]) => symlink(path, to));
      const { into, run } = await laid(t, { 'root.tar.gz': tarball([file('bin/rustc'), ...members]) });
      await run();
      for (const path of Object.keys(tree)) {
        const laidLink = join(into, path);
        if (lstatSync(laidLink, { throwIfNoEntry: false }) === undefined) continue;
        const real = resolved(laidLink);
        checked += 1;
        if (real !== undefined && real !== into && !real.startsWith(`${into}/`)) return false;
      }
      return true;
    }),
    { numRuns: 100 },
  );
  t.true(checked > 20, 'links were laid');
});

/** Where the system says that a link leads; undefined for one that leads nowhere. */
function resolved(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

test('a damaged archive is refused with its place', async (t) => {
  const { run } = await laid(t, { 'rustc.tar.gz': RUSTC.subarray(0, RUSTC.length - 20) });
  const error = await t.throwsAsync(run(), { instanceOf: InputError });
  t.regex(error?.where.file ?? '', /rustc\.tar\.gz$/);
});

test('a root larger than the limit is refused', async (t) => {
  const { into, paths } = await laid(t, { 'rustc.tar.gz': RUSTC });
  await t.throwsAsync(materialiseRoot(paths, into, { limits: { members: 3 } }), {
    message: /more than 3 members/,
  });
  t.deepEqual(readdirSync(into), []);
});

test('a folder that is not empty is left alone', async (t) => {
  const { into, paths } = await laid(t, { 'rustc.tar.gz': RUSTC });
  writeTree(into, { mine: 'x' });
  await t.throwsAsync(materialiseRoot(paths, into), { instanceOf: UsageError });
  t.deepEqual(readdirSync(into), ['mine']);
});
