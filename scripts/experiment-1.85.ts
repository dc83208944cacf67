import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { TrustdiffError, UsageError } from '../lib/error.js';
import { adoptDownloads, fetchInputs, missingInputs } from './experiments/downloads.js';
import { EXPERIMENTS, type ExperimentName, writeExperiment } from './experiments/experiment-file.js';
import { assertMachine, installMissing, missingPackages, PACKAGES } from './experiments/packages.js';
import { prepareSource, SOURCE_DIGEST } from './experiments/prepared-source.js';
import { takeSteps, worstStatus } from './experiments/step.js';

/** The command line as it is installed, which is the bundle. */
const TRUSTDIFF = fileURLToPath(new URL('../cli/trustdiff.js', import.meta.url));

/** `scripts/experiment-1.85`: exit status of the worse verdict, 2 on trouble. */
const cli = yargs(hideBin(process.argv))
  .scriptName('scripts/experiment-1.85')
  .usage(
    '$0 --work FOLDER\n\nRebuilds rustc 1.85.0 from two trust roots and compares stage1 and stage2: the rustc 1.85.0 that Debian built, and the 1.84.0 that the Rust project signed. Twice: each root with its own cargo, and one cargo for both.\n\nFor Debian 12 on amd64. Downloads 1 GB; builds rustc four times (two runs serve both; one is a control), 40 to 60 minutes each on two idle cores. Keep 25 GB free. What was finished by an interrupted call is used again by the next.',
  )
  .options({
    work: { type: 'string', demandOption: true, describe: 'the folder for everything' },
    reports: { type: 'string', describe: 'the folder for the JSON reports (WORK/reports)' },
    downloads: {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'a folder that may hold some of what is to be downloaded, under the names that apt gives it',
    },
    install: { type: 'boolean', default: false, describe: 'install the packages that are missing (as root)' },
    stages: {
      type: 'number',
      choices: [1, 2],
      default: 2,
      describe: '1: only what the roots themselves compile',
    },
    prepare: { type: 'boolean', default: false, describe: 'stop before the first build' },
    only: { type: 'string', choices: EXPERIMENTS, describe: 'one of the two experiments' },
    'dry-run': { type: 'boolean', default: false, describe: 'say what would be done' },
  })
  .strict()
  .fail(false);

try {
  const args = await cli.parseAsync();
  process.exitCode = await experiment(args);
} catch (error) {
  const known = error instanceof TrustdiffError ? error : undefined;
  const where = known?.where.file === undefined ? '' : `${known.where.file}: `;
  console.error(`scripts/experiment-1.85: ${where}${error instanceof Error ? error.message : String(error)}`);
  if (known !== undefined && known.hint !== '') console.error(known.hint);
  process.exitCode = 2;
}

interface Arguments {
  readonly work: string;
  readonly reports: string | undefined;
  readonly downloads: readonly string[];
  readonly install: boolean;
  readonly stages: number;
  readonly prepare: boolean;
  readonly only: string | undefined;
  readonly dryRun: boolean;
}

async function experiment(args: Arguments): Promise<number> {
  const { install, stages, prepare, only, dryRun } = args;
  const work = resolve(args.work);
  const downloads = join(work, 'downloads');
  const reportOf = (name: ExperimentName): string =>
    join(resolve(args.reports ?? join(work, 'reports')), `${name}.json`);
  const chosen = EXPERIMENTS.filter((name) => !prepare && (only === undefined || only === name));
  const say = (line: string): void => console.log(line);
  const statuses: number[] = [];
  assertMachine();
  await takeSteps(
    [
      {
        what: `packages: ${PACKAGES.length} of Debian`,
        look: () => missingPackages().map((name) => `${name} is not installed`),
        take: () => installMissing(install, say),
      },
      {
        what: 'downloads: Debian’s packages and sources, upstream’s components in them; checked by SHA-256',
        look: () => missingInputs(downloads),
        take: () => {
          adoptDownloads(
            args.downloads.map((folder) => resolve(folder)),
            downloads,
            say,
          );
          fetchInputs(downloads, say);
        },
      },
      {
        what: 'sources: unpacked, and made fit to be read only',
        look: () => [existsSync(join(work, 'source')) ? 'they are there' : `to be made: ${SOURCE_DIGEST}`],
        take: () => prepareSource(downloads, work, say),
      },
      ...chosen.map((name) => ({
        what: `${name}: ${stages === 1 ? 'stage1' : 'stage1 and stage2'} from two roots, compared and judged`,
        look: () => [`trustdiff ${rebuildArguments(name, work, reportOf(name)).join(' ')}`],
        take: () => {
          const report = reportOf(name);
          writeExperiment(name, work, stages, report);
          rmSync(report, { force: true });
          const status = rebuild(rebuildArguments(name, work, report));
          if (!existsSync(report))
            throw new UsageError(`${name} came to no verdict`, 'trustdiff said why; the same call goes on');
          statuses.push(status);
          say(`exit status ${status}; the report: ${report}`);
        },
      })),
    ],
    { dryRun, say },
  );
  return worstStatus(statuses);
}

function rebuildArguments(name: ExperimentName, work: string, report: string): readonly string[] {
  // Where one cargo serves both, nothing is judged to differ, and no call is to be made again.
  const replay = name === 'own-cargo' ? ['--replay'] : [];
  return ['rebuild', join(work, `${name}.yaml`), '--out', join(work, 'run'), '--output', report, ...replay];
}

/** Builds, compares and judges; the exit status is that of the verdict. */
function rebuild(args: readonly string[]): number {
  const { status, signal, error } = spawnSync(TRUSTDIFF, args, { stdio: 'inherit' });
  if (error !== undefined) throw new UsageError(`trustdiff does not run: ${error.message}`, 'npm run build');
  if (signal !== null) throw new UsageError(`trustdiff was ended by ${signal}`, 'the same call goes on');
  return status ?? 2;
}
