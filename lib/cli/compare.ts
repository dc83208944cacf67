import { type Comparison, compare } from '../comparison/comparison.js';
import type { ComparisonEvent } from '../comparison/event.js';
import type { CompareOptions } from '../comparison/options.js';
import { UsageError } from '../error.js';
import type { Report } from '../report/model.js';
import { NO_PAINT, type Paint, terminalPaint } from '../report/paint.js';
import { renderReport } from '../report/render.js';
import { troubleText } from '../report/text/line.js';
import { sideLines } from '../report/text/side.js';
import { MemberList, renderEnd, type TextOptions } from '../report/text/text.js';
import type { CompareArguments } from './compare-arguments.js';
import { FileOutput } from './file-output.js';
import { maskFile } from './mask-file.js';
import { assertGivenOnce, COMPARE_OPTIONS, LIMIT_OPTION_TABLE, limitsOf, OUTPUT_OPTIONS } from './options.js';
import { ProgressLine } from './progress.js';
import { assertNoInput, deliver, StandardOutput } from './writer.js';

/** Runs `compare` and gives the exit status. */
export async function runCompare(argv: CompareArguments, signal: AbortSignal): Promise<number> {
  assertGivenOnce(argv, COMPARE_OPTIONS, LIMIT_OPTION_TABLE, OUTPUT_OPTIONS);
  // Ends the work also when its report cannot be delivered: nobody waits for it any more.
  const stop = new AbortController();
  const options = optionsOf(argv, AbortSignal.any([signal, stop.signal]));
  const destinations = destinationsOf(argv, options);
  const onStdout = destinations.find((destination) => destination.file === undefined);
  // Opened before the work begins: whoever mistypes a path is told now, not in an hour.
  const files = destinations.flatMap(({ file, format }) =>
    file === undefined ? [] : [{ format, sink: new FileOutput(file) }],
  );
  try {
    const report = await follow(compare(options), argv, onStdout?.format);
    for (const { format, sink } of files) await deliver(renderReport(report, { format, all: true }), sink);
    return report.verdict.exit;
  } catch (error) {
    stop.abort();
    throw error;
  }
}

type Format = 'text' | 'json';

/** Prints results as they come and the rest of the report at the end; gives the report. */
async function follow(
  comparison: Comparison,
  argv: CompareArguments,
  format: Format | undefined,
): Promise<Report> {
  const terminal = process.stderr.isTTY === true;
  const progress =
    (argv.progress ?? (terminal && argv.quiet !== true)) ? new ProgressLine(process.stderr) : undefined;
  const stdout = new StandardOutput();
  const text = format === 'text' ? await textOptions(argv) : undefined;
  const list = text === undefined ? undefined : new MemberList(text);
  try {
    for await (const event of comparison) {
      if (event.type === 'progress') {
        progress?.tell(event);
        continue;
      }
      const lines = list === undefined ? [] : linesOf(event, list);
      if (lines.length === 0) continue;
      progress?.clear();
      await stdout.write(`${lines.join('\n')}\n`);
    }
  } finally {
    progress?.clear();
  }
  const report = await comparison.report;
  if (format === 'json') await deliver(renderReport(report, { format: 'json' }), stdout);
  return report;
}

/** The text report, in the order in which things become known. */
function linesOf(event: Exclude<ComparisonEvent, { type: 'progress' }>, list: MemberList): string[] {
  const { paint, width } = list.options;
  switch (event.type) {
    case 'side':
      return [
        ...sideLines(
          event.side === 'a' || event.side === 'b' ? event.side.toUpperCase() : event.side,
          event.report,
          paint,
          width,
        ),
        '',
      ];
    case 'pair':
      return [...list.pair(event.pair)];
    case 'unpaired':
      return [...list.unpaired(event.side, event.member)];
    case 'trouble':
      return [`${paint.red('trouble'.padEnd(11))}${event.side.toUpperCase()}: ${troubleText(event.trouble)}`];
    case 'report':
      return [...renderEnd(event.report, list.options)];
  }
}

async function textOptions(argv: CompareArguments): Promise<TextOptions> {
  const width =
    process.stdout.isTTY === true ? Math.max(40, Math.min(process.stdout.columns ?? 80, 120)) : 80;
  return { paint: await paintFor(argv.color), width, all: argv.all === true };
}

/** NO_COLOR (no-color.org) counts when it is set to anything but nothing; `--color` and `--no-color` win over it. */
export async function paintFor(color: boolean | undefined): Promise<Paint> {
  const noColor = (process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb';
  return (color ?? (process.stdout.isTTY === true && !noColor)) ? terminalPaint() : NO_PAINT;
}

function optionsOf(argv: CompareArguments, signal: AbortSignal): CompareOptions {
  const [a, b] = sidesOf(argv);
  return {
    a,
    b,
    labelA: argv.labelA,
    labelB: argv.labelB,
    controls: controlsOf(argv),
    digest: argv.digest,
    jobs: argv.jobs,
    exclude: argv.exclude,
    ignoreMetadata:
      argv.ignoreMetadata === undefined || argv.ignoreMetadata.length > 0
        ? argv.ignoreMetadata
        : (['mtime', 'owner'] as const),
    failOn: argv.failOn,
    limits: limitsOf(argv),
    tmpdir: argv.tmpdir,
    maxDetail: argv.maxDetail,
    explain: argv.explain,
    verify: argv.verify,
    sharedAncestor: argv.sharedAncestor,
    rustc: argv.rustc,
    masks: maskFile(argv.masks),
    signal,
  };
}

function sidesOf(argv: CompareArguments): [readonly string[], readonly string[]] {
  const positional = (argv.artefacts ?? []).map(String);
  const a = argv.a ?? [];
  const b = argv.b ?? [];
  if (positional.length === 2 && a.length === 0 && b.length === 0)
    return [positional.slice(0, 1), positional.slice(1)];
  if (positional.length === 0 && a.length > 0 && b.length > 0) return [a, b];
  if (positional.length > 2) {
    throw new UsageError(
      `${positional.length} artefacts are given, but two are compared`,
      'name the files of each side with --a and --b',
    );
  }
  if (positional.length > 0 && a.length + b.length > 0) {
    throw new UsageError('artefacts are given both by place and with --a or --b', 'use one of the two ways');
  }
  throw new UsageError('two artefacts are needed', 'trustdiff A B, or --a and --b; see trustdiff --help');
}

function controlsOf(argv: CompareArguments): CompareOptions['controls'] {
  const controls = argv.control ?? [];
  const of = argv.controlOf ?? [];
  if (of.length > 0 && of.length !== controls.length) {
    throw new UsageError(
      `${controls.length} --control and ${of.length} --control-of are given`,
      'give one --control-of for each, or none',
    );
  }
  return controls.map((path, i) => ({ of: of[i] === 'b' ? 'b' : 'a', paths: path }));
}

interface Destination {
  readonly format: Format;
  /** Absent for standard output. */
  readonly file: string | undefined;
}

/**
 * The i-th format goes to the i-th output; one without the other takes its format from the file's name, or goes to
 * standard output. Unless a report goes there anyway or `--quiet` is given, standard output gets the text.
 */
function destinationsOf(argv: CompareArguments, options: CompareOptions): Destination[] {
  const formats = argv.format ?? [];
  const outputs = argv.output ?? [];
  const destinations: Destination[] = [];
  for (let i = 0; i < Math.max(formats.length, outputs.length); i++) {
    const output = outputs[i];
    const file = output === '-' ? undefined : output;
    const format = formats[i] ?? (file?.endsWith('.json') ? 'json' : 'text');
    destinations.push({ format, file });
  }
  const toStdout = destinations.filter((destination) => destination.file === undefined);
  if (toStdout.length > 1)
    throw new UsageError('two reports would go to standard output', 'give an --output for each but one');
  const files = destinations.flatMap(({ file }) => file ?? []);
  if (new Set(files).size < files.length) throw new UsageError('two reports would go to one file');
  const inputs = [options.a, options.b, ...(options.controls ?? []).map((control) => control.paths)].flat();
  for (const file of files) assertNoInput(file, inputs);
  if (argv.quiet === true) return destinations.filter((destination) => destination.file !== undefined);
  return toStdout.length === 0 ? [{ format: 'text', file: undefined }, ...destinations] : destinations;
}
