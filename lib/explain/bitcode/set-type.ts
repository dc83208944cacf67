import { CONSTANT, CONSTANTS_BLOCK } from '../../format/bitcode/code.js';
import { RECORD } from '../../format/bitcode/columns.js';
import type { BitcodeModule } from '../../format/bitcode/module.js';

/**
 * A SETTYPE stands in front of each constant whose type is another than that of the one before it. Marks those entries
 * of a module that stand where they have to.
 * @param holds Whether the constant behind it (`next`) bears out what the SETTYPE at `j` says.
 */
export function markSetTypes(
  module: BitcodeModule,
  good: Uint8Array,
  holds: (next: number, j: number) => boolean,
): void {
  const { count, block, kind, code, irregular } = module.columns;
  let before = -1;
  for (let j = 0; j < count; j += 1) {
    if (block[j] !== CONSTANTS_BLOCK || kind[j] !== RECORD) {
      before = -1;
      continue;
    }
    if (code[j] !== CONSTANT.SETTYPE) {
      before = module.constantTypes[j] ?? -1;
      continue;
    }
    const next = j + 1;
    const constant =
      block[next] === CONSTANTS_BLOCK && kind[next] === RECORD && code[next] !== CONSTANT.SETTYPE;
    if (constant && module.constantTypes[next] !== before && !irregular.has(j) && holds(next, j)) good[j] = 1;
  }
}
