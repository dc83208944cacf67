import { printableName } from '../name.js';
import type { Strangeness } from './clean.js';
import type { Placement } from './layout.js';

/** Names told of each kind; the rest is a number. */
const EXAMPLES = 3;

const WORDING = {
  absolute: 'start with "/"; they were read as relative',
  'dot-dot': 'have ".." parts; they were resolved as text, never above the top',
  nul: 'hold a NUL byte',
  empty: 'are empty',
} as const satisfies Record<Strangeness, string>;

/** What is odd about an artefact's names, one sentence a kind, safe to print and bounded in length. */
export function placementNotes(placement: Placement): string[] {
  const byKind = new Map<Strangeness, string[]>();
  for (const { member, what } of placement.strange) {
    const names = byKind.get(what) ?? [];
    names.push(placement.members[member]?.name ?? '');
    byKind.set(what, names);
  }
  const notes: string[] = [];
  for (const [what, wording] of Object.entries(WORDING)) {
    const names = byKind.get(what as Strangeness);
    if (names !== undefined) notes.push(`names that ${wording}: ${listed(names)}`);
  }
  const paths = placement.collisions.map(({ path }) => path);
  if (paths.length > 0) notes.push(`paths that several inputs have a file for: ${listed(paths)}`);
  return notes;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, EXAMPLES).map((name) => `"${printableName(name)}"`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
