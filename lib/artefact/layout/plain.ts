import { baseName } from './file-name.js';
import type { Layout, LayoutRules, PlacedInput } from './layout.js';
import { placeControl } from './sysroot.js';

/** No layout is known: names are kept. A file that is no archive is known by its base name alone. */
export const plain: Layout = {
  id: 'plain',
  detect: plainRules,
};

export function plainRules(input: PlacedInput): LayoutRules {
  return {
    prefix: '',
    place({ name, raw }) {
      if (raw.role === 'package') return placeControl('', name);
      const path = input.kind === 'file' ? baseName(name === '' ? input.file : name) : name;
      return { path, role: 'content' };
    },
  };
}
