import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createCleartextMessage,
  createMessage,
  generateKey,
  type PrivateKey,
  revokeKey,
  SecretKeyPacket,
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
