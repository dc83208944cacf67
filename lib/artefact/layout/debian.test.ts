import test from 'ava';
import { packageFamily } from './file-name.js';
import { paths, placeDebs, placeDirectory } from './layout-fixture.js';

test('a .deb is placed from usr on, shared objects out of their multiarch directory', (t) => {
  const placement = placeDebs([
    {
      file: 'libstd-rust-web-1.85_1.85.0+dfsg3-1~deb12u3_amd64.deb',
      control: ['./', './control', './md5sums'],
      data: [
        './',
        './usr/',
        './usr/lib/',
        './usr/lib/x86_64-linux-gnu/',
        './usr/lib/x86_64-linux-gnu/librustc_driver-df21df4435c507f4.so',
        './usr/share/doc/libstd-rust-web-1.85/copyright',
        './etc/x',
      ],
    },
  ]);
  t.deepEqual(placement.layouts, [{ input: 0, id: 'debian', prefix: 'usr' }]);
  t.deepEqual(paths(placement), [
    '#control/debian-binary',
    '#control',
    '#control/control',
    '#control/md5sums',
    '',
    '',
    'lib',
    'lib',
    'lib/librustc_driver-df21df4435c507f4.so',
    'share/doc/libstd-rust-web-1.85/copyright',
    'etc/x',
  ]);
});

test('a tree that packages were unpacked to is placed as they are', (t) => {
  const names = ['usr/lib/x86_64-linux-gnu/librustc_driver-df21df4435c507f4.so', 'usr/bin/rustc', 'etc/x'];
  const expected = ['lib/librustc_driver-df21df4435c507f4.so', 'bin/rustc', 'etc/x'];
  t.deepEqual(paths(placeDirectory('root', names)), expected);
  t.deepEqual(
    paths(
      placeDirectory(
        '.',
        names.map((name) => `root-1.85/${name}`),
      ),
    ),
    expected,
  );
});

test("Ubuntu's versioned packages have their sysroot in usr/lib/rust-X.Y", (t) => {
  const placement = placeDebs([
    {
      file: 'rustc-1.85_1.85.1+dfsg0ubuntu2-0ubuntu1_amd64.deb',
      control: ['./control'],
      data: [
        './usr/lib/rust-1.85/',
        './usr/lib/rust-1.85/bin/rustc',
        './usr/bin/rustc-1.85 -> ../lib/rust-1.85/bin/rustc',
      ],
    },
  ]);
  t.deepEqual(paths(placement), [
    '#control/debian-binary',
    '#control/control',
    '',
    'bin/rustc',
    'bin/rustc-1.85',
  ]);
});

test('a package is of one family whatever its version or flavour', (t) => {
  const families = {
    'rustc-web': 'rustc',
    rustc: 'rustc',
    'libstd-rust-web-1.85': 'libstd-rust',
    'libstd-rust-1.63': 'libstd-rust',
    'libstd-rust-web-dev': 'libstd-rust-dev',
    'libstd-rust-1.85-dev': 'libstd-rust-dev',
    'rust1.85': 'rust',
    'cargo1.85': 'cargo',
    'rust-webidl': 'rust-webidl',
  };
  for (const [name, family] of Object.entries(families)) t.is(packageFamily(name), family, name);
});
