import { realpathSync, statSync } from 'node:fs';
import { digester } from '../artefact/digest.js';
import { InputError } from '../error.js';
import { digestTree, type TreeDigest, touchedSince, treeChanges } from '../root/tree-digest.js';
import type { SourceSpec } from './experiment.js';
import { laidSource } from './laid-source.js';

/** The sources of an experiment, digested before anything is built. */
export interface Source {
  readonly path: string;
  readonly tree: TreeDigest;
}

/**
 * Opens the sources.
 * @param folder Where an archive is laid down.
 * @param verified SHA-256 of an archive that was verified, by its name.
 * @throws InputError where they are not there, cannot be read whole, or have another digest than the experiment says
 */
export async function openSource(
  spec: SourceSpec,
  folder: string,
  verified: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Source> {
  const stat = statSync(spec.path, { throwIfNoEntry: false });
  if (stat === undefined) throw new InputError('the sources are not there', { file: spec.path });
  const path = stat.isDirectory()
    ? realpathSync(spec.path)
    : await laidSource(spec.path, folder, verified, signal);
  const tree = await digestTree(path, { signal });
  const digest = `blake3:${tree.digest}`;
  if (spec.digest !== undefined && spec.digest !== digest)
    throw new InputError(`the sources have the digest ${digest}, and not ${spec.digest}`, {
      file: spec.path,
    });
  return { path, tree };
}

/**
 * Paths of the sources that are not what they were, or that were written to and put back meanwhile: content can be put
 * back, and so can the time of its change, but not that of its inode.
 */
export async function sourceChanges({ path, tree }: Source, signal: AbortSignal): Promise<readonly string[]> {
  const { added, removed, changed } = treeChanges(tree, await digestTree(path, { signal }));
  return [...new Set([...added, ...removed, ...changed, ...touchedSince(path, tree)])].sort();
}

/**
 * By what a build directory is known to be made of these sources and none in between: their digest, and when each was
 * last touched. BLAKE3, lower-case hex.
 */
export function sourceStamp({ tree }: Source): string {
  const by = digester('blake3');
  by.update(Buffer.from(`${tree.digest}\0${tree.ctimeMs}\0`));
  for (const { ctimeMs } of tree.entries) by.update(Buffer.from(`${ctimeMs}\0`));
  return by.take();
}
