import { printableName } from '../../artefact/name.js';
import { renderUnified } from '../../ledger/text-diff.js';
import type { Difference } from '../../pair/difference.js';
import type { Inside, InsidePair } from '../../pair/inside.js';
import { renderHex } from '../hex.js';
import type { PairReport } from '../model.js';
import type { Paint } from '../paint.js';
import { counted, grouped } from '../quantity.js';
import { metadataText } from './line.js';
import { memberName } from './member.js';

/** Lines of one file's difference that the text shows; the JSON report has more. */
const MAX_LINES = 10;
/** Spaces before a row of bytes, which is 77 columns wide. */
const MAX_MARGIN = 3;
/** Members of an archive inside that are named. */
const MAX_INSIDE = 6;

/** One differing file: where it differs and how it looks there. */
export function differenceLines(pair: PairReport, paint: Paint): string[] {
  const lines = [paint.bold(printableName(pair.path))];
  const nameA = memberName(pair.a);
  const nameB = memberName(pair.b);
  if (nameA !== nameB) lines.push(`  A ${nameA}`, `  B ${nameB}`, `  paired by the rule ${pair.rule}`);
  const { difference } = pair;
  if (difference === undefined) return [...lines, '  not described: --max-detail sets how many are'];
  return [...lines, ...describe(difference, paint, '  ', [pair.path, pair.path])];
}

function describe(
  difference: Difference,
  paint: Paint,
  indent: string,
  names: readonly [string, string],
): string[] {
  const lines = [`${indent}${extent(difference)}`];
  for (const note of difference.notes) lines.push(`${indent}note: ${printableName(note)}`);
  if (difference.inside !== undefined) return [...lines, ...insideLines(difference.inside, paint, indent)];
  const view: string[] = [];
  if (difference.text !== undefined) {
    for (const line of renderUnified(difference.text, names[0], names[1]).slice(2))
      view.push(paintDiff(line, paint));
  }
  for (const hex of difference.hex ?? []) {
    view.push(
      ...renderHex(hex, (text, side) =>
        side === 'a' ? paint.red(text) : side === 'b' ? paint.green(text) : text,
      ),
    );
  }
  // However deep, a row of bytes stays within 80 columns.
  const margin = indent.slice(2).slice(0, MAX_MARGIN);
  for (const line of view.slice(0, MAX_LINES)) lines.push(`${margin}${line}`);
  if (view.length > MAX_LINES) lines.push(`${indent}… ${counted(view.length - MAX_LINES, 'more line')}`);
  return lines;
}

function extent({ first, changedA, changedB, ranges }: Difference): string {
  const where = `first at offset ${grouped(first)} (0x${first.toString(16)})`;
  const bytes =
    changedA === changedB
      ? `${counted(changedA, 'byte')} changed`
      : `${grouped(changedA)} bytes of A stand against ${grouped(changedB)} of B`;
  return `${bytes} in ${counted(ranges.total, 'range')}, ${where}`;
}

function insideLines(inside: Inside, paint: Paint, indent: string): string[] {
  const formats = [...new Set([inside.formatsA.join(' › '), inside.formatsB.join(' › ')])].join(' against ');
  const lines = [
    `${indent}inside (${formats}): ${counted(inside.pairs, 'pair')}, ${inside.identical} identical` +
      `${unpairedText(inside.onlyA, 'A')}${unpairedText(inside.onlyB, 'B')}`,
  ];
  if (inside.differing.length === 0 && inside.onlyA.length + inside.onlyB.length === 0) {
    lines.push(
      `${indent}all members are equal: only the bytes around them differ (compression, headers, padding)`,
    );
  }
  for (const pair of inside.differing.slice(0, MAX_INSIDE)) lines.push(...insidePair(pair, paint, indent));
  const left = inside.differing.length - MAX_INSIDE + inside.leftOut;
  if (left > 0) lines.push(`${indent}… ${counted(left, 'more member')}`);
  return lines;
}

function insidePair(pair: InsidePair, paint: Paint, indent: string): string[] {
  const other = pair.nameB === undefined ? '' : ` ↔ ${printableName(pair.nameB)}`;
  const metadata = (pair.metadata ?? []).map(metadataText).join('; ');
  const lines = [
    `${indent}${paint.cyan('›')} ${printableName(pair.name)}${other}: ${pair.status}${metadata === '' ? '' : ` (${metadata})`}`,
  ];
  if (pair.difference !== undefined)
    lines.push(...describe(pair.difference, paint, `${indent}  `, [pair.name, pair.nameB ?? pair.name]));
  return lines;
}

function unpairedText(names: readonly string[], side: string): string {
  return names.length === 0 ? '' : `, ${names.length} only in ${side}`;
}

function paintDiff(line: string, paint: Paint): string {
  if (line.startsWith('-')) return paint.red(line);
  if (line.startsWith('+')) return paint.green(line);
  return line.startsWith('@@') ? paint.cyan(line) : line;
}
