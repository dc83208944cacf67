import { UsageError } from '../error.js';
import type { RebuildEvent } from '../rebuild/event.js';
import { EXAMPLE } from '../rebuild/example.js';
import {
  type Experiment,
  type ExperimentOptions,
  parseExperiment,
  readExperiment,
  type SideName,
} from '../rebuild/experiment.js';
import { plan } from '../rebuild/preview.js';
import { type Rebuild, type RebuildOptions, rebuild } from '../rebuild/rebuild.js';
import type { StageEvent } from '../rebuild/run.js';
import type { ExperimentReport } from '../report/experiment-model.js';
import { renderExperiment } from '../report/render.js';
import { elapsed, previewLines, renderExperimentText } from '../report/text/experiment.js';
import { paintFor } from './compare.js';
import { FileOutput } from './file-output.js';
import { assertGivenOnce, REBUILD_OPTIONS } from './options.js';
import { StatusLine } from './progress.js';
import type { RebuildArguments } from './rebuild-arguments.js';
import { deliver, StandardOutput } from './writer.js';

/** Runs `rebuild` and gives the exit status: that of the verdict, or 0 where nothing was to be judged. */
export async function runRebuild(argv: RebuildArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, REBUILD_OPTIONS);
  const stdout = new StandardOutput();
  if (argv.init === true) {
    await stdout.write(EXAMPLE);
    return 0;
  }
  const options: RebuildOptions = {
    experiment: experimentOf(argv),
    out: argv.out,
    jobs: argv.jobs,
    maxDetail: argv.maxDetail,
    replay: argv.replay,
    signal,
  };
  const paint = await paintFor(argv.color);
  const width =
    process.stdout.isTTY === true ? Math.max(40, Math.min(process.stdout.columns ?? 80, 120)) : 80;
  if (argv.dryRun === true) {
    for (const line of previewLines(await plan(options), paint, width)) await stdout.write(`${line}\n`);
    return 0;
  }
  const file = argv.output === undefined ? undefined : new FileOutput(argv.output);
  const report = await follow(rebuild(options), argv);
  if (file !== undefined) await deliver(renderExperiment(report, { format: 'json' }), file);
  if (argv.format === 'json') await deliver(renderExperiment(report, { format: 'json' }), stdout);
  else if (argv.quiet !== true)
    for (const line of renderExperimentText(report, { paint, width, all: false }))
      await stdout.write(`${line}\n`);
  return report.verdict.exit;
}

/** Tells on standard error how the builds go. */
async function follow(run: Rebuild, argv: RebuildArguments): Promise<ExperimentReport> {
  const quiet = argv.quiet === true;
  const line =
    (argv.progress ?? (process.stderr.isTTY === true && !quiet)) ? new StatusLine(process.stderr) : undefined;
  try {
    for await (const event of run) {
      if (event.type === 'progress') {
        line?.show(stageText(event));
        continue;
      }
      const text = quiet ? undefined : textOf(event);
      if (text === undefined) continue;
      line?.clear();
      process.stderr.write(`${text}\n`);
    }
  } finally {
    line?.clear();
  }
  return run.report;
}

function textOf(event: Exclude<RebuildEvent, { type: 'progress' }>): string | undefined {
  switch (event.type) {
    case 'step':
      return `${event.text} …`;
    case 'stage':
      return stageText(event);
    case 'comparison':
      return `${event.comparison.stage}: ${event.comparison.report.verdict.id}`;
    case 'report':
      return undefined;
  }
}

const STATES = {
  starts: 'starts',
  continues: 'goes on where it was cut off',
  runs: '',
  done: 'done',
  kept: 'kept from an earlier time',
} as const;

function stageText({ run, stage, state, seconds, line = '' }: StageEvent): string {
  const text = [STATES[state], line.trim()].filter((part) => part !== '').join(' ');
  return `${run} ${stage}: ${seconds > 0 ? `${elapsed(seconds)}, ` : ''}${text}`;
}

/** The experiment of the file or of the options, with what else the options say. */
function experimentOf(argv: RebuildArguments): Experiment {
  const { experiment: file, source, root, recipe } = argv;
  const options = (experiment: Experiment): Experiment => withOptions(experiment, argv);
  if (file === undefined) return fromOptions(argv, options);
  if (source !== undefined || root !== undefined || recipe !== undefined)
    throw new UsageError(
      'an experiment is given by a file and by --source, --root or --recipe',
      'use one of the two ways',
    );
  return readExperiment(String(file), options);
}

function withOptions(experiment: Experiment, argv: RebuildArguments): Experiment {
  const { controls, sandbox, vary, swap, planted } = experiment;
  const extra = (side: SideName): number => (argv.control ?? []).filter((of) => of === side).length;
  return {
    ...experiment,
    controls: { a: controls.a + extra('a'), b: controls.b + extra('b') },
    sandbox: { use: argv.sandbox ?? sandbox.use, cores: argv.cores ?? sandbox.cores },
    vary: [...new Set([...vary, ...(argv.vary ?? [])])],
    swap: [...new Set([...swap, ...(argv.swap ?? [])])],
    planted: argv.planted === undefined ? planted : { of: argv.planted, run: planted?.run },
  };
}

function fromOptions(
  { source, root = [], recipe }: RebuildArguments,
  options: ExperimentOptions,
): Experiment {
  const [first, second] = root;
  if (
    source === undefined ||
    recipe === undefined ||
    first === undefined ||
    second === undefined ||
    root.length > 2
  )
    throw new UsageError(
      'an experiment is needed',
      'name its file, or give --source, --recipe and two --root NAME=PATH; see trustdiff rebuild --help',
    );
  const [a, b] = [namedRoot(first), namedRoot(second)];
  // JSON is YAML, so that options are checked as a file is.
  const text = JSON.stringify({
    schema: 'trustdiff-experiment-1',
    name: source,
    source,
    recipe,
    roots: { a, b },
  });
  return parseExperiment(text, 'the command line', options);
}

function namedRoot(text: string): { readonly name: string; readonly path: string } {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--root ${text} has no name`, 'write it as NAME=PATH');
  return { name: text.slice(0, at), path: text.slice(at + 1) };
}
