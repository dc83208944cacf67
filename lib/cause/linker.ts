import type { Cause } from './cause.js';

export const linker = {
  id: 'linker',
  title: 'Linker and its options',
  signature:
    '`Linker: LLD 19.1.7` in `.comment`; RELRO, a hash style, a build id or flags of `.dynamic` that only one side has. Headers and tables that are left over in such a pair are told as this.',
  explanation:
    'Linkers order and merge sections in their own ways, and distributions give them their own defaults.',
  consequence:
    'Part of the environment. The linker sees and writes every byte, so a pair with two linkers says nothing about the root.',
  removal: 'The same linker, release and options: `-C linker`, `-C link-arg`, `-Z linker-features`.',
  falsePositives: '–',
  root: 'no',
  maskable: false,
  threads: [{ text: 'LLD: the LLVM linker', url: 'https://lld.llvm.org/' }],
} as const satisfies Cause;

/** Lines in which a linker names itself in `.comment`. */
export const LINKER_LABELS: readonly RegExp[] = [
  /Linker: [^\0\n]*/g,
  /\bmold \d[^\0\n]*/g,
  /\bLLD \d[^\0\n]*/g,
];
