import type { Argv } from 'yargs';
import { EXPLAIN_OPTIONS, LIMIT_OPTION_TABLE } from './options.js';

export const EXPLAIN_COMMAND = 'explain <a> <b>';
export const EXPLAIN_SUMMARY = 'Say at length why two files differ: every owner, the instructions';

export const EXPLAIN_EXAMPLES: readonly (readonly [string, string])[] = [
  ['$0 explain a/libstd.rlib b/libstd.rlib', 'one pair of files'],
];

export function buildExplain(yargs: Argv) {
  return yargs
    .positional('a', { string: true, demandOption: true, describe: 'A file' })
    .positional('b', { string: true, demandOption: true, describe: 'The other' })
    .options(EXPLAIN_OPTIONS)
    .options(LIMIT_OPTION_TABLE)
    .example(EXPLAIN_EXAMPLES.map(([command, what]): [string, string] => [command, what]));
}

export type ExplainArguments = Awaited<ReturnType<typeof buildExplain>['argv']>;
