import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, UsageError } from '../error.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import { toolchainParts } from '../root/prefix.js';
import type { RebuildEvent } from './event.js';
import { contradiction, type Experiment, type SideName } from './experiment.js';
import type { InputDigests } from './laid-folder.js';
import { laidRoot } from './laid-root.js';
import { assertVersionRule, type Origin, originOf } from './origin.js';
import type { Ingredients } from './plan.js';
import { sharedTools } from './shared.js';
import { openSource, type Source } from './source.js';

/** Reads and digests all that goes into an experiment's runs. */
export async function ingredientsOf(
  experiment: Experiment,
  out: string,
  signal: AbortSignal,
  emit: (event: RebuildEvent) => void,
): Promise<{ readonly source: Source; readonly ingredients: Ingredients; readonly origin: Origin }> {
  const wrong = contradiction(experiment);
  if (wrong !== undefined) throw new UsageError(`${wrong.field}: ${wrong.what}`, wrong.hint);
  emit({ type: 'step', text: 'looking at where the roots come from' });
  const origin = await originOf(experiment, signal);
  const verified = verifiedFiles(origin);
  emit({ type: 'step', text: 'digesting the sources' });
  assertOutside(out, experiment.source.path, 'the sources');
  const source = await openSource(experiment.source, join(out, 'source'), verified, signal);
  assertVersionRule(experiment, source, origin);
  emit({ type: 'step', text: 'reading the roots' });
  const roots = {
    a: await readRoot(experiment, 'a', out, verified, signal),
    b: await readRoot(experiment, 'b', out, verified, signal),
  };
  const ingredients = {
    experiment,
    source: { path: source.path, digest: source.tree.digest },
    roots,
    shared: sharedTools(),
    planted: undefined,
  };
  return { source, ingredients, origin };
}

/** The files that were looked at for signatures: whoever opens them again must find the same. */
function verifiedFiles({ a, b, source }: Origin): InputDigests {
  const checks = [...a.inputs, ...b.inputs].flatMap(({ check }) => check ?? []);
  return new Map(
    [...checks, ...(source === undefined ? [] : [source])].map(({ file, sha256 }) => [file, sha256]),
  );
}

/** What is written while builds run cannot be part of what they are made from. */
function assertOutside(out: string, folder: string, what: string): void {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
  if (`${real(out)}/`.startsWith(`${real(folder)}/`))
    throw new UsageError(`${out} lies in ${what}, ${folder}`, 'name a folder outside of it with --out');
}

async function readRoot(
  { roots, recipe, tools, swap }: Experiment,
  side: SideName,
  out: string,
  verified: InputDigests,
  signal: AbortSignal,
): Promise<MaterialisedRoot> {
  const { name, paths } = roots[side];
  // In the /usr of a distribution only the toolchain is the root.
  for (const path of paths)
    if (toolchainParts(path) === undefined) assertOutside(out, path, `the root ${name}`);
  const root = await laidRoot(paths, join(out, 'roots'), verified, signal);
  for (const [tool, needed] of [
    ['rustc', recipe.needsRustc],
    ['cargo', recipe.needsCargo],
  ] as const) {
    const from = tools[tool] ?? side;
    if (needed && from === side && root[tool] === undefined)
      throw new InputError(
        `the root ${name} has no ${tool}`,
        { file: paths.join(', ') },
        `add the archive or package that holds it, or take it from the other root: tools: { ${tool}: ${side === 'a' ? 'b' : 'a'} }`,
      );
    if (side === 'b' && swap.includes(tool) && root[tool] === undefined)
      throw new InputError(
        `the root ${name} has no ${tool} to swap`,
        { file: paths.join(', ') },
        'add the archive or package that holds it, or leave it out of swap',
      );
  }
  return root;
}
