import { printableText } from '../../artefact/name.js';
import { divergenceText, replayText } from '../../rebuild/invocation/text.js';
import type { PlannedStages, Preview } from '../../rebuild/preview.js';
import { swapSentence } from '../../rebuild/swap-sentence.js';
import type {
  ExperimentReport,
  ExperimentRootReport,
  RunReport,
  RunStageReport,
  StageComparison,
} from '../experiment-model.js';
import type { Paint } from '../paint.js';
import { counted, sized } from '../quantity.js';
import { table } from './table.js';
import { renderEnd, type TextOptions, verdictSection } from './text.js';
import { wrapped } from './wrap.js';

/** The report of an experiment as lines: what was built, what it took, what differs, and the verdict. */
export function* renderExperimentText(report: ExperimentReport, options: TextOptions): Generator<string> {
  const { paint, width } = options;
  yield paint.bold(printableText(report.name));
  const { source, recipe, sandbox } = report;
  yield* wrapped(
    `  sources ${printableText(source.path)}: ${counted(source.files, 'file')}, ${sized(source.bytes)}, blake3 ${source.digest.slice(0, DIGITS)}…`,
    width,
    '    ',
  );
  yield* originLines(report, width);
  for (const [tool, side] of Object.entries(report.tools))
    yield `  both sides use the ${tool} of ${side.toUpperCase()}`;
  const sealed = sandbox.use === 'none' ? 'not sealed' : `sealed by ${sandbox.version}`;
  yield `  recipe ${recipe.use}: ${recipe.stages.map(({ name }) => name).join(', ')}; ${sealed}`;
  yield '';
  yield paint.bold('RUNS');
  yield* runTable(report.runs, width);
  yield* costLines(report, width);
  const done = report.swapped === undefined ? [] : (['code'] as const);
  for (const comparison of report.comparisons) yield* comparisonLines(comparison, { ...options, done });
  yield* plantedLines(report, options);
  yield* swappedLines(report, options);
  yield* partingLines(report, options);
  yield* verdictSection({ verdict: report.verdict }, options);
}

function* partingLines({ divergence, replay }: ExperimentReport, { paint }: TextOptions): Generator<string> {
  if (divergence !== undefined) {
    yield '';
    yield paint.bold('WHERE THE RUNS PART');
    yield* divergenceText(divergence);
  }
  if (replay !== undefined) {
    yield '';
    yield paint.bold('REPLAY');
    yield* replayText(replay);
  }
}

function* plantedLines(
  { planted, roots }: ExperimentReport,
  { paint, width }: TextOptions,
): Generator<string> {
  if (planted === undefined) return;
  yield '';
  yield paint.bold('PLANTED');
  const name = printableText(roots[planted.of].name);
  yield* wrapped(`  A change was planted in a copy of root ${name}.`, width, '  ');
  for (const place of planted.places) yield* wrapped(`  in ${printableText(place)}`, width, '    ');
  yield* wrapped(
    planted.found ? `  It was found in ${planted.stages.join(', ')}.` : '  It was not found.',
    width,
    '  ',
  );
  if (planted.unreached.length > 0)
    yield* wrapped(
      `  It did not reach ${planted.unreached.join(', ')}: without it the output is the same.`,
      width,
      '  ',
    );
}

function* swappedLines({ swapped }: ExperimentReport, { paint, width }: TextOptions): Generator<string> {
  for (const { tool, stages } of swapped ?? []) {
    yield '';
    yield paint.bold(`SWAPPED ${tool}`);
    for (const { stage, toA, toB } of stages)
      yield* wrapped(`  ${stage}: ${swapSentence(tool, { toA, toB })}`, width, '    ');
  }
}

/** Digits of a digest that a person compares by eye. */
const DIGITS = 16;

function* originLines(
  { roots, sharedAncestors }: Pick<ExperimentReport, 'roots' | 'sharedAncestors'>,
  width: number,
): Generator<string> {
  yield* rootLines('A', roots.a, width);
  yield* rootLines('B', roots.b, width);
  for (const { what, standing } of sharedAncestors)
    yield* wrapped(
      `  shared: ${printableText(what)}${standing === 'told' ? ' (as they say of themselves)' : ''}`,
      width,
      '    ',
    );
}

function* rootLines(side: string, root: ExperimentRootReport, width: number): Generator<string> {
  yield* wrapped(
    `  root ${side}  ${printableText(root.name)}: ${sized(root.bytes)}, blake3 ${root.digest.slice(0, DIGITS)}…`,
    width,
    '    ',
  );
  const { facts, ancestry } = root;
  const [version] = facts.version ?? [];
  if (version !== undefined) yield* wrapped(`    ${printableText(version)}`, width, '    ');
  const how = ancestry.standing === 'told' ? ' (as it says of itself)' : '';
  yield* wrapped(`    ancestry ${ancestry.kind}: ${printableText(ancestry.why)}${how}`, width, '      ');
}

function* runTable(runs: readonly RunReport[], width: number): Generator<string> {
  const rows = runs.flatMap((run) =>
    run.stages.map((stage, i) => [
      i === 0 ? run.id : '',
      stage.name,
      stage.digest.slice(0, DIGITS),
      String(stage.files),
      sized(stage.bytes),
      elapsed(stage.seconds),
      cpuSeconds(stage),
      stage.peakBytes === undefined ? '' : sized(stage.peakBytes),
      i === 0 ? noteOf(run) : '',
    ]),
  );
  const head = ['run', 'stage', 'digest', 'files', 'size', 'elapsed', 'cpu', 'memory', ''];
  yield* table([head, ...rows], width, new Set([0, 1, 2, 8]));
}

function noteOf({ role, varied, interruptions }: RunReport): string {
  return [
    ...(role === 'cross' ? [] : [role]),
    ...varied.map((variation) => `other ${variation}`),
    ...(interruptions > 0 ? [`cut off ${counted(interruptions, 'time')}`] : []),
  ].join(', ');
}

/** What the choice of root costs: the sum over all stages of each. */
function* costLines({ runs, roots }: ExperimentReport, width: number): Generator<string> {
  const spent = (side: 'a' | 'b'): number | undefined => {
    const stages = runs
      .filter((run) => run.side === side && run.role === 'cross')
      .flatMap((run) => run.stages);
    const times = stages.map(({ cpu }) => (cpu === undefined ? undefined : cpu.user + cpu.system));
    return times.includes(undefined) ? undefined : times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
  };
  const [a, b] = [spent('a'), spent('b')];
  if (a === undefined || b === undefined) return;
  yield* wrapped(
    `Processor time: ${elapsed(a)} from ${printableText(roots.a.name)}, ${elapsed(b)} from ${printableText(roots.b.name)}.`,
    width,
    '  ',
  );
}

function cpuSeconds({ cpu }: RunStageReport): string {
  return cpu === undefined ? '' : elapsed(cpu.user + cpu.system);
}

/** `0.4 s`, `12 s`, `21 min 5 s`, `1 h 3 min`. */
export function elapsed(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function* comparisonLines(
  { stage, claim, report }: StageComparison,
  options: TextOptions,
): Generator<string> {
  const { paint } = options;
  const { content } = report.summary;
  yield '';
  const role = claim ? '' : paint.dim('  (built by the root itself: told, not judged)');
  yield `${paint.bold(`STAGE ${stage}`)}  ${report.verdict.id}${role}`;
  yield `  ${counted(content.pairs, 'pair')}: ${content.identical} identical, ${content.content} differ; only in A ${content.onlyA}, only in B ${content.onlyB}`;
  if (claim && report.verdict.exit !== 0) yield* renderEnd(report, { ...options, verdict: false });
  else for (const sentence of originOf(report)) yield* wrapped(`  ${sentence}`, options.width, '  ');
}

function originOf({ causes }: StageComparison['report']): string[] {
  return causes?.origin === undefined ? [] : [printableText(causes.origin)];
}

/** What an experiment would do, as lines. */
export function* previewLines(preview: Preview, paint: Paint, width: number): Generator<string> {
  const { experiment, runs } = preview;
  yield paint.bold(printableText(experiment.name));
  yield `  recipe ${experiment.recipe.use}, ${counted(runs.length, 'run')}, sandbox ${experiment.sandbox.use}`;
  yield* originLines(preview, width);
  for (const one of runs) yield* previewOf(one, width);
  const left = runs.flatMap(({ stages }) => stages).filter(({ kept }) => !kept);
  const times = left.map(({ seconds }) => seconds);
  const known = times.flatMap((seconds) => seconds ?? []);
  const cost =
    left.length === 0
      ? 'Nothing is left to build.'
      : known.length === 0
        ? `${counted(left.length, 'stage')} to build; nothing is known yet of how long they take.`
        : `${counted(left.length, 'stage')} to build: about ${elapsed(known.reduce((sum, time) => sum + time, 0))} by earlier ones${known.length < left.length ? `, without ${counted(left.length - known.length, 'stage')} of which nothing is known` : ''}.`;
  yield* wrapped(cost, width, '  ');
}

function* previewOf({ run, stages }: PlannedStages, width: number): Generator<string> {
  const how = [run.role, ...run.varied.map((variation) => `other ${variation}`)].join(', ');
  yield `${run.id}  ${how}, key ${run.key.slice(0, DIGITS)}…`;
  for (const { name, claim, kept, run: command } of stages) {
    const notes = [...(claim ? [] : ['told, not judged']), ...(kept ? ['kept from an earlier time'] : [])];
    yield `  ${name}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
    yield* wrapped(`    ${commandText(command)}`, width, '      ');
  }
}

/** A command in a line; of a script its first line that says something. */
function commandText(command: readonly string[]): string {
  const script = command[0] === 'sh' ? command[2] : undefined;
  const lines = (script ?? command.join(' ')).split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '');
  return `${printableText(said[0] ?? '')}${said.length > 1 ? ' …' : ''}`;
}
