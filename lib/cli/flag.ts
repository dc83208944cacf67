import type { Options } from 'yargs';
import {
  COMPARE_OPTIONS,
  EXPLAIN_OPTIONS,
  INSPECT_OPTIONS,
  LIMIT_OPTION_TABLE,
  OUTPUT_OPTIONS,
  REBUILD_OPTIONS,
  ROOT_INSPECT_OPTIONS,
  ROOT_PLAN_OPTIONS,
  ROOT_VERIFY_OPTIONS,
} from './options.js';

/** One option as the man page and the shell completion show it. */
export interface Flag {
  /** With their dashes, the long one first: `--format`, `-f`. */
  readonly names: readonly string[];
  /** What takes it back: `--no-color`, where the default is found out. */
  readonly negation: string | undefined;
  /** The heading it stands under, without a colon. */
  readonly group: string;
  readonly describe: string;
  /** What follows it: nothing, one of `choices`, the name of a file or folder, or anything. */
  readonly value: 'none' | 'choice' | 'file' | 'folder' | 'text';
  readonly choices: readonly string[];
  readonly repeatable: boolean;
  readonly defaultValue: string | undefined;
}

/** Options that have a `--no-…`. */
const NEGATED: ReadonlySet<string> = new Set(['color', 'progress', 'explain']);

const HELP_FLAGS: readonly Flag[] = [
  flag('help', { alias: 'h', boolean: true, group: 'Other:', describe: 'Show help' }),
  flag('version', { boolean: true, group: 'Other:', describe: 'Show the version' }),
];

export const COMPARE_FLAGS: readonly Flag[] = [
  ...flagsOf(COMPARE_OPTIONS),
  ...flagsOf(LIMIT_OPTION_TABLE),
  ...flagsOf(OUTPUT_OPTIONS),
  ...HELP_FLAGS,
];

export const INSPECT_FLAGS: readonly Flag[] = [
  ...flagsOf(INSPECT_OPTIONS),
  ...flagsOf(LIMIT_OPTION_TABLE),
  ...HELP_FLAGS,
];

export const EXPLAIN_FLAGS: readonly Flag[] = [
  ...flagsOf(EXPLAIN_OPTIONS),
  ...flagsOf(LIMIT_OPTION_TABLE),
  ...HELP_FLAGS,
];

export const REBUILD_FLAGS: readonly Flag[] = [...flagsOf(REBUILD_OPTIONS), ...HELP_FLAGS];
/** By the word behind `root`. */
export const ROOT_FLAGS = {
  inspect: [...flagsOf(ROOT_INSPECT_OPTIONS), ...flagsOf(LIMIT_OPTION_TABLE), ...HELP_FLAGS],
  verify: [...flagsOf(ROOT_VERIFY_OPTIONS), ...HELP_FLAGS],
  plan: [...flagsOf(ROOT_PLAN_OPTIONS), ...flagsOf(LIMIT_OPTION_TABLE), ...HELP_FLAGS],
} as const satisfies Record<string, readonly Flag[]>;

function flagsOf(table: Readonly<Record<string, Options>>): Flag[] {
  return Object.entries(table).map(([name, options]) => flag(name, options));
}

function flag(name: string, options: Options): Flag {
  const { alias = [], group = '', describe = '', array = false } = options;
  const choices = (options.choices ?? []).map(String);
  return {
    names: [name, ...[alias].flat()].map(dashed),
    negation: NEGATED.has(name) ? `--no-${name}` : undefined,
    group: group.replace(/:$/, ''),
    describe,
    value: options.boolean === true ? 'none' : choices.length > 0 ? 'choice' : kindOf(name),
    choices,
    repeatable: array,
    defaultValue: options.default === undefined ? undefined : String(options.default),
  };
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function kindOf(name: string): 'file' | 'folder' | 'text' {
  switch (
    name as
      | keyof typeof COMPARE_OPTIONS
      | keyof typeof OUTPUT_OPTIONS
      | keyof typeof REBUILD_OPTIONS
      | keyof typeof ROOT_INSPECT_OPTIONS
      | keyof typeof ROOT_PLAN_OPTIONS
  ) {
    case 'a':
    case 'b':
    case 'control':
    case 'output':
    case 'rustc':
    case 'masks':
    case 'keyring':
    case 'signature':
    case 'checksums':
    case 'source':
    case 'sources':
    case 'roots':
      return 'file';
    case 'tmpdir':
    case 'out':
      return 'folder';
    default:
      return 'text';
  }
}
