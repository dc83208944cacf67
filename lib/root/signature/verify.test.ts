import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { enums, type PrivateKey, type SecretKeyPacket, unarmor } from 'openpgp';
import { scratch } from '../../cli/run-fixture.js';
import { InputError, UsageError } from '../../error.js';
import {
  cleartext,
  detached,
  keyringOf,
  type OddSignature,
  oddSignature,
  revoked,
  rsaKey,
  subkeyed,
  testKey,
} from './key-fixture.js';
import { readKeyring } from './keyring.js';
import { readList } from './open-list.js';
import type { TrustOptions } from './verifier.js';
import { verifyFiles } from './verify.js';

const CONTENT = Buffer.from('a toolchain, as it was released'.repeat(100_000));

/** A file with a signature beside it. */
async function signed(t: ExecutionContext, key: PrivateKey, ago = 0) {
  const folder = scratch(t);
  const file = join(folder, 'rustc-1.84.0.tar.xz');
  writeFileSync(file, CONTENT);
  writeFileSync(`${file}.asc`, await detached(key, CONTENT, ago));
  return { folder, file };
}

async function outcome(file: string, options: TrustOptions) {
  const { files } = await verifyFiles([file], options);
  const [check] = files;
  return { outcome: check?.outcome, why: check?.why ?? '', check };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

test('a signature by a key of the keyring is good', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  for (const armored of [false, true]) {
    const keyrings = [keyringOf(folder, 'keys', [await testKey('Other'), key], armored)];
    const { check } = await outcome(file, { keyrings });
    t.is(check?.outcome, 'good');
    t.is(check?.by, 'signature');
    t.is(check?.sha256, sha256(CONTENT));
    t.is(check?.signatures[0]?.fingerprint, key.getFingerprint().toUpperCase());
    t.is(check?.signatures[0]?.user, 'Release <release@example.org>');
  }
});

test('a binary signature is read as well as an armored one', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  const { data } = await unarmor(await detached(key, CONTENT));
  rmSync(`${file}.asc`);
  writeFileSync(`${file}.sig`, data as Uint8Array);
  t.is((await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] })).outcome, 'good');
});

test('a list that is swapped after it was read is not taken for the one that is signed', async (t) => {
  const key = await testKey('Release');
  const folder = scratch(t);
  const [list, file] = [join(folder, 'SHA256SUMS'), join(folder, 'rustc.tar.xz')];
  const [mine, theirs] = [
    `${sha256(Buffer.from('evil'))}  rustc.tar.xz\n`,
    `${sha256(CONTENT)}  rustc.tar.xz\n`,
  ];
  writeFileSync(file, 'evil');
  writeFileSync(list, mine);
  writeFileSync(`${list}.asc`, await detached(key, Buffer.from(theirs)));
  const keyring = await readKeyring([keyringOf(folder, 'keys', [key])], []);
  const reading = readList(list, keyring);
  writeFileSync(list, theirs);
  await t.throwsAsync(reading, { instanceOf: InputError, message: /changed while it was being checked/ });
});

for (const at of [0, 1, CONTENT.length - 1]) {
  test(`a file of which byte ${at} was changed is bad`, async (t) => {
    const key = await testKey('Release');
    const { folder, file } = await signed(t, key);
    const changed = Buffer.from(CONTENT);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(file, changed);
    const { outcome: found, why } = await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] });
    t.is(found, 'bad');
    t.is(why, 'the bytes are not what was signed');
  });
}

test('a file that was cut or lengthened is bad', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  writeFileSync(file, CONTENT.subarray(1));
  t.is((await outcome(file, { keyrings })).outcome, 'bad');
  writeFileSync(file, Buffer.concat([CONTENT, Buffer.of(0)]));
  t.is((await outcome(file, { keyrings })).outcome, 'bad');
});

test('what is no signature is bad', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  for (const text of [
    '',
    'nothing',
    '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n',
  ]) {
    writeFileSync(`${file}.asc`, text);
    t.is((await outcome(file, { keyrings })).outcome, 'bad', text);
  }
});

test('a signature of a time to come is bad', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key, -3);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const { outcome: found, why } = await outcome(file, { keyrings });
  t.is(found, 'bad');
  t.regex(why, /in the future/);
});

test('a signature by a key that expired is expired, also where it was made before that', async (t) => {
  const key = await testKey('Old', { ago: 10, lasts: 5 });
  const { folder, file } = await signed(t, key, 7);
  const { outcome: found, why } = await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] });
  t.is(found, 'expired');
  t.regex(why, /its key expired on \d{4}-\d\d-\d\d, after it signed/);
});

test('bytes that were changed are bad, whatever became of the key', async (t) => {
  const key = await testKey('Old', { ago: 10, lasts: 5 });
  const { folder, file } = await signed(t, key, 7);
  writeFileSync(file, 'other');
  t.is((await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] })).outcome, 'bad');
  writeFileSync(join(folder, 'x'), '');
  t.is((await outcome(file, { keyrings: [keyringOf(folder, 'keys', [await revoked(key)])] })).outcome, 'bad');
});

test('a signature by a key that was revoked is revoked', async (t) => {
  const key = await testKey('Stolen');
  const { folder, file } = await signed(t, key);
  t.is((await outcome(file, { keyrings: [keyringOf(folder, 'before', [key])] })).outcome, 'good');
  t.is(
    (await outcome(file, { keyrings: [keyringOf(folder, 'keys', [await revoked(key)])] })).outcome,
    'revoked',
  );
});

test('a signature by a subkey is that of its key, unless the subkey has been revoked', async (t) => {
  const { key, revoke } = await subkeyed('Release');
  const { folder, file } = await signed(t, key);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const subkey = key.subkeys[0]?.getFingerprint() ?? '';
  const { check } = await outcome(file, { keyrings });
  t.is(check?.outcome, 'good');
  t.is(check?.signatures[0]?.keyId, subkey.slice(-16).toUpperCase());
  t.is(check?.signatures[0]?.fingerprint, key.getFingerprint().toUpperCase());
  t.is((await outcome(file, { keyrings, fingerprints: [key.getFingerprint()] })).outcome, 'good');
  t.is((await outcome(file, { keyrings, fingerprints: [subkey] })).outcome, 'good');
  const after = [keyringOf(folder, 'after', [await revoke()])];
  t.is((await outcome(file, { keyrings: after })).outcome, 'revoked');
});

test('of an RSA key only a signature that is strong, lasting, and by a part for signing that is valid is good', async (t) => {
  const folder = scratch(t);
  const file = join(folder, 'rustc.tar.xz');
  writeFileSync(file, CONTENT);
  const key = await rsaKey();
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const [encrypting, expired] = key.subkeys;
  const hours = (count: number): Date => new Date(Date.now() - count * 3_600_000);
  const of = async (
    packet: unknown,
    odd: OddSignature,
  ): Promise<{ outcome: string | undefined; why: string }> => {
    writeFileSync(`${file}.sig`, await oddSignature(packet as SecretKeyPacket, CONTENT, odd));
    return outcome(file, { keyrings });
  };
  const { keyPacket } = key;
  t.is((await of(keyPacket, {})).outcome, 'good');
  t.is((await of(keyPacket, { hash: enums.hash.sha512, lasts: 3600 })).outcome, 'good');
  for (const hash of [enums.hash.sha1, enums.hash.md5]) t.is((await of(keyPacket, { hash })).outcome, 'bad');
  t.is((await of(keyPacket, { lasts: 60, date: hours(1) })).outcome, 'expired');
  t.is((await of(encrypting?.keyPacket, {})).outcome, 'bad');
  t.is((await of(expired?.keyPacket, {})).outcome, 'expired');
  t.is((await of(expired?.keyPacket, { date: hours(47.5) })).outcome, 'expired');
  for (const type of [enums.signature.standalone, enums.signature.timestamp])
    t.not((await of(keyPacket, { type })).outcome, 'good', `type ${type}`);
});

test('a signature of text, which stands for other line ends as well, is none of these bytes', async (t) => {
  const folder = scratch(t);
  const file = join(folder, 'rustc.tar.xz');
  const key = await rsaKey();
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const content = Buffer.from('one\ntwo\n');
  const signature = await oddSignature(key.keyPacket as SecretKeyPacket, content, {
    type: enums.signature.text,
  });
  writeFileSync(`${file}.sig`, signature);
  for (const bytes of ['one\ntwo\n', 'one\r\ntwo\n']) {
    writeFileSync(file, bytes);
    const { outcome: found, why } = await outcome(file, { keyrings });
    t.is(found, 'bad');
    t.regex(why, /it signs a text, whatever its line ends/);
  }
});

test('a file of more signatures than anybody makes is refused before the file is hashed for each', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  const { data } = await unarmor(await detached(key, CONTENT));
  rmSync(`${file}.asc`);
  writeFileSync(`${file}.sig`, Buffer.concat(Array.from({ length: 65 }, () => data as Uint8Array)));
  const { outcome: found, why } = await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] });
  t.is(found, 'bad');
  t.regex(why, /more than 64 signatures/);
});

test('a signature by a key outside the keyring, or without any keyring, is of the wrong key', async (t) => {
  const key = await testKey('Somebody');
  const { folder, file } = await signed(t, key);
  const { outcome: found, check } = await outcome(file, {
    keyrings: [keyringOf(folder, 'keys', [await testKey('Release')])],
  });
  t.is(found, 'wrong-key');
  t.is(check?.signatures[0]?.fingerprint, key.getFingerprint().toUpperCase());
  t.is((await outcome(file, {})).outcome, 'wrong-key');
});

test('a key of the keyring that is not pinned is the wrong key', async (t) => {
  const [key, other] = [await testKey('Release'), await testKey('Other')];
  const { folder, file } = await signed(t, key);
  const keyrings = [keyringOf(folder, 'keys', [key, other])];
  const of = (one: PrivateKey) => one.getFingerprint();
  t.is((await outcome(file, { keyrings, fingerprints: [of(other)] })).outcome, 'wrong-key');
  t.is((await outcome(file, { keyrings, fingerprints: [of(other), of(key)] })).outcome, 'good');
  const spaced = of(key)
    .toUpperCase()
    .replace(/(....)/g, '$1 ');
  t.is((await outcome(file, { keyrings, fingerprints: [spaced] })).outcome, 'good');
  await t.throwsAsync(outcome(file, { keyrings, fingerprints: [of(key).slice(-16)] }), {
    instanceOf: UsageError,
  });
  await t.throwsAsync(outcome(file, { fingerprints: [of(key)] }), { instanceOf: UsageError });
});

test('a file without a signature is missing one', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  rmSync(`${file}.asc`);
  t.is((await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] })).outcome, 'missing');
});

test('a signature that lies elsewhere can be named', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  mkdirSync(join(folder, 'signatures'));
  const signature = join(folder, 'signatures', `${basename(file)}.asc`);
  writeFileSync(signature, await detached(key, CONTENT));
  rmSync(`${file}.asc`);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  t.is((await outcome(file, { keyrings, signatures: [signature] })).outcome, 'good');
});

test('a list of digests that lies beside a file proves nothing, unless it is named or signed', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  rmSync(`${file}.asc`);
  const list = `${file}.sha256`;
  writeFileSync(list, `${sha256(CONTENT)}  ${basename(file)}\n`);
  const { outcome: beside, why } = await outcome(file, {});
  t.is(beside, 'missing');
  t.regex(why, /only .*\.sha256 has its SHA-256/);
  const named = await outcome(file, { checksums: [list] });
  t.is(named.check?.outcome, 'good');
  t.is(named.check?.by, 'checksums');
  writeFileSync(`${list}.asc`, await detached(key, Buffer.from(`${sha256(CONTENT)}  ${basename(file)}\n`)));
  const both = await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])] });
  t.is(both.check?.outcome, 'good');
  t.is(both.check?.by, 'signature');
  writeFileSync(list, `${sha256(Buffer.of(1))}  ${basename(file)}\n`);
  t.is((await outcome(file, { checksums: [list] })).outcome, 'bad');
  writeFileSync(list, `${sha256(CONTENT)}  another-file\n`);
  t.is((await outcome(file, { checksums: [list] })).outcome, 'missing');
});

test('a list that says otherwise makes a file bad, though its signature is good', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  const list = join(folder, 'stage0');
  writeFileSync(list, `compiler_version=1.84.0\ndist/2025-01-09/${basename(file)}=${sha256(Buffer.of(1))}\n`);
  t.is(
    (await outcome(file, { keyrings: [keyringOf(folder, 'keys', [key])], checksums: [list] })).outcome,
    'bad',
  );
});

test('a named list whose own signature does not hold is no proof', async (t) => {
  const [key, other] = [await testKey('Release'), await testKey('Somebody')];
  const { folder, file } = await signed(t, key);
  rmSync(`${file}.asc`);
  const list = join(folder, 'SHA256SUMS');
  writeFileSync(list, await cleartext(other, `${sha256(CONTENT)}  ${basename(file)}\n`));
  const keyrings = [keyringOf(folder, 'keys', [key])];
  t.is((await outcome(file, { keyrings, checksums: [list] })).outcome, 'wrong-key');
  t.is((await outcome(file, { checksums: [list] })).outcome, 'good', 'there is no keyring to check it with');
});

/** A .dsc with two files beside it, one of which is not there. */
async function sourcePackage(t: ExecutionContext, key: PrivateKey) {
  const folder = scratch(t);
  const orig = join(folder, 'rustc_1.85.0.orig.tar.xz');
  writeFileSync(orig, CONTENT);
  const lines = [
    'Format: 3.0 (quilt)',
    'Source: rustc',
    'Checksums-Sha256:',
    ` ${sha256(CONTENT)} ${CONTENT.length} ${basename(orig)}`,
    ` ${sha256(Buffer.of(1))} 1 rustc_1.85.0-1.debian.tar.xz`,
    '',
  ];
  const dsc = join(folder, 'rustc_1.85.0-1.dsc');
  writeFileSync(dsc, await cleartext(key, lines.join('\n')));
  return { folder, dsc, orig };
}

test('the signature of a .dsc stands for the files that it lists, and those that are not there are told', async (t) => {
  const key = await testKey('Developer');
  const { folder, dsc, orig } = await sourcePackage(t, key);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const { files, absent } = await verifyFiles([dsc], { keyrings });
  t.deepEqual(
    files.map(({ file, outcome: found, by }) => [file, found, by]),
    [
      [dsc, 'good', 'signature'],
      [orig, 'good', 'signature'],
    ],
  );
  t.deepEqual(absent, [join(folder, 'rustc_1.85.0-1.debian.tar.xz')]);
  writeFileSync(orig, 'changed');
  const changed = await verifyFiles([dsc], { keyrings });
  t.deepEqual(
    changed.files.map(({ outcome: found }) => found),
    ['good', 'bad'],
  );
});

test('a .dsc that lists a file elsewhere is refused', async (t) => {
  const key = await testKey('Developer');
  const { dsc } = await sourcePackage(t, key);
  writeFileSync(dsc, `Source: rustc\nChecksums-Sha256:\n ${sha256(CONTENT)} 1 ../../etc/passwd\n`);
  await t.throwsAsync(verifyFiles([dsc]), { instanceOf: InputError, message: /no name of a file beside it/ });
});

test('what stands around the signed text of a .dsc is not read', async (t) => {
  const key = await testKey('Developer');
  const { folder, dsc } = await sourcePackage(t, key);
  const keyrings = [keyringOf(folder, 'keys', [key])];
  const forged = `Checksums-Sha256:\n ${sha256(Buffer.from('evil'))} 4 evil.tar.xz\n\n`;
  writeFileSync(join(folder, 'evil.tar.xz'), 'evil');
  writeFileSync(dsc, forged + readFileSync(dsc, 'utf8'));
  const { files, absent } = await verifyFiles([dsc], { keyrings });
  t.false([...files.map(({ file }) => file), ...absent].some((file) => file.endsWith('evil.tar.xz')));
});

test('a .dsc of which a signed line was changed is bad', async (t) => {
  const key = await testKey('Developer');
  const { folder, dsc } = await sourcePackage(t, key);
  writeFileSync(dsc, readFileSync(dsc, 'utf8').replace('Source: rustc', 'Source: rustd'));
  const { files } = await verifyFiles([dsc], { keyrings: [keyringOf(folder, 'keys', [key])] });
  t.deepEqual(
    files.map(({ outcome: found }) => found),
    ['bad', 'bad'],
  );
});

test('a keyring without keys, and one that only GnuPG reads, are refused', async (t) => {
  const key = await testKey('Release');
  const { folder, file } = await signed(t, key);
  const keyring = join(folder, 'keys');
  for (const content of ['', 'no keys', `${'\0'.repeat(8)}KBXf${'\0'.repeat(20)}`]) {
    writeFileSync(keyring, content);
    await t.throwsAsync(outcome(file, { keyrings: [keyring] }), { instanceOf: InputError });
  }
  await t.throwsAsync(outcome(file, { keyrings: [join(folder, 'none')] }), { instanceOf: InputError });
  await t.throwsAsync(outcome(join(folder, 'none'), {}), { instanceOf: InputError });
});

const hasGpg = spawnSync('gpg', ['--version']).status === 0;

// Skipped where GnuPG is not installed.
(hasGpg ? test : test.skip)('what GnuPG signs is good, but not with SHA-1', async (t) => {
  const folder = scratch(t);
  const home = join(folder, 'gnupg');
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: string[]) =>
    spawnSync('gpg', [
      '--homedir',
      home,
      '--batch',
      '--passphrase',
      '',
      '--pinentry-mode',
      'loopback',
      ...args,
    ]);
  const file = join(folder, 'rustc.tar.xz');
  writeFileSync(file, CONTENT);
  t.is(gpg('--quick-gen-key', 'Release <release@example.org>', 'rsa3072', 'sign', '1d').status, 0);
  t.is(gpg('--armor', '--detach-sign', file).status, 0);
  const keyring = join(folder, 'keys.gpg');
  writeFileSync(keyring, gpg('--export').stdout);
  t.is((await outcome(file, { keyrings: [keyring] })).outcome, 'good');
  t.is(gpg('--yes', '--digest-algo', 'SHA1', '--armor', '--detach-sign', file).status, 0);
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  const { outcome: found, why } = await outcome(file, { keyrings: [keyring] });
  t.is(found, 'bad', 'for SHA-1 other bytes can be made');
  t.regex(why, /Insecure .*SHA1/);
});
