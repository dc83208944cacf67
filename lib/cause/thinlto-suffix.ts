import { type Cause, rustThread } from './cause.js';

export const thinltoSuffix = {
  id: 'thinlto-suffix',
  title: 'Suffixes of promoted locals',
  signature: '`symbol.llvm.<decimal u64>` and `anon.<32 hex digits>.<n>.llvm.<u64>`.',
  explanation:
    "ThinLTO makes local symbols global and adds a hash of the module to keep them apart; rustc names its nameless constants after a hash of the codegen unit. Both move with names and with single bits of the module's IR.",
  consequence:
    "Names only: without the suffix, both sides must have the same symbols as often. What made the module's hash differ is a finding of its own.",
  removal:
    'Remove what differs in the module; a build with `-C lto=off` shows whether the suffix is all there is.',
  falsePositives: 'A symbol that has `.llvm.` in its own name.',
  root: 'no',
  maskable: true,
  threads: [
    rustThread(126976, '`anon.llvm.<hash>` varies'),
    {
      text: 'llvm/llvm-project#72206: random suffixes in Rust binaries',
      url: 'https://github.com/llvm/llvm-project/issues/72206',
    },
  ],
} as const satisfies Cause;
