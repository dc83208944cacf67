import type { IngestedInput } from '../artefact/input.js';
import { Meter } from '../artefact/meter.js';
import { AbortedError, InputError, TrustdiffError, together, toTrouble } from '../error.js';
import { REPORT_SCHEMA, type Report, type SideTrouble } from '../report/model.js';
import { Threads } from '../thread/pool.js';
import { incomparabilities } from '../verdict/comparable.js';
import { judge } from '../verdict/verdict.js';
import { type Control, runControl } from './control.js';
import { describe } from './describe.js';
import type { ComparisonEvent, Emit } from './event.js';
import { causeMasks, gatherEvidence } from './evidence.js';
import { exclusionOf } from './exclusion.js';
import { explainDifferences } from './explain.js';
import { type Match, matchSides } from './match.js';
import { Noise } from './noise.js';
import { type CompareOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { Progress } from './progress.js';
import { type InputName, readInputs } from './reading.js';
import { assembleSide, closeInputs, introduce, type Side, sideReport } from './side.js';
import { masksOf, summarise } from './summary.js';
import { statInputs, type Twins } from './twins.js';
import { type UnderWay, underWay } from './under-way.js';
import { userMasks } from './user-masks.js';
import { VERSION } from './version.js';

/** A comparison under way: iterate over it for its events, or wait for its report. */
export type Comparison = UnderWay<ComparisonEvent, Report>;

/**
 * Compares two artefacts. Starts at once.
 * @throws UsageError at once for options that make no sense; `report` and the iteration reject with a TrustdiffError
 * for an input that cannot be read at all. What could be read in part is in the report's troubles.
 */
export function compare(options: CompareOptions): Comparison {
  const resolved = resolveOptions(options);
  return underWay<ComparisonEvent, Report>((emit) => run(resolved, emit));
}

async function run(options: ResolvedOptions, emit: Emit): Promise<Report> {
  const threads = new Threads(options.jobs, options.signal);
  let read: IngestedInput[][] = [];
  try {
    const progress = new Progress(emit);
    const groups = [options.a, options.b, ...options.controls.map((control) => control.paths)];
    read = await readGroups(groups, options, threads, progress);
    const [inputsA = [], inputsB = [], ...others] = read;
    const twins = await statInputs(inputsA, inputsB, others.flat(), options.digest, threads);
    const exclusion = exclusionOf(options.exclude);
    const sides = assembled(read, (inputs, i) => {
      const side = assembleSide(labelOf(i, options), inputs, exclusion, options.limits);
      emit({ type: 'side', side: sideName(i), report: introduce(side) });
      for (const trouble of side.troubles) emit({ type: 'trouble', side: sideName(i), trouble });
      return side;
    });
    const [a, b, ...controlSides] = sides;
    if (a === undefined || b === undefined) throw new AbortedError();
    return await judgeSides(a, b, controlSides, twins, options, threads, progress, emit);
  } finally {
    await threads.close();
    closeInputs(read.flat());
  }
}

async function judgeSides(
  a: Side,
  b: Side,
  controlSides: readonly Side[],
  twins: Twins | undefined,
  options: ResolvedOptions,
  threads: Threads,
  progress: Progress,
  emit: Emit,
): Promise<Report> {
  progress.compare(a, b, twins === undefined);
  const match = await matchSides(a, b, twins, options, threads, (pair) => {
    emit({ type: 'pair', pair: pair.report });
    progress.decided(pair);
  });
  for (const member of match.onlyA) emit({ type: 'unpaired', side: 'a', member });
  for (const member of match.onlyB) emit({ type: 'unpaired', side: 'b', member });
  const controls: Control[] = [];
  const noise = { a: new Noise(), b: new Noise() };
  for (const [i, side] of controlSides.entries()) {
    const of = options.controls[i]?.of ?? 'a';
    controls.push(await runControl(of, of === 'a' ? a : b, side, noise[of], options, threads));
  }
  const controlled = controls.length > 0;
  // With explanations noise is told by segments of ledgers, and these say where files differ.
  const described = options.explain
    ? undefined
    : await describe(match.pairs, controlled, options, threads, progress);
  const explained = options.explain
    ? await explainDifferences(match.pairs, controlled, options, threads, progress)
    : undefined;
  const pairs = explained?.pairs ?? described?.pairs ?? match.pairs;
  const troubles: SideTrouble[] = [
    ...[a, b, ...controlSides].flatMap((side, i) => side.troubles.map((t) => ({ side: sideName(i), ...t }))),
    ...match.troubles,
    ...pairs.flatMap(({ report }) => report.trouble ?? []),
    ...(described?.troubles ?? []),
    ...(explained?.troubles ?? []),
    ...nothingCompared(match),
  ];
  const reasons = incomparabilities(a.identity, b.identity).map((reason) =>
    options.sameSources ? { ...reason, weight: 'differs' as const, why: SAME_SOURCES } : reason,
  );
  const masks = [...masksOf(a, b, match, options), ...userMasks(explained, options)];
  const evidence = gatherEvidence({
    a,
    b,
    match,
    described: described ?? { pairs, regions: new Map(), troubles: [] },
    explained,
    controls,
    noise,
    masks,
    reasons,
    troubles,
    options,
  });
  const verdict = judge(evidence);
  const causes = explained?.settled.causes;
  const report: Report = {
    schema: REPORT_SCHEMA,
    tool: { name: 'trustdiff', version: VERSION },
    settings: settingsOf(options),
    a: sideReport(a),
    b: sideReport(b),
    reasons,
    summary: summarise(pairs, match, a, b),
    masks:
      verdict.id === 'equivalent' && causes !== undefined ? [...masks, ...causeMasks(causes, pairs)] : masks,
    controls: controls.map((control) => control.report),
    troubles,
    verdict,
    ...(causes !== undefined && { causes }),
    pairs: pairs.map((pair) => pair.report),
    onlyA: match.onlyA,
    onlyB: match.onlyB,
    excluded: [...excludedOf('a', a), ...excludedOf('b', b)],
  };
  emit({ type: 'report', report });
  return report;
}

const SAME_SOURCES = 'Both were built from the same sources, so this follows from the root.';

/** Where nothing was compared, nothing was found equal. */
function nothingCompared({ pairs, onlyA, onlyB }: Match): SideTrouble[] {
  if (onlyA.length + onlyB.length > 0 || pairs.some(({ a }) => a.metadata.type !== 'directory')) return [];
  const trouble = toTrouble(new InputError('there is no file left in it to compare'));
  return [
    { side: 'a', ...trouble },
    { side: 'b', ...trouble },
  ];
}

/** Reads the inputs of all sides at once, so that they share the threads, and hands them back side by side. */
async function readGroups(
  groups: readonly (readonly string[])[],
  options: ResolvedOptions,
  threads: Threads,
  progress: Progress,
): Promise<IngestedInput[][]> {
  const names: InputName[] = groups.flatMap((files) => {
    const meter = new Meter();
    return files.map((file, index) => ({ file, index, meter }));
  });
  const inputs = await readInputs(names, options, threads, (members, bytes) =>
    progress.reading(members, bytes),
  );
  let start = 0;
  return groups.map((files) => {
    const end = start + files.length;
    const group = inputs.slice(start, end);
    start = end;
    return group;
  });
}

/** Every side, or what is wrong with all of them. */
function assembled(
  read: readonly (readonly IngestedInput[])[],
  assemble: (inputs: readonly IngestedInput[], i: number) => Side,
): Side[] {
  const errors: TrustdiffError[] = [];
  const sides = read.flatMap((inputs, i) => {
    try {
      return [assemble(inputs, i)];
    } catch (error) {
      if (!(error instanceof TrustdiffError)) throw error;
      errors.push(error);
      return [];
    }
  });
  const error = together(errors);
  if (error !== undefined) throw error;
  return sides;
}

function labelOf(i: number, options: ResolvedOptions): string {
  if (i === 0) return options.labelA;
  if (i === 1) return options.labelB;
  return `control ${i - 1} of ${options.controls[i - 2]?.of === 'b' ? options.labelB : options.labelA}`;
}

function sideName(i: number): string {
  return i === 0 ? 'a' : i === 1 ? 'b' : `control ${i - 1}`;
}

function excludedOf(side: 'a' | 'b', of: Side): Report['excluded'] {
  return of.excluded.map(({ path, pattern }) => ({ side, path, pattern }));
}

function settingsOf(options: ResolvedOptions): Report['settings'] {
  const {
    digest,
    exclude,
    ignoreMetadata,
    failOn,
    explain,
    verify,
    sameSources,
    sharedAncestor,
    masks,
    limits,
  } = options;
  return {
    digest,
    exclude,
    ignoreMetadata,
    failOn,
    explain,
    verify,
    ...(sameSources && { sameSources }),
    ...(sharedAncestor !== undefined && { sharedAncestor }),
    ...(masks !== undefined && { masks: { file: masks.file, today: masks.today } }),
    limits,
  };
}
