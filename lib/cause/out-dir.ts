import type { Cause } from './cause.js';
import type { TextPattern } from './text-pattern.js';

export const outDir = {
  id: 'out-dir',
  title: 'OUT_DIR of build scripts',
  signature: '`build/<package>-<16 hex digits>/out/…` in paths of generated sources.',
  explanation:
    "A build script writes sources to `OUT_DIR`, and these paths are noted like any other. The hash in it is cargo's, over the script and its flags. Scripts also bake in other variables, such as `NUM_JOBS` or `HOST`.",
  consequence:
    'As for a path: where it was built. A difference in the generated *content* shows up at its own place.',
  removal: 'Remap `OUT_DIR` (`--remap-path-prefix`), the same cargo, the same number of jobs.',
  falsePositives: '–',
  root: 'no',
  maskable: true,
  threads: [
    {
      text: 'rust-lang/cc-rs#1901: OUT_DIR in names of objects',
      url: 'https://github.com/rust-lang/cc-rs/issues/1901',
    },
  ],
} as const satisfies Cause;

/** The folder that cargo gives a build script: `build/<package>-<hash>/out`. The token is the hash. */
export const OUT_DIR_PATTERNS: readonly TextPattern[] = [
  {
    cause: 'out-dir',
    encoding: 'hex',
    find: /\bbuild[\\/][\w-]{1,128}-([0-9a-f]{16})(?=[\\/]out(?!\w))/g,
  },
];
