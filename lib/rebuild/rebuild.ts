import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type MaterialisedRoot, materialiseRoot } from '../root/materialise.js';
import { digestTree } from '../root/tree-digest.js';
import type { Experiment, SideName } from './experiment.js';
import { lockFolder } from './lock.js';
import { type PlannedRun, planRuns } from './plan.js';
import { makeRun, type StageEvent } from './run.js';
import type { RunRecord } from './run-record.js';
import type { Sandbox } from './sandbox.js';
import { bubblewrap } from './sandbox/bubblewrap.js';
import { noSandbox } from './sandbox/none.js';
import { sharedTools } from './shared.js';
import { layTools } from './tools.js';

export interface BuildOptions {
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onStage: (event: StageEvent) => void;
}

/** All runs of an experiment, made. */
export interface Built {
  readonly runs: readonly { readonly run: PlannedRun; readonly record: RunRecord }[];
}

/** Makes all runs of an experiment that are not there yet. */
export async function build(experiment: Experiment, options: BuildOptions): Promise<Built> {
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  const lock = lockFolder(out);
  try {
    const source = realpathSync(experiment.source.path);
    const before = await digestTree(source, { signal: options.signal });
    const roots = {
      a: await rootOf(experiment, 'a', out, options.signal),
      b: await rootOf(experiment, 'b', out, options.signal),
    };
    const ingredients = {
      experiment,
      source: { path: source, digest: before.digest },
      roots,
      shared: sharedTools(),
      planted: undefined,
    };
    const runs: { run: PlannedRun; record: RunRecord }[] = [];
    for (const run of planRuns(ingredients)) {
      const sealed = experiment.sandbox.use === 'bubblewrap';
      const sandbox: Sandbox = sealed ? bubblewrap(run.top) : noSandbox(join(out, 'place'));
      const record = await makeRun(run, {
        folder: join(out, 'runs'),
        source,
        environment: experiment.environment,
        sandbox,
        tools: layTools(join(out, 'tools'), sealed),
        continues: experiment.recipe.continues,
        signal: options.signal,
        onStage: options.onStage,
      });
      runs.push({ run, record });
    }
    return { runs };
  } finally {
    lock.release();
  }
}

async function rootOf(
  experiment: Experiment,
  side: SideName,
  out: string,
  signal: AbortSignal,
): Promise<MaterialisedRoot> {
  return materialiseRoot(experiment.roots[side].paths, join(out, 'roots', side), { signal });
}
