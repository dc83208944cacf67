import { type Cause, rustThread } from './cause.js';

export const llvm = {
  id: 'llvm',
  title: 'Bundled or system LLVM, and its release',
  signature: '`DT_NEEDED` of `libLLVM.so.*`, `LLVM version …` strings, producers that name another LLVM.',
  explanation: 'rustc comes with a patched LLVM; distributions link their own.',
  consequence:
    'Another LLVM makes other code. The LLVM is shared by both builds in an experiment, and no verdict covers it.',
  removal: 'The same LLVM on both sides: `llvm-config` in `bootstrap.toml`, or the bundled one for both.',
  falsePositives: '–',
  root: 'no',
  maskable: false,
  threads: [
    rustThread(90301, 'builds that varied since LLVM 13'),
    rustThread(57041, 'code that varied with LLVM'),
  ],
} as const satisfies Cause;

/** Lines that name a release of LLVM. */
export const LLVM_LABELS: readonly RegExp[] = [/\bLLVM (?:version )?\d[^\0\n]*/g, /\bLLVM\d+\.\d+[^\0\n]*/g];
