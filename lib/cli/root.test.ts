import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { compilerFixture } from '../artefact/identity-fixture.js';
import { debPackage, distTarball, file, written } from '../root/root-fixture.js';
import { cleartext, detached, keyringOf, testKey } from '../root/signature/key-fixture.js';
import { scratch, trustdiff } from './run-fixture.js';

/*
 * The root commands as a user meets them: what they print, how wide, and how they end. Keys are made anew, so that none of it
 * is a snapshot.
 */

const T = 'x86_64-unknown-linux-gnu';
const VERSION = '1.84.0 (9fc6b4312 2025-01-07)';
const NAME = `rustc-1.84.0-${T}.tar.gz`;
const TARBALL = distTarball(
  `rustc-1.84.0-${T}`,
  'rustc',
  compilerFixture({ version: VERSION }).map(({ path, content }) => file(path, content)),
  { version: VERSION },
);

/** A folder with the tarball, a keyring of one key, and a signature of it. */
async function signed(t: ExecutionContext, when: { ago?: number; lasts?: number } = {}) {
  const folder = scratch(t);
  const key = await testKey('Release', when);
  written(folder, { [NAME]: TARBALL, [`${NAME}.asc`]: await detached(key, TARBALL, (when.ago ?? 1) - 0.5) });
  keyringOf(folder, 'keys', [key]);
  const verify = (...more: string[]) =>
    trustdiff(['root', 'verify', NAME, '--keyring', 'keys', ...more], { cwd: folder });
  const inspect = (...more: string[]) => trustdiff(['root', 'inspect', NAME, ...more], { cwd: folder });
  return { folder, key, verify, inspect };
}

function assertNarrow(t: ExecutionContext, text: string): void {
  // A word that is longer than a line, such as a path, cannot be broken.
  for (const line of text.split('\n')) t.true(line.length <= 80 || !/\S\s\S/.test(line.trim()), line);
}

test('verify ends with 0 for a good signature and tells whose it is', async (t) => {
  const { verify, key } = await signed(t);
  const { status, stdout, stderr } = await verify('--fingerprint', key.getFingerprint());
  t.is(status, 0, stdout + stderr);
  t.regex(stdout, /^ {2}signature good: by a pinned key$/m);
  t.regex(stdout, /by Release\s+<release@example\.org> on \d{4}-\d\d-\d\d/);
  t.true(stdout.includes(key.getFingerprint().toUpperCase()));
  assertNarrow(t, stdout);
});

const OTHERWISE: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'signature bad': async (folder) =>
    writeFileSync(join(folder, NAME), Buffer.concat([TARBALL, Buffer.of(0)])),
  'signature wrong key': async (folder) => void keyringOf(folder, 'keys', [await testKey('Other')]),
  'signature missing': async (folder) => rmSync(join(folder, `${NAME}.asc`)),
};

for (const [says, change] of Object.entries(OTHERWISE)) {
  test(`verify ends with 2 and says: ${says}`, async (t) => {
    const { folder, verify } = await signed(t);
    await change(folder);
    const { status, stdout } = await verify();
    t.is(status, 2);
    t.true(stdout.includes(`  ${says}: `), stdout);
    assertNarrow(t, stdout);
  });
}

test('verify ends with 2 for a key that expired, and says when', async (t) => {
  const { verify } = await signed(t, { ago: 10, lasts: 5 });
  const { status, stdout } = await verify();
  t.is(status, 2);
  t.regex(stdout, /signature expired: its key expired on \d{4}-\d\d-\d\d, after it signed/);
});

test('verify by a list that was named ends with 0, unless a signature is required', async (t) => {
  const { folder } = await signed(t);
  rmSync(join(folder, `${NAME}.asc`));
  writeFileSync(join(folder, 'list'), `${createHash('sha256').update(TARBALL).digest('hex')}  ${NAME}\n`);
  const args = ['root', 'verify', NAME, '--checksums', 'list'];
  t.is((await trustdiff(args, { cwd: folder })).status, 0);
  t.is((await trustdiff([...args, '--require-signature'], { cwd: folder })).status, 2);
});

test('a .dsc of which a file is missing ends with 2', async (t) => {
  const folder = scratch(t);
  const key = await testKey('Developer');
  keyringOf(folder, 'keys', [key]);
  const text = `Source: rustc\nChecksums-Sha256:\n ${'0'.repeat(64)} 1 rustc.orig.tar.xz\n`;
  writeFileSync(join(folder, 'rustc.dsc'), await cleartext(key, text));
  const { status, stdout } = await trustdiff(['root', 'verify', 'rustc.dsc', '--keyring', 'keys'], {
    cwd: folder,
  });
  t.is(status, 2);
  t.regex(stdout, /^rustc\.orig\.tar\.xz\n {2}missing: the file is listed, but it is not there$/m);
});

test('inspect with --require-signature reads a signed root and refuses any other before it opens it', async (t) => {
  const { folder, inspect } = await signed(t);
  const good = await inspect('--keyring', 'keys', '--require-signature');
  t.is(good.status, 0, good.stderr);
  t.regex(good.stdout, /^ {2}ancestry: upstream \(checked\), it is a binary of the Rust project's own/m);
  assertNarrow(t, good.stdout);
  writeFileSync(join(folder, NAME), 'no archive, which whoever opened it would say');
  const bad = await inspect('--keyring', 'keys', '--require-signature');
  t.is(bad.status, 2);
  t.is(bad.stdout, '');
  t.regex(bad.stderr, /its signature is bad: the bytes are not what was signed/);
});

test('plan reads versions out of roots, and files of one name are one root', async (t) => {
  const folder = scratch(t);
  const std = `lib/rustlib/${T}/lib/libstd-0123456789abcdef.rlib`;
  const compiler = compilerFixture({ version: '1.63.0' }).map(({ path, content }) =>
    file(`./usr/${path}`, content),
  );
  written(folder, {
    [NAME]: TARBALL,
    'std.tar.gz': distTarball(`rust-std-1.84.0-${T}`, `rust-std-${T}`, [file(std)]),
    'rustc.deb': debPackage('Package: rustc\nVersion: 1.63.0-1\n', [...compiler, file(`./usr/${std}`)]),
  });
  mkdirSync(join(folder, 'sources/src'), { recursive: true });
  written(folder, { 'sources/src/version': '1.85.0\n', 'sources/src/stage0': 'compiler_version=1.84.0\n' });
  const roots = ['rustc.deb', `up=${NAME}`, 'up=std.tar.gz', '1.85.0'];
  const { status, stdout, stderr } = await trustdiff(
    ['root', 'plan', '--sources', 'sources', '--roots', ...roots],
    { cwd: folder },
  );
  t.is(status, 0, stderr);
  t.regex(
    stdout,
    /^SOURCES 1\.85\.0\n {2}they name 1\.84\.0 as their stage0\nROOT rustc\.deb, 1\.63\.0\n {2}is too old/,
  );
  t.regex(stdout, /^ROOT up, 1\.84\.0\n {2}builds 1\.85\.0: it is the version before\n {2}it lacks cargo$/m);
  t.regex(stdout, /\nup and 1\.85\.0 can build the sources and be compared\.\n$/);
});

test('plan refuses a root that does not say what version it is', async (t) => {
  const folder = scratch(t);
  written(folder, { 'cargo.tar.gz': distTarball(`cargo-1.84.0-${T}`, 'cargo', [file('bin/cargo')]) });
  const { status, stderr } = await trustdiff(
    ['root', 'plan', '--sources', '1.85', '--roots', 'cargo.tar.gz'],
    { cwd: folder },
  );
  t.is(status, 2);
  t.regex(stderr, /cargo\.tar\.gz: its files do not say what version it is/);
});

test('a damaged root ends with 2 and its place', async (t) => {
  const folder = scratch(t);
  written(folder, { [NAME]: TARBALL.subarray(0, TARBALL.length - 100) });
  const { status, stdout } = await trustdiff(['root', 'inspect', NAME], { cwd: folder });
  t.is(status, 2);
  t.regex(stdout, /ancestry: unknown, a part of the root could not be read/);
  t.regex(stdout, /trouble: rustc-1\.84\.0-.*offset \d+: the gzip\s+stream is cut off/);
});
