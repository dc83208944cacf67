import type { Options } from 'yargs';
import { DIGEST_ALGORITHMS } from '../artefact/digest.js';
import { DEFAULT_LIMITS, LIMIT_OPTIONS, type Limits } from '../artefact/limits.js';
import { UsageError } from '../error.js';
import { MASKABLE_FIELDS } from '../pair/metadata.js';
import { TOOLS } from '../rebuild/experiment.js';
import { VARIATIONS } from '../rebuild/variation.js';
import { FAIL_ON } from '../verdict/verdict.js';

/*
 * Every option is told here once: yargs, the shell completion and the man page are made from these tables.
 */

/** Options of `compare`. */
export const COMPARE_OPTIONS = {
  a: {
    group: 'Artefacts:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'A file or directory of side A (repeatable)',
  },
  b: {
    group: 'Artefacts:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'A file or directory of side B (repeatable)',
  },
  'label-a': {
    group: 'Artefacts:',
    string: true,
    requiresArg: true,
    describe: 'What the report calls the trust root of A',
  },
  'label-b': {
    group: 'Artefacts:',
    string: true,
    requiresArg: true,
    describe: 'What the report calls the trust root of B',
  },
  control: {
    group: 'Artefacts:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'One more build from the same root; its differences are noise (repeatable)',
  },
  'control-of': {
    group: 'Artefacts:',
    array: true,
    nargs: 1,
    choices: ['a', 'b'] as const,
    describe: 'Whose root each control has, in the order of the controls [default: a]',
  },
  exclude: {
    group: 'Comparison:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'Leave out members that this glob matches; they are counted and listed (repeatable)',
  },
  'ignore-metadata': {
    group: 'Comparison:',
    array: true,
    choices: MASKABLE_FIELDS,
    describe: 'Do not count these fields of metadata; mtime and owner when none is named',
  },
  'shared-ancestor': {
    group: 'Artefacts:',
    string: true,
    requiresArg: true,
    describe: 'The root that both are known to descend from',
  },
  explain: {
    group: 'Comparison:',
    boolean: true,
    default: true,
    describe: 'Look for the cause of every differing byte; --no-explain for digests and ranges only',
  },
  masks: {
    group: 'Comparison:',
    string: true,
    requiresArg: true,
    describe: 'A file of masks: bytes that may differ, each with its reason',
  },
  verify: {
    group: 'Comparison:',
    boolean: true,
    describe: 'Make each B again out of its ledger and A, and compare',
  },
  rustc: {
    group: 'Comparison:',
    string: true,
    requiresArg: true,
    describe: "A rustc of the artefacts' version, to list what it reads in differing libraries",
  },
  digest: {
    group: 'Comparison:',
    choices: DIGEST_ALGORITHMS,
    default: 'blake3' as const,
    describe: 'The digest of contents in the report',
  },
  'max-detail': {
    group: 'Comparison:',
    number: true,
    requiresArg: true,
    default: 1000,
    describe: 'Differing files to tell in detail; all are explained, counted and listed',
  },
  'fail-on': {
    group: 'Comparison:',
    array: true,
    nargs: 1,
    choices: FAIL_ON,
    describe: 'Give exit status 1 for this verdict too (repeatable)',
  },
  jobs: {
    group: 'Comparison:',
    alias: 'j',
    number: true,
    requiresArg: true,
    describe: 'Threads [default: one a core]',
  },
  tmpdir: {
    group: 'Comparison:',
    string: true,
    requiresArg: true,
    describe: "The folder for contents out of archives [default: the system's]",
  },
} as const satisfies Record<string, Options>;

/** What limits mean, for their options. */
const LIMIT_TEXTS = {
  members: 'Members of one side',
  bytes: 'Unpacked bytes of one side',
  ratio: 'Unpacked bytes for each packed one',
  depth: 'Formats inside each other',
  name: "Bytes of one member's name",
  dictionary: 'Bytes of memory that a packed stream may ask for',
} as const satisfies Record<keyof Limits, string>;

type LimitOption = (typeof LIMIT_OPTIONS)[keyof Limits];

/** One option for each limit. */
export const LIMIT_OPTION_TABLE = Object.fromEntries(
  (Object.keys(LIMIT_OPTIONS) as (keyof Limits)[]).map((key) => [
    LIMIT_OPTIONS[key],
    {
      group: 'Limits:',
      number: true,
      requiresArg: true,
      default: DEFAULT_LIMITS[key],
      describe: LIMIT_TEXTS[key],
    },
  ]),
) as Record<
  LimitOption,
  { group: string; number: true; requiresArg: true; default: number; describe: string }
>;

/** How and where reports go. */
export const OUTPUT_OPTIONS = {
  format: {
    group: 'Output:',
    alias: 'f',
    array: true,
    nargs: 1,
    choices: ['text', 'json'] as const,
    describe: 'The format of a report (repeatable; the first goes with the first --output)',
  },
  output: {
    group: 'Output:',
    alias: 'o',
    string: true,
    array: true,
    nargs: 1,
    describe: 'Write a report to this file, - for standard output (repeatable)',
  },
  all: { group: 'Output:', boolean: true, describe: 'List identical files too' },
  quiet: { group: 'Output:', alias: 'q', boolean: true, describe: 'Print nothing; the exit status tells' },
  progress: { group: 'Output:', boolean: true, describe: 'Show progress [default: on a terminal]' },
  color: {
    group: 'Output:',
    boolean: true,
    describe: 'Use colour [default: on a terminal, unless NO_COLOR is set]',
  },
} as const satisfies Record<string, Options>;

/** Options of `inspect` beside the limits. */
export const INSPECT_OPTIONS = {
  digest: COMPARE_OPTIONS.digest,
  members: { group: 'Output:', boolean: true, describe: 'List every member with its digest' },
  format: {
    group: 'Output:',
    alias: 'f',
    choices: ['text', 'json'] as const,
    default: 'text' as const,
    describe: 'The format',
  },
  color: OUTPUT_OPTIONS.color,
  tmpdir: COMPARE_OPTIONS.tmpdir,
} as const satisfies Record<string, Options>;

/** Options of `explain` beside the limits. */
export const EXPLAIN_OPTIONS = {
  format: INSPECT_OPTIONS.format,
  masks: COMPARE_OPTIONS.masks,
  verify: COMPARE_OPTIONS.verify,
  rustc: COMPARE_OPTIONS.rustc,
  jobs: COMPARE_OPTIONS.jobs,
  tmpdir: COMPARE_OPTIONS.tmpdir,
  color: OUTPUT_OPTIONS.color,
} as const satisfies Record<string, Options>;

/** Options of `rebuild`. */
export const REBUILD_OPTIONS = {
  out: {
    group: 'Experiment:',
    string: true,
    requiresArg: true,
    default: 'trustdiff-run',
    describe: 'The folder for roots, builds, logs and what is kept for the next time',
  },
  init: { group: 'Experiment:', boolean: true, describe: 'Print an example of an experiment, with comments' },
  'dry-run': {
    group: 'Experiment:',
    boolean: true,
    describe: 'Print what would be built, and what it will cost',
  },
  source: {
    group: 'Experiment:',
    string: true,
    requiresArg: true,
    describe: 'The directory of the sources, where no file is given',
  },
  root: {
    group: 'Experiment:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'NAME=PATH of a root, A first and then B, where no file is given',
  },
  recipe: {
    group: 'Experiment:',
    choices: ['rustc', 'cargo', 'std', 'bootstrap'] as const,
    describe: 'How it is built, where no file is given',
  },
  control: {
    group: 'Experiment:',
    array: true,
    nargs: 1,
    choices: ['a', 'b'] as const,
    describe: 'Build this root once more, to know what varies by chance (repeatable)',
  },
  vary: {
    group: 'Experiment:',
    array: true,
    nargs: 1,
    choices: VARIATIONS,
    describe: 'What the controls do otherwise (repeatable)',
  },
  swap: {
    group: 'Experiment:',
    array: true,
    nargs: 1,
    choices: TOOLS,
    describe: 'Build root A once more with this tool of root B, to see what the tool does (repeatable)',
  },
  planted: {
    group: 'Experiment:',
    string: true,
    choices: ['a', 'b'] as const,
    // Alone it stands for `--planted a`.
    coerce: (of: string): 'a' | 'b' => (of === '' ? 'a' : (of as 'a' | 'b')),
    describe:
      'Plant a change in a copy of this root (a unless given); it must be found, or the experiment is void',
  },
  replay: {
    group: 'Experiment:',
    boolean: true,
    describe: 'Call rustc again where the runs part, with one variable of the other side at a time',
  },
  sandbox: {
    group: 'Experiment:',
    choices: ['bubblewrap', 'none'] as const,
    describe: 'How builds are sealed; none has to be asked for [default: as in the file, or bubblewrap]',
  },
  cores: {
    group: 'Experiment:',
    number: true,
    requiresArg: true,
    describe: 'Processors that a build may use [default: all]',
  },
  jobs: COMPARE_OPTIONS.jobs,
  'max-detail': COMPARE_OPTIONS['max-detail'],
  format: INSPECT_OPTIONS.format,
  output: {
    group: 'Output:',
    alias: 'o',
    string: true,
    requiresArg: true,
    describe: 'Write the report to this file as JSON too',
  },
  quiet: OUTPUT_OPTIONS.quiet,
  progress: OUTPUT_OPTIONS.progress,
  color: OUTPUT_OPTIONS.color,
} as const satisfies Record<string, Options>;

/** Whom to believe: options of `root`. */
const TRUST_OPTIONS = {
  keyring: {
    group: 'Trust:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'A file of OpenPGP public keys (repeatable)',
  },
  fingerprint: {
    group: 'Trust:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'Believe this key of the keyrings only, by all 40 or 64 digits (repeatable)',
  },
  signature: {
    group: 'Trust:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'A detached signature that does not lie beside its file (repeatable)',
  },
  checksums: {
    group: 'Trust:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'A list of SHA-256 digests: sha256sum, channel-rust-*.toml, src/stage0, .dsc (repeatable)',
  },
  'require-signature': {
    group: 'Trust:',
    boolean: true,
    describe: 'Exit status 2 for every file that no signature makes good, before it is opened further',
  },
} as const satisfies Record<string, Options>;

/** Options of `root inspect` beside the limits. */
export const ROOT_INSPECT_OPTIONS = {
  ...TRUST_OPTIONS,
  source: {
    group: 'Sources:',
    string: true,
    array: true,
    nargs: 1,
    describe: 'Sources of the root: .dsc, directory, archive, .buildinfo; or NAME=FILE (repeatable)',
  },
  format: INSPECT_OPTIONS.format,
  color: OUTPUT_OPTIONS.color,
  tmpdir: COMPARE_OPTIONS.tmpdir,
} as const satisfies Record<string, Options>;

/** Options of `root verify`. */
export const ROOT_VERIFY_OPTIONS = {
  ...TRUST_OPTIONS,
  format: INSPECT_OPTIONS.format,
  color: OUTPUT_OPTIONS.color,
} as const satisfies Record<string, Options>;

/** Options of `root plan` beside the limits. */
export const ROOT_PLAN_OPTIONS = {
  sources: {
    group: 'Plan:',
    string: true,
    requiresArg: true,
    describe: 'The version of the sources, or the sources: directory, archive, .dsc',
  },
  roots: {
    group: 'Plan:',
    string: true,
    array: true,
    describe: 'Roots: a version, a file or directory each, or NAME=FILE for several files',
  },
  format: INSPECT_OPTIONS.format,
  color: OUTPUT_OPTIONS.color,
  tmpdir: COMPARE_OPTIONS.tmpdir,
} as const satisfies Record<string, Options>;

/** @throws UsageError when an option that holds one value is given twice: which of the two counts would be a guess */
export function assertGivenOnce(
  argv: Readonly<Record<string, unknown>>,
  ...tables: readonly Readonly<Record<string, Options>>[]
): void {
  for (const [name, option] of tables.flatMap((table) => Object.entries(table))) {
    if (option.array !== true && Array.isArray(argv[name]))
      throw new UsageError(`--${name} is given more than once`);
  }
}

/** The limits out of parsed arguments. */
export function limitsOf(argv: Readonly<Record<string, unknown>>): Limits {
  const entries = (Object.keys(LIMIT_OPTIONS) as (keyof Limits)[]).map((key) => {
    const value = argv[LIMIT_OPTIONS[key]];
    return [key, typeof value === 'number' ? value : Number.NaN] as const;
  });
  return Object.fromEntries(entries) as Record<keyof Limits, number>;
}

export const EXIT_STATUS: readonly (readonly [number, string])[] = [
  [0, 'no difference (identical; equivalent and noise too, unless --fail-on says otherwise)'],
  [1, 'a difference'],
  [2, 'trouble: bad usage, or input that could not be read or checked'],
];

/** Those of all subcommands. */
export const OPTION_TABLES: readonly Readonly<Record<string, Options>>[] = [
  COMPARE_OPTIONS,
  EXPLAIN_OPTIONS,
  INSPECT_OPTIONS,
  LIMIT_OPTION_TABLE,
  OUTPUT_OPTIONS,
  REBUILD_OPTIONS,
  ROOT_INSPECT_OPTIONS,
  ROOT_PLAN_OPTIONS,
  ROOT_VERIFY_OPTIONS,
];
