import { FACTS, type FactName, type Identity } from '../../artefact/identity.js';
import { printableName, printableText } from '../../artefact/name.js';
import type { SideIntroduction } from '../../comparison/event.js';
import type { Paint } from '../paint.js';
import { counted } from '../quantity.js';
import { wrapped } from './wrap.js';

/** The facts that tell one artefact from another at a glance. */
const HEADLINE = ['version', 'host', 'llvm-version', 'built-by'] as const satisfies readonly FactName[];

/** What a side is, in a few lines: its name, its files, what they hold and what they say they are. */
export function sideLines(name: string, side: SideIntroduction, paint: Paint, width: number): string[] {
  const { members, inputs } = side;
  const files = inputs.map((input) => printableName(input.file)).join(' + ');
  const layouts = [...new Set(side.layouts.map((layout) => layout.id))]
    .filter((id) => id !== 'plain')
    .join(', ');
  const holds = [
    counted(members.files, 'file'),
    ...(members.symlinks > 0 ? [counted(members.symlinks, 'link')] : []),
    ...(layouts === '' ? [] : [`layout ${layouts}`]),
  ].join(', ');
  const head = side.label === name ? name : `${name}  ${printableText(side.label)}`;
  const indent = '   ';
  const lines = [...wrapped(`${head}  ${files}`, width, indent), `${indent}${holds}`];
  const facts = headline(side.identity);
  if (facts !== '') lines.push(...wrapped(`${indent}${facts}`, width, indent));
  return [paint.bold(lines[0] ?? ''), ...lines.slice(1)];
}

function headline(identity: Identity): string {
  return HEADLINE.flatMap((fact) => {
    const values = identity.facts[fact] ?? [];
    return values.length === 0
      ? []
      : [`${FACTS[fact].title}: ${factValues(values.map(({ value }) => value))}`];
  }).join('; ');
}

export function factValues(values: readonly string[]): string {
  const shown = [...new Set(values)].slice(0, 3).map(printableText).join(' | ');
  return values.length > 3 ? `${shown} and ${values.length - 3} more` : shown;
}
