import test from 'ava';
import fc from 'fast-check';
import { placeMembers } from './layout.js';
import { paths, placeDirectory, placeInputs, placeTarball, rawMember } from './layout-fixture.js';
import { placementNotes } from './notes.js';

test('a name loses "./" and "/" at its start and "/" at its end', (t) => {
  const { members, strange } = placeTarball('x.tar', ['./', './a/', './a//b', 'a/./c']);
  t.deepEqual(
    members.map(({ path }) => path),
    ['', 'a', 'a/b', 'a/c'],
  );
  t.deepEqual(strange, []);
});

test('a name that is absolute, climbs, holds a NUL or is empty keeps a place inside and is told', (t) => {
  const names = ['/etc/passwd', 'a/../../../b', 'c/..', 'd\0e', '', '..', '.../ok'];
  const placement = placeTarball('x.tar', names);
  t.deepEqual(paths(placement), ['etc/passwd', 'b', '', 'd\0e', '', '', '.../ok']);
  t.deepEqual(placement.strange, [
    { member: 0, what: 'absolute' },
    { member: 1, what: 'dot-dot' },
    { member: 2, what: 'dot-dot' },
    { member: 2, what: 'empty' },
    { member: 3, what: 'nul' },
    { member: 4, what: 'empty' },
    { member: 5, what: 'dot-dot' },
    { member: 5, what: 'empty' },
  ]);
});

test('the notes on names are bounded and safe to print', (t) => {
  const names = Array.from({ length: 1000 }, (_, i) => `/\u001b${i}`);
  t.deepEqual(placementNotes(placeTarball('x.tar', names)), [
    'names that start with "/"; they were read as relative: "/\\x1b0", "/\\x1b1", "/\\x1b2" and 997 more',
  ]);
});

test('members at one path are counted in the order in which they are stored', (t) => {
  const { members, collisions } = placeTarball('x.tar', ['a', './a', 'b/../a', 'b']);
  t.deepEqual(
    members.map(({ occurrence }) => occurrence),
    [0, 1, 2, 0],
  );
  t.deepEqual(collisions, []);
});

test('files of two inputs at one path are a collision, directories are not', (t) => {
  const input = { kind: 'directory', containers: [] } as const;
  const placement = placeInputs(
    [
      { ...input, file: 'one' },
      { ...input, file: 'two' },
    ],
    [
      ['lib/', 'lib/x', 'y'],
      ['lib/', 'lib/x', 'y/'],
    ],
  );
  t.deepEqual(placement.collisions, [
    { path: 'lib/x', members: [1, 4] },
    { path: 'y', members: [2, 5] },
  ]);
  t.deepEqual(placementNotes(placement), ['paths that several inputs have a file for: "lib/x", "y"']);
});

test('a file that is no archive has its base name as its path', (t) => {
  for (const name of ['librustc_driver.so', '', '.PKGINFO']) {
    const file = `build/${name === '' ? 'x.so' : name}`;
    const placement = placeMembers([rawMember(name)], [{ file, kind: 'file', containers: [] }]);
    t.is(placement.members[0]?.path, name === '' ? 'x.so' : name);
    t.deepEqual(placement.layouts, [{ input: 0, id: 'plain', prefix: '' }]);
  }
});

test('what a container says about itself is package metadata in every layout', (t) => {
  const trailing = rawMember('trailing data', { role: 'package' });
  for (const names of [['a'], ['stage1/bin/rustc'], ['usr/bin/rustc'], ['x-1.0.0/Cargo.toml']]) {
    const { members } = placeMembers(
      [...names.map((name) => rawMember(name)), trailing],
      [{ file: 'x.tar', kind: 'archive', containers: ['tar'] }],
    );
    t.is(members.at(-1)?.role, 'package');
    t.is(members.at(-1)?.path, 'control/trailing data');
  }
});

test('a rustup toolchain is its own sysroot, the records of its installation are package metadata', (t) => {
  const placement = placeDirectory('toolchains/stable-x86_64-unknown-linux-gnu', [
    'bin/rustc',
    'lib/librustc_driver-6108105cd7e839cf.so',
    'lib/rustlib/',
    'lib/rustlib/components',
    'lib/rustlib/multirust-channel-manifest.toml',
    'lib/rustlib/manifest-rustc-x86_64-unknown-linux-gnu',
    'lib/rustlib/rust-installer-version',
    'lib/rustlib/etc/rust_types.py',
    'share/doc/rust/README.md',
  ]);
  t.deepEqual(placement.layouts, [{ input: 0, id: 'installed', prefix: '' }]);
  t.deepEqual(paths(placement), [
    'bin/rustc',
    'lib/librustc_driver-6108105cd7e839cf.so',
    'lib/rustlib',
    '#lib/rustlib/components',
    '#lib/rustlib/multirust-channel-manifest.toml',
    '#lib/rustlib/manifest-rustc-x86_64-unknown-linux-gnu',
    '#lib/rustlib/rust-installer-version',
    'lib/rustlib/etc/rust_types.py',
    'share/doc/rust/README.md',
  ]);
});

test('an install record is one only at its place in the sysroot', (t) => {
  const names = [
    'bin/rustc',
    'share/lib/rustlib/components',
    'lib/rustlib/x/components',
    'lib/rustlib/manifest-d/',
  ];
  t.deepEqual(paths(placeDirectory('p', names)), [
    'bin/rustc',
    'share/lib/rustlib/components',
    'lib/rustlib/x/components',
    'lib/rustlib/manifest-d',
  ]);
});

test('an installation is found below other directories, which become the top', (t) => {
  const placement = placeTarball('x.tar', [
    'opt/',
    'opt/rust/',
    'opt/rust/bin/rustc.exe',
    'opt/README',
    'opt/rust/x',
  ]);
  t.deepEqual(placement.layouts, [{ input: 0, id: 'installed', prefix: 'opt/rust' }]);
  t.deepEqual(paths(placement), ['', '', 'bin/rustc.exe', 'opt/README', 'x']);
});

test('a tarball of stage1 is placed from stage1 on', (t) => {
  const placement = placeTarball('upstream.tar.xz', [
    'stage1/',
    'stage1/bin/',
    'stage1/bin/rustc',
    'stage1/lib/librustc_driver-eddde07160257730.so',
    'stage1/lib/rustlib/x86_64-unknown-linux-gnu/lib/libadler-f34e6458080ec355.rlib',
  ]);
  t.deepEqual(placement.layouts, [{ input: 0, id: 'bootstrap', prefix: 'stage1' }]);
  t.deepEqual(paths(placement), [
    '',
    'bin',
    'bin/rustc',
    'lib/librustc_driver-eddde07160257730.so',
    'lib/rustlib/x86_64-unknown-linux-gnu/lib/libadler-f34e6458080ec355.rlib',
  ]);
});

test('stage2 may be given itself, or its parent', (t) => {
  const own = placeDirectory('build/host/stage2', ['bin/rustc', 'lib/rustlib/x']);
  const parent = placeDirectory('build/host', ['stage2/', 'stage2/bin/rustc', 'stage2/lib/rustlib/x']);
  t.is(own.layouts[0]?.id, 'bootstrap');
  t.is(parent.layouts[0]?.id, 'bootstrap');
  t.deepEqual(paths(own), paths(parent).slice(1));
});

test('two stages of one build are not merged', (t) => {
  const placement = placeDirectory('.', [
    'build/host/stage1/bin/rustc',
    'build/host/stage1/lib/rustlib/components',
    'build/host/stage2/bin/rustc',
    'build/host/stage2-tools/x',
  ]);
  t.deepEqual(placement.layouts, [{ input: 0, id: 'bootstrap', prefix: 'build/host' }]);
  t.deepEqual(paths(placement), [
    'stage1/bin/rustc',
    '#stage1/lib/rustlib/components',
    'stage2/bin/rustc',
    'stage2-tools/x',
  ]);
});

test('a .crate and a source tarball lose the directory that holds everything', (t) => {
  const crate = placeTarball('serde-1.0.0.crate', ['serde-1.0.0/Cargo.toml', 'serde-1.0.0/src/lib.rs']);
  t.deepEqual(crate.layouts, [{ input: 0, id: 'crate', prefix: 'serde-1.0.0' }]);
  t.deepEqual(paths(crate), ['Cargo.toml', 'src/lib.rs']);
  const source = placeTarball('rustc-1.85.0-src.tar.xz', [
    'rustc-1.85.0-src/',
    'rustc-1.85.0-src/Cargo.toml',
    'rustc-1.85.0-src/src/tools/cargo/src/bin/cargo/',
    'rustc-1.85.0-src/src/tools/cargo/src/bin/cargo/main.rs',
  ]);
  t.deepEqual(source.layouts, [{ input: 0, id: 'crate', prefix: 'rustc-1.85.0-src' }]);
});

test('a directory bin/cargo, as cargo has it in its source, does not make a sysroot', (t) => {
  const { layouts } = placeDirectory('cargo', ['src/bin/cargo/', 'src/bin/cargo/main.rs']);
  t.deepEqual(layouts, [{ input: 0, id: 'plain', prefix: '' }]);
});

test('a package of Arch Linux has its metadata apart', (t) => {
  const placement = placeTarball('rust-1:1.85.0-1-x86_64.pkg.tar.zst', [
    '.BUILDINFO',
    '.MTREE',
    '.PKGINFO',
    'usr/',
    'usr/bin/',
    'usr/bin/rustc',
    'usr/lib/librustc_driver-6108105cd7e839cf.so',
  ]);
  t.deepEqual(placement.layouts, [{ input: 0, id: 'arch', prefix: 'usr' }]);
  t.deepEqual(paths(placement), [
    '#control/.BUILDINFO',
    '#control/.MTREE',
    '#control/.PKGINFO',
    '',
    'bin',
    'bin/rustc',
    'lib/librustc_driver-6108105cd7e839cf.so',
  ]);
});

test('an .rpm has lib64 at lib, its header and its build-id links apart', (t) => {
  const { members, layouts } = placeMembers(
    [
      rawMember('header', { role: 'package' }),
      rawMember('./usr/bin/rustc'),
      rawMember('./usr/lib64/librustc_driver-6108105cd7e839cf.so'),
      rawMember(
        './usr/lib/rustlib/x86_64-unknown-linux-gnu/lib/libstd-ac9480c40695dcba.so -> ../../../../lib64/x',
      ),
      rawMember('./usr/lib/.build-id/0f/2a4b -> ../../../../usr/bin/rustc'),
    ],
    [{ file: 'rust-1.85.0-1.fc41.x86_64.rpm', kind: 'archive', containers: ['rpm', 'zstd', 'cpio'] }],
  );
  t.deepEqual(layouts, [{ input: 0, id: 'rpm', prefix: 'usr' }]);
  t.deepEqual(
    members.map(({ path, role }) => `${role} ${path}`),
    [
      'package control/header',
      'content bin/rustc',
      'content lib/librustc_driver-6108105cd7e839cf.so',
      'content lib/rustlib/x86_64-unknown-linux-gnu/lib/libstd-ac9480c40695dcba.so',
      'package lib/.build-id/0f/2a4b',
    ],
  );
});

const part = fc.oneof(
  fc.constantFrom(
    'usr',
    'lib',
    'bin',
    'rustc',
    'rustlib',
    'components',
    'manifest.in',
    'stage1',
    'lib64',
    '.PKGINFO',
  ),
  fc.constantFrom(
    '..',
    '.',
    '',
    'rust-installer-version',
    'librustc_driver-x',
    'x-1.0.0',
    'Cargo.toml',
    'DEBIAN',
  ),
  fc.string({ maxLength: 3 }),
);
const anyName = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));

test('every member gets one place, relative and without "." or "..", whatever its name', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyName, fc.nat(1), fc.boolean(), fc.boolean())),
      fc.constantFrom('deb', 'rpm', 'tar', 'none'),
      (given, container) => {
        const raw = given.map(([name, input, directory, own]) =>
          rawMember('', {
            name,
            input,
            role: own ? 'package' : 'content',
            metadata: { type: directory ? 'directory' : 'file' },
          }),
        );
        const input =
          container === 'none'
            ? ({ kind: 'directory', containers: [] } as const)
            : ({ kind: 'archive', containers: [container] } as const);
        const { members } = placeMembers(raw, [
          { ...input, file: 'a_1_b.deb' },
          { ...input, file: 'stage1' },
        ]);
        const places = new Set(members.map(({ path, occurrence }) => `${occurrence} ${path}`));
        return (
          members.length === raw.length &&
          places.size === raw.length &&
          members.every(({ name }, i) => name === raw[i]?.name) &&
          members.every(({ role }, i) => role === 'package' || raw[i]?.role === 'content') &&
          members.every(({ path }) => path === '' || path.split('/').every((p) => !/^\.{0,2}$/.test(p)))
        );
      },
    ),
  );
  t.pass();
});
