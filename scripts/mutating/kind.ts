import type { Random } from '../fuzzing/random.js';
import { ARCHIVE_KINDS } from './archive-kinds.js';
import { BYTE_KINDS } from './byte-kinds.js';
import { CODE_KINDS } from './code-kinds.js';
import type { Edit } from './edit.js';
import { LAYOUT_KINDS } from './layout-kinds.js';
import { LENGTH_KINDS } from './length-kinds.js';
import { SECTION_KINDS } from './section-kinds.js';
import type { Site } from './site.js';
import { SYMBOL_KINDS } from './symbol-kinds.js';

/**
 * One kind of change. Gives the edits that make it somewhere in the content, or none where there is nothing to change
 * in that way; sizes in archives are set right afterwards.
 */
export type Kind = (site: Site, random: Random) => readonly Edit[];

/** Every kind of change, by name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  ...BYTE_KINDS,
  ...CODE_KINDS,
  ...SYMBOL_KINDS,
  ...SECTION_KINDS,
  ...LENGTH_KINDS,
  ...LAYOUT_KINDS,
  ...ARCHIVE_KINDS,
};

/** Those after which a table may hold the same records as before, in another order. */
export const REORDERING: ReadonlySet<string> = new Set([
  'swap-names',
  'swap-values',
  'swap-relocations',
  'reordered-relocations',
]);
