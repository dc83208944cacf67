import type { Key, SignaturePacket, Subkey, VerifyMessageResult } from 'openpgp';
import type { SignatureCheck, SignatureOutcome } from './check.js';
import { digestedBlocks, type FileDigest } from './file-digest.js';
import { type Keyring, message, readWhole } from './keyring.js';

/** Bytes of a signature, and of a text that is signed in one file. */
const SIGNATURE_LIMIT = 2 ** 20;

/** Signatures of one file: the whole file is hashed for each. */
const MOST_SIGNATURES = 64;

/** A file that was read once, for its digest and for its detached signatures. */
export interface DetachedCheck extends FileDigest {
  readonly checks: readonly SignatureCheck[];
}

/**
 * Checks a detached signature (RFC 9580, 10.4), armored or binary. The file is streamed, whatever its size.
 * @throws InputError where the file cannot be read; what is wrong with the signature is an outcome
 */
export async function checkDetached(
  file: string,
  signatureFile: string,
  keyring: Keyring,
  signal?: AbortSignal,
): Promise<DetachedCheck> {
  const { createMessage, readSignature, verify } = await import('openpgp');
  const bytes = readWhole(signatureFile, SIGNATURE_LIMIT);
  let digest: FileDigest = { sha256: '', size: 0 };
  const blocks = digestedBlocks(file, (found) => (digest = found), signal);
  const text = bytes.toString('latin1');
  let signature: Awaited<ReturnType<typeof readSignature>>;
  try {
    signature = text.includes('-----BEGIN PGP SIGNATURE-----')
      ? await readSignature({ armoredSignature: text })
      : await readSignature({ binarySignature: bytes });
  } catch (error) {
    for await (const _ of blocks) void _;
    return { ...digest, checks: [unreadable(signatureFile, error)] };
  }
  if (signature.packets.length > MOST_SIGNATURES) {
    for await (const _ of blocks) void _;
    return { ...digest, checks: [refused(signatureFile, `it has more than ${MOST_SIGNATURES} signatures`)] };
  }
  const binary = streamOf(blocks);
  const result = await verify({
    message: await createMessage({ binary }),
    signature,
    verificationKeys: [...keyring.keys],
    format: 'binary',
  });
  // Each `verified` rejects by itself: whoever listens only after the data were drained is too late.
  const settled = result.signatures.map(settle);
  const reader = (result.data as unknown as ReadableStream<Uint8Array>).getReader();
  while (!(await reader.read()).done);
  const checks: SignatureCheck[] = [];
  for (const one of settled)
    checks.push(onBytes(await one, await checkOf(await one, signatureFile, keyring)));
  return { ...digest, checks: checks.length > 0 ? checks : [empty(signatureFile)] };
}

/**
 * A signature of a text (RFC 9580, 5.2.1.2) is taken over it with CRLF line ends, so that it holds for whoever adds or
 * takes away a CR before a LF: in an archive those are other bytes.
 */
function onBytes({ packet }: Settled, check: SignatureCheck): SignatureCheck {
  if (check.outcome !== 'good' || packet?.signatureType !== TEXT_SIGNATURE) return check;
  return {
    ...check,
    outcome: 'bad',
    why: 'it signs a text, whatever its line ends are, and not these bytes',
  };
}

const TEXT_SIGNATURE = 0x01;

/** A text that is signed within its own file, as Debian's .dsc and .changes are. */
export interface SignedText {
  /** What was signed, and nothing that stands around it; all of the file where nothing is signed. */
  readonly text: string;
  readonly checks: readonly SignatureCheck[];
}

/** Reads a text that may be signed in the cleartext framework (RFC 9580, 7). */
export async function readSignedText(file: string, bytes: Buffer, keyring: Keyring): Promise<SignedText> {
  const whole = bytes.toString('utf8');
  if (!whole.includes('-----BEGIN PGP SIGNED MESSAGE-----')) return { text: whole, checks: [] };
  const { readCleartextMessage, verify } = await import('openpgp');
  try {
    const signed = await readCleartextMessage({ cleartextMessage: whole });
    const result = await verify({ message: signed, verificationKeys: [...keyring.keys] });
    const checks: SignatureCheck[] = [];
    for (const one of result.signatures.map(settle)) checks.push(await checkOf(await one, file, keyring));
    return { text: signed.getText(), checks: checks.length > 0 ? checks : [empty(file)] };
  } catch (error) {
    return { text: '', checks: [unreadable(file, error)] };
  }
}

interface Settled {
  readonly keyId: string;
  readonly packet: SignaturePacket | undefined;
  /** What spoke against it, in the library's words. */
  readonly against: string | undefined;
}

async function settle({
  keyID,
  signature,
  verified,
}: VerifyMessageResult['signatures'][number]): Promise<Settled> {
  const against = verified.then(
    () => undefined,
    (error: unknown) => message(error),
  );
  const packet = (await signature.catch(() => undefined))?.packets[0];
  return { keyId: keyID.toHex().toUpperCase(), packet, against: await against };
}

/** What the library says where the bytes are not what was signed. That comes before it looks at the key. */
const NOT_THESE_BYTES =
  /Signed digest did not match|Signature verification failed|was not issued by the given|does not match issuer key/;

async function checkOf(
  { keyId, packet, against }: Settled,
  file: string,
  keyring: Keyring,
): Promise<SignatureCheck> {
  const key = keyring.keys.find((one) => holds(one, keyId));
  const created = packet?.created?.toISOString();
  const told = { signature: file, keyId, ...(created !== undefined && { created }) };
  const issuer = packet?.issuerFingerprint;
  const said = issuer == null ? undefined : Buffer.from(issuer).toString('hex').toUpperCase();
  if (key === undefined) {
    const why =
      keyring.files.length === 0
        ? 'no keyring was named that could hold the key that signed'
        : 'the key that signed is not in the keyring';
    return { outcome: 'wrong-key', ...told, ...(said !== undefined && { fingerprint: said }), why };
  }
  const signer = signerOf(key, keyId);
  const fingerprint = key.getFingerprint().toUpperCase();
  const [user] = key.getUserIDs();
  const known = { ...told, fingerprint, ...(user !== undefined && { user }) };
  const done = (outcome: SignatureOutcome, why: string): SignatureCheck => ({ outcome, ...known, why });
  const own = signer.getFingerprint().toUpperCase();
  if (said !== undefined && said !== own)
    return done('wrong-key', `it says that ${said} made it, which is not in the keyring`);
  if (against !== undefined && NOT_THESE_BYTES.test(against))
    return done('bad', 'the bytes are not what was signed');
  const { pinned } = keyring;
  if (pinned.size > 0 && !pinned.has(fingerprint) && !pinned.has(own))
    return done('wrong-key', 'the key is in the keyring, but it is not the one that is pinned');
  const over = await validity(key, signer, packet);
  if (over !== undefined) return done(...over);
  if (against !== undefined) return done('bad', against.replace(/^Error[^:]*: /, ''));
  return done('good', pinned.size > 0 ? 'by a pinned key' : 'by a key of the keyring');
}

function holds(key: Key, keyId: string): boolean {
  return key.getKeys().some((one) => one.getKeyID().toHex().toUpperCase() === keyId);
}

/** The primary key or the subkey of that ID. */
function signerOf(key: Key, keyId: string): Key | Subkey {
  return key.subkeys.find((subkey) => subkey.getKeyID().toHex().toUpperCase() === keyId) ?? key;
}

/** Whether the key and the signature are valid now. The library only asks whether they were when it was made. */
async function validity(
  key: Key,
  signer: Key | Subkey,
  packet: SignaturePacket | undefined,
): Promise<[SignatureOutcome, string] | undefined> {
  if (
    (await key.isRevoked()) ||
    (signer !== key && (await signer.isRevoked(undefined as never, undefined as never)))
  )
    return ['revoked', 'its key has been revoked'];
  const now = Date.now();
  const ends = [await key.getExpirationTime(), signer === key ? Infinity : await signer.getExpirationTime()];
  const end = Math.min(...ends.map((time) => Number(time ?? Infinity)));
  if (end <= now) {
    const made = packet?.created?.getTime() ?? 0;
    return ['expired', `its key expired on ${day(end)}, ${made < end ? 'after' : 'before'} it signed`];
  }
  const gone = Number(packet?.getExpirationTime() ?? Infinity);
  if (gone <= now) return ['expired', `the signature expired on ${day(gone)}`];
  try {
    await key.getSigningKey(signer.getKeyID(), new Date(now));
    return undefined;
  } catch (error) {
    return ['bad', `its key is not valid for signing (${message(error)})`];
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function unreadable(signature: string, error: unknown): SignatureCheck {
  return refused(signature, `it is no signature that can be read (${message(error)})`);
}

function empty(signature: string): SignatureCheck {
  return refused(signature, 'no signature is in it');
}

function refused(signature: string, why: string): SignatureCheck {
  return { outcome: 'bad', signature, why };
}

function streamOf(blocks: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await blocks.next();
      // The library keeps what it is given for longer than the block is lent.
      if (next.done === true) controller.close();
      else controller.enqueue(Uint8Array.from(next.value));
    },
    async cancel() {
      await blocks.return();
    },
  });
}
