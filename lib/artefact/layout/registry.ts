import { arch } from './arch.js';
import { bootstrap } from './bootstrap.js';
import { crate } from './crate.js';
import { debian } from './debian.js';
import { installed } from './installed.js';
import type { Layout, LayoutId, LayoutRules, PlacedInput } from './layout.js';
import { plain, plainRules } from './plain.js';
import { rpm } from './rpm.js';
import { rustDist } from './rust-dist.js';

/** In the order they are asked: what is told by more comes first, and `plain` fits anything. */
const LAYOUTS: readonly Layout[] = [rustDist, debian, rpm, arch, crate, bootstrap, installed, plain];

/** The first layout that an input is of. */
export function layoutOf(
  input: PlacedInput,
  names: readonly string[],
): { readonly id: LayoutId; readonly rules: LayoutRules } {
  for (const layout of input.kind === 'file' ? [plain] : LAYOUTS) {
    const rules = layout.detect(input, names);
    if (rules !== undefined) return { id: layout.id, rules };
  }
  return { id: plain.id, rules: plainRules(input) };
}
