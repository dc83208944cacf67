import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inspectInput } from '../artefact/input.js';
import { revived } from '../comparison/reading.js';
import { rawMembers } from '../comparison/side.js';
import { AbortedError, UsageError } from '../error.js';
import { makeFolder } from './folder.js';
import { layDown } from './laying.js';
import { placeInPrefix } from './placing.js';
import { prefixOf, type Toolchain, toolchainAt, toolchainParts } from './prefix.js';
import { openInputs, type RootReadOptions } from './reading.js';
import { digestTree, type TreeDigest } from './tree-digest.js';

/** A root as a build can use it. */
export interface MaterialisedRoot extends Toolchain {
  /** Whether a std for any target is there. */
  readonly std: boolean;
  /** Of the toolchain in the prefix (see `digestTree`): BLAKE3, lower-case hex. */
  readonly digest: string;
  /** Bytes of its files. */
  readonly bytes: number;
  /** What was digested of it. */
  readonly tree: TreeDigest;
  /** Whether it was written into the folder named for it; a toolchain that is one directory stays where it is. */
  readonly copied: boolean;
  /** What was left out and why, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Lays a root into an empty folder as a prefix: `bin/`, `lib/`, … An input is a toolchain's directory, a tarball of
 * upstream's dist server, a .deb, an .rpm, or several of them together. One directory that is a toolchain already
 * is not copied.
 *
 * What the inputs hold is not trusted: no name leads out of `into`, nothing is written through a link, a link is
 * made only where it is relative and stays inside, and what two members would both be is an error. Modes are 0755 and
 * 0644, times are one fixed day.
 * @param into Is made where it is missing, and must be empty. After an error it is empty again.
 * @throws UsageError where `into` is not empty; InputError for damaged or hostile inputs, with the member; LimitError;
 * SpoolError where `into` cannot be made or the disk is full
 */
export async function materialiseRoot(
  inputs: readonly string[],
  into: string,
  options: RootReadOptions = {},
): Promise<MaterialisedRoot> {
  const [only] = inputs;
  if (only !== undefined && inputs.length === 1 && inspectInput(only) === 'directory') {
    const prefix = prefixOf(only);
    if (prefix !== undefined) return finished(prefix, false, [], options);
  }
  assertEmpty(into);
  const top = realpathSync(into);
  try {
    const notes = await layInputs(inputs, top, options);
    return await finished(top, true, notes, options);
  } catch (error) {
    for (const name of readdirSync(top)) rmSync(join(top, name), { recursive: true, force: true });
    throw error;
  }
}

async function layInputs(paths: readonly string[], top: string, options: RootReadOptions): Promise<string[]> {
  const open = await openInputs(paths, options);
  try {
    for (const { troubles } of open.inputs) {
      const [first] = troubles;
      if (first !== undefined) throw revived(first);
    }
    const summaries = open.inputs.map(({ summary }) => summary);
    const { placed, notes } = placeInPrefix(rawMembers(open.inputs, open.limits), summaries);
    layDown(placed, top, summaries, () => {
      if (options.signal?.aborted === true) throw new AbortedError();
    });
    return notes;
  } finally {
    open.close();
  }
}

async function finished(
  prefix: string,
  copied: boolean,
  notes: readonly string[],
  options: RootReadOptions,
): Promise<MaterialisedRoot> {
  const toolchain = toolchainAt(prefix);
  const tree = await digestPrefix(prefix, options);
  const foreign =
    toolchainParts(prefix) === undefined
      ? []
      : ['the prefix holds other programs too; only the toolchain in it was digested'];
  return {
    ...toolchain,
    std: toolchain.targets.length > 0,
    digest: tree.digest,
    bytes: tree.bytes,
    tree,
    copied,
    notes: [...notes, ...foreign],
  };
}

/** The digest of the toolchain in a prefix. */
export function digestPrefix(
  prefix: string,
  { limits, signal }: Pick<RootReadOptions, 'limits' | 'signal'>,
): Promise<TreeDigest> {
  return digestTree(prefix, { limits, signal, only: toolchainParts(prefix) });
}

function assertEmpty(into: string): void {
  makeFolder(into);
  if (readdirSync(into).length > 0)
    throw new UsageError(`${into} is not empty`, 'a root is laid into an empty folder');
}
