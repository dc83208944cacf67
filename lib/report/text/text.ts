import { printableName, printableText } from '../../artefact/name.js';
import type { CauseReport } from '../explanation.js';
import type { ControlReport, PairReport, Report, SummaryCounts, UnpairedReport } from '../model.js';
import type { Paint } from '../paint.js';
import { counted, grouped, sized } from '../quantity.js';
import { causeLines } from './causes.js';
import { differenceLines } from './difference.js';
import { pairLine, troubleText, unpairedLine } from './line.js';
import { nextStepLines } from './next-step.js';
import { ONE_SCREEN, type ResidueBounds, residueLines } from './residue.js';
import { sideLines } from './side.js';
import { table } from './table.js';
import { wrapped } from './wrap.js';

export interface TextOptions {
  readonly paint: Paint;
  /** Columns; lines of prose are broken there, paths never are. */
  readonly width: number;
  /** List identical files too. */
  readonly all: boolean;
  /** How much of the residue is shown; one screen unless given. */
  readonly residue?: ResidueBounds | undefined;
  /** Whether the verdict stands at the end; false where another one follows. */
  readonly verdict?: boolean | undefined;
  /** Causes for which the next step was taken already. */
  readonly done?: readonly CauseReport['cause'][] | undefined;
}

/** Differing files whose bytes are shown. */
const MAX_SHOWN = 5;
/** Elements of a list that the summary names. */
const MAX_LISTED = 20;

/** The whole report as lines; `compare` on a terminal prints the first part of it while it runs. */
export function* renderText(report: Report, options: TextOptions): Generator<string> {
  yield* sideLines('A', report.a, options.paint, options.width);
  yield* sideLines('B', report.b, options.paint, options.width);
  yield '';
  const list = new MemberList(options);
  for (const pair of report.pairs) yield* list.pair(pair);
  for (const member of report.onlyA) yield* list.unpaired('a', member);
  for (const member of report.onlyB) yield* list.unpaired('b', member);
  yield* renderEnd(report, options);
}

/** The list of members: every difference that counts, and of those in metadata alone the first. */
export class MemberList {
  #metadata = 0;

  constructor(readonly options: TextOptions) {}

  *pair(pair: PairReport): Generator<string> {
    const { all, paint } = this.options;
    if (!all && (pair.status === 'identical' || pair.status === 'equivalent')) return;
    if (pair.status === 'metadata') this.#metadata += 1;
    if (all || pair.status !== 'metadata' || this.#metadata <= MAX_LISTED) yield pairLine(pair, paint);
    else if (this.#metadata === MAX_LISTED + 1)
      yield '…          more differ in metadata alone: --all lists them';
  }

  *unpaired(side: 'a' | 'b', member: UnpairedReport): Generator<string> {
    yield unpairedLine(side, member, this.options.paint);
  }
}

/** What stands after the list of files: why or where they differ, the counts, the verdict. */
export function* renderEnd(report: Report, options: TextOptions): Generator<string> {
  yield* causesSection(report, options);
  yield* differenceSection(report, options);
  yield* notesSection(report, options);
  yield* countsSection(report, options);
  yield* controlsSection(report.controls, options);
  yield* troublesSection(report, options);
  if (options.verdict !== false) yield* verdictSection(report, options);
}

function* causesSection(report: Report, options: TextOptions): Generator<string> {
  const { paint, width } = options;
  if (report.causes === undefined || !report.pairs.some(({ explanation }) => explanation !== undefined))
    return;
  yield '';
  yield* causeLines(report.causes, paint, width);
  yield* residueLines(report.pairs, paint, width, options.residue ?? ONE_SCREEN);
  yield* nextStepLines(report, paint, width, options.done);
}

/** Where files differ that nobody explained. */
function* differenceSection(report: Report, { paint }: TextOptions): Generator<string> {
  const differing = report.pairs.filter(
    ({ status, explanation }) => status === 'content' && explanation === undefined,
  );
  if (differing.length === 0) return;
  yield '';
  yield paint.bold('WHERE THEY DIFFER');
  for (const pair of differing.slice(0, MAX_SHOWN)) yield* differenceLines(pair, paint);
  if (differing.length > MAX_SHOWN) {
    yield `… ${counted(differing.length - MAX_SHOWN, 'more file')}: the JSON report has them all (--format json)`;
  }
}

function* notesSection(report: Report, { paint, width }: TextOptions): Generator<string> {
  const notes = [
    ...report.a.notes.map((note) => `A: ${note}`),
    ...report.b.notes.map((note) => `B: ${note}`),
  ];
  const reasons = report.reasons.map(
    ({ fact, a, b }) => `${fact}: ${printableText(a)} against ${printableText(b)}`,
  );
  if (reasons.length > 0) {
    yield '';
    yield paint.bold('WHAT THEY SAY OF THEMSELVES');
    yield* listed(reasons, width);
  }
  if (notes.length > 0) {
    yield '';
    yield paint.bold('NOTES');
    yield* listed(notes.map(printableText), width);
  }
  if (report.excluded.length > 0) {
    yield '';
    yield paint.bold(`EXCLUDED: ${counted(report.excluded.length, 'member')}`);
    yield* listed(
      report.excluded.map(
        ({ side, path, pattern }) =>
          `${side.toUpperCase()} ${printableName(path)} (${printableText(pattern)})`,
      ),
      width,
    );
  }
}

function* listed(lines: readonly string[], width: number): Generator<string> {
  for (const line of lines.slice(0, MAX_LISTED)) yield* wrapped(`  ${line}`, width, '    ');
  if (lines.length > MAX_LISTED) yield `  … ${lines.length - MAX_LISTED} more: see the JSON report`;
}

const COLUMNS = [
  ['pairs', 'pairs'],
  ['identical', 'identical'],
  ['equivalent', 'masked'],
  ['metadata', 'meta'],
  ['content', 'differ'],
  ['type', 'type'],
  ['unreadable', 'unread'],
  ['onlyA', 'only A'],
  ['onlyB', 'only B'],
] as const satisfies readonly (readonly [keyof SummaryCounts, string])[];

function* countsSection(report: Report, { paint, width }: TextOptions): Generator<string> {
  const { content, package: inPackage, changedA, changedB, excluded } = report.summary;
  yield '';
  yield paint.bold('COUNTS');
  const rows = [['', ...COLUMNS.map(([, title]) => title)], countRow('content', content)];
  if (inPackage.pairs + inPackage.onlyA + inPackage.onlyB > 0) rows.push(countRow('package', inPackage));
  yield* table(rows, width);
  if (changedA + changedB > 0) {
    yield `Differing files align but for ${sized(changedA)} of A and ${sized(changedB)} of B.`;
  }
  if (excluded > 0) yield `${counted(excluded, 'member')} excluded, not compared.`;
  for (const { id, mask, reason, members, expired, expires } of report.masks) {
    // CAUSES has these.
    if (id === 'explained') continue;
    const how = expired === true ? `Expired on ${printableText(expires ?? '')}` : 'Not counted';
    yield* wrapped(
      `${how}, ${mask ?? id}: ${counted(members, 'member')}; ${printableText(reason).replace(/\.$/, '')}.`,
      width,
      '  ',
    );
  }
}

function countRow(title: string, counts: SummaryCounts): string[] {
  return [title, ...COLUMNS.map(([key]) => grouped(counts[key]))];
}

function* controlsSection(
  controls: readonly ControlReport[],
  { paint, width }: TextOptions,
): Generator<string> {
  if (controls.length === 0) return;
  yield '';
  yield paint.bold('CONTROLS');
  for (const [i, control] of controls.entries()) {
    const files = control.side.inputs.map((input) => printableName(input.file)).join(' + ');
    const outcome = control.usable
      ? control.varying.length === 0
        ? 'equal to its side'
        : `${counted(control.varying.length, 'file')} vary: ${control.varying.slice(0, 5).map(printableName).join(', ')}${control.varying.length > 5 ? ', …' : ''}`
      : `cannot serve: ${printableText(control.why ?? '')}`;
    yield* wrapped(`  ${i + 1} of ${control.of.toUpperCase()}, ${files}: ${outcome}`, width, '    ');
  }
}

export function* troublesSection(report: Report, { paint, width }: TextOptions): Generator<string> {
  if (report.troubles.length === 0) return;
  yield '';
  yield paint.red(paint.bold(`TROUBLE: ${counted(report.troubles.length, 'part')} could not be checked`));
  yield* listed(
    report.troubles.map((trouble) => `${trouble.side.toUpperCase()}: ${troubleText(trouble)}`),
    width,
  );
}

export function* verdictSection(
  report: Pick<Report, 'verdict'>,
  { paint, width }: TextOptions,
): Generator<string> {
  const { id, exit, says, reasons, doesNotCover } = report.verdict;
  const colour = exit === 0 ? paint.green : exit === 1 ? paint.yellow : paint.red;
  yield '';
  yield `${paint.bold('VERDICT')} ${colour(paint.bold(id))}`;
  for (const sentence of says) yield* wrapped(`  ${printableText(sentence)}`, width, '  ');
  for (const reason of reasons) yield* wrapped(`  - ${printableText(reason)}`, width, '    ');
  yield '';
  yield paint.dim('Not covered by any verdict:');
  for (const sentence of doesNotCover)
    for (const line of wrapped(`  - ${printableText(sentence)}`, width, '    ')) yield paint.dim(line);
}
