import type { Cause } from './cause.js';

export const localLabel = {
  id: 'local-label',
  title: 'Numbers of local labels',
  signature:
    '`.LCPI41_0` ↔ `.LCPI40_0`, `.Lswitch.table.f.134.rel` ↔ `….133.rel`, `.L__unnamed_7`, `str.5`: the same name with another count.',
  explanation:
    'LLVM numbers constants, tables and nameless globals in the order in which it meets them. When one function before is placed elsewhere, all numbers after it move.',
  consequence:
    'No influence on what the program does, if what the label stands for is the same. That is compared: a reference is explained only where both targets have equal content.',
  removal: 'Make the symbol order equal; it follows the names with their hashes.',
  falsePositives:
    'A reference to another constant of the same kind: there the content differs, and it stays unexplained. Two labels that exchanged their names: a number counts as renumbered only where it is, on both sides, the one that the place of the label gives it (the number of the function that a constant or an exception table belongs to, or its rank among its kind).',
  root: 'through symbol order',
  maskable: true,
  threads: [
    { text: 'LLVM: private and unnamed globals', url: 'https://llvm.org/docs/LangRef.html#global-variables' },
  ],
} as const satisfies Cause;
