import type { Case, CaseId } from '../case.js';
import { archives } from './archives.js';
import { equalTrees } from './equal-trees.js';
import { explained } from './explained.js';
import { growingImages } from './growing-images.js';
import { memory } from './memory.js';
import { startUp } from './start-up.js';
import { why } from './why.js';

export const CASES = {
  a: equalTrees,
  b: archives,
  c: explained,
  d: memory,
  e: startUp,
  f: why,
  g: growingImages,
} as const satisfies Record<CaseId, Case>;
