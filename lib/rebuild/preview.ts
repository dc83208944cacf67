import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ExperimentReport } from '../report/experiment-model.js';
import { makeFolder } from '../root/folder.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import { type Experiment, readExperiment } from './experiment.js';
import { originReport } from './experiment-report.js';
import { ingredientsOf } from './ingredients.js';
import { placed } from './kept-runs.js';
import { lockFolder } from './lock.js';
import { type Ingredients, type PlannedRun, planRuns } from './plan.js';
import type { RebuildOptions } from './rebuild.js';
import { folderOf } from './run.js';
import { type RunRecord, readRecord } from './run-record.js';

/** What an experiment would do, and what is known of what it costs. */
export interface Preview {
  readonly experiment: Experiment;
  readonly roots: ExperimentReport['roots'];
  readonly sharedAncestors: ExperimentReport['sharedAncestors'];
  readonly runs: readonly PlannedStages[];
}

export interface PlannedStages {
  readonly run: PlannedRun;
  readonly stages: readonly PlannedStage[];
}

export interface PlannedStage {
  readonly name: string;
  readonly claim: boolean;
  readonly run: readonly string[];
  /** Whether its output lies there from an earlier time. */
  readonly kept: boolean;
  /** Seconds that the same stage took in some run of this folder; undefined where none was made yet. */
  readonly seconds: number | undefined;
}

/** Reads sources and roots, builds nothing. @throws as `rebuild` does before its first build */
export async function plan(options: RebuildOptions): Promise<Preview> {
  const { experiment: given, signal = new AbortController().signal } = options;
  const experiment = typeof given === 'string' ? readExperiment(given) : given;
  const out = resolve(options.out);
  makeFolder(out);
  // Roots and sources are laid down, which must not happen under the hands of builds.
  const lock = lockFolder(out);
  try {
    return await previewOf(experiment, out, signal);
  } finally {
    lock.release();
  }
}

async function previewOf(experiment: Experiment, out: string, signal: AbortSignal): Promise<Preview> {
  const { ingredients, origin } = await ingredientsOf(experiment, out, signal, () => {});
  const runs = placed(planRuns({ ...ingredients, planted: standIn(ingredients) }), join(out, 'runs'));
  const records = new Map(runs.map((run) => [run.id, recordOf(run, out)]));
  const known = (name: string): number | undefined =>
    [...records.values()].flatMap((record) => record?.stages ?? []).find((stage) => stage.name === name)
      ?.seconds;
  return {
    experiment,
    ...originReport(experiment, ingredients.roots, origin),
    runs: runs.map((run) => ({
      run,
      stages: run.stages.map(({ name, claim, run: command }, i) => ({
        name,
        claim,
        run: command,
        kept: i < (records.get(run.id)?.stages.length ?? 0),
        seconds: known(name),
      })),
    })),
  };
}

/** The planted root is laid only when something is built; what its run is keyed by is not known before. */
function standIn({ experiment, roots }: Ingredients): MaterialisedRoot | undefined {
  const { planted } = experiment;
  return planted === undefined ? undefined : { ...roots[planted.of], digest: 'not planted yet' };
}

function recordOf(run: PlannedRun, out: string): RunRecord | undefined {
  const file = join(folderOf(run, join(out, 'runs')), 'run.json');
  return existsSync(file) ? readRecord(file) : undefined;
}
