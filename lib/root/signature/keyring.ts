import { readFileSync } from 'node:fs';
import type { Key } from 'openpgp';
import { reachFailure, statInput } from '../../artefact/input.js';
import { InputError, UsageError } from '../../error.js';

/** The keys that the user trusts. */
export interface Keyring {
  readonly files: readonly string[];
  readonly keys: readonly Key[];
  /** Upper-case hex; empty where any key of the keyring will do. */
  readonly pinned: ReadonlySet<string>;
}

const NO_KEYRING: Keyring = { files: [], keys: [], pinned: new Set() };

/** Bytes of one keyring. All of Debian's developers together have 29 MB. */
const KEYRING_LIMIT = 128 * 2 ** 20;

/**
 * Reads public keys, binary as `gpg --export` writes them or armored.
 * @param pins Fingerprints of keys or signing subkeys; none for any key in the files
 * @throws InputError for a file without keys; UsageError for a fingerprint that is none
 */
export async function readKeyring(files: readonly string[], pins: readonly string[]): Promise<Keyring> {
  const pinned = new Set(pins.map(fingerprint));
  if (files.length === 0) {
    if (pinned.size > 0)
      throw new UsageError(
        'a fingerprint is pinned, but no keyring holds its key',
        'name one with --keyring',
      );
    return NO_KEYRING;
  }
  const keys: Key[] = [];
  for (const file of files) keys.push(...(await keysOf(file)));
  return { files, keys, pinned };
}

/** A fingerprint as it is compared. Shorter IDs of keys can be forged. */
function fingerprint(text: string): string {
  const hex = text.replace(/^0x/i, '').replace(/[\s:]/g, '').toUpperCase();
  if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(hex)) return hex;
  throw new UsageError(`${text} is no fingerprint of a key`, 'give all of its 40 (or 64) hex digits');
}

async function keysOf(file: string): Promise<Key[]> {
  const bytes = readWhole(file, KEYRING_LIMIT);
  if (bytes.subarray(8, 12).toString('latin1') === 'KBXf') {
    throw new InputError(
      "it is GnuPG's keybox, which only GnuPG reads",
      { file },
      'write the keys with gpg --export',
    );
  }
  const { readKeys } = await import('openpgp');
  const armored = bytes.subarray(0, 4096).includes('-----BEGIN PGP PUBLIC KEY BLOCK-----');
  try {
    if (!armored) return await readKeys({ binaryKeys: bytes });
    const blocks = bytes
      .toString('latin1')
      .match(/-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----/gs);
    const keys: Key[] = [];
    for (const block of blocks ?? []) keys.push(...(await readKeys({ armoredKeys: `${block}\n` })));
    if (keys.length > 0) return keys;
  } catch (error) {
    throw new InputError(`no public keys can be read from it (${message(error)})`, { file });
  }
  throw new InputError('no public keys are in it', { file });
}

/** A small file as a whole. @throws InputError */
export function readWhole(file: string, limit: number): Buffer {
  const stat = statInput(file);
  if (stat.isDirectory()) throw new InputError('it is a directory, not a file', { file });
  if (stat.size > limit)
    throw new InputError(`it has ${stat.size} bytes; at most ${limit} are read`, { file });
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(reachFailure(error), { file });
  }
}

/** What the library says of bytes that it cannot read, in one line. */
export function message(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 200);
}
