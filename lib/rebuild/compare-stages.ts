import { join } from 'node:path';
import { compare } from '../comparison/comparison.js';
import type { StageComparison } from '../report/experiment-model.js';
import type { Report } from '../report/model.js';
import type { RebuildEvent } from './event.js';
import type { Experiment } from './experiment.js';
import { folderOf } from './run.js';
import type { MadeRun } from './runs.js';

export interface StageCompareOptions {
  readonly jobs: number | undefined;
  readonly maxDetail: number | undefined;
  /** What both roots descend from, as far as is known. */
  readonly sharedAncestor: string | undefined;
  readonly signal: AbortSignal;
}

/** Compares each stage of the cross pair, with those of the controls as noise. */
export async function compareStages(
  experiment: Experiment,
  made: readonly MadeRun[],
  out: string,
  options: StageCompareOptions,
  emit: (event: RebuildEvent) => void,
): Promise<StageComparison[]> {
  const output = (id: string, stage: string): string => outputOf(made, id, stage, out);
  const comparisons: StageComparison[] = [];
  for (const { name, claim } of experiment.recipe.stages) {
    emit({ type: 'step', text: `comparing ${name}` });
    const controls = made
      .filter(({ run }) => run.role === 'control')
      .map(({ run }) => ({ of: run.side, paths: output(run.id, name) }));
    const report = await compare({
      a: output('a1', name),
      b: output('b1', name),
      labelA: experiment.roots.a.name,
      labelB: experiment.roots.b.name,
      controls,
      sameSources: true,
      ...options,
    }).report;
    const comparison = { stage: name, claim, report: relocated(report, `${out}/`) };
    emit({ type: 'comparison', comparison });
    comparisons.push(comparison);
  }
  return comparisons;
}

/** The folder of what a stage of a run left. */
export function outputOf(made: readonly MadeRun[], id: string, stage: string, out: string): string {
  const found = made.find(({ run }) => run.id === id);
  if (found === undefined) throw new Error(`no run ${id}`);
  return join(folderOf(found.run, join(out, 'runs')), 'out', stage);
}

/** The report with paths below `folder` instead of ones that tell where this machine keeps it. */
function relocated(report: Report, folder: string): Report {
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string') return value.startsWith(folder) ? value.slice(folder.length) : value;
    if (Array.isArray(value)) return value.map(shorten);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner)]));
  };
  return shorten(report) as Report;
}
