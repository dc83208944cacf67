import { baseName } from './file-name.js';
import type { Layout } from './layout.js';
import { findSysroots, sysrootRules } from './sysroot.js';

/**
 * What `x build` leaves: `build/<host>/stageN`, that directory's parent, or either of them in a tarball. Only
 * where there is one sysroot do paths start at it; `stage1` and `stage2` of one build stay apart.
 */
export const bootstrap: Layout = {
  id: 'bootstrap',
  detect(input, names) {
    const sysroots = findSysroots(names);
    const isStage = sysroots.all.some((root) => STAGE.test(baseName(root === '' ? input.file : root)));
    return isStage ? sysrootRules(sysroots) : undefined;
  },
};

const STAGE = /^stage\d+(?:-sysroot)?$/;
