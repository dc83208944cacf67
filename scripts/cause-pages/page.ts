import type { Cause } from '../../lib/cause/cause.js';
import { CAUSES } from '../../lib/cause/registry.js';

/** What stands in docs/causes: the text of each file, by its name. */
export function causePages(): ReadonlyMap<string, string> {
  const causes: readonly Cause[] = Object.values(CAUSES);
  return new Map([
    ['README.md', overview(causes)],
    ...causes.map((cause): [string, string] => [`${cause.id}.md`, page(cause)]),
  ]);
}

const MADE = '<!-- Made by scripts/causes from lib/cause; do not edit. -->';

function overview(causes: readonly Cause[]): string {
  return [
    MADE,
    '# Causes',
    '',
    'Why two artefacts of rustc differ, and how it shows. Every byte that differs has one owner: one of these causes,',
    '`derived` (recomputing it from other differences gave its very value), or `unexplained`.',
    '',
    'A signature makes a *suspect*. A cause is *confirmed* only when masking exactly that class makes the rest equal, or a',
    'replay that fixes that one variable makes the difference vanish. A token that stands as another (a hash, a path) is',
    'confirmed only if, over the whole artefact, the map of tokens is one to one and at least two places attest it,',
    'one of which can hold nothing else.',
    '',
    '*Root*: can it make A differ from B only because the trust root differs, with source, configuration and environment',
    'equal? `no`: configuration or environment only. `seed`: random from run to run, so that a control with the same root',
    'shows it too. `yes`: it may follow the root. `derived`: it only follows from other differences. `through …`: as what',
    'it comes from. `open`: cannot be said in general. *Masked*: whether bytes are ever taken as explained by it; where',
    'not, it is only a label for bytes that count as residue.',
    '',
    '| cause | what | root | masked |',
    '|---|---|---|---|',
    ...causes.map(
      ({ id, title, root, maskable }) =>
        `| [${id}](${id}.md) | ${cell(title)} | ${throughLink(root)} | ${maskable ? 'yes' : 'no'} |`,
    ),
    '',
  ].join('\n');
}

function page(cause: Cause): string {
  const { id, title, root, maskable } = cause;
  return [
    MADE,
    `# ${title}`,
    '',
    `Cause \`${id}\`. Follows the root: ${throughLink(root)}. ${
      maskable ? 'May be masked once confirmed.' : 'Never masked: the bytes count as residue.'
    }`,
    ...section('Signature', cause.signature),
    ...section('Explanation', cause.explanation),
    ...section('Consequence for trust', cause.consequence),
    ...section('Removal at the build', cause.removal),
    ...section('Common false positives', cause.falsePositives),
    ...section(
      'Threads',
      ...(cause.threads.length > 0
        ? cause.threads.map(({ text, url }) => `- [${text}](${url})`)
        : ['None known.']),
    ),
    '',
    '[All causes](README.md)',
    '',
  ].join('\n');
}

function section(title: string, ...lines: readonly string[]): string[] {
  return ['', `## ${title}`, '', ...lines.map((line) => (line === '–' ? 'None known.' : line))];
}

function throughLink(root: Cause['root']): string {
  return root.replace(/^through ([a-z]+(?:-[a-z]+)*)$/, 'through [$1]($1.md)');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
