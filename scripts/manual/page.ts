import { COMPARE_EXAMPLES } from '../../lib/cli/compare-arguments.js';
import { COMPLETION_SUMMARY, SHELLS } from '../../lib/cli/completion-arguments.js';
import { EXPLAIN_EXAMPLES, EXPLAIN_SUMMARY } from '../../lib/cli/explain-arguments.js';
import {
  COMPARE_FLAGS,
  EXPLAIN_FLAGS,
  type Flag,
  INSPECT_FLAGS,
  REBUILD_FLAGS,
  ROOT_FLAGS,
} from '../../lib/cli/flag.js';
import { INSPECT_EXAMPLES, INSPECT_SUMMARY } from '../../lib/cli/inspect-arguments.js';
import { EXIT_STATUS } from '../../lib/cli/options.js';
import { REBUILD_EXAMPLES, REBUILD_SUMMARY } from '../../lib/cli/rebuild-arguments.js';
import {
  ROOT_EXAMPLES,
  ROOT_INSPECT_SUMMARY,
  ROOT_PLAN_SUMMARY,
  ROOT_VERIFY_SUMMARY,
} from '../../lib/cli/root-arguments.js';
import { VERDICT_MEANINGS } from './verdict.js';

/** The man page trustdiff(1), in the man macros of man(7). It has no date: the same tables always give the same page. */
export function manPage(version: string): string {
  return [...lines(version), ''].join('\n');
}

function* lines(version: string): Generator<string> {
  yield '.\\" Made by scripts/man from the tables of lib/cli; do not edit.';
  yield `.TH TRUSTDIFF 1 "" "trustdiff ${text(version)}" "User Commands"`;
  yield* section('NAME', [text('trustdiff - compare two rustc artefacts built from different trust roots')]);
  yield* section('SYNOPSIS', [
    '.B trustdiff',
    `[compare] [${italic('option')} ...] ${italic('A B')}`,
    '.PP',
    '.B trustdiff',
    `[compare] [${italic('option')} ...] ${bold('-a')} ${italic('file')} ... ${bold('-b')} ${italic('file')} ...`,
    '.PP',
    '.B trustdiff explain',
    `[${italic('option')} ...] ${italic('A B')}`,
    '.PP',
    '.B trustdiff inspect',
    `[${italic('option')} ...] ${italic('artefact')} ...`,
    '.PP',
    '.B trustdiff rebuild',
    `[${italic('option')} ...] ${italic('experiment')}`,
    '.PP',
    '.B trustdiff root inspect',
    `[${italic('option')} ...] [${italic('name')}=]${italic('file')} ...`,
    '.PP',
    '.B trustdiff root verify',
    `[${italic('option')} ...] ${italic('file')} ...`,
    '.PP',
    '.B trustdiff root plan',
    `${bold('--sources')} ${italic('sources')} ${bold('--roots')} ${italic('root')} ...`,
    '.PP',
    '.B trustdiff completion',
    `[${SHELLS.join(' | ')}]`,
  ]);
  yield* section('DESCRIPTION', paragraphs(DESCRIPTION));
  yield* section('OPTIONS OF COMPARE', flagLines(COMPARE_FLAGS));
  yield* section('OPTIONS OF EXPLAIN', [
    text(`${EXPLAIN_SUMMARY}.`),
    ...flagLines(EXPLAIN_FLAGS.filter(({ group }) => group !== 'Limits')),
    '.PP',
    text('The limits are those of compare.'),
  ]);
  yield* section('OPTIONS OF INSPECT', [
    text(`${INSPECT_SUMMARY}.`),
    ...flagLines(INSPECT_FLAGS.filter(({ group }) => group !== 'Limits')),
    '.PP',
    text('The limits are those of compare.'),
  ]);
  yield* section('OPTIONS OF REBUILD', [text(`${REBUILD_SUMMARY}.`), ...flagLines(REBUILD_FLAGS)]);
  for (const [name, summary] of Object.entries(ROOT_SUMMARIES)) {
    const flags: readonly Flag[] = ROOT_FLAGS[name as keyof typeof ROOT_FLAGS];
    const limited = flags.some(({ group }) => group === 'Limits');
    yield* section(`OPTIONS OF ROOT ${name.toUpperCase()}`, [
      text(`${summary}.`),
      ...flagLines(flags.filter(({ group }) => group !== 'Limits')),
      ...(limited ? ['.PP', text('The limits are those of compare.')] : []),
    ]);
  }
  yield* section('COMPLETION', [
    text(`${COMPLETION_SUMMARY}. In ~/.bashrc:`),
    ...code('source <(trustdiff completion bash)'),
  ]);
  yield* section(
    'VERDICTS',
    Object.entries(VERDICT_MEANINGS).flatMap(([id, what]) => ['.TP', bold(id), text(what)]),
  );
  yield* section(
    'EXIT STATUS',
    EXIT_STATUS.flatMap(([status, what]) => ['.TP', bold(String(status)), text(`${what}.`)]),
  );
  yield* section(
    'ENVIRONMENT',
    ENVIRONMENT.flatMap(([name, what]) => ['.TP', bold(name), text(what)]),
  );
  yield* section(
    'EXAMPLES',
    [...COMPARE_EXAMPLES, ...EXPLAIN_EXAMPLES, ...INSPECT_EXAMPLES, ...REBUILD_EXAMPLES, ...ROOT_EXAMPLES]
      .flatMap(example)
      .slice(1),
  );
  yield* section('NOTES', paragraphs(NOTES));
  yield* section('SEE ALSO', ['.BR cmp (1),', '.BR diffoscope (1)']);
}

const ROOT_SUMMARIES = {
  inspect: ROOT_INSPECT_SUMMARY,
  verify: ROOT_VERIFY_SUMMARY,
  plan: ROOT_PLAN_SUMMARY,
} as const satisfies Record<keyof typeof ROOT_FLAGS, string>;

const DESCRIPTION = [
  'Compares two rustc artefacts file by file and byte by byte, and says whether the trust root they were built from changed the output. A trust root is the compiler, with its standard library and cargo, that a build starts from.',
  'An artefact is one or several directories, archives (tar, .deb, .rpm, cpio, .crate, each plain or packed with gzip, xz, zstd or bzip2) or single files. Both sides are brought into one canonical sysroot, so that a directory can be compared with a tarball and a tarball with a package. Contents decide: two files are equal when their bytes are.',
  'For every differing pair of files each differing byte gets one owner: where it lies (member, section, function, header field) and a cause, or none. A cause is confirmed only where a mask was applied again and left equal bytes, and hashes only where they map one to one over the whole artefact and two places attest each. What is left is the residue; it is shown by function, with the instructions side by side.',
  'With rebuild, the same sources are built from two roots, each build in a sandbox that sees the same paths and no network, and what comes out is compared as above. An experiment is a YAML file (experiment-1.schema.json); --init prints one with comments. What was built is kept under --out and used again when nothing that went in has changed.',
  'With --control, another build from the root of one side, what varies from run to run is told from what the root changed. Without one a difference is reported but its reason is not judged.',
];

const ENVIRONMENT = [
  ['NO_COLOR', 'Set to anything but nothing: no colour (see no-color.org).'],
  ['TERM', 'Set to dumb: no colour.'],
  ['TMPDIR', 'Where contents out of archives are kept, in files without a name, unless --tmpdir is given.'],
  ['SHELL', 'The shell that completion is for when none is named.'],
] as const;

const NOTES = [
  'A file of --masks is JSON (masks-1.schema.json): each mask has an id, a reason, a glob of files and one of pattern, range or section, and may have a last day. Modes, types and links are never masked.',
  'With --rustc the compiler is run on differing libraries (-Zls=root, with RUSTC_BOOTSTRAP=1): name one that you trust with these files. What it says stands in the notes and decides nothing.',
  'Patterns of --exclude are matched against the place in the canonical sysroot and against the name as stored; * stops at a slash, ** does not, and a pattern without a slash is matched against the last part. What is excluded is counted and listed, and the verdict is then equivalent at most.',
  'An option that takes several values (--ignore-metadata) takes what follows it up to the next option: name the artefacts first.',
  'Exit status of root: inspect gives 0, verify 0 when every file is good, plan 0 when one of the roots can build the sources; anything else is 2. A list of --checksums is believed because it was named; --require-signature does not believe it.',
  'Names are printed with escapes for whatever a terminal would act on.',
];

function* section(title: string, body: Iterable<string>): Generator<string> {
  yield `.SH ${title}`;
  yield* body;
}

function paragraphs(list: readonly string[]): string[] {
  return list.flatMap((paragraph, i) => [...(i > 0 ? ['.PP'] : []), text(paragraph)]);
}

function* flagLines(flags: readonly Flag[]): Generator<string> {
  for (const group of new Set(flags.map((flag) => flag.group))) {
    yield `.SS ${text(group)}`;
    for (const flag of flags.filter((one) => one.group === group)) {
      const { names, negation, describe } = flag;
      const spelled = negation === undefined ? names : [...names, negation];
      yield '.TP';
      yield `${spelled.map(bold).join(', ')}${argumentOf(flag)}`;
      yield text(`${describe}.${defaultOf(flag)}`);
    }
  }
}

function argumentOf({ value, choices, repeatable }: Flag): string {
  switch (value) {
    case 'none':
      return '';
    case 'choice':
      return ` ${choices.map(italic).join(' | ')}${repeatable ? ' ...' : ''}`;
    case 'file':
    case 'folder':
      return ` ${italic(value)}`;
    case 'text':
      return ` ${italic('value')}`;
    default:
      return value satisfies never;
  }
}

function defaultOf({ defaultValue }: Flag): string {
  return defaultValue === undefined ? '' : ` Default: ${defaultValue}.`;
}

function example([command, what]: readonly [string, string]): string[] {
  return [
    '.PP',
    text(`${what[0]?.toUpperCase() ?? ''}${what.slice(1)}:`),
    ...code(command.replace('$0', 'trustdiff')),
  ];
}

function code(line: string): string[] {
  return ['.RS 4', '.EX', text(line), '.EE', '.RE'];
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

function italic(words: string): string {
  return `\\fI${text(words)}\\fR`;
}

/** Text as roff prints it literally: a hyphen would become a dash that cannot be searched or copied. */
function text(words: string): string {
  const safe = words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha');
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}
