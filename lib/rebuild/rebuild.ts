import { existsSync, realpathSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EventQueue } from '../comparison/event-queue.js';
import { VERSION } from '../comparison/version.js';
import { InputError, UsageError } from '../error.js';
import {
  EXPERIMENT_REPORT_SCHEMA,
  type ExperimentReport,
  type RunReport,
} from '../report/experiment-model.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import { toolchainParts } from '../root/prefix.js';
import { compareStages } from './compare-stages.js';
import type { RebuildEvent } from './event.js';
import { contradiction, type Experiment, readExperiment, type SideName } from './experiment.js';
import { makeFolder, removeFolder } from './folder.js';
import { judgeExperiment } from './judge.js';
import { placed } from './kept-runs.js';
import { laidRoot } from './laid-root.js';
import { lockFolder } from './lock.js';
import { assertVersionRule, type Origin, originOf } from './origin.js';
import { partingOf } from './parting.js';
import { type Ingredients, type PlannedRun, planRuns, TOP } from './plan.js';
import { findPlant } from './planted/finding.js';
import { plantedRoot } from './planted/planted-root.js';
import { reorderedSource } from './reordered-source.js';
import { folderOf, makeRun } from './run.js';
import type { RunRecord } from './run-record.js';
import { bubblewrap } from './sandbox/bubblewrap.js';
import { noSandbox } from './sandbox/none.js';
import type { Sandbox, ToolFiles } from './sandbox.js';
import { sharedMachine, sharedTools } from './shared.js';
import { openSource, type Source, sourceChanges } from './source.js';
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
export interface Rebuild extends AsyncIterable<RebuildEvent> {
  readonly report: Promise<ExperimentReport>;
}

/** One run and what is known of it. */
export interface MadeRun {
  readonly run: PlannedRun;
  readonly record: RunRecord;
}

/**
 * Builds the same sources from two roots, with controls, compares what came out and judges it. Starts at once.
 * `report` and the iteration reject with a TrustdiffError: InputError for what cannot be read, UsageError for what
 * cannot be done, BuildError for a stage that failed. Whatever was finished by then is used again the next time.
 */
export function rebuild(options: RebuildOptions): Rebuild {
  const queue = new EventQueue<RebuildEvent>();
  const report = run(options, (event) => queue.push(event)).finally(() => queue.end());
  report.catch(() => {});
  return {
    report,
    async *[Symbol.asyncIterator]() {
      yield* queue.drain();
      await report;
    },
  };
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
    const told = originReport(experiment, roots, origin);
    const sandbox = sandboxAt(TOP);
    const tools = layTools(join(out, 'tools'), experiment.sandbox.use === 'bubblewrap');
    const ingredients = { ...plain, planted: await plantOf(plain, out, sandbox, tools, signal, emit) };
    const made = await makeRuns(ingredients, source, out, sandboxAt, tools, signal, emit);
    const comparisons = await compareStages(
      experiment,
      made,
      out,
      { jobs, maxDetail, sharedAncestor: sharedBy(told.sharedAncestors), signal },
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
        })
      : undefined;
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
      ...told,
      tools: experiment.tools,
      environment: experiment.environment,
      sandbox: { use: sandbox.use, version: sandbox.version, open: sandbox.open },
      shared: { ...sharedMachine(), tools: shared },
      runs: made.map(runReport),
      comparisons,
      ...(planted !== undefined && { planted }),
      ...(swapped.length > 0 && { swapped }),
      ...parting,
      verdict,
    };
    emit({ type: 'report', report });
    return report;
  } finally {
    lock.release();
  }
}

/** Reads and digests all that goes into an experiment's runs. */
export async function ingredientsOf(
  experiment: Experiment,
  out: string,
  signal: AbortSignal,
  emit: (event: RebuildEvent) => void,
): Promise<{ readonly source: Source; readonly ingredients: Ingredients; readonly origin: Origin }> {
  const wrong = contradiction(experiment);
  if (wrong !== undefined) throw new UsageError(`${wrong.field}: ${wrong.what}`, wrong.hint);
  emit({ type: 'step', text: 'looking at where the roots come from' });
  const origin = await originOf(experiment, signal);
  emit({ type: 'step', text: 'digesting the sources' });
  assertOutside(out, experiment.source.path, 'the sources');
  const source = await openSource(experiment.source, join(out, 'source'), signal);
  assertVersionRule(experiment, source, origin);
  emit({ type: 'step', text: 'reading the roots' });
  const roots = {
    a: await readRoot(experiment, 'a', out, signal),
    b: await readRoot(experiment, 'b', out, signal),
  };
  const ingredients = {
    experiment,
    source: { path: source.path, digest: source.tree.digest },
    roots,
    shared: sharedTools(),
    planted: undefined,
  };
  return { source, ingredients, origin };
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

/** What is written while builds run cannot be part of what they are made from. */
function assertOutside(out: string, folder: string, what: string): void {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
  if (`${real(out)}/`.startsWith(`${real(folder)}/`))
    throw new UsageError(`${out} lies in ${what}, ${folder}`, 'name a folder outside of it with --out');
}

async function readRoot(
  { roots, recipe, tools, swap }: Experiment,
  side: SideName,
  out: string,
  signal: AbortSignal,
): Promise<MaterialisedRoot> {
  const { name, paths } = roots[side];
  // In the /usr of a distribution only the toolchain is the root.
  for (const path of paths)
    if (toolchainParts(path) === undefined) assertOutside(out, path, `the root ${name}`);
  const root = await laidRoot(paths, join(out, 'roots'), signal);
  for (const [tool, needed] of [
    ['rustc', recipe.needsRustc],
    ['cargo', recipe.needsCargo],
  ] as const) {
    const from = tools[tool] ?? side;
    if (needed && from === side && root[tool] === undefined)
      throw new InputError(
        `the root ${name} has no ${tool}`,
        { file: paths.join(', ') },
        `add the archive or package that holds it, or take it from the other root: tools: { ${tool}: ${side === 'a' ? 'b' : 'a'} }`,
      );
    if (side === 'b' && swap.includes(tool) && root[tool] === undefined)
      throw new InputError(
        `the root ${name} has no ${tool} to swap`,
        { file: paths.join(', ') },
        'add the archive or package that holds it, or leave it out of swap',
      );
  }
  return root;
}

async function makeRuns(
  ingredients: Ingredients,
  source: Source,
  out: string,
  sandboxAt: (top: string) => Sandbox,
  tools: ToolFiles,
  signal: AbortSignal,
  emit: (event: RebuildEvent) => void,
): Promise<MadeRun[]> {
  const { experiment } = ingredients;
  const made: MadeRun[] = [];
  const runs = placed(planRuns(ingredients), join(out, 'runs'));
  for (const run of runs) {
    let built = false;
    const make = (path: string): Promise<RunRecord> =>
      makeRun(run, {
        folder: join(out, 'runs'),
        source: path,
        environment: experiment.environment,
        sandbox: sandboxAt(run.top),
        tools,
        continues: experiment.recipe.continues,
        signal,
        onStage: (event) => {
          built ||= event.state === 'done';
          emit({ type: event.state === 'runs' ? 'progress' : 'stage', ...event });
        },
      });
    const reordered = run.varied.includes('file-order')
      ? await reorderedSource(source, out, signal)
      : undefined;
    const record = await make(reordered?.path ?? source.path).catch((error: unknown) => {
      reordered?.discard();
      throw error;
    });
    await reordered?.end(signal);
    if (built) await assertSourceKept(source, run, join(out, 'runs'), signal);
    made.push({ run, record });
  }
  for (const place of ['place', 'another-place']) removeFolder(join(out, place));
  return made;
}

/** @throws InputError where sources changed while a run was built: it is thrown away, for nobody knows what it built */
async function assertSourceKept(
  source: Source,
  run: PlannedRun,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const [first, ...more] = await sourceChanges(source, signal);
  if (first === undefined) return;
  rmSync(folderOf(run, folder), { recursive: true, force: true });
  const others = more.length === 0 ? '' : ` and ${more.length} more, such as ${more[0]}`;
  throw new InputError(
    `it was written to while run ${run.id} was built${others}`,
    { file: source.path, member: [first] },
    'what that run built does not count; find out who writes there, and begin again',
  );
}

function sourceReport(
  { source: spec }: Experiment,
  { tree }: Source,
  { source: check }: Origin,
): ExperimentReport['source'] {
  return {
    path: spec.given,
    digest: tree.digest,
    files: tree.entries.filter(({ type }) => type === 'file').length,
    bytes: tree.bytes,
    ...(check !== undefined && {
      signature: { sha256: check.sha256, outcome: check.outcome, why: check.why },
    }),
  };
}

/** What roots are, where they come from, and what they share. */
export function originReport(
  experiment: Experiment,
  roots: Ingredients['roots'],
  origin: Origin,
): Pick<ExperimentReport, 'roots' | 'sharedAncestors'> {
  return {
    roots: {
      a: rootReport(experiment, 'a', roots.a, origin),
      b: rootReport(experiment, 'b', roots.b, origin),
    },
    sharedAncestors: sharedAncestors(origin, roots),
  };
}

function rootReport(
  { roots }: Experiment,
  side: SideName,
  { digest, bytes, notes }: MaterialisedRoot,
  origin: Origin,
): ExperimentReport['roots']['a'] {
  const { name, given } = roots[side];
  const { identity, ancestry, inputs } = origin[side];
  const { kind, standing, why, evidence } = ancestry;
  return {
    name,
    paths: given,
    digest,
    bytes,
    facts: Object.fromEntries(
      Object.entries(identity.facts).map(([fact, values]) => [fact, values.map(({ value }) => value)]),
    ),
    ancestry: {
      kind,
      ...(standing !== undefined && { standing }),
      why,
      evidence: evidence.map(({ says, standing: of, file }) => ({
        says,
        standing: of,
        file: basename(file),
      })),
    },
    signatures: inputs.flatMap(({ file, check }) =>
      check === undefined
        ? []
        : [{ file: basename(file), sha256: check.sha256, outcome: check.outcome, why: check.why }],
    ),
    notes,
  };
}

/** The shared ancestor as verdicts name it. */
function sharedBy(shared: ExperimentReport['sharedAncestors']): string | undefined {
  const [first] = shared;
  if (first === undefined) return undefined;
  // Of the sentence only the thing: a verdict has one of its own around it.
  const what = first.what.replace(/^both come from /, '').replace(/^.* descends from .*?: /, '');
  return first.standing === 'checked' ? what : `${what} (as they say of themselves)`;
}

/** What both roots are known to be or to descend from; the nearest first. */
function sharedAncestors(
  { relation }: Origin,
  { a, b }: Ingredients['roots'],
): ExperimentReport['sharedAncestors'] {
  const same = { what: 'the same root (the two are equal byte for byte)', standing: 'checked' } as const;
  const known = (relation?.shared ?? []).map(({ what, standing }) => ({ what, standing }));
  return a.digest === b.digest ? [same, ...known] : known;
}

function runReport({ run, record }: MadeRun): RunReport {
  const { id, side, role, varied, key } = run;
  return { id, side, role, varied, key, interruptions: record.interruptions, stages: record.stages };
}
