import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError, UsageError } from '../../error.js';
import { gravest, type SignatureCheck, type SignatureOutcome } from './check.js';
import {
  baseName,
  type ChecksumFormat,
  type ChecksumList,
  digestFor,
  parseChecksums,
} from './checksum-list.js';
import { digestFile, type FileDigest } from './file-digest.js';
import { type Keyring, readKeyring, readWhole } from './keyring.js';
import { checkDetached, readSignedText } from './openpgp.js';

/** Whom to believe. */
export interface TrustOptions {
  /** Files of public keys. */
  readonly keyrings?: readonly string[] | undefined;
  /** Only these keys of them: fingerprints, 40 or 64 hex digits. */
  readonly fingerprints?: readonly string[] | undefined;
  /** Lists of SHA-256 digests that the user vouches for, or whose own signature does. */
  readonly checksums?: readonly string[] | undefined;
  /** Detached signatures that do not lie beside what they sign as `.asc`, `.sig` or `.sign`. */
  readonly signatures?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

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

export interface Verification {
  readonly files: readonly FileCheck[];
  /** Files that a .dsc or .changes has and that are not there: nothing is known of them. */
  readonly absent: readonly string[];
}

/** Bytes of a list; a channel manifest has 1 to 2 MB. */
const LIST_LIMIT = 64 * 2 ** 20;

/** Checks files against signatures and lists, each file read once. */
export class Verifier {
  readonly #lists: Promise<readonly OpenList[]>;

  private constructor(
    readonly keyring: Keyring,
    readonly options: TrustOptions,
  ) {
    this.#lists = Promise.all((options.checksums ?? []).map((list) => readList(list, keyring)));
    this.#lists.catch(() => {}); // Whoever checks the first file is told.
  }

  /** @throws InputError for keys that cannot be read; UsageError for a fingerprint that is none */
  static async create(options: TrustOptions): Promise<Verifier> {
    return new Verifier(await readKeyring(options.keyrings ?? [], options.fingerprints ?? []), options);
  }

  get hasKeyring(): boolean {
    return this.keyring.files.length > 0;
  }

  /**
   * @param vouching Lists that stand for this file beside those of the user: the .dsc that has it
   * @throws InputError where the file, or a list, cannot be read
   */
  async check(file: string, vouching: readonly OpenList[] = []): Promise<FileCheck> {
    const beside = this.#signaturesOf(file);
    const signatures: SignatureCheck[] = [];
    let digest: FileDigest | undefined;
    for (const signature of beside) {
      const { checks, ...read } = await checkDetached(file, signature, this.keyring, this.options.signal);
      if (digest !== undefined && digest.sha256 !== read.sha256)
        throw new InputError('the file changed while it was being checked', { file });
      digest = read;
      signatures.push(...checks);
    }
    digest ??= await digestFile(file, this.options.signal);
    const lists: ListCheck[] = [];
    const sums = `${file}.sha256`;
    const neighbours = isFile(sums) ? [await readList(sums, this.keyring)] : [];
    for (const list of [...(await this.#lists), ...vouching, ...neighbours])
      lists.push(askList(list, file, digest, !neighbours.includes(list) && !vouching.includes(list)));
    return { file, ...digest, ...judged(signatures, lists, this.hasKeyring), signatures, lists };
  }

  /** A file that may itself be a signed list of others. */
  async readList(file: string): Promise<OpenList> {
    return readList(file, this.keyring);
  }

  /** @throws UsageError where a signature that was named is that of none of these files */
  assertSignaturesUsed(files: readonly string[]): void {
    for (const signature of this.options.signatures ?? []) {
      if (files.length > 1 && !files.some((file) => signs(signature, file)))
        throw new UsageError(
          `${signature} is named like the signature of none of the files`,
          'check that file alone',
        );
    }
  }

  #signaturesOf(file: string): string[] {
    const given = this.options.signatures ?? [];
    const named = given.filter((signature) => signs(signature, file) || given.length === 1);
    const beside = SIGNATURE_SUFFIXES.map((suffix) => file + suffix).filter(isFile);
    return [...new Set([...named, ...beside])];
  }
}

const SIGNATURE_SUFFIXES = ['.asc', '.sig', '.sign'] as const;

function signs(signature: string, file: string): boolean {
  return SIGNATURE_SUFFIXES.some((suffix) => baseName(signature) === baseName(file) + suffix);
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
  return verifyWith(verifier, files);
}

/** The same with keys and lists that have been read already. */
export async function verifyWith(verifier: Verifier, files: readonly string[]): Promise<Verification> {
  const checks: FileCheck[] = [];
  const absent: string[] = [];
  for (const file of files) {
    if (!isDebianList(file)) {
      checks.push(await verifier.check(file));
      continue;
    }
    const list = await verifier.readList(file);
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
  return { files: checks, absent };
}

/** Whether a file is one of Debian's lists, by its name. */
export function isDebianList(file: string): boolean {
  return /\.(?:dsc|changes|buildinfo)$/.test(file);
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

/** A file that is signed in itself: its signature is that of the text, and lists may have it beside that. */
async function checkSigned(verifier: Verifier, file: string, list: OpenList): Promise<FileCheck> {
  const check = await verifier.check(file);
  const signatures = [...list.signatures, ...check.signatures];
  return { ...check, ...judged(signatures, check.lists, verifier.hasKeyring), signatures };
}

/** A list that has been read, with what is signed of it. */
export interface OpenList extends ChecksumList {
  readonly list: string;
  /** The text that was read: where it is signed in itself, what was signed. */
  readonly text: string;
  readonly signatures: readonly SignatureCheck[];
}

async function readList(list: string, keyring: Keyring): Promise<OpenList> {
  const bytes = readWhole(list, LIST_LIMIT);
  const { text, checks } = await readSignedText(list, bytes, keyring);
  const signatures = [...checks];
  for (const suffix of SIGNATURE_SUFFIXES) {
    if (!isFile(list + suffix)) continue;
    const detached = await checkDetached(list, list + suffix, keyring);
    signatures.push(...detached.checks);
  }
  // What is signed but cannot be read as that has no digests; its outcome says why.
  if (text === '' && checks.length > 0)
    return { list, text, format: 'sha256sum', digests: new Map(), signatures };
  return { list, text, ...parseChecksums(text, list), signatures };
}

function askList(list: OpenList, file: string, digest: FileDigest, named: boolean): ListCheck {
  const listed = digestFor(list, file);
  const says = listed === undefined ? 'not-listed' : listed === digest.sha256 ? 'match' : 'mismatch';
  return { list: list.list, format: list.format, says, named, signatures: list.signatures };
}

function judged(
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

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
