import { compare } from '../comparison/comparison.js';
import type { Likeness, SwappedReport, SwappedStage } from '../report/experiment-model.js';
import type { SummaryCounts } from '../report/model.js';
import { outputOf } from './compare-stages.js';
import type { RebuildEvent } from './event.js';
import type { Experiment } from './experiment.js';
import type { MadeRun } from './runs.js';

/**
 * What one tool does: root A was built from once more with that tool of root B, and each stage is set against what both
 * roots gave. It rests on the bytes of whole builds, and not on what a build wrote down of itself.
 *
 * @param out the folder of the experiment
 */
export async function swappedReports(
  experiment: Experiment,
  made: readonly MadeRun[],
  out: string,
  options: { readonly jobs: number | undefined; readonly signal: AbortSignal },
  emit: (event: RebuildEvent) => void,
): Promise<SwappedReport[]> {
  const reports: SwappedReport[] = [];
  for (const { run } of made.filter(({ run: { role } }) => role === 'swapped')) {
    const { swapped: tool } = run;
    if (tool === undefined) throw new Error(`run ${run.id} swaps nothing`);
    const stages: SwappedStage[] = [];
    for (const { name: stage, claim } of experiment.recipe.stages) {
      const likeness = async (id: string): Promise<Likeness> => {
        if (digestOf(made, id, stage) === digestOf(made, run.id, stage)) return { equal: true, differing: 0 };
        emit({ type: 'step', text: `comparing ${stage} of ${run.id} with ${id}` });
        const { summary } = await compare({
          a: outputOf(made, id, stage, out),
          b: outputOf(made, run.id, stage, out),
          explain: false,
          ...options,
        }).report;
        return { equal: false, differing: differing(summary.content) };
      };
      stages.push({ stage, claim, toA: await likeness('a1'), toB: await likeness('b1') });
    }
    reports.push({ tool, run: run.id, stages });
  }
  return reports;
}

/** Two stages of which nothing is known are not the same. */
function digestOf(made: readonly MadeRun[], id: string, stage: string): string {
  const found = made.find(({ run }) => run.id === id);
  const digest = found?.record.stages.find(({ name }) => name === stage)?.digest;
  if (digest === undefined) throw new Error(`run ${id} has no stage ${stage}`);
  return digest;
}

function differing({ pairs, identical, onlyA, onlyB }: SummaryCounts): number {
  return pairs - identical + onlyA + onlyB;
}
