import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { cleanName } from '../artefact/layout/clean.js';
import { placeMembers } from '../artefact/layout/layout.js';
import { revived } from '../comparison/reading.js';
import { rawMembers } from '../comparison/side.js';
import { AbortedError, InputError } from '../error.js';
import { makeFolder } from '../root/folder.js';
import { layDown } from '../root/laying.js';
import { assertDistinct, assertOrdinary, leadsOut, type PlacedMember, whereOf } from '../root/placing.js';
import { openInputs } from '../root/reading.js';
import { digestTree } from '../root/tree-digest.js';
import { assertInputsKept, digestInputs, type InputDigests, laidFolder, nameOf } from './laid-folder.js';

/**
 * The sources that an archive holds, laid into a folder of their own below `folder`, without the one directory that
 * stands around them all in most archives. What was laid of the same bytes at an earlier time is used again. Every member
 * is laid down or the archive is refused: sources that miss a file would be other sources.
 * @param verified SHA-256 of archives that were verified, by their paths
 * @throws InputError for damaged or hostile archives, with the member; LimitError; SpoolError
 */
export async function laidSource(
  archive: string,
  folder: string,
  verified: InputDigests,
  signal: AbortSignal,
): Promise<string> {
  makeFolder(folder);
  const digests = await digestInputs([archive], verified, signal);
  const top = join(realpathSync(folder), nameOf(digests));
  await laidFolder(
    top,
    async () => ({ ...(await digestTree(top, { signal })), notes: [] }),
    async () => {
      mkdirSync(top);
      await layArchive(archive, top, signal);
      await assertInputsKept(digests, signal);
      return [];
    },
  );
  return top;
}

async function layArchive(archive: string, top: string, signal: AbortSignal): Promise<void> {
  const open = await openInputs([archive], { signal });
  try {
    const [trouble] = open.inputs.flatMap(({ troubles }) => troubles);
    if (trouble !== undefined) throw revived(trouble);
    const summaries = open.inputs.map(({ summary }) => summary);
    const placement = placeMembers(rawMembers(open.inputs, open.limits), summaries);
    assertOrdinary(placement, summaries);
    const named = placement.members.map((member) => ({
      member,
      path: cleanName(member.name, member.metadata.type).path,
    }));
    const placed = withoutTop(named).filter(({ path }) => path !== '');
    assertDistinct(placed, summaries);
    const leading = placed.find(({ member, path }) => leadsOut(path, member));
    if (leading !== undefined)
      throw new InputError('it is a link that leads out of the sources', whereOf(leading.member, summaries));
    layDown(placed, top, summaries, () => {
      if (signal.aborted) throw new AbortedError();
    });
  } finally {
    open.close();
  }
}

/** `rustc-1.85.0-src/…` becomes `…` where everything lies below one directory. */
function withoutTop(named: readonly PlacedMember[]): PlacedMember[] {
  const tops = new Set(named.map(({ path }) => path.split('/')[0] ?? '').filter((first) => first !== ''));
  const [only] = tops;
  const alone =
    tops.size === 1 &&
    named.every(({ member, path }) => path !== only || member.metadata.type === 'directory');
  if (!alone || only === undefined) return [...named];
  return named.map(({ member, path }) => ({
    member,
    path: path === only ? '' : path.slice(only.length + 1),
  }));
}
