import type { Recipe } from '../recipe.js';
import { ARCHIVES } from './archives.js';
import { CODE } from './code.js';
import { HASHES } from './hashes.js';
import { HIDDEN } from './hidden.js';
import { OPTIONS } from './options.js';
import { PATHS } from './paths.js';
import { QUICKSTART } from './quickstart.js';

/** Every pair of `corpus/pairs`. */
export const RECIPES: readonly Recipe[] = [
  ...OPTIONS,
  ...PATHS,
  ...HASHES,
  ...CODE,
  ...ARCHIVES,
  ...HIDDEN,
  ...QUICKSTART,
];
