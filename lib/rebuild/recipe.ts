import { commandOf } from './experiment.js';
import { type Fields, parseFields } from './fields.js';
import { bootstrapRecipe } from './recipe/bootstrap.js';
import { cargoRecipe } from './recipe/cargo.js';
import { rustcRecipe } from './recipe/rustc.js';
import { stdRecipe } from './recipe/std.js';

/** How sources become an artefact: commands in order. Every recipe comes down to this. */
export interface Recipe {
  readonly use: RecipeName;
  readonly stages: readonly Stage[];
  /**
   * Whether a stage that was interrupted may go on in the build directory it left. Only for build systems that are
   * made for it; all else begins anew.
   */
  readonly continues: boolean;
  /** Whether the root must bring cargo. */
  readonly needsCargo: boolean;
  /** Whether the root must bring rustc. */
  readonly needsRustc: boolean;
}

/** One command and the output that is its own. */
export interface Stage {
  /** Its name is that of its folder of output. */
  readonly name: string;
  readonly run: readonly string[];
  /**
   * Whether its output is what the experiment is about. What the root itself compiled is expected to differ and is
   * told, not judged.
   */
  readonly claim: boolean;
  /** Beside the environment of the experiment. */
  readonly environment: Readonly<Record<string, string>>;
}

export const RECIPES = ['command', 'rustc', 'cargo', 'std', 'bootstrap'] as const;
export type RecipeName = (typeof RECIPES)[number];

/** The field `recipe` of an experiment: a mapping, or only the name of a recipe. */
export function readRecipe(experiment: Fields): Recipe {
  if (!experiment.has('recipe')) experiment.missing('recipe');
  const short = experiment.isText('recipe');
  const use = short
    ? experiment.choice('recipe', RECIPES)
    : experiment.fields('recipe').choice('use', RECIPES);
  const fields = short ? parseFields('{}', '') : experiment.fields('recipe');
  fields.optionalString('use');
  const recipe = recipeOf(use, fields);
  fields.end();
  return recipe;
}

function recipeOf(use: RecipeName, fields: Fields): Recipe {
  switch (use) {
    case 'command':
      return commandRecipe(fields);
    case 'rustc':
      return rustcRecipe(fields);
    case 'cargo':
      return cargoRecipe(fields);
    case 'std':
      return stdRecipe(fields);
    case 'bootstrap':
      return bootstrapRecipe(fields);
  }
}

function commandRecipe(fields: Fields): Recipe {
  const stages = fields.list('stages').map((stage): Stage => {
    const name = stage.string('name');
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
      throw stage.wrong('name', 'letters, digits, dots, dashes and underscores make a name');
    const run = commandOf(stage);
    const claim = stage.boolean('claim', true);
    const environment = stage.record('environment');
    stage.end();
    return { name, run, claim, environment };
  });
  const names = stages.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw fields.wrong('stages', `two stages are called ${twice}`);
  if (!stages.some(({ claim }) => claim))
    throw fields.wrong('stages', 'no stage is left to judge', 'leave out claim: false of one of them');
  return { use: 'command', stages, continues: false, needsCargo: false, needsRustc: false };
}
