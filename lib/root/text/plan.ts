import { printableText } from '../../artefact/name.js';
import type { Paint } from '../../report/paint.js';
import { counted } from '../../report/quantity.js';
import { wrapped } from '../../report/text/wrap.js';
import type { Plan, RootPlan } from '../plan.js';
import { parseVersion } from '../version-rule.js';

/** Which root can build the sources, and what the others are short of. */
export function* planLines(plan: Plan, paint: Paint, width: number): Generator<string> {
  const { sources, stage0, roots, comparable } = plan;
  yield paint.bold(`SOURCES ${sources}`);
  if (stage0 !== undefined) yield `  they name ${printableText(stage0)} as their stage0`;
  for (const root of roots) {
    yield paint.bold(`ROOT ${titleOf(root.root, root.version)}`);
    const [first = '', ...rest] = wrapped(`  ${verdictOf(root, sources)}`, width, '    ');
    yield root.builds ? paint.green(first) : paint.yellow(first);
    yield* rest;
    if (root.lacks.length > 0) yield `  it lacks ${root.lacks.join(' and ')}`;
    yield* chainLines(root, sources, width);
  }
  const builders = roots.filter(({ builds }) => builds).map(({ root }) => printableText(root));
  yield '';
  const conclusion = comparable
    ? `${builders.join(' and ')} can build the sources and be compared.`
    : `${builders.length === 0 ? 'None of the roots' : `Only ${builders[0]}`} can build the sources; a comparison takes two.`;
  yield* wrapped(conclusion, width);
}

function verdictOf({ fit, builds, lacks }: RootPlan, sources: string): string {
  switch (fit) {
    case 'previous':
      return builds
        ? `builds ${sources}: it is the version before`
        : 'is the version before, but cannot build';
    case 'same':
      return builds
        ? `builds ${sources}: it is the same version (build.local-rebuild = true)`
        : 'is the same version, but cannot build';
    case 'too-old':
      return `is too old for ${sources}${lacks.length > 0 ? ', and incomplete' : ''}`;
    case 'too-new':
      return `is too new for ${sources}: sources build with their own version or the one before`;
  }
}

function* chainLines(
  { version, missing, resets }: RootPlan,
  sources: string,
  width: number,
): Generator<string> {
  if (missing.length === 0) return;
  const chain = `missing in between: ${rangeText(missing)} (${counted(missing.length, 'build')}); each built with the one before, they lead from ${version} to ${sources} and keep its chain`;
  yield* wrapped(`  ${chain}`, width, '    ');
  for (const { to, version: other, skipped } of resets) {
    const name = titleOf(to, other);
    const reset = `reset at ${name}: to take it instead of building ${rangeText(skipped)} ends the chain; all that follows descends from it`;
    yield* wrapped(`  ${reset}`, width, '    ');
  }
}

/** A root that is a version alone has no other name. */
function titleOf(name: string, version: string): string {
  return parseVersion(name) === undefined ? `${printableText(name)}, ${version}` : version;
}

/** Versions without a gap between them. */
function rangeText(versions: readonly string[]): string {
  const first = versions[0] ?? '';
  const last = versions.at(-1) ?? '';
  return versions.length < 3 ? versions.join(' and ') : `${first} to ${last}`;
}
