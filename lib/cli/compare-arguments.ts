import type { Argv } from 'yargs';
import { COMPARE_OPTIONS, LIMIT_OPTION_TABLE, OUTPUT_OPTIONS } from './options.js';

export const COMPARE_COMMAND = ['compare [artefacts..]', '$0'];
export const COMPARE_SUMMARY = 'Compare two artefacts';

export const COMPARE_EXAMPLES: readonly (readonly [string, string])[] = [
  ['$0 build-a/stage2 build-b/stage2', 'two directories'],
  ['$0 --a rustc.deb --a libstd.deb --b rust-dist/', 'several files make one artefact'],
  ['$0 A B --control A2', 'what varies from run to run is told from what the root changed'],
  ['$0 A B -f json -o report.json', 'the whole report for a machine'],
];

/** The builder of `compare`, typed by what it declares. */
export function buildCompare(yargs: Argv) {
  return yargs
    .positional('artefacts', { array: true, string: true, describe: 'Side A, then side B' })
    .options(COMPARE_OPTIONS)
    .options(LIMIT_OPTION_TABLE)
    .options(OUTPUT_OPTIONS)
    .example(COMPARE_EXAMPLES.map(([command, what]): [string, string] => [command, what]));
}

export type CompareArguments = Awaited<ReturnType<typeof buildCompare>['argv']>;
