import test from 'ava';
import { InputError } from '../../error.js';
import { digestFor, parseChecksums } from './checksum-list.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

const DIST = 'https://static.rust-lang.org/dist/2025-01-09/rustc-1.84.0-x86_64-unknown-linux-gnu.tar';

function list(text: string, name = 'LIST') {
  const { format, digests } = parseChecksums(text, name);
  return { format, digests: Object.fromEntries(digests) };
}

test('what sha256sum prints is read, in both of its ways', (t) => {
  t.deepEqual(list(`${A}  rustc.tar.xz\n${B} *dist/cargo.tar.xz\n`), {
    format: 'sha256sum',
    digests: { 'rustc.tar.xz': A, 'dist/cargo.tar.xz': B },
  });
  t.deepEqual(list(`SHA256 (rustc.tar.xz) = ${A.toUpperCase()}\n`).digests, { 'rustc.tar.xz': A });
});

test('a digest alone is that of the file which the list is named for', (t) => {
  t.deepEqual(list(`${A}\n`, 'dist/rustc.tar.xz.sha256').digests, { 'dist/rustc.tar.xz': A });
});

test('the manifest of a channel is read, each packing with its own digest', (t) => {
  const text = `manifest-version = "2"
[pkg.rustc.target.x86_64-unknown-linux-gnu]
available = true
url = "https://static.rust-lang.org/dist/2025-01-09/rustc-1.84.0-x86_64-unknown-linux-gnu.tar.gz"
hash = "${A}"
xz_url = "https://static.rust-lang.org/dist/2025-01-09/rustc-1.84.0-x86_64-unknown-linux-gnu.tar.xz"
xz_hash = "${B}"

[pkg.rustc.target.other]
xz_hash = "${A}"
`;
  t.deepEqual(list(text), {
    format: 'channel',
    digests: {
      [`${DIST}.gz`]: A,
      [`${DIST}.xz`]: B,
    },
  });
});

test('the list of stage0 in the sources is read, the old and the new', (t) => {
  const digests = { 'dist/2025-01-09/rustc-1.84.0-t.tar.xz': A };
  t.deepEqual(
    list(`dist_server=x\ncompiler_version=1.84.0\n\ndist/2025-01-09/rustc-1.84.0-t.tar.xz=${A}\n`),
    {
      format: 'stage0',
      digests,
    },
  );
  const json = {
    compiler: { version: '1.84.0' },
    checksums_sha256: { 'dist/2025-01-09/rustc-1.84.0-t.tar.xz': A },
  };
  t.deepEqual(list(JSON.stringify(json)), { format: 'stage0', digests });
});

test("Debian's lists are read, and of their digests only SHA-256", (t) => {
  const text = `Source: rustc
Checksums-Sha1:
 ${'1'.repeat(40)} 5 rustc.tar.xz
Checksums-Sha256:
 ${A} 5 rustc.tar.xz
 ${B} 6 rustc.debian.tar.xz
Files:
 ${'2'.repeat(32)} 5 rustc.tar.xz
`;
  t.deepEqual(list(text), { format: 'debian', digests: { 'rustc.tar.xz': A, 'rustc.debian.tar.xz': B } });
});

test('a list without digests, or with two for one name, is refused', (t) => {
  for (const text of [
    '',
    'hello',
    '{',
    '{"checksums_sha256": 1}',
    `${A}  x\n${B}  x\n`,
    `${A.slice(1)}  x\n`,
  ])
    t.throws(() => list(text), { instanceOf: InputError }, text);
  t.notThrows(() => list(`${A}  x\n${A}  x\n`));
});

test('a file is found by the last part of its name, and by its path where the list has several of that name', (t) => {
  const { digests } = parseChecksums(`${A}  one/x.rlib\n${B}  two/x.rlib\n${A}  dist/rustc.tar.xz\n`, 'LIST');
  t.is(digestFor({ digests }, '/anywhere/rustc.tar.xz'), A);
  t.is(digestFor({ digests }, '/here/one/x.rlib'), A);
  t.is(digestFor({ digests }, '/here/two/x.rlib'), B);
  t.is(digestFor({ digests }, '/here/three/x.rlib'), undefined);
  t.is(digestFor({ digests }, '/here/y.rlib'), undefined);
});
