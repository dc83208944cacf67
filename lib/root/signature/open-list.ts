import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { InputError } from '../../error.js';
import type { SignatureCheck } from './check.js';
import { type ChecksumList, digestFor, parseChecksums } from './checksum-list.js';
import type { ListCheck } from './file-check.js';
import type { FileDigest } from './file-digest.js';
import { type Keyring, readWhole } from './keyring.js';
import { checkDetached, readSignedText } from './openpgp.js';

/** A list that has been read, with what is signed of it. */
export interface OpenList extends ChecksumList {
  readonly list: string;
  /** The text that was read: where it is signed in itself, what was signed. */
  readonly text: string;
  /** Of the bytes that were read, lower-case hex. */
  readonly sha256: string;
  readonly signatures: readonly SignatureCheck[];
}

/**
 * Reads a list of digests, signed in itself or by a file beside it.
 * @throws InputError where it cannot be read or has no digests
 */
export async function readList(list: string, keyring: Keyring): Promise<OpenList> {
  const bytes = readWhole(list, LIST_LIMIT);
  const { text, checks } = await readSignedText(list, bytes, keyring);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const signatures = [...checks];
  for (const suffix of SIGNATURE_SUFFIXES) {
    if (!isFile(list + suffix)) continue;
    const detached = await checkDetached(list, list + suffix, keyring);
    if (detached.sha256 !== sha256)
      throw new InputError('the file changed while it was being checked', { file: list });
    signatures.push(...detached.checks);
  }
  // What is signed but cannot be read as that has no digests; its outcome says why.
  if (text === '' && checks.length > 0)
    return { list, text, sha256, format: 'sha256sum', digests: new Map(), signatures };
  return { list, text, sha256, ...parseChecksums(text, list), signatures };
}

/** What a list says of a file. @param named Whether the user named the list */
export function askList(list: OpenList, file: string, digest: FileDigest, named: boolean): ListCheck {
  const listed = digestFor(list, file);
  const says = listed === undefined ? 'not-listed' : listed === digest.sha256 ? 'match' : 'mismatch';
  return { list: list.list, format: list.format, says, named, signatures: list.signatures };
}

/** Bytes of a list; a channel manifest has 1 to 2 MB. */
const LIST_LIMIT = 64 * 2 ** 20;

/** What a detached signature is called after what it signs. */
export const SIGNATURE_SUFFIXES = ['.asc', '.sig', '.sign'] as const;

export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
