import { createHash } from 'node:crypto';
import { MODULE, MODULE_BLOCK } from '../../format/bitcode/code.js';
import { RECORD } from '../../format/bitcode/columns.js';
import type { BitcodeModule } from '../../format/bitcode/module.js';

/** The entry of a module's hash; -1 where it has none. */
export function moduleHash(module: BitcodeModule): number {
  const { count, block, code, kind } = module.columns;
  for (let i = 0; i < count; i += 1) {
    if (block[i] === MODULE_BLOCK && kind[i] === RECORD && code[i] === MODULE.HASH) return i;
  }
  return -1;
}

/**
 * The hash of a module for ThinLTO: SHA-1 over the names of its globals and the words of its block up to the hash.
 * It follows from the rest on both sides, or it is not explained.
 */
export function hashHolds(module: BitcodeModule, entry: number): boolean {
  const { columns, bitcode, strtab } = module;
  const hash = createHash('sha1');
  const table = bitcode.start + (strtab?.offset ?? 0);
  const named = [...module.comdats, ...module.values.slice(0, module.globalCount)].sort((x, y) => x - y);
  for (const global of named) {
    const at = columns.first[global] ?? 0;
    const from = table + (columns.low[at] ?? 0);
    hash.update(bitcode.content.subarray(from, from + (columns.low[at + 1] ?? 0)));
  }
  const start = bitcode.start + (columns.bit[module.moduleEntry + 1] ?? 0) / 8;
  const end = bitcode.start + ((columns.bit[entry] ?? 0) >>> 5) * 4;
  const digest = hash.update(bitcode.content.subarray(start, end)).digest();
  const first = columns.first[entry] ?? 0;
  if ((columns.first[entry + 1] ?? 0) - first !== 5) return false;
  for (let k = 0; k < 5; k += 1) {
    if (digest.readUInt32BE(k * 4) !== columns.low[first + k]) return false;
  }
  return true;
}
