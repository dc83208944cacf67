import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathBytes } from '../artefact/name.js';
import { InputError } from '../error.js';
import { digestTree, type TreeDigest, treeChanges } from '../root/tree-digest.js';
import type { SourceSpec } from './experiment.js';
import { laidSource } from './laid-source.js';

/** The sources of an experiment, digested before anything is built. */
export interface Source {
  readonly path: string;
  readonly tree: TreeDigest;
  /** When they were digested: what was written to since then was written to while the builds ran. ms since 1970. */
  readonly since: number;
}

/**
 * Opens the sources.
 * @param folder Where an archive is laid down.
 * @throws InputError where they are not there, cannot be read whole, or have another digest than the experiment says
 */
export async function openSource(spec: SourceSpec, folder: string, signal: AbortSignal): Promise<Source> {
  const stat = statSync(spec.path, { throwIfNoEntry: false });
  if (stat === undefined) throw new InputError('the sources are not there', { file: spec.path });
  const path = stat.isDirectory() ? realpathSync(spec.path) : await laidSource(spec.path, folder, signal);
  const since = Date.now();
  const tree = await digestTree(path, { signal });
  const digest = `blake3:${tree.digest}`;
  if (spec.digest !== undefined && spec.digest !== digest)
    throw new InputError(`the sources have the digest ${digest}, and not ${spec.digest}`, {
      file: spec.path,
    });
  return { path, tree, since };
}

/** Paths of the sources that are not what they were, or that were written to and put back meanwhile. */
export async function sourceChanges(source: Source, signal: AbortSignal): Promise<readonly string[]> {
  const after = await digestTree(source.path, { signal });
  const { added, removed, changed } = treeChanges(source.tree, after);
  const different = [...added, ...removed, ...changed];
  const known = new Set(different);
  // Content can be put back, and so can the time of its change, but not that of its inode. That of a directory tells
  // of files that came and went.
  const touched = ['.', ...after.entries.map(({ path }) => path)]
    .filter((path) => !known.has(path))
    .filter((path) => lstatSync(pathBytes(join(source.path, path))).ctimeMs > source.since);
  return [...different, ...touched].sort();
}
