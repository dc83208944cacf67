import { printableText } from '../../artefact/name.js';
import { counted } from '../../report/quantity.js';
import { wrapped } from '../../report/text/wrap.js';
import type { CompilerSummary, Divergence, InvocationName, Origin, OriginClass } from './divergence.js';
import type { InputDifference } from './input-difference.js';
import type { JudgedVariable, ReplayReport, ReplayVerdict, Standing } from './replay-judge.js';

const WIDTH = 80;
/** Rows of one kind that are listed before the rest is counted. */
const ROWS = 12;
/** Characters of a value that are shown; digests need fewer. */
const VALUE = 40;

/** Where two runs part, as lines of at most 80 columns; a path without spaces may be longer. */
export function* divergenceText(divergence: Divergence): Generator<string> {
  const { pairs, equal, first, origins, inherited } = divergence;
  yield* wrapped(
    `${counted(pairs, 'call')} of rustc in both runs: ${equal} with equal outputs, ${pairs - equal} with different ones.`,
    WIDTH,
  );
  if (first !== null) yield* originText(first);
  const others = origins.length - 1;
  const rest: string[] = [];
  if (others > 0)
    rest.push(
      `${counted(others, 'other call')} ${others === 1 ? 'differs' : 'differ'} without depending on one that does`,
    );
  if (inherited > 0) {
    const how = inherited === 1 ? 'differs as what it depends on does' : 'differ as what they depend on does';
    rest.push(`${counted(inherited, 'call')} ${how}`);
  }
  if (rest.length > 0) yield* wrapped(`${rest.join('; ')}.`, WIDTH);
  for (const other of origins.filter((origin) => origin !== first).slice(0, ROWS))
    yield* wrapped(`  ${calledShort(other.invocation)}: ${CLASSES[other.class]}`, WIDTH, '    ');
  if (others > ROWS) yield `  and ${others - ROWS} more`;
  yield* compilersText(divergence.compilers);
  yield* inputsText(divergence);
  yield* missingText(divergence);
}

const CLASSES = {
  nothing: 'all logged inputs are equal',
  metadata: "only cargo's hash differs",
  compiler: 'only rustc itself differs',
  'metadata-and-compiler': "only cargo's hash and rustc itself differ",
  inputs: 'its inputs differ',
} as const satisfies Record<OriginClass, string>;

function* originText(origin: Origin): Generator<string> {
  yield* wrapped(`The first that differs: ${called(origin.invocation)}.`, WIDTH, '  ');
  if (origin.class === 'nothing') {
    yield* wrapped(
      '  Its inputs are equal, rustc included, and its outputs are not: it varies from run to run, or reads what the log does not know.',
      WIDTH,
      '  ',
    );
  } else if (origin.class === 'metadata') {
    yield* wrapped(
      `  The arguments differ: ${hashes(origin.differences)}; first at crate ${printableText(origin.invocation.crate)}. Nothing else does. Cargo computes this hash from its own version and from what rustc says of itself.`,
      WIDTH,
      '  ',
    );
  } else {
    yield `  Different before it ran:`;
    const own = origin.differences.filter(({ read }) => read !== false);
    for (const difference of own.slice(0, ROWS)) yield* differenceText(difference);
    if (own.length > ROWS) yield `    and ${own.length - ROWS} more`;
  }
  const unread = origin.differences.filter(({ read }) => read === false).length;
  if (unread > 0)
    yield* wrapped(
      `  ${counted(unread, 'variable')} of cargo's that its source is not known to read, too.`,
      WIDTH,
      '  ',
    );
  yield `  Different after it ran:`;
  for (const { name, a, b } of origin.outputs.slice(0, ROWS)) {
    const how = a !== null && a === b ? 'the same bytes under another name' : values(a, b);
    yield* wrapped(`    ${printableText(name)}: ${how}`, WIDTH, '      ');
  }
}

function hashes(differences: readonly InputDifference[]): string {
  return differences
    .filter(({ name }) => name.startsWith('-C '))
    .map(({ name, a, b }) => `${name}: ${values(a, b)}`)
    .join('; ');
}

function* differenceText({ kind, name, a, b }: InputDifference): Generator<string> {
  const what =
    kind === 'compiler' ? 'rustc' : kind === 'metadata' ? "cargo's hash" : kind.replaceAll('-', ' ');
  yield* wrapped(`    ${what} ${printableText(name)}: ${values(a, b)}`, WIDTH, '      ');
}

function* compilersText(compilers: readonly CompilerSummary[]): Generator<string> {
  if (compilers.length === 0) return;
  yield 'Compilers:';
  for (const { rustc, stage, equal, built, pairs, equalOutputs, first } of compilers) {
    const same = equal ? 'the same bytes in both runs' : 'different bytes in the two runs';
    const from = built ? ', built in them' : '';
    const where = stage === null ? '' : ` in stage ${printableText(stage)}`;
    const begin = first === null ? '' : `; first at ${calledShort(first)}`;
    yield* wrapped(
      `  ${printableText(rustc)}${where}: ${same}${from}; ${equalOutputs} of ${counted(pairs, 'call')} with equal outputs${begin}`,
      WIDTH,
      '    ',
    );
  }
}

function* inputsText({ inputs }: Divergence): Generator<string> {
  if (inputs.length === 0) return;
  yield 'Inputs that differ where nothing before them did:';
  for (const { kind, name, calls, first } of inputs.slice(0, ROWS))
    yield* wrapped(
      `  ${kind === 'metadata' ? "cargo's hash in" : kind.replaceAll('-', ' ')} ${printableText(name)}: ${counted(calls, 'call')}, first ${calledShort(first)}`,
      WIDTH,
      '    ',
    );
  if (inputs.length > ROWS) yield `  and ${inputs.length - ROWS} more`;
}

function* missingText({ onlyA, onlyB, failed, unfinished, rootOnly }: Divergence): Generator<string> {
  for (const [side, only] of [
    ['A', onlyA],
    ['B', onlyB],
  ] as const) {
    if (only.length === 0) continue;
    const names = only.slice(0, ROWS).map(calledShort).join(', ');
    const more = only.length > ROWS ? `, and ${only.length - ROWS} more` : '';
    yield* wrapped(`Only in ${side}: ${names}${more}.`, WIDTH, '  ');
  }
  for (const [side, calls, open] of [
    ['A', failed.a, unfinished.a.length],
    ['B', failed.b, unfinished.b.length],
  ] as const) {
    if (calls > 0)
      yield* wrapped(
        `${counted(calls, 'call')} of ${side} failed and ${calls === 1 ? 'is' : 'are'} left out.`,
        WIDTH,
      );
    if (open > 0)
      yield* wrapped(`${counted(open, 'call')} of ${side} did not end: the log has a gap there.`, WIDTH);
  }
  if (rootOnly > 0)
    yield* wrapped(
      `${counted(rootOnly, 'pair')} wrote no dep-info, so that only the root source was digested; other sources may differ unseen.`,
      WIDTH,
      '  ',
    );
}

/** What making the call again showed, as lines of at most 80 columns. */
export function* replayText(report: ReplayReport): Generator<string> {
  yield* wrapped(`Run again: ${called(report.invocation)}.`, WIDTH, '  ');
  yield* wrapped(`  ${VERDICTS[report.verdict]}${causes(report)}`, WIDTH, '  ');
  for (const [side, { state, reason }] of Object.entries(report.reproduction)) {
    const why = reason === undefined ? '' : `: ${printableText(reason)}`;
    yield* wrapped(`  ${side.toUpperCase()} as it was: ${REPRODUCTIONS[state]}${why}`, WIDTH, '    ');
  }
  for (const variable of report.variables) yield* variableText(variable);
}

const VERDICTS = {
  'cause-confirmed': 'The cause is confirmed: ',
  'causes-together': 'No variable alone is the cause; these together are: ',
  noise: 'It gives other outputs when it is run again as it was: this is noise, and no cause can be told.',
  'not-logged':
    'With all that the log knows taken from the other side the outputs are still not those of the other side: something that the log does not know matters.',
  undecided: 'No cause is confirmed, and some variants could not be run.',
  failed: 'It could not be run again, so nothing is known.',
} as const satisfies Record<ReplayVerdict, string>;

const REPRODUCTIONS = {
  same: 'the same outputs again',
  different: 'other outputs than before',
  failed: 'it failed',
} as const satisfies Record<ReplayReport['reproduction']['a']['state'], string>;

const STANDINGS = {
  confirmed: 'with the value of the other side, the outputs of the other side, both ways',
  refuted: 'no influence, either way',
  partial: 'the outputs change, but not both ways into those of the other side',
  failed: 'could not be run',
} as const satisfies Record<Standing, string>;

/** Names that a user would not know. */
const GROUPS: Readonly<Record<string, string>> = {
  rustc: "the root's rustc",
  cargo: 'all that cargo says (arguments and environment)',
  'cargo-hash': "all that carries cargo's hash (-C metadata, -C extra-filename, paths)",
  'unread-variables': "cargo's variables that the source is not known to read",
  everything: 'everything that differs',
};

function causes({ causes: found }: ReplayReport): string {
  return found.length === 0 ? '' : `${found.map(variableName).join('; ')}.`;
}

function* variableText({ id, standing, a, b, reason }: JudgedVariable): Generator<string> {
  const both = a === null && b === null ? '' : ` (${values(a, b)})`;
  const why = reason === undefined ? '' : `: ${printableText(reason)}`;
  yield* wrapped(`  ${standing}: ${variableName(id)}${both}: ${STANDINGS[standing]}${why}`, WIDTH, '    ');
}

function variableName(id: string): string {
  return id
    .split(' + ')
    .map((part) => GROUPS[part] ?? printableText(part))
    .join(' and ');
}

function called(name: InvocationName): string {
  const stage = name.stage === null ? '' : `, stage ${printableText(name.stage)}`;
  return `${calledShort(name)}, by ${printableText(name.rustc)}${stage}`;
}

function calledShort({ crate, types, test, package: from, target }: InvocationName): string {
  const kinds = [...types, ...(test ? ['test'] : [])].join(', ');
  const of = from === null || from.split(' ')[0]?.replaceAll('-', '_') === crate ? '' : ` of ${from}`;
  const on = target === null ? '' : ` for ${target}`;
  return printableText(`crate ${crate}${of}${kinds === '' ? '' : ` (${kinds})`}${on}`);
}

function shown(value: string | null): string {
  if (value === null) return 'nothing';
  if (/^[0-9a-f]{64}$/.test(value)) return value.slice(0, 12);
  const text = printableText(value);
  return text.length > VALUE ? `${text.slice(0, VALUE)}…` : text === '' ? 'an empty text' : text;
}

/** The values of the two sides; of long ones, from where they differ. */
function values(a: string | null, b: string | null): string {
  const same = a === null || b === null ? 0 : commonLength(a, b);
  const from = (value: string | null): string =>
    value !== null && same > CONTEXT && value.length > VALUE && !/^[0-9a-f]{64}$/.test(value)
      ? `…${shown(value.slice(same - CONTEXT))}`
      : shown(value);
  return `${from(a)} in A, ${from(b)} in B`;
}

/** Characters before a difference that are shown. */
const CONTEXT = 12;

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
