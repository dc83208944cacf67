import { join } from 'node:path';
import { inspectInput } from '../artefact/input.js';
import { makeFolder } from '../root/folder.js';
import { type MaterialisedRoot, materialiseRoot } from '../root/materialise.js';
import { prefixOf } from '../root/prefix.js';
import { assertInputsKept, digestInputs, type InputDigests, laidFolder, nameOf } from './laid-folder.js';

/**
 * The root that files hold, laid into a folder of its own below `folder`, or the directory that is one already. What was
 * laid of the same bytes at an earlier time is used again.
 * @param verified SHA-256 of the files that signatures were looked for, by their paths
 * @throws what `materialiseRoot` throws; InputError for a file that is not the one that was verified
 */
export async function laidRoot(
  paths: readonly string[],
  folder: string,
  verified: InputDigests,
  signal: AbortSignal,
): Promise<MaterialisedRoot> {
  makeFolder(folder);
  const [only] = paths;
  if (only !== undefined && paths.length === 1 && inspectInput(only) === 'directory') {
    if (prefixOf(only) !== undefined) return materialiseRoot(paths, folder, { signal });
  }
  const digests = await digestInputs(paths, verified, signal);
  const top = join(folder, nameOf(digests));
  return laidFolder(
    top,
    () => materialiseRoot([top], top, { signal }),
    async () => {
      const { notes } = await materialiseRoot(paths, top, { signal });
      await assertInputsKept(digests, signal);
      return notes;
    },
  );
}
