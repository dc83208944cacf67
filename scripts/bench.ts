import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { stopAllGroups } from '../lib/rebuild/process-group.js';
import { CASE_IDS, type CaseId, EXPLAIN_CASE_IDS, Skipped } from './benching/case.js';
import { CASES } from './benching/cases/index.js';
import { describeMachine } from './benching/machine.js';
import { RunError } from './benching/measurement.js';
import type { BenchResult, CaseResult } from './benching/result.js';
import { caseLines, headLines } from './benching/table.js';
import { type BenchOptions, BUILT, Workshop } from './benching/workshop.js';

/** `scripts/bench`: exit status 0, also where a target is missed; 2 where something could not be run. */
const cli = yargs(hideBin(process.argv))
  .scriptName('scripts/bench')
  .command(
    'compare',
    'Measure trustdiff as a whole process, in turns with other programs: time, processor time, peak memory',
    (command) =>
      command
        .option('only', {
          type: 'string',
          default: CASE_IDS.join(','),
          describe:
            'a: two equal trees; b: two .tar.xz; c: against diffoscope; d: memory as the input grows; e: start-up',
        })
        .option('rounds', {
          type: 'number',
          default: 5,
          describe: 'rounds that count; c and d take 3 at most',
        })
        .option('tree', {
          type: 'string',
          describe: 'the folder for a [a toolchain of rustup, else generated]',
        })
        .option('archive-a', { type: 'string', describe: 'a .tar.xz for b and c [made from the tree]' })
        .option('archive-b', { type: 'string', describe: 'the other one' })
        .option('archive-size', {
          type: 'number',
          default: 96,
          describe: 'MB of files in those that are made',
        })
        .option('small-a', { type: 'string', describe: 'a smaller archive for c [made, or --archive-a]' })
        .option('small-b', { type: 'string', describe: 'the other one' })
        .option('small-size', { type: 'number', default: 8, describe: 'MB of files in those that are made' })
        .option('sizes', { type: 'string', default: '32,128,256', describe: 'MB a side for d, growing' })
        .option('limit', { type: 'number', default: 120, describe: 'seconds a run of b, c and d may take' })
        .option('trustdiff', {
          type: 'string',
          default: BUILT,
          describe: 'the built command',
          defaultDescription: 'that of this checkout',
        })
        .option('tmpdir', {
          type: 'string',
          default: tmpdir(),
          describe: 'the folder for everything that is made; emptied again',
        })
        .option('json', { type: 'string', describe: 'also write every single measurement to this file' })
        .implies({ archiveA: 'archiveB', archiveB: 'archiveA', smallA: 'smallB', smallB: 'smallA' }),
    async (args) => {
      const sizes = numbersOf(args.sizes);
      if (!Number.isInteger(args.rounds) || args.rounds < 1)
        throw new RunError('--rounds must be a whole number above 0');
      for (const [name, value] of Object.entries({
        'archive-size': args.archiveSize,
        'small-size': args.smallSize,
        limit: args.limit,
      }))
        if (!(value > 0)) throw new RunError(`--${name} must be a number above 0`);
      await bench(casesOf(args.only, CASE_IDS), args.json, {
        rounds: args.rounds,
        tmpdir: args.tmpdir,
        trustdiff: args.trustdiff,
        tree: args.tree,
        archives: pairOf(args.archiveA, args.archiveB),
        smallArchives: pairOf(args.smallA, args.smallB),
        archiveSize: args.archiveSize,
        smallSize: args.smallSize,
        memorySizes: sizes,
        pairs: [],
        imageSizes: [],
        limit: args.limit,
      });
    },
  )
  .command(
    'explain',
    'Measure trustdiff explain, in turns with diffoscope where that is installed: time, memory, the report',
    (command) =>
      command
        .option('only', {
          type: 'string',
          default: EXPLAIN_CASE_IDS.join(','),
          describe: 'f: pairs of files, against diffoscope; g: made shared libraries, as they grow',
        })
        .option('pair', {
          type: 'string',
          array: true,
          nargs: 2,
          default: [] as string[],
          describe: 'two files for f, as often as you like [pairs of the corpus]',
        })
        .option('rounds', { type: 'number', default: 3, describe: 'rounds that count' })
        .option('sizes', {
          type: 'string',
          default: '1,4,16,64,150',
          describe: 'MB of each file for g, growing',
        })
        .option('limit', { type: 'number', default: 300, describe: 'seconds a run may take' })
        .option('trustdiff', {
          type: 'string',
          default: BUILT,
          describe: 'the built command',
          defaultDescription: 'that of this checkout',
        })
        .option('tmpdir', {
          type: 'string',
          default: tmpdir(),
          describe: 'the folder for everything that is made; emptied again',
        })
        .option('json', { type: 'string', describe: 'also write every single measurement to this file' }),
    async (args) => {
      if (!Number.isInteger(args.rounds) || args.rounds < 1)
        throw new RunError('--rounds must be a whole number above 0');
      if (!(args.limit > 0)) throw new RunError('--limit must be a number above 0');
      await bench(casesOf(args.only, EXPLAIN_CASE_IDS), args.json, {
        rounds: args.rounds,
        tmpdir: args.tmpdir,
        trustdiff: args.trustdiff,
        tree: undefined,
        archives: undefined,
        smallArchives: undefined,
        archiveSize: 0,
        smallSize: 0,
        memorySizes: [],
        pairs: pairsOf(args.pair),
        imageSizes: numbersOf(args.sizes),
        limit: args.limit,
      });
    },
  )
  .demandCommand(1, 'Say what to do: compare or explain.')
  .strict()
  .version(false)
  .fail(false);

try {
  await cli.parseAsync();
} catch (error) {
  console.error(`scripts/bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}

async function bench(ids: readonly CaseId[], json: string | undefined, options: BenchOptions): Promise<void> {
  const missing = [
    options.trustdiff,
    options.tree,
    options.tmpdir,
    ...(options.archives ?? []),
    ...(options.smallArchives ?? []),
    ...options.pairs.flat(),
  ];
  for (const path of missing)
    if (path !== undefined && !existsSync(path)) throw new RunError(`${path} does not exist`);
  const machine = describeMachine();
  const { stdout, stderr } = spawnSync(options.trustdiff, ['--version'], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new RunError(`${options.trustdiff} --version says nothing\n${stderr}`);
  const trustdiff = stdout.trim();
  console.log(headLines(trustdiff, machine, options.rounds).join('\n'));
  const workshop = new Workshop(options, tell);
  removeAtEnd(workshop);
  const cases: CaseResult[] = [];
  for (const id of ids) {
    const result = await runCase(id, workshop);
    cases.push(result);
    tell('');
    console.log(`\n${caseLines(result).join('\n')}`);
    if (result.status === 'failed') process.exitCode = 2;
  }
  if (json === undefined) return;
  const result: BenchResult = {
    schema: 'trustdiff-bench-1',
    trustdiff,
    machine,
    rounds: options.rounds,
    cases,
  };
  writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
}

async function runCase(id: CaseId, workshop: Workshop): Promise<CaseResult> {
  const { title } = CASES[id];
  try {
    const groups = await CASES[id].run(workshop);
    return {
      id,
      title,
      status: 'measured',
      groups: groups.map(({ subject, runs, findings }) => ({
        subject,
        runs: runs.map(({ command: { name, argv }, samples }) => ({ name, argv, samples })),
        findings,
      })),
    };
  } catch (error) {
    if (error instanceof Skipped) return { id, title, status: 'skipped', reason: error.message };
    return { id, title, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** However the bench ends, nothing of it goes on and nothing of it stays. */
function removeAtEnd(workshop: Workshop): void {
  process.on('exit', () => {
    stopAllGroups();
    workshop.close();
  });
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => process.exit(status));
  }
}

/** A line on a terminal that the next one takes the place of. */
function tell(text: string): void {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\x1b[K${text}`);
}

function casesOf(only: string, ids: readonly CaseId[]): CaseId[] {
  const chosen = only.split(',').map((id) => id.trim());
  const unknown = chosen.filter((id) => !ids.some((known) => known === id));
  if (unknown.length > 0) throw new RunError(`--only takes ${ids.join(', ')}, not ${unknown.join(', ')}`);
  return ids.filter((id) => chosen.includes(id));
}

function numbersOf(list: string): number[] {
  const numbers = list.split(',').map(Number);
  if (numbers.some((number) => !(number > 0)))
    throw new RunError(`--sizes takes numbers above 0, not ${list}`);
  return numbers.sort((a, b) => a - b);
}

function pairOf(a: string | undefined, b: string | undefined): readonly [string, string] | undefined {
  return a === undefined || b === undefined ? undefined : [a, b];
}

function pairsOf(paths: readonly string[]): (readonly [string, string])[] {
  return paths.flatMap((a, i) => (i % 2 === 0 ? [[a, paths[i + 1] ?? ''] as const] : []));
}
