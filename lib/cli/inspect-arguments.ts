import type { Argv } from 'yargs';
import { INSPECT_OPTIONS, LIMIT_OPTION_TABLE } from './options.js';

export const INSPECT_COMMAND = 'inspect <artefacts..>';
export const INSPECT_SUMMARY = 'Print what one artefact is: layout, version, members, digests';

export const INSPECT_EXAMPLES: readonly (readonly [string, string])[] = [
  ['$0 inspect rustc.deb libstd.deb', 'several files of one artefact'],
  ['$0 inspect --members rust-std.tar.xz', 'every member with its digest'],
];

export function buildInspect(yargs: Argv) {
  return yargs
    .positional('artefacts', {
      array: true,
      string: true,
      demandOption: true,
      describe: 'Its files or directories',
    })
    .options(INSPECT_OPTIONS)
    .options(LIMIT_OPTION_TABLE)
    .example(INSPECT_EXAMPLES.map(([command, what]): [string, string] => [command, what]));
}

export type InspectArguments = Awaited<ReturnType<typeof buildInspect>['argv']>;
