import { InputError, UsageError } from '../../error.js';
import type { SignatureCheck } from './check.js';
import { baseName } from './checksum-list.js';
import { type FileCheck, judged, type ListCheck } from './file-check.js';
import { digestFile, type FileDigest } from './file-digest.js';
import { type Keyring, readKeyring } from './keyring.js';
import { askList, isFile, type OpenList, readList, SIGNATURE_SUFFIXES } from './open-list.js';
import { checkDetached } from './openpgp.js';

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

function signs(signature: string, file: string): boolean {
  return SIGNATURE_SUFFIXES.some((suffix) => baseName(signature) === baseName(file) + suffix);
}
