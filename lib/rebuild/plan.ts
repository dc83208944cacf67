import { availableParallelism } from 'node:os';
import { digester } from '../artefact/digest.js';
import type { MaterialisedRoot } from '../root/materialise.js';
import type { Experiment, SideName } from './experiment.js';
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
  /** `a1`, `b1`; the controls are `a2`, `b2`, …; `planted`. */
  readonly id: string;
  readonly side: SideName;
  readonly role: 'cross' | 'control' | 'planted';
  /** The folders of the roots whose compiler and whose cargo it uses, and of its own root. */
  readonly root: string;
  readonly rustcRoot: string;
  readonly cargoRoot: string;
  readonly surroundings: Surroundings;
  readonly varied: readonly Variation[];
  /** Where everything stands inside the sandbox. */
  readonly top: string;
  readonly stages: readonly Stage[];
  /** BLAKE3 over all that the run's output may depend on. A run whose key stands in its record need not run again. */
  readonly key: string;
}

/** Where the sandbox puts everything; another place of another length with the variation `path`. */
export const TOP = '/trustdiff';
const VARIED_TOP = '/another/place-of-trustdiff';

/** The runs of an experiment, in the order in which they are made: the cross pair first, then the controls. */
export function planRuns(ingredients: Ingredients): readonly PlannedRun[] {
  const { experiment, planted } = ingredients;
  const runs: PlannedRun[] = [];
  const add = (id: string, side: SideName, role: PlannedRun['role'], varied: readonly Variation[]): void => {
    runs.push(planned(ingredients, id, side, role, varied));
  };
  add('a1', 'a', 'cross', []);
  add('b1', 'b', 'cross', []);
  if (experiment.planted !== undefined && planted !== undefined)
    add('planted', experiment.planted.of, 'planted', []);
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
): PlannedRun {
  const { experiment, source, roots, shared, planted } = ingredients;
  const own = role === 'planted' && planted !== undefined ? planted : roots[side];
  const rootOf = (tool: 'cargo' | 'rustc'): MaterialisedRoot => {
    const from = experiment.tools[tool];
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
    key: by.take(),
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
