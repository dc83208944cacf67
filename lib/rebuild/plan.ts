import { availableParallelism } from 'node:os';
import { digester } from '../artefact/digest.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import type { Experiment, SideName, Tool } from './experiment.js';
import { SURROUNDINGS, type Surroundings } from './place.js';
import type { Stage } from './recipe.js';
import type { SharedTool } from './shared.js';
import type { Variation } from './variation.js';

/** All that an experiment is made of, by digest: what a run is keyed by. */
export interface Ingredients {
  readonly experiment: Experiment;
  /** The tree of sources, and its digest. */
  readonly source: { readonly path: string; readonly digest: string };
  readonly roots: Readonly<Record<SideName, MaterialisedRoot>>;
  readonly shared: readonly SharedTool[];
  /** The planted root, where one is asked for. */
  readonly planted: MaterialisedRoot | undefined;
}

/** One build: everything from one root, once. */
export interface PlannedRun {
  /** `a1`, `b1`; the controls are `a2`, `b2`, …; `planted`; `swap-cargo`. */
  readonly id: string;
  readonly side: SideName;
  readonly role: 'cross' | 'control' | 'planted' | 'swapped';
  /** The folders of the roots whose compiler and whose cargo it uses, and of its own root. */
  readonly root: string;
  readonly rustcRoot: string;
  readonly cargoRoot: string;
  readonly surroundings: Surroundings;
  readonly varied: readonly Variation[];
  /** The one tool that is the other root's; only with the role `swapped`. */
  readonly swapped?: Tool | undefined;
  /** Where everything stands inside the sandbox. */
  readonly top: string;
  readonly stages: readonly Stage[];
  /** BLAKE3 over all that the run's output may depend on. A run whose key stands in its record need not run again. */
  readonly key: string;
  /** The name of its folder, where it lies among those of all runs. */
  readonly folder: string;
}

/** How the name of a run's folder ends: experiments that share a place share the runs that are the same. */
export function folderEnd(key: string): string {
  return `-${key.slice(0, KEY_DIGITS)}`;
}

const KEY_DIGITS = 16;

/** Where the sandbox puts everything; another place of another length with the variation `path`. */
export const TOP = '/trustdiff';
const VARIED_TOP = '/another/place-of-trustdiff';

/**
 * The runs of an experiment, in the order in which they are made: the cross pair first, then what tells more of it,
 * then the controls.
 */
export function planRuns(ingredients: Ingredients): readonly PlannedRun[] {
  const { experiment, planted } = ingredients;
  const runs: PlannedRun[] = [];
  const add = (id: string, side: SideName, role: PlannedRun['role'], varied: readonly Variation[]): void => {
    runs.push(planned(ingredients, id, side, role, varied, experiment.tools));
  };
  add('a1', 'a', 'cross', []);
  add('b1', 'b', 'cross', []);
  if (experiment.planted !== undefined && planted !== undefined)
    add('planted', experiment.planted.of, 'planted', []);
  for (const tool of experiment.swap)
    runs.push({
      ...planned(ingredients, `swap-${tool}`, 'a', 'swapped', [], { ...experiment.tools, [tool]: 'b' }),
      swapped: tool,
    });
  for (const side of ['a', 'b'] as const)
    for (let i = 0; i < experiment.controls[side]; i++)
      add(`${side}${i + 2}`, side, 'control', experiment.vary);
  return runs;
}

function planned(
  ingredients: Ingredients,
  id: string,
  side: SideName,
  role: PlannedRun['role'],
  varied: readonly Variation[],
  tools: Experiment['tools'],
): PlannedRun {
  const { experiment, source, roots, shared, planted } = ingredients;
  const own = role === 'planted' && planted !== undefined ? planted : roots[side];
  const rootOf = (tool: Tool): MaterialisedRoot => {
    const from = tools[tool];
    return from === undefined || from === side ? own : roots[from];
  };
  const [rustcRoot, cargoRoot] = [rootOf('rustc'), rootOf('cargo')];
  const surroundings = surroundingsOf(experiment, varied);
  const top = varied.includes('path') ? VARIED_TOP : TOP;
  const { stages } = experiment.recipe;
  const goesIn = {
    format: 'trustdiff-run-1',
    source: source.digest,
    root: own.digest,
    rustc: rustcRoot.digest,
    cargo: cargoRoot.digest,
    stages: stages.map(({ name, run, environment }) => ({ name, run, environment })),
    environment: experiment.environment,
    sandbox: experiment.sandbox.use,
    surroundings,
    fileOrder: varied.includes('file-order'),
    top,
    shared: shared.map(({ name, digest }) => [name, digest]),
  };
  const by = digester('blake3');
  by.update(Buffer.from(JSON.stringify(goesIn)));
  const key = by.take();
  return {
    id,
    side,
    role,
    root: own.prefix,
    rustcRoot: rustcRoot.prefix,
    cargoRoot: cargoRoot.prefix,
    surroundings,
    varied,
    top,
    stages,
    key,
    folder: `${id}${folderEnd(key)}`,
  };
}

function surroundingsOf({ sandbox }: Experiment, varied: readonly Variation[]): Surroundings {
  const cores = sandbox.cores ?? availableParallelism();
  const is = (variation: Variation): boolean => varied.includes(variation);
  return {
    cores: is('cores') ? (cores > 1 ? cores - 1 : cores) : cores,
    epoch: is('time') ? SURROUNDINGS.epoch + 400 * 86_400 + 12_345 : SURROUNDINGS.epoch,
    locale: is('locale') ? 'C' : SURROUNDINGS.locale,
    timeZone: is('time') ? 'Asia/Tokyo' : SURROUNDINGS.timeZone,
    umask: is('umask') ? '027' : SURROUNDINGS.umask,
    hostname: is('hostname') ? 'another-host' : SURROUNDINGS.hostname,
  };
}
