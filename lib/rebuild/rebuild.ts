import { join, resolve } from 'node:path';
import { type UnderWay, underWay } from '../comparison/under-way.js';
import { VERSION } from '../comparison/version.js';
import { InputError } from '../error.js';
import { EXPERIMENT_REPORT_SCHEMA, type ExperimentReport } from '../report/experiment-model.js';
import { makeFolder } from '../root/folder.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import { compareStages } from './compare-stages.js';
import type { RebuildEvent } from './event.js';
import { type Experiment, readExperiment } from './experiment.js';
import { originReport, runReport, sharedBy, sourceReport } from './experiment-report.js';
import { ingredientsOf } from './ingredients.js';
import { judgeExperiment } from './judge.js';
import { lockFolder } from './lock.js';
import { type Parting, partingOf } from './parting.js';
import { type Ingredients, TOP } from './plan.js';
import { findPlant } from './planted/finding.js';
import { plantedRoot } from './planted/planted-root.js';
import { makeRuns } from './runs.js';
import { bubblewrap } from './sandbox/bubblewrap.js';
import { noSandbox } from './sandbox/none.js';
import type { Sandbox, ToolFiles } from './sandbox.js';
import { sharedMachine } from './shared.js';
import { swappedReports } from './swap.js';
import { layTools } from './tools.js';

export interface RebuildOptions {
  /** The file of the experiment, or what `readExperiment` made of one. */
  readonly experiment: string | Experiment;
  /** The folder for everything: roots, runs, logs, the report. What lies there from an earlier time is used again. */
  readonly out: string;
  /** Threads of the comparison; as many as the machine runs at once unless given. */
  readonly jobs?: number | undefined;
  /** Differing pairs that are told in detail. */
  readonly maxDetail?: number | undefined;
  /** Make the first call of rustc that diverged again, with one variable at a time taken from the other side. */
  readonly replay?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An experiment under way: iterate over it for its events, or wait for its report. */
export type Rebuild = UnderWay<RebuildEvent, ExperimentReport>;

/**
 * Builds the same sources from two roots, with controls, compares what came out and judges it. Starts at once.
 * `report` and the iteration reject with a TrustdiffError: InputError for what cannot be read, UsageError for what
 * cannot be done, BuildError for a stage that failed. Whatever was finished by then is used again the next time.
 */
export function rebuild(options: RebuildOptions): Rebuild {
  return underWay<RebuildEvent, ExperimentReport>((emit) => run(options, emit));
}

async function run(options: RebuildOptions, emit: (event: RebuildEvent) => void): Promise<ExperimentReport> {
  const { experiment: given, jobs, maxDetail, signal = new AbortController().signal } = options;
  const experiment = typeof given === 'string' ? readExperiment(given) : given;
  const out = resolve(options.out);
  makeFolder(out);
  const lock = lockFolder(out);
  try {
    const sandboxAt = sandboxesOf(experiment, out);
    const { source, ingredients: plain, origin } = await ingredientsOf(experiment, out, signal, emit);
    const { roots, shared } = plain;
    const origins = originReport(experiment, roots, origin);
    const sandbox = sandboxAt(TOP);
    const tools = layTools(join(out, 'tools'), experiment.sandbox.use === 'bubblewrap');
    const ingredients = { ...plain, planted: await plantOf(plain, out, sandbox, tools, signal, emit) };
    const made = await makeRuns(ingredients, source, { out, sandboxAt, tools, signal, emit });
    const comparisons = await compareStages(
      experiment,
      made,
      out,
      { jobs, maxDetail, sharedAncestor: sharedBy(origins.sharedAncestors), signal },
      emit,
    );
    const planted = await findPlant(experiment, made, out, { jobs, signal }, emit);
    const swapped = await swappedReports(experiment, made, out, { jobs, signal }, emit);
    const differs = comparisons.some(
      ({ report }) => report.summary.content.identical < report.summary.content.pairs,
    );
    const parting = differs
      ? await partingOf(made, {
          replay: options.replay ?? false,
          runs: { folder: join(out, 'runs'), source: source.path },
          sandbox,
          tools,
          temporary: join(out, 'replay'),
          signal,
          emit,
        }).catch(unreadLog)
      : undefined;
    const { unread, ...told } = parting ?? {};
    const verdict = judgeExperiment({
      comparisons,
      planted,
      swapped,
      parting,
      open: sandbox.open,
      interrupted: made.filter(({ record }) => record.interruptions > 0).map(({ run }) => run.id),
    });
    const report: ExperimentReport = {
      schema: EXPERIMENT_REPORT_SCHEMA,
      tool: { name: 'trustdiff', version: VERSION },
      name: experiment.name,
      source: sourceReport(experiment, source, origin),
      recipe: {
        use: experiment.recipe.use,
        stages: experiment.recipe.stages.map(({ name, run, claim }) => ({ name, run, claim })),
      },
      ...origins,
      tools: experiment.tools,
      environment: experiment.environment,
      sandbox: { use: sandbox.use, version: sandbox.version, open: sandbox.open },
      shared: { ...sharedMachine(), tools: shared },
      runs: made.map(runReport),
      comparisons,
      ...(planted !== undefined && { planted }),
      ...(swapped.length > 0 && { swapped }),
      ...told,
      verdict,
    };
    emit({ type: 'report', report });
    return report;
  } finally {
    lock.release();
  }
}

/** Whatever runs in a build can spoil its log; that must not keep anybody from the verdict. */
function unreadLog(error: unknown): Parting {
  if (error instanceof InputError) return { unread: error.what };
  throw error;
}

async function plantOf(
  { experiment, roots }: Ingredients,
  out: string,
  sandbox: Sandbox,
  tools: ToolFiles,
  signal: AbortSignal,
  emit: (event: RebuildEvent) => void,
): Promise<MaterialisedRoot | undefined> {
  const spec = experiment.planted;
  if (spec === undefined) return undefined;
  emit({ type: 'step', text: `planting a change in a copy of root ${experiment.roots[spec.of].name}` });
  const root = roots[spec.of];
  return plantedRoot(spec, { experiment, root, folder: join(out, 'roots'), sandbox, tools, signal });
}

/** Asks for the sandbox at once, so that a machine without one is told before any work. */
function sandboxesOf({ sandbox }: Experiment, out: string): (top: string) => Sandbox {
  if (sandbox.use === 'none')
    return (top) => noSandbox(join(out, top === TOP ? 'place' : 'another-place/of-another-length'));
  const made = new Map<string, Sandbox>();
  const at = (top: string): Sandbox => {
    const known = made.get(top) ?? bubblewrap(top);
    made.set(top, known);
    return known;
  };
  at(TOP);
  return at;
}
