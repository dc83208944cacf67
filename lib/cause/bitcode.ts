import type { Cause } from './cause.js';

export const bitcode = {
  id: 'bitcode',
  title: 'LLVM bitcode in object files',
  signature: '`.llvmbc` and `.llvmcmd` sections in the members of an rlib.',
  explanation:
    'The intermediate representation of the same functions, kept for link-time optimisation. It is packed by bits, so one other hash shifts the rest, and ranges of bytes mean little.',
  consequence:
    'Used whenever a later build does LTO, so it matters as much as the machine code beside it. What could not be decoded and compared counts as residue.',
  removal: '`-C embed-bitcode=no` where no LTO is wanted; otherwise remove the hashes that differ.',
  falsePositives: '–',
  root: 'through code',
  maskable: false,
  threads: [
    {
      text: 'rustc: `-C embed-bitcode`',
      url: 'https://doc.rust-lang.org/rustc/codegen-options/index.html#embed-bitcode',
    },
  ],
} as const satisfies Cause;
