import test from 'ava';
import { paths, placeDirectory, placeInputs, placeTarball } from './layout-fixture.js';

const T = 'x86_64-unknown-linux-gnu';
const RUSTC = [
  '',
  '/rustc',
  '/rustc/bin/rustc',
  '/rustc/lib/libLLVM.so.19.1-rust-1.84.0-stable',
  '/rustc/lib/librustc_driver-7bea7fca18409d2b.so',
  '/rustc/share/doc/rust/README.md',
  '/rustc/manifest.in',
  '/README.md',
  '/builder-config',
  '/components',
  '/git-commit-hash',
  '/install.sh',
  '/rust-installer-version',
  '/version',
];
const PLACED = [
  '',
  '',
  'bin/rustc',
  'lib/libLLVM.so.19.1-rust-1.84.0-stable',
  'lib/librustc_driver-7bea7fca18409d2b.so',
  'share/doc/rust/README.md',
  '#rustc/manifest.in',
  '#rustc/README.md',
  '#rustc/builder-config',
  '#rustc/components',
  '#rustc/git-commit-hash',
  '#rustc/install.sh',
  '#rustc/rust-installer-version',
  '#rustc/version',
];

/** tar names directories with a `/`; the two in `RUSTC` are the first ones. */
const names = (top: string) => RUSTC.map((name, i) => `${top}${name}${i < 2 ? '/' : ''}`);

test('a component tarball is placed from its component on, and its metadata below the name of the component', (t) => {
  const placement = placeTarball(`rustc-1.84.0-${T}.tar.xz`, names(`rustc-1.84.0-${T}`));
  t.deepEqual(placement.layouts, [{ input: 0, id: 'rust-dist', prefix: `rustc-1.84.0-${T}` }]);
  t.deepEqual(paths(placement), PLACED);
});

test('an unpacked tarball is placed as the tarball is', (t) => {
  const own = placeDirectory(`rustc-1.84.0-${T}`, names('.').slice(1));
  t.deepEqual(own.layouts, [{ input: 0, id: 'rust-dist', prefix: '' }]);
  t.deepEqual(paths(own), PLACED.slice(1));
  const parent = placeDirectory('unpacked', names(`rustc-1.84.0-${T}`));
  t.deepEqual(paths(parent), PLACED);
});

test('several tarballs make one sysroot, each with metadata of its own', (t) => {
  const std = `rust-std-1.84.0-${T}`;
  const cargo = `cargo-1.84.0-${T}`;
  const archive = { kind: 'archive', containers: ['xz', 'tar'] } as const;
  const placement = placeInputs(
    [
      { ...archive, file: `${std}.tar.xz` },
      { ...archive, file: `${cargo}.tar.xz` },
    ],
    [
      [
        `${std}/rust-std-${T}/lib/rustlib/${T}/lib/libstd-057643b1ee86c6e4.rlib`,
        `${std}/rust-std-${T}/manifest.in`,
        `${std}/components`,
      ],
      [`${cargo}/cargo/bin/cargo`, `${cargo}/cargo/manifest.in`, `${cargo}/components`],
    ],
  );
  t.deepEqual(paths(placement), [
    `lib/rustlib/${T}/lib/libstd-057643b1ee86c6e4.rlib`,
    `#rust-std-${T}/manifest.in`,
    `#rust-std-${T}/components`,
    'bin/cargo',
    '#cargo/manifest.in',
    '#cargo/components',
  ]);
  t.deepEqual(placement.collisions, []);
});

test('the combined tarball merges its components and keeps its own metadata below "rust"', (t) => {
  const placement = placeTarball(`rust-1.84.0-${T}.tar.xz`, [
    `rust-1.84.0-${T}/components`,
    `rust-1.84.0-${T}/version`,
    `rust-1.84.0-${T}/rustc/manifest.in`,
    `rust-1.84.0-${T}/rustc/bin/rustc`,
    `rust-1.84.0-${T}/cargo/manifest.in`,
    `rust-1.84.0-${T}/cargo/bin/cargo`,
  ]);
  t.deepEqual(paths(placement), [
    '#rust/components',
    '#rust/version',
    '#rustc/manifest.in',
    'bin/rustc',
    '#cargo/manifest.in',
    'bin/cargo',
  ]);
});

test('a file beside the components that the installer does not know stays content', (t) => {
  const placement = placeTarball('x.tar', [
    'r/components',
    'r/rustc/manifest.in',
    'r/evil.so',
    'r/a/version',
    'r/version -> x',
  ]);
  t.deepEqual(paths(placement), [
    '#rustc/components',
    '#rustc/manifest.in',
    'rustc/evil.so',
    'rustc/a/version',
    'rustc/version',
  ]);
});
