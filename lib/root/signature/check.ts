/** What became of looking at a signature, the worst last but one. */
export const SIGNATURE_OUTCOMES = ['good', 'bad', 'revoked', 'expired', 'wrong-key', 'missing'] as const;

/**
 * - `good`: the bytes are what the key signed, the key is in the keyring, pinned where keys are pinned, and valid now;
 * - `bad`: the bytes are not what was signed, or the signature cannot be read or is not to be trusted (MD5, SHA-1);
 * - `revoked`, `expired`: the bytes are what was signed, by a key or with a signature that is no longer valid;
 * - `wrong-key`: no key that was given made it;
 * - `missing`: nothing is signed.
 */
export type SignatureOutcome = (typeof SIGNATURE_OUTCOMES)[number];

/** One signature, looked at. */
export interface SignatureCheck {
  readonly outcome: SignatureOutcome;
  /** The file that the signature stands in. */
  readonly signature: string;
  /** Of the key that signed, 40 or 64 hex digits, as far as it is known. */
  readonly fingerprint?: string | undefined;
  /** 16 hex digits. */
  readonly keyId?: string | undefined;
  /** The first name in the key. */
  readonly user?: string | undefined;
  /** When the signature says that it was made, ISO 8601. */
  readonly created?: string | undefined;
  /** Why, as a sentence without a full stop. */
  readonly why: string;
}

/**
 * Of several signatures on one file a single good one is enough; but bytes that were changed are bad whoever else
 * signed them, and where none is good the gravest is told.
 */
export function gravest(checks: readonly SignatureCheck[]): SignatureOutcome {
  const outcomes = new Set(checks.map(({ outcome }) => outcome));
  if (outcomes.has('bad')) return 'bad';
  return SIGNATURE_OUTCOMES.find((outcome) => outcomes.has(outcome)) ?? 'missing';
}
