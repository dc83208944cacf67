import type { Argv } from 'yargs';
import { REBUILD_OPTIONS } from './options.js';

export const REBUILD_COMMAND = 'rebuild [experiment]';
export const REBUILD_SUMMARY = 'Build the same sources from two roots, compare what comes out, and judge it';

export const REBUILD_EXAMPLES: readonly (readonly [string, string])[] = [
  ['$0 rebuild --init > experiment.yaml', 'an example to fill in'],
  ['$0 rebuild experiment.yaml --dry-run', 'what would be built'],
  ['$0 rebuild experiment.yaml --out run', 'build, compare and judge'],
  ['$0 rebuild --source . --root chain=/usr --root upstream=dir --recipe cargo', 'without a file'],
];

export function buildRebuild(yargs: Argv) {
  return yargs
    .positional('experiment', { string: true, describe: 'The file of the experiment (YAML)' })
    .options(REBUILD_OPTIONS)
    .example(REBUILD_EXAMPLES.map(([command, what]): [string, string] => [command, what]));
}

export type RebuildArguments = Awaited<ReturnType<typeof buildRebuild>['argv']>;
