import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../error.js';
import { removeFolder } from '../root/folder.js';
import { digestPrefix, type MaterialisedRoot } from '../root/materialise.js';
import { touchedSince } from '../root/tree-digest.js';
import type { RebuildEvent } from './event.js';
import { placed } from './kept-runs.js';
import { type Ingredients, type PlannedRun, planRuns } from './plan.js';
import { reorderedSource } from './reordered-source.js';
import { folderOf, makeRun } from './run.js';
import type { RunRecord } from './run-record.js';
import type { Sandbox, ToolFiles } from './sandbox.js';
import { sharedTools } from './shared.js';
import { type Source, sourceChanges, sourceStamp } from './source.js';

/** One run and what is known of it. */
export interface MadeRun {
  readonly run: PlannedRun;
  readonly record: RunRecord;
}

export interface MakingOptions {
  readonly out: string;
  /** The sandbox that puts everything below a folder. */
  readonly sandboxAt: (top: string) => Sandbox;
  readonly tools: ToolFiles;
  readonly signal: AbortSignal;
  readonly emit: (event: RebuildEvent) => void;
}

/** Makes all runs of an experiment, one after the other; those that lie there from an earlier time are kept. */
export async function makeRuns(
  ingredients: Ingredients,
  source: Source,
  { out, sandboxAt, tools, signal, emit }: MakingOptions,
): Promise<MadeRun[]> {
  const { experiment } = ingredients;
  const folder = join(out, 'runs');
  const times = sharedTimes(ingredients);
  const stamp = sourceStamp(source);
  const made: MadeRun[] = [];
  for (const run of placed(planRuns(ingredients), folder)) {
    const reordered = run.varied.includes('file-order')
      ? await reorderedSource(source, out, signal)
      : undefined;
    const sources = reordered === undefined ? [source] : [source, reordered];
    try {
      const record = await makeRun(run, {
        folder,
        source: reordered?.path ?? source.path,
        stamp,
        environment: experiment.environment,
        sandbox: sandboxAt(run.top),
        tools,
        continues: experiment.recipe.continues,
        signal,
        assertKept: async () => {
          const change = await inputChange(sources, ingredients, times, signal);
          if (change === undefined) return;
          removeFolder(folderOf(run, folder));
          throw new InputError(
            `it was written to while run ${run.id} was built${change.more}`,
            { file: change.file, ...(change.member !== undefined && { member: [change.member] }) },
            'what that run built does not count; find out who writes there, and begin again',
          );
        },
        onStage: (event) => emit({ type: event.state === 'runs' ? 'progress' : 'stage', ...event }),
      });
      made.push({ run, record });
    } finally {
      reordered?.discard();
    }
  }
  for (const place of ['place', 'another-place']) removeFolder(join(out, place));
  return made;
}

/** Something that builds are made from and that is not what it was. */
interface InputChange {
  readonly file: string;
  readonly member?: string | undefined;
  /** What else is not. */
  readonly more: string;
}

/** The first that changed since it was digested: sources at all, roots and tools of the machine in what they hold. */
async function inputChange(
  sources: readonly Source[],
  { roots, planted, shared }: Ingredients,
  times: readonly number[],
  signal: AbortSignal,
): Promise<InputChange | undefined> {
  for (const source of sources) {
    const [member, ...others] = await sourceChanges(source, signal);
    if (member === undefined) continue;
    const more = others.length === 0 ? '' : ` and ${others.length} more, such as ${others[0]}`;
    return { file: source.path, member, more };
  }
  for (const root of [roots.a, roots.b, ...(planted === undefined ? [] : [planted])])
    if (await isOther(root, signal)) return { file: root.prefix, more: '' };
  if (!sharedTimes({ shared }).some((time, i) => time !== times[i])) return undefined;
  const now = new Map(sharedTools().map(({ path, digest }) => [path, digest]));
  const changed = shared.find(({ path, digest }) => now.get(path) !== digest);
  return changed === undefined ? undefined : { file: changed.path, more: '' };
}

/** A root is read anew only where something of it was touched: to make another name for a file touches it, too. */
async function isOther({ prefix, tree }: MaterialisedRoot, signal: AbortSignal): Promise<boolean> {
  if (touchedSince(prefix, tree).length === 0) return false;
  return (await digestPrefix(prefix, { signal })).digest !== tree.digest;
}

/** When the tools of the machine were last touched, ms since 1970. */
function sharedTimes({ shared }: Pick<Ingredients, 'shared'>): number[] {
  return shared.map(({ path }) => lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0);
}
