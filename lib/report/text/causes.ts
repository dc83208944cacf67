import { printableText } from '../../artefact/name.js';
import type { FunctionCounts } from '../../explain/explanation.js';
import type { Accounts, CauseReport, CausesReport, Standing } from '../explanation.js';
import type { Paint } from '../paint.js';
import { counted, grouped, sized } from '../quantity.js';
import { demangled } from '../symbol-text.js';
import { table } from './table.js';
import { wrapped } from './wrap.js';

/** Rows of the table; further causes are told together. */
const MAX_CAUSES = 16;
/** Functions on one side only that are named. */
const MAX_NAMES = 4;

/** Why the differing files differ: causes by bytes, where the hashes begin, what became of the functions. */
export function* causeLines(report: CausesReport, paint: Paint, width: number): Generator<string> {
  yield paint.bold('CAUSES');
  const merged = mergedByCause(report.causes);
  const shown = chosen(merged);
  const rows = [['', 'bytes', 'files', 'standing'], ...shown.map(row)];
  const [head = '', ...lines] = table(rows, width, new Set([0, 3]));
  yield head;
  for (const [i, line] of lines.entries()) {
    const { standing, notes } = shown[i] ?? { standing: 'unexplained', notes: [] };
    const whole = notes.length === 0 ? line : `${line.padEnd(head.length + NOTE_GAP)}${notes.join('; ')}`;
    for (const part of wrappedAt(whole, width, head.length + NOTE_GAP)) yield painted(part, standing, paint);
  }
  const more = merged.length - shown.length;
  if (more > 0) yield `… ${counted(more, 'more row')}: see the JSON report`;
  yield* wrapped(shares(report.accounts), width);
  if (report.origin !== undefined) yield* wrapped(`Origin: ${printableText(report.origin)}`, width, '  ');
  if (report.functions !== undefined) yield* functionLines(report.functions, width);
}

/** One row for each cause and standing: why a token is in doubt is told beside it. */
function mergedByCause(causes: readonly CauseReport[]): MergedRow[] {
  const rows = new Map<string, MergedRow>();
  for (const { cause, standing, mask, files, bytesA, bytesB, tokens, why } of causes) {
    const key = `${cause} ${standing} ${mask ?? ''}`;
    const row = rows.get(key) ?? { cause, standing, bytes: 0, files: 0, notes: [] };
    rows.set(key, row);
    row.bytes += bytesA + bytesB;
    row.files = Math.max(row.files, files);
    const note = [
      ...(tokens === undefined ? [] : [counted(tokens.count, 'token')]),
      ...(mask === undefined ? [] : [mask]),
      ...(why === undefined ? [] : [printableText(why)]),
    ].join(' ');
    if (note !== '') row.notes.push(note);
  }
  return [...rows.values()];
}

interface MergedRow {
  readonly cause: CauseReport['cause'];
  readonly standing: Standing;
  bytes: number;
  /** At least so many: rows that were merged may touch the same ones. */
  files: number;
  readonly notes: string[];
}

/** The largest of each standing, but all of what is not explained. */
function chosen(rows: readonly MergedRow[]): MergedRow[] {
  const sure = rows.filter(({ standing }) => standing !== 'unexplained');
  const left = rows.filter(({ standing }) => standing === 'unexplained');
  return [...sure.slice(0, Math.max(0, MAX_CAUSES - left.length)), ...left];
}

function row({ cause, standing, files, bytes }: MergedRow): string[] {
  return [cause, grouped(bytes), grouped(files), standing];
}

/** Spaces between a standing and what is said of it; `confirmed` and the like are longer than their title. */
const NOTE_GAP = 5;

/** A row of the table; what is said at its end goes on under itself. */
function wrappedAt(line: string, width: number, column: number): string[] {
  if (line.length <= width) return [line];
  const notes = wrapped(line.slice(column), width - column);
  return notes.map((part, i) => `${i === 0 ? line.slice(0, column) : ' '.repeat(column)}${part}`);
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
