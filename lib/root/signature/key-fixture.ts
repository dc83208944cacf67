import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  config,
  createCleartextMessage,
  createMessage,
  enums,
  generateKey,
  PacketList,
  type PrivateKey,
  revokeKey,
  SecretKeyPacket,
  type SecretSubkeyPacket,
  Signature,
  SignaturePacket,
  sign,
} from 'openpgp';

const DAY = 86_400_000;

/** A key made for a test; `ago` and `lasts` in days. */
export async function testKey(
  name: string,
  when: { ago?: number; lasts?: number } = {},
): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    type: 'ecc',
    userIDs: [{ name, email: `${name.toLowerCase()}@example.org` }],
    date: new Date(Date.now() - (when.ago ?? 1) * DAY),
    keyExpirationTime: (when.lasts ?? 0) * 86_400,
    format: 'object',
  });
  return privateKey;
}

/** The same key, revoked. */
export async function revoked(key: PrivateKey): Promise<PrivateKey> {
  const { privateKey } = await revokeKey({
    key,
    format: 'object',
    reasonForRevocation: { flag: 2, string: 'stolen' },
  });
  return privateKey;
}

/** Writes a keyring of public keys and gives its path. */
export function keyringOf(
  folder: string,
  name: string,
  keys: readonly PrivateKey[],
  armored = false,
): string {
  const path = join(folder, name);
  const publics = keys.map((key) => key.toPublic());
  writeFileSync(
    path,
    armored ? publics.map((key) => key.armor()).join('\n') : Buffer.concat(publics.map((key) => key.write())),
  );
  return path;
}

/** A detached, armored signature; `ago` in days. */
export async function detached(key: PrivateKey, content: Uint8Array, ago = 0): Promise<string> {
  const message = await createMessage({ binary: content });
  return String(
    await sign({ message, signingKeys: key, detached: true, date: new Date(Date.now() - ago * DAY) }),
  );
}

/** A text that is signed in the cleartext framework. */
export async function cleartext(key: PrivateKey, text: string): Promise<string> {
  return String(await sign({ message: await createCleartextMessage({ text }), signingKeys: key }));
}

/** A key that signs with a subkey; `revoke` gives the same with that subkey revoked. */
export async function subkeyed(
  name: string,
): Promise<{ key: PrivateKey; revoke: () => Promise<PrivateKey> }> {
  const { privateKey: key } = await generateKey({
    type: 'ecc',
    userIDs: [{ name, email: `${name.toLowerCase()}@example.org` }],
    subkeys: [{ sign: true }],
    date: new Date(Date.now() - DAY),
    format: 'object',
  });
  return {
    key,
    async revoke() {
      const [subkey] = key.subkeys;
      const primary = key.keyPacket;
      if (subkey === undefined || !(primary instanceof SecretKeyPacket)) throw new Error('no subkey');
      key.subkeys[0] = await subkey.revoke(primary, { flag: 2, string: 'stolen' });
      return key;
    },
  };
}

/** An RSA key with an RSA subkey that is for encryption alone, and a subkey for signing that lasted an hour. */
export async function rsaKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    type: 'rsa',
    rsaBits: 2048,
    userIDs: [{ name: 'Rsa', email: 'rsa@example.org' }],
    subkeys: [{ sign: false }, { sign: true, keyExpirationTime: 3600 }],
    date: new Date(Date.now() - 2 * DAY),
    format: 'object',
  });
  return privateKey;
}

export interface OddSignature {
  readonly hash?: enums.hash;
  readonly type?: enums.signature;
  /** Seconds for which it is valid. */
  readonly lasts?: number;
  readonly date?: Date;
}

/** A detached signature that no honest program makes, binary. */
export async function oddSignature(
  packet: SecretKeyPacket | SecretSubkeyPacket,
  content: Uint8Array,
  { hash = enums.hash.sha256, type = enums.signature.binary, lasts, date = new Date() }: OddSignature = {},
): Promise<Uint8Array> {
  const [literal] = (await createMessage({ binary: content })).packets;
  const signature = new SignaturePacket();
  signature.signatureType = type;
  signature.publicKeyAlgorithm = packet.algorithm;
  signature.hashAlgorithm = hash;
  if (lasts !== undefined) {
    signature.signatureExpirationTime = lasts;
    signature.signatureNeverExpires = false;
  }
  const own = { ...config, nonDeterministicSignaturesViaNotation: false };
  const args = [packet, literal, date, true, own] as unknown as Parameters<SignaturePacket['sign']>;
  await signature.sign(...args);
  const list = new PacketList<SignaturePacket>();
  list.push(signature);
  return new Signature(list).write() as Uint8Array;
}
