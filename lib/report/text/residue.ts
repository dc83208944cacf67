import { printableName, printableText } from '../../artefact/name.js';
import type { InstructionDiff, InstructionRow } from '../../explain/explanation.js';
import { compareResidue } from '../../explain/residue-order.js';
import { renderUnified } from '../../ledger/text-diff.js';
import type { ResidueReport } from '../explanation.js';
import { renderHex } from '../hex.js';
import type { PairReport } from '../model.js';
import type { Paint } from '../paint.js';
import { counted, grouped, sized } from '../quantity.js';
import { demangled } from '../symbol-text.js';
import { wrapped } from './wrap.js';

/** How much of it is shown. */
export interface ResidueBounds {
  /** Lines of the whole section. */
  readonly lines: number;
  /** Lines of one stretch. */
  readonly perSegment: number;
  /** Stretches of one file. */
  readonly perFile: number;
}

/** As much as fits on a screen with what stands before it. */
export const ONE_SCREEN: ResidueBounds = { lines: 30, perSegment: 12, perFile: 6 };
/** For one pair that somebody asked about. */
export const AT_LENGTH: ResidueBounds = { lines: 600, perSegment: 80, perFile: 100 };

interface Row {
  readonly pair: PairReport;
  readonly segment: ResidueReport;
}

/** What no confirmed cause explains: changed functions first, then the rest, the largest first. */
export function* residueLines(
  pairs: readonly PairReport[],
  paint: Paint,
  width: number,
  bounds: ResidueBounds,
): Generator<string> {
  const left = pairs.filter(({ explanation }) => residueBytes(explanation) > 0);
  if (left.length === 0) return;
  const bytes = left.reduce((sum, { explanation }) => sum + residueBytes(explanation), 0);
  yield '';
  yield paint.bold(`RESIDUE: ${sized(bytes)} in ${counted(left.length, 'file')} without a confirmed cause`);
  const rows = ranked(left).flatMap(({ pair, segments }) =>
    segments.slice(0, bounds.perFile).map((segment): Row => ({ pair, segment })),
  );
  rows.sort((x, y) => byRank(x.segment, y.segment));
  let lines = 0;
  let shown = 0;
  let heading = '';
  let place = '';
  const told = new Set<string>();
  for (const { pair, segment } of rows) {
    if (lines >= bounds.lines) break;
    const file = fileOf(pair);
    if (file !== heading) {
      yield paint.bold(file);
      lines += 1;
      heading = file;
      place = '';
      for (const note of notesOf(pair)) {
        yield* wrapped(`  note: ${note}`, width, '    ');
        lines += 1;
      }
    }
    const where = placeText(segment);
    if (where !== place) {
      for (const line of wrapped(where, width, '    ')) {
        yield line;
        lines += 1;
      }
      place = where;
    }
    const key = functionKey(pair, segment);
    const above = segment.instructions === undefined && key !== undefined && told.has(key);
    if (segment.instructions !== undefined && key !== undefined) told.add(key);
    for (const line of segmentLines(pair, segment, above, paint, width, bounds.perSegment)) {
      yield line;
      lines += 1;
    }
    shown += 1;
  }
  for (const { file, line } of suspectedLines(left, bounds)) {
    if (lines >= bounds.lines) break;
    if (file !== heading) yield paint.bold(file);
    lines += file === heading ? 1 : 2;
    heading = file;
    yield* wrapped(line, width, '      ');
  }
  const all = left.reduce(
    (sum, { explanation }) => sum + (explanation?.residue.length ?? 0) + (explanation?.residueLeftOut ?? 0),
    0,
  );
  if (all > shown) yield `… ${counted(all - shown, 'more stretch').replace(/stretchs$/, 'stretches')}`;
}

/** Notes of one file that are shown. */
const MAX_NOTES = 3;

function notesOf({ explanation, difference }: PairReport): string[] {
  const notes = [...(explanation?.notes ?? []), ...(difference?.notes ?? [])];
  return notes.slice(0, MAX_NOTES).map(printableText);
}

/** Claims that do not stand have no stretches of their own: they are told by section. */
function suspectedLines(
  pairs: readonly PairReport[],
  { perFile }: ResidueBounds,
): { readonly file: string; readonly line: string }[] {
  return pairs.flatMap((pair) => {
    const { explanation } = pair;
    const told = new Set(
      (explanation?.residue ?? []).map(({ reason, place }) => `${reason} ${place.join('/')}`),
    );
    const owners = (explanation?.owners ?? []).filter(
      ({ standing, cause, place }) => standing === 'suspected' && !told.has(`${cause} ${place.join('/')}`),
    );
    return owners.slice(0, perFile).map(({ place, cause, field, bytesA, bytesB }) => {
      const where = place.length === 0 ? 'the file' : place.map(printableName).join(' › ');
      const what = field === undefined ? cause : `${cause}, ${printableText(field)}`;
      return {
        file: fileOf(pair),
        line: `  ${where}: ${what}, ${counted(bytesA + bytesB, 'byte')} suspected`,
      };
    });
  });
}

function fileOf({ path, a }: PairReport): string {
  return printableName(path === '' ? a.name.join('/') : path);
}

function residueBytes(explanation: PairReport['explanation']): number {
  return explanation === undefined ? 0 : explanation.accounts.suspected + explanation.accounts.unexplained;
}

function ranked(pairs: readonly PairReport[]): { pair: PairReport; segments: ResidueReport[] }[] {
  return pairs.map((pair) => ({
    pair,
    segments: [...(pair.explanation?.residue ?? [])].sort(byRank),
  }));
}

function byRank(x: ResidueReport, y: ResidueReport): number {
  return compareResidue(rankOf(x), rankOf(y));
}

function rankOf({
  reason,
  place,
  symbolA,
  symbolB,
  aLength,
  bLength,
}: ResidueReport): Parameters<typeof compareResidue>[0] {
  return {
    reason,
    place,
    inSymbol: symbolA !== undefined || symbolB !== undefined,
    size: Math.max(aLength, bLength),
  };
}

function placeText({ place, symbolA, symbolB }: ResidueReport): string {
  const raw = [symbolA, symbolB].flatMap((name) => (name === undefined ? [] : demangled(name)));
  const symbols = [...new Set(raw)];
  const around = symbols.length > 0 ? place.map(withoutSymbol) : place;
  const where = [...around.map(printableName), ...(symbols.length > 0 ? [symbols.join(' ↔ ')] : [])];
  return `  ${where.length === 0 ? 'the file' : where.join(' › ')}`;
}

/** A section of one function is named for it: `.text._ZN…`. */
function withoutSymbol(section: string): string {
  return section.replace(/^(\.[a-z.]+)\.(?:_ZN|_R).*$/, '$1');
}

/** Segments of one function share its instructions. */
function functionKey({ path }: PairReport, of: ResidueReport): string | undefined {
  const { reason, place, symbolA, symbolB } = of;
  const named = symbolA !== undefined || symbolB !== undefined;
  const isCode = reason === 'code' || reason === 'unexplained' || reason === 'c-object';
  return named && isCode ? JSON.stringify([path, place, symbolA, symbolB]) : undefined;
}

function segmentLines(
  pair: PairReport,
  segment: ResidueReport,
  above: boolean,
  paint: Paint,
  width: number,
  most: number,
): string[] {
  const { field, reason, instructions, hex } = segment;
  const what = `    ${field === undefined ? '' : `${printableText(field)}, `}${reason}: ${extent(segment)}`;
  if (above) return [`${what}, instructions above`];
  const lines = [what];
  const view = instructions === undefined ? [] : instructionLines(instructions, paint, width);
  if (view.length === 0 && pair.difference?.text !== undefined) {
    const text = renderUnified(pair.difference.text, pair.path, pair.path).slice(2);
    view.push(
      ...text.map((line) =>
        line.startsWith('-') ? paint.red(line) : line.startsWith('+') ? paint.green(line) : line,
      ),
    );
  } else if (view.length === 0 && hex !== undefined) {
    view.push(
      ...renderHex(hex, (text, side) =>
        side === 'a' ? paint.red(text) : side === 'b' ? paint.green(text) : text,
      ),
    );
  }
  lines.push(...view.slice(0, most));
  if (view.length > most) lines.push(`    … ${counted(view.length - most, 'more line')}`);
  return lines;
}

function extent({ aStart, aLength, bStart, bLength }: ResidueReport): string {
  const offset = (n: number): string => `0x${n.toString(16)}`;
  if (aLength === 0) return `${counted(bLength, 'byte')} only in B at ${offset(bStart)}`;
  if (bLength === 0) return `${counted(aLength, 'byte')} only in A at ${offset(aStart)}`;
  const size =
    aLength === bLength
      ? counted(aLength, 'byte')
      : `${counted(aLength, 'byte')} against ${grouped(bLength)}`;
  return `${size} at ${aStart === bStart ? offset(aStart) : `${offset(aStart)} ↔ ${offset(bStart)}`}`;
}

/**
 * A left, B right, each with its offset in the function: `!` where they differ, `-` and `+` where one side has nothing.
 * Where what differs is too long for half a line, or only one side has rows at all, A's rows stand above those of B.
 */
function instructionLines({ rows, leftOut }: InstructionDiff, paint: Paint, width: number): string[] {
  const column = Math.floor((width - 7) / 2);
  const oneSided = rows.every(({ mark }) => mark === 'only-a') || rows.every(({ mark }) => mark === 'only-b');
  const lines: string[] = [];
  for (let at = 0; at < rows.length; ) {
    let end = at;
    while (end < rows.length && rows[end]?.mark !== 'equal') end += 1;
    const changed = rows.slice(at, end);
    const fits = ({ a, b }: InstructionRow) =>
      instructionText(a).length <= column && instructionText(b).length <= column;
    if (!oneSided && changed.every(fits)) {
      lines.push(...changed.map((row) => paint.red(sideBySide(row, column))));
    } else {
      for (const { a } of changed) if (a !== undefined) lines.push(paint.red(oneLine('only-a', a, width)));
      for (const { b } of changed) if (b !== undefined) lines.push(paint.green(oneLine('only-b', b, width)));
    }
    const equal = rows[end];
    if (equal !== undefined) lines.push(paint.dim(sideBySide(equal, column)));
    at = end + 1;
  }
  return leftOut === 0 ? lines : [...lines, `    … ${counted(leftOut, 'more row')} of the function`];
}

function oneLine(mark: InstructionRow['mark'], of: InstructionRow['a'], width: number): string {
  return cut(` ${MARKS[mark]} ${instructionText(of)}`, width);
}

function sideBySide({ mark, a, b }: InstructionRow, column: number): string {
  const [left, right] = [instructionText(a), instructionText(b)];
  return ` ${MARKS[mark]} ${cut(left, column).padEnd(column)} │ ${cut(right, column)}`.trimEnd();
}

function instructionText(of: InstructionRow['a']): string {
  return of === undefined ? '' : `${of.offset.toString(16).padStart(5)}: ${printableText(of.text)}`;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

const MARKS = { equal: ' ', changed: '!', 'only-a': '-', 'only-b': '+' } as const satisfies Record<
  InstructionRow['mark'],
  string
>;
