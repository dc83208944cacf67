import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { digester } from '../artefact/digest.js';
import { inspectInput } from '../artefact/input.js';
import { InputError } from '../error.js';
import { removeFolder } from '../root/folder.js';
import { digestFile } from '../root/signature/file-digest.js';
import { digestTree } from '../root/tree-digest.js';
import { writeWhole } from './run-record.js';

/** A tree that was laid down. */
export interface Laid {
  /** Of the tree, BLAKE3. */
  readonly digest: string;
  /** What was left out of it, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * A folder that is laid once and used again for as long as its tree is what was noted when it was laid. One that was
 * left half done has no note, and is laid anew.
 * @param look Digests what lies there
 * @param lay Lays it into the folder, which is not there, and gives its notes
 */
export async function laidFolder<T extends Laid>(
  top: string,
  look: () => Promise<T>,
  lay: () => Promise<readonly string[]>,
): Promise<T> {
  const file = `${top}.digest`;
  const noted = noteIn(file);
  if (noted !== undefined && existsSync(top)) {
    const there = await look();
    if (there.digest === noted.digest) return { ...there, notes: noted.notes };
  }
  rmSync(file, { force: true });
  removeFolder(top);
  const notes = await lay();
  const there = await look();
  const laid = { ...there, notes: [...notes, ...there.notes] };
  const { digest } = laid;
  writeWhole(file, `${JSON.stringify({ digest, notes: laid.notes })}\n`);
  return laid;
}

/** What is no note of this form is none. */
function noteIn(file: string): Laid | undefined {
  try {
    const { digest, notes } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Laid>;
    return typeof digest === 'string' && Array.isArray(notes) ? { digest, notes } : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of what files hold, and BLAKE3 of what directories do, by their paths. */
export type InputDigests = ReadonlyMap<string, string>;

/**
 * Digests what is to be laid.
 * @param verified SHA-256 of the files that signatures were looked for, by their paths
 * @throws InputError for what cannot be read, and for a file that is not the one that was verified
 */
export async function digestInputs(
  paths: readonly string[],
  verified: InputDigests,
  signal: AbortSignal,
): Promise<InputDigests> {
  const digests = new Map<string, string>();
  for (const path of paths) {
    const digest =
      inspectInput(path) === 'directory'
        ? (await digestTree(path, { signal })).digest
        : (await digestFile(path, signal)).sha256;
    if ((verified.get(path) ?? digest) !== digest)
      throw new InputError('the file changed after it was verified', { file: path });
    digests.set(path, digest);
  }
  return digests;
}

/** @throws InputError where something was changed while it was laid: what was laid is then neither */
export async function assertInputsKept(digests: InputDigests, signal: AbortSignal): Promise<void> {
  const now = await digestInputs([...digests.keys()], new Map(), signal);
  for (const [path, digest] of digests)
    if (now.get(path) !== digest)
      throw new InputError('it changed while it was being laid down', { file: path }, 'begin again');
}

/** Digits of a digest; enough to tell the folders of one experiment apart. */
const NAME_DIGITS = 16;

/** A name for what is made of inputs: by what they are called, which tells how they are read, and what they hold. */
export function nameOf(digests: InputDigests): string {
  const by = digester('blake3');
  for (const [path, digest] of digests) by.update(Buffer.from(`${basename(path)}\0${digest}\0`));
  return by.take().slice(0, NAME_DIGITS);
}
