import { dirname, join } from 'node:path';
import { InputError } from '../../error.js';
import { type FileCheck, judged } from './file-check.js';
import { isFile, type OpenList } from './open-list.js';
import { type TrustOptions, Verifier } from './verifier.js';

export interface Verification {
  readonly files: readonly FileCheck[];
  /** Files that a .dsc or .changes has and that are not there: nothing is known of them. */
  readonly absent: readonly string[];
}

/**
 * Checks files: each against detached signatures beside it and the lists of the options; a .dsc, .changes or .buildinfo
 * by the signature in it, and the files beside it by what it says of them.
 * @throws InputError where something cannot be read; whatever is found is an outcome
 */
export async function verifyFiles(
  files: readonly string[],
  options: TrustOptions = {},
): Promise<Verification> {
  const verifier = await Verifier.create(options);
  verifier.assertSignaturesUsed(files);
  const { files: checks, absent } = await verifyWith(verifier, files);
  return { files: checks, absent };
}

/** What came of files, with the .dsc and the like among them as they were read. */
interface ListedVerification extends Verification {
  readonly lists: readonly OpenList[];
}

/** The same with keys and lists that have been read already. */
export async function verifyWith(verifier: Verifier, files: readonly string[]): Promise<ListedVerification> {
  const checks: FileCheck[] = [];
  const lists: OpenList[] = [];
  const absent: string[] = [];
  for (const file of files) {
    if (!isDebianList(file)) {
      checks.push(await verifier.check(file));
      continue;
    }
    const list = await verifier.readList(file);
    lists.push(list);
    checks.push(await checkSigned(verifier, file, list));
    for (const name of list.digests.keys()) {
      if (name.includes('/'))
        throw new InputError(`it lists ${name}, which is no name of a file beside it`, { file });
      const path = join(dirname(file), name);
      if (files.includes(path)) continue;
      if (isFile(path)) checks.push(await verifier.check(path, [list]));
      else absent.push(path);
    }
  }
  return { files: checks, absent, lists };
}

/** Whether a file is one of Debian's lists, by its name. */
export function isDebianList(file: string): boolean {
  return /\.(?:dsc|changes|buildinfo)$/.test(file);
}

/** A file that is signed in itself: its signature is that of the text, and lists may have it beside that. */
async function checkSigned(verifier: Verifier, file: string, list: OpenList): Promise<FileCheck> {
  const check = await verifier.check(file);
  if (check.sha256 !== list.sha256)
    throw new InputError('the file changed while it was being checked', { file });
  const signatures = [...list.signatures, ...check.signatures];
  return { ...check, ...judged(signatures, check.lists, verifier.hasKeyring), signatures };
}
