import { printableName, printableText } from '../../artefact/name.js';
import type { Paint } from '../../report/paint.js';
import { sized } from '../../report/quantity.js';
import { wrapped } from '../../report/text/wrap.js';
import type { SignatureCheck } from '../signature/check.js';
import type { FileCheck } from '../signature/file-check.js';
import type { Verification } from '../signature/verify.js';

/** What became of each file. */
export function* verificationLines(
  { files, absent }: Verification,
  paint: Paint,
  width: number,
): Generator<string> {
  for (const check of files) {
    yield paint.bold(printableName(check.file));
    yield `  ${sized(check.size)}`;
    yield `  sha256 ${check.sha256}`;
    yield* outcomeText(check, paint, width, '  ');
    for (const signature of check.signatures) yield* signatureLines(signature, width);
    for (const { list, says, signatures } of check.lists) {
      const own =
        signatures.length === 0 ? 'not signed' : signatures.map(({ outcome }) => outcome).join(', ');
      yield* wrapped(`    list ${printableName(list)}: ${LISTED[says]} (${own})`, width, '      ');
    }
  }
  for (const name of absent) {
    yield paint.bold(printableName(name));
    yield `  ${paint.red('missing')}: the file is listed, but it is not there`;
  }
}

const LISTED = {
  match: 'its SHA-256',
  mismatch: 'another SHA-256',
  'not-listed': 'does not have it',
} as const;

/** The outcome of one file and why. */
export function* outcomeText(
  { outcome, by, why, lists }: FileCheck,
  paint: Paint,
  width: number,
  indent: string,
): Generator<string> {
  const word = outcome === 'wrong-key' ? 'wrong key' : outcome;
  const subject =
    by === 'checksums' || lists.some(({ says }) => says === 'mismatch') ? 'digest' : 'signature';
  const [first = '', ...rest] = wrapped(
    `${indent}${subject} ${word}: ${printableText(why)}`,
    width,
    `${indent}  `,
  );
  const colour = outcome === 'good' ? paint.green : outcome === 'missing' ? paint.yellow : paint.red;
  yield first.replace(`${subject} ${word}`, (text) => colour(text));
  yield* rest;
}

function* signatureLines(check: SignatureCheck, width: number): Generator<string> {
  const { outcome, signature, fingerprint, keyId, user, created } = check;
  const made = [
    ...(user === undefined ? [] : [`by ${printableText(user)}`]),
    ...(created === undefined ? [] : [`on ${created.slice(0, 10)}`]),
  ];
  yield* wrapped(
    `    ${outcome} in ${printableName(signature)}${made.length === 0 ? '' : `, ${made.join(' ')}`}`,
    width,
    '      ',
  );
  if (fingerprint !== undefined || keyId !== undefined) yield `      key ${fingerprint ?? keyId}`;
}
