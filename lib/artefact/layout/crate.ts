import type { Layout } from './layout.js';
import { seenFrom } from './roots.js';
import { placeControl } from './sysroot.js';

/**
 * A `.crate`, or a source tree packed like one: a tarball with everything in `<name>-<version>/`, a Cargo.toml
 * among it (the Cargo book, "cargo package").
 */
export const crate: Layout = {
  id: 'crate',
  detect(input, names) {
    if (input.kind !== 'archive' || !input.containers.includes('tar')) return undefined;
    const prefix = names[0]?.split('/', 1)[0] ?? '';
    if (!VERSIONED.test(prefix) || !names.includes(`${prefix}/Cargo.toml`)) return undefined;
    if (!names.every((name) => name.startsWith(`${prefix}/`))) return undefined;
    return {
      prefix,
      place({ name, raw }) {
        if (raw.role === 'package') return placeControl('', name);
        return { path: seenFrom(prefix, name, raw.metadata.type === 'directory'), role: 'content' };
      },
    };
  },
};

const VERSIONED = /^.+-\d+\.\d+\.\d+/;
