import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from '../error.js';
import type { RebuildEvent } from './event.js';
import { type Divergence, findDivergence, pairOf } from './invocation/divergence.js';
import { readLog } from './invocation/log.js';
import { replayInvocation } from './invocation/replay.js';
import type { ReplayReport } from './invocation/replay-judge.js';
import { foldersOf, type RunSetting } from './run.js';
import type { MadeRun } from './runs.js';
import type { Sandbox, ToolFiles } from './sandbox.js';
import { sandboxReplayer } from './sandbox-replayer.js';

/** Where the two runs of the cross pair part, and what making that call again showed. */
export interface Parting {
  readonly divergence?: Divergence | undefined;
  /** Why the logs, or what a replay takes, could not be read. */
  readonly unread?: string | undefined;
  readonly replay?: ReplayReport | undefined;
}

export interface PartingOptions {
  readonly replay: boolean;
  readonly runs: Pick<RunSetting, 'folder' | 'source'>;
  readonly sandbox: Sandbox;
  readonly tools: ToolFiles;
  /** The folder for what replays write. */
  readonly temporary: string;
  readonly signal: AbortSignal;
  readonly emit: (event: RebuildEvent) => void;
}

/**
 * Compares what rustc was asked in the two runs of the cross pair; undefined where no call of it was written down.
 * @throws InputError for a log that was damaged, UsageError for a replay without a sandbox
 */
export async function partingOf(
  made: readonly MadeRun[],
  options: PartingOptions,
): Promise<Parting | undefined> {
  const [a, b] = made.filter(({ run }) => run.role === 'cross').map(({ run }) => run);
  if (a === undefined || b === undefined) return undefined;
  const { runs, sandbox, signal, emit } = options;
  const [foldersA, foldersB] = [foldersOf(a, runs), foldersOf(b, runs)];
  if (![foldersA, foldersB].every(({ log }) => existsSync(log) && readdirSync(log).length > 0)) {
    if (options.replay) throw new UsageError('no call of rustc was written down, so none can be made again');
    return undefined;
  }
  emit({ type: 'step', text: 'comparing what rustc was asked' });
  const [logA, logB] = [readLog(foldersA.log), readLog(foldersB.log)];
  const claims = a.stages.filter(({ claim }) => claim).map(({ name }) => name);
  const divergence = findDivergence(logA, logB, { claims });
  const first = divergence.first?.invocation;
  if (!options.replay || first === undefined) return { divergence };
  if (sandbox.use === 'none')
    throw new UsageError(
      'a replay needs the sandbox',
      'leave out --sandbox none; what was built unsealed is built again',
    );
  const pair = pairOf(first, logA, logB);
  if (pair === undefined) return { divergence };
  const sideOf = (run: MadeRun['run'], folders: typeof foldersA) => ({
    folders,
    stages: run.stages.map(({ name }) => name),
  });
  const replayer = sandboxReplayer({
    sides: { a: sideOf(a, foldersA), b: sideOf(b, foldersB) },
    sandbox,
    tools: options.tools,
    surroundings: a.surroundings,
    temporary: options.temporary,
    onCall: (id) => emit({ type: 'step', text: `calling rustc again for ${first.crate}: ${id}` }),
  });
  return { divergence, replay: await replayInvocation(pair, replayer, signal) };
}
