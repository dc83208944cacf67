import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digester } from '../artefact/digest.js';
import { InputError } from '../error.js';
import { type MaterialisedRoot, materialiseRoot } from '../root/materialise.js';
import { writeWhole } from './run-record.js';

/**
 * The root that files hold, laid into a folder of its own below `folder`. One that lies there from an earlier time is
 * used again if its tree still has the digest that was noted then.
 * @throws what `materialiseRoot` throws
 */
export async function laidRoot(
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<MaterialisedRoot> {
  mkdirSync(folder, { recursive: true });
  const name = join(folder, inputsName(paths));
  const note = `${name}.digest`;
  if (existsSync(note) && existsSync(name)) {
    const laid = await materialiseRoot([name], name, { signal });
    if (readFileSync(note, 'utf8').trim() === laid.digest) return laid;
  }
  for (const old of [name, note]) rmSync(old, { recursive: true, force: true });
  const root = await materialiseRoot(paths, name, { signal });
  if (root.copied) writeWhole(note, `${root.digest}\n`);
  return root;
}

/** Digits of the digest of names, sizes and times; enough to tell the roots of one folder apart. */
const NAME_DIGITS = 16;

export function inputsName(paths: readonly string[]): string {
  const by = digester('blake3');
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (stat === undefined) throw new InputError('there is no such file', { file: path });
    by.update(Buffer.from(`${path}\0${stat.size}\0${stat.mtimeNs}\0`));
  }
  return by.take().slice(0, NAME_DIGITS);
}
