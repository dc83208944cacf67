import type { Layout } from './layout.js';
import { findSysroots, sysrootRules } from './sysroot.js';

/**
 * An installation: a rustup toolchain, the prefix given to install.sh, `$out` of Nix and Guix, a distribution's
 * `usr` or `usr/lib/rust-X.Y`. The sysroot is found, wherever it lies.
 */
export const installed: Layout = {
  id: 'installed',
  detect(_input, names) {
    const sysroots = findSysroots(names);
    return sysroots.all.length > 0 ? sysrootRules(sysroots) : undefined;
  },
};
