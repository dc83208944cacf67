import { printableText } from '../../artefact/name.js';
import type { FunctionCounts } from '../../explain/explanation.js';
import type { Accounts, CauseReport, CausesReport, Standing } from '../explanation.js';
import type { Paint } from '../paint.js';
import { counted, grouped, sized } from '../quantity.js';
import { demangled } from '../symbol-text.js';
import { table } from './table.js';
import { wrapped } from './wrap.js';

/** Rows of the table; further causes are told together. */
const MAX_CAUSES = 14;
/** Functions on one side only that are named. */
const MAX_NAMES = 4;

/** Why the differing files differ: causes by bytes, where the hashes begin, what became of the functions. */
export function* causeLines(report: CausesReport, paint: Paint, width: number): Generator<string> {
  yield paint.bold('CAUSES');
  const shown = report.causes.slice(0, MAX_CAUSES);
  const rows = [['', 'bytes', 'files', 'standing', ''], ...shown.map(row)];
  const [head = '', ...lines] = table(rows, width, new Set([0, 3, 4]));
  yield head;
  for (const [i, line] of lines.entries()) yield painted(line, shown[i]?.standing ?? 'unexplained', paint);
  const more = report.causes.length - shown.length;
  if (more > 0) yield `… ${counted(more, 'more row')}: see the JSON report`;
  yield* wrapped(shares(report.accounts), width);
  if (report.origin !== undefined) yield* wrapped(`Origin: ${printableText(report.origin)}`, width, '  ');
  if (report.functions !== undefined) yield* functionLines(report.functions, width);
}

function row({ cause, standing, files, bytesA, bytesB, tokens, why, mask }: CauseReport): string[] {
  const notes = [
    ...(tokens === undefined ? [] : [counted(tokens.count, 'token')]),
    ...(mask === undefined ? [] : [mask]),
    ...(why === undefined ? [] : [printableText(why)]),
  ];
  return [cause, grouped(bytesA + bytesB), grouped(files), standing, notes.join(', ')];
}

function painted(line: string, standing: Standing, paint: Paint): string {
  switch (standing) {
    case 'confirmed':
    case 'derived':
    case 'masked':
      return line;
    case 'suspected':
      return paint.yellow(line);
    case 'unexplained':
      return paint.red(line);
  }
}

/** `Of 12.3 MB that differ (both sides), 61.2 % have a confirmed cause, 38.0 % follow from others; 0.8 % are residue.` */
function shares({ confirmed, derived, masked, suspected, unexplained }: Accounts): string {
  const all = confirmed + derived + masked + suspected + unexplained;
  if (all === 0) return 'No byte differs.';
  const residue = suspected + unexplained;
  const share = (part: number): string => percent(part, all);
  return (
    `Of ${sized(all)} that differ (both sides) ${share(confirmed)} have a confirmed cause, ${share(derived)} follow from others, ${masked === 0 ? '' : `${share(masked)} are masked, `}` +
    (residue === 0
      ? 'none is left over.'
      : `${share(residue)} are residue: ${sized(suspected)} suspected, ${sized(unexplained)} unexplained.`)
  );
}

/** A part of a whole; neither 0 nor all of it unless it is. */
function percent(part: number, all: number): string {
  if (part === 0) return '0 %';
  if (part === all) return '100 %';
  const value = (100 * part) / all;
  return value < 0.05 ? 'under 0.1 %' : value > 99.95 ? 'over 99.9 %' : `${value.toFixed(1)} %`;
}

function* functionLines(functions: FunctionCounts, width: number): Generator<string> {
  const { a, b, paired, equal, moved, relabelled, hashes, changed } = functions;
  const onlyA = functions.onlyA.length + functions.onlyALeftOut;
  const onlyB = functions.onlyB.length + functions.onlyBLeftOut;
  const sides =
    a === b && onlyA + onlyB === 0
      ? `${counted(a, 'function')} on both sides`
      : `${counted(a, 'function')} in A and ${grouped(b)} in B, ${grouped(paired)} of them paired`;
  const parts = [
    `${grouped(equal)} equal`,
    ...(moved > 0 ? [`${grouped(moved)} moved`] : []),
    `${grouped(relabelled)} relabelled`,
    `${grouped(hashes)} with other hashes`,
    `${grouped(changed)} changed`,
  ];
  yield* wrapped(`Functions: ${sides}: ${parts.join(', ')}.`, width, '  ');
  if (onlyA > 0) yield* wrapped(`  only in A: ${named(functions.onlyA, onlyA)}`, width, '    ');
  if (onlyB > 0) yield* wrapped(`  only in B: ${named(functions.onlyB, onlyB)}`, width, '    ');
}

function named(names: readonly string[], all: number): string {
  const shown = names.slice(0, MAX_NAMES).map(demangled);
  const more = all - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
}
