import type { FactName } from '../../artefact/identity.js';
import { printableName, printableText } from '../../artefact/name.js';
import type { Paint } from '../../report/paint.js';
import { counted } from '../../report/quantity.js';
import { troubleText } from '../../report/text/line.js';
import { factValues } from '../../report/text/side.js';
import { wrapped } from '../../report/text/wrap.js';
import type { Evidence } from '../ancestry/evidence.js';
import type { RootRelation } from '../ancestry/relation.js';
import type { RootInputReport, RootInspection, RootReport, SourceReport } from '../root.js';
import { outcomeText } from './verification.js';

/** What roots are, where they come from and what they share. */
export function* inspectionLines(
  { roots, relations }: RootInspection,
  paint: Paint,
  width: number,
): Generator<string> {
  for (const [i, root] of roots.entries()) {
    if (i > 0) yield '';
    yield* rootLines(root, paint, width);
  }
  if (relations.length > 0) {
    yield '';
    yield paint.bold('SHARED ANCESTORS');
    for (const relation of relations) yield* relationLines(relation, paint, width);
  }
}

function* rootLines(root: RootReport, paint: Paint, width: number): Generator<string> {
  yield paint.bold(`ROOT ${printableText(root.name)}`);
  const say = (text: string): string[] => wrapped(`  ${text}`, width, '    ');
  for (const input of root.inputs) yield* inputLines(input, paint, width);
  if (root.treeDigest !== undefined) yield* say(`tree blake3 ${root.treeDigest}`);
  const facts = (name: FactName): string =>
    factValues((root.identity.facts[name] ?? []).map(({ value }) => value));
  const version = facts('version') || facts('release');
  yield* say(version === '' ? 'of a version that its files do not say' : `rustc ${version}`);
  const more = [
    ...(facts('commit') === '' ? [] : [`commit ${facts('commit')}`]),
    ...(facts('host') === '' ? [] : [`host ${facts('host')}`]),
    ...(facts('llvm-version') === '' ? [] : [`LLVM ${facts('llvm-version')} (${facts('llvm-origin')})`]),
  ];
  if (more.length > 0) yield* say(more.join('; '));
  const { rustc, cargo, std } = root.holds;
  const lacks = [
    ...(rustc ? [] : ['rustc']),
    ...(std.length > 0 ? [] : ['std']),
    ...(cargo ? [] : ['cargo']),
  ];
  yield* say(
    `std for ${std.length === 0 ? 'no target' : std.join(', ')}${lacks.length === 0 ? '' : `; lacks ${lacks.join(', ')}`}`,
  );
  if (root.sources !== undefined) yield* sourceLines(root.sources, width);
  for (const note of root.notes) yield* say(`note: ${printableText(note)}`);
  const { kind, standing, why, evidence } = root.ancestry;
  const marked = standing === 'checked' ? paint.green(kind) : paint.yellow(kind);
  const [first = '', ...rest] = wrapped(
    `  ancestry: ${kind}${standing === undefined ? '' : ` (${standing})`}, ${printableText(why)}`,
    width,
    '    ',
  );
  yield paint.bold(first.replace(kind, marked));
  yield* rest;
  for (const one of evidence) yield* evidenceLines(one, width);
  for (const trouble of root.troubles) yield* say(`trouble: ${troubleText(trouble)}`);
}

function* inputLines(input: RootInputReport, paint: Paint, width: number): Generator<string> {
  const { file, kind, containers, layout, check } = input;
  yield `  ${printableName(file)}`;
  const format = kind === 'archive' ? containers.join(' › ') : kind;
  yield* wrapped(`    ${format}, layout ${layout}`, width, '      ');
  if (check === undefined) return;
  yield `    sha256 ${check.sha256}`;
  yield* outcomeText(check, paint, width, '    ');
}

function* sourceLines(
  { paths, version, bundled, checks, notes }: SourceReport,
  width: number,
): Generator<string> {
  const parts = [
    ...(version === undefined ? [] : [`version ${printableText(version)}`]),
    ...(bundled.length === 0 ? [] : [`${counted(bundled.length, 'archive')} of a compiler in them`]),
  ];
  const head = `  sources ${paths.map(printableName).join(', ')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
  yield* wrapped(head, width, '    ');
  const [control] = checks;
  if (control !== undefined)
    yield* wrapped(`    signature ${control.outcome}: ${printableText(control.why)}`, width, '      ');
  for (const note of notes) yield* wrapped(`    note: ${printableName(note)}`, width, '      ');
}

function* evidenceLines(
  { supports, standing, says, file, member }: Evidence,
  width: number,
): Generator<string> {
  const speaks = supports === undefined ? 'decides nothing' : `speaks for ${supports}`;
  yield* wrapped(`    - ${printableText(says)} (${standing}; ${speaks})`, width, '      ');
  yield* wrapped(`      ${[file, ...(member ?? [])].map(printableName).join(' › ')}`, width, '        ');
}

function* relationLines({ a, b, shared }: RootRelation, paint: Paint, width: number): Generator<string> {
  const names = `${printableText(a)} and ${printableText(b)}`;
  if (shared.length === 0) {
    yield* wrapped(`  ${names}: none is known, which does not mean that there is none`, width, '    ');
    return;
  }
  for (const { what, standing, key } of shared) {
    const [first = '', ...rest] = wrapped(`  ${names}: ${printableText(what)} (${standing})`, width, '    ');
    yield paint.yellow(first);
    yield* rest;
    yield `    ${printableText(key)}`;
  }
}
