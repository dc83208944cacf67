import { InputError } from '../../error.js';
import { gravest, type SignatureCheck, type SignatureOutcome } from './check.js';
import type { ChecksumFormat } from './checksum-list.js';
import type { FileDigest } from './file-digest.js';

/** A list of digests and what it says of one file. */
export interface ListCheck {
  readonly list: string;
  readonly format: ChecksumFormat;
  /** `match` and `mismatch` of the digest, or the list does not have the file. */
  readonly says: 'match' | 'mismatch' | 'not-listed';
  /** Whether the user named it; one that lies beside the file may come from whoever the file comes from. */
  readonly named: boolean;
  /** Of the list itself. */
  readonly signatures: readonly SignatureCheck[];
}

/** What stands behind one file. */
export interface FileCheck extends FileDigest {
  readonly file: string;
  readonly outcome: SignatureOutcome;
  /** Of a good one: a signature (on the file, or on a list that has it), or a list that the user named. */
  readonly by?: 'signature' | 'checksums' | undefined;
  /** Why, as a sentence without a full stop. */
  readonly why: string;
  readonly signatures: readonly SignatureCheck[];
  readonly lists: readonly ListCheck[];
}

/**
 * What signatures and lists come to. A list that has another digest makes a file bad whoever signed it; a list that is
 * not signed stands for a file only where the user named it.
 */
export function judged(
  signatures: readonly SignatureCheck[],
  lists: readonly ListCheck[],
  hasKeyring: boolean,
): Pick<FileCheck, 'outcome' | 'by' | 'why'> {
  const mismatch = lists.find(({ says }) => says === 'mismatch');
  if (mismatch !== undefined) return { outcome: 'bad', why: `${mismatch.list} has another SHA-256 for it` };
  const outcome = gravest(signatures);
  if (outcome === 'good') return { outcome, by: 'signature', why: whyOf(signatures, outcome) };
  if (outcome === 'bad') return { outcome, why: whyOf(signatures, outcome) };
  const matching = lists.filter(({ says }) => says === 'match');
  const signed = matching.find((list) => gravest(list.signatures) === 'good');
  if (signed !== undefined)
    return { outcome: 'good', by: 'signature', why: `${signed.list}, which is signed, has its SHA-256` };
  // A signature that is there and does not hold is not made up for by a list; one that nobody can check is.
  const silent = (checks: readonly SignatureCheck[]): boolean =>
    checks.length === 0 || (!hasKeyring && checks.every((check) => check.outcome === 'wrong-key'));
  const named = matching.find((list) => list.named && silent(list.signatures));
  if (named !== undefined && silent(signatures))
    return { outcome: 'good', by: 'checksums', why: `${named.list}, which you named, has its SHA-256` };
  const failed = [...signatures, ...matching.flatMap((list) => list.signatures)];
  if (failed.length > 0) return { outcome: gravest(failed), why: whyOf(failed, gravest(failed)) };
  const [beside] = matching;
  const why =
    beside === undefined
      ? 'no signature lies beside it, and no list has it'
      : `only ${beside.list} has its SHA-256, which is not signed and was not named`;
  return { outcome: 'missing', why };
}

function whyOf(checks: readonly SignatureCheck[], outcome: SignatureOutcome): string {
  return checks.find((check) => check.outcome === outcome)?.why ?? '';
}

/** @throws InputError for anything but a good signature */
export function assertSigned({ file, outcome, by, why }: FileCheck): void {
  if (outcome === 'good' && by === 'signature') return;
  const what =
    outcome === 'good'
      ? 'nobody signed it'
      : `its signature is ${outcome === 'wrong-key' ? 'by the wrong key' : outcome}`;
  throw new InputError(`${what}: ${why}`, { file }, '--require-signature asks for a good one');
}
