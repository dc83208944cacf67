import { printableName, printableText } from '../../artefact/name.js';
import type { Trouble } from '../../error.js';
import type { MetadataDifference } from '../../pair/metadata.js';
import type { PairReport, PairStatus, UnpairedReport } from '../model.js';
import type { Paint } from '../paint.js';
import { grouped, sized } from '../quantity.js';

/** Width of the first column. */
const LABEL = 11;

const LABELS = {
  identical: 'identical',
  equivalent: 'equivalent',
  metadata: 'metadata',
  type: 'type',
  content: 'differs',
  unreadable: 'unreadable',
} as const satisfies Record<PairStatus, string>;

/** One pair on one line: what it came to, the path, and why or how large. */
export function pairLine(pair: PairReport, paint: Paint): string {
  return `${label(LABELS[pair.status], pair.status, paint)}${shownPath(pair.path)}${detail(pair, paint)}`;
}

export function unpairedLine(side: 'a' | 'b', member: UnpairedReport, paint: Paint): string {
  const same = member.sameContentAs;
  const note =
    same === undefined ? '' : `, same content as ${printableName(same.path)} in ${same.side.toUpperCase()}`;
  const what = member.type === 'file' ? sized(member.member.size) : member.type;
  const mask = member.mask === undefined ? '' : ', not counted: packaging';
  const text = `only in ${side.toUpperCase()}`.padEnd(LABEL);
  return `${paint.yellow(text)}${shownPath(member.path)}${paint.dim(`  (${what}${note}${mask})`)}`;
}

/** The top directory has no name. */
function shownPath(path: string): string {
  return path === '' ? '.' : printableName(path);
}

function label(text: string, status: PairStatus, paint: Paint): string {
  const padded = text.padEnd(LABEL);
  if (status === 'content' || status === 'type' || status === 'unreadable') return paint.red(padded);
  return status === 'identical' ? paint.green(padded) : paint.yellow(padded);
}

function detail(pair: PairReport, paint: Paint): string {
  const parts: string[] = [];
  if (pair.status === 'content') {
    const { size: a } = pair.a;
    const { size: b } = pair.b;
    // Sizes that are rounded to the same say nothing.
    const shown = sized(a) === sized(b) ? (n: number) => `${grouped(n)} B` : sized;
    parts.push(a === b ? sized(a) : `${shown(a)} against ${shown(b)}`);
  }
  for (const difference of pair.metadata ?? []) {
    if (difference.mask === undefined) parts.push(metadataText(difference));
  }
  if (pair.trouble !== undefined) parts.push(printableText(pair.trouble.what));
  return parts.length === 0 ? '' : paint.dim(`  (${parts.join('; ')})`);
}

export function metadataText({ field, a, b }: MetadataDifference): string {
  if (field === 'path') return otherPlace(a, b);
  return `${field} ${printableName(a)} against ${printableName(b)}`;
}

/** Where B has it: only the name where that is all that differs. */
function otherPlace(a: string, b: string): string {
  const folder = b.slice(0, b.lastIndexOf('/') + 1);
  return `in B ${printableName(folder !== '' && a.startsWith(folder) ? b.slice(folder.length) : b)}`;
}

/** A trouble with its place: `rustc.deb › data.tar.xz, offset 1234: the stream is cut off`. */
export function troubleText(trouble: Trouble): string {
  const place = [trouble.file, ...(trouble.member ?? [])].flatMap((part) =>
    part === undefined ? [] : printableName(part),
  );
  const at = trouble.offset === undefined ? '' : `${place.length > 0 ? ', ' : ''}offset ${trouble.offset}`;
  const where = `${place.join(' › ')}${at}`;
  const hint = trouble.hint === undefined ? '' : ` (${printableText(trouble.hint)})`;
  return `${where === '' ? '' : `${where}: `}${printableText(trouble.what)}${hint}`;
}
