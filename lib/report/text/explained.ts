import { printableName, printableText } from '../../artefact/name.js';
import type { OwnerReport } from '../explanation.js';
import type { PairReport, Report } from '../model.js';
import { counted, grouped } from '../quantity.js';
import { causeLines } from './causes.js';
import { nextStepLines } from './next-step.js';
import { AT_LENGTH, residueLines } from './residue.js';
import { table } from './table.js';
import { MemberList, type TextOptions, troublesSection, verdictSection } from './text.js';
import { wrapped } from './wrap.js';

/** The report of one pair of files at length: every owner, the whole residue that is kept. */
export function* explainedLines(report: Report, options: TextOptions): Generator<string> {
  const { paint, width } = options;
  const list = new MemberList(options);
  for (const pair of report.pairs) yield* list.pair(pair);
  for (const member of report.onlyA) yield* list.unpaired('a', member);
  for (const member of report.onlyB) yield* list.unpaired('b', member);
  const explained = report.pairs.filter(({ explanation }) => explanation !== undefined);
  if (report.causes !== undefined && explained.length > 0) {
    yield '';
    yield* causeLines(report.causes, paint, width);
    yield* residueLines(report.pairs, paint, width, AT_LENGTH);
    for (const pair of explained) yield* ownerSection(pair, options);
    yield* nextStepLines(report, paint, width);
  }
  yield* troublesSection(report, options);
  yield* verdictSection(report, options);
}

function* ownerSection({ path, explanation }: PairReport, { paint, width }: TextOptions): Generator<string> {
  if (explanation === undefined) return;
  const { owners, ownersLeftOut, formatA, formatB, segments, accounts, notes } = explanation;
  yield '';
  yield paint.bold(`OWNERS OF ${printableName(path)}`);
  const format = formatA === formatB ? formatA : `${formatA} against ${formatB}`;
  yield* wrapped(
    `${printableText(format)}, ${counted(accounts.equal, 'byte')} equal on both sides, ${counted(segments, 'segment')} not`,
    width,
    '  ',
  );
  for (const note of notes) yield* wrapped(`  note: ${printableText(note)}`, width, '    ');
  yield* table(
    [['A', 'B', 'segments', 'standing', 'cause', 'where'], ...owners.map(row)],
    width,
    new Set([3, 4, 5]),
  );
  if (ownersLeftOut > 0) yield `… ${counted(ownersLeftOut, 'more owner')}: see the JSON report`;
}

function row({ place, cause, standing, field, from, segments, bytesA, bytesB }: OwnerReport): string[] {
  const where = place.length === 0 ? 'the file' : place.map(printableName).join(' › ');
  const what = [
    ...(field === undefined ? [] : [printableText(field)]),
    ...(from === undefined ? [] : [`from ${printableText(from)}`]),
  ].join(', ');
  return [
    grouped(bytesA),
    grouped(bytesB),
    grouped(segments),
    standing,
    cause,
    what === '' ? where : `${where}: ${what}`,
  ];
}
