import type { Cause } from './cause.js';

export const cObject = {
  id: 'c-object',
  title: 'Objects made by a C compiler',
  signature:
    'An object whose `.comment` names GCC or clang and not rustc, in an rlib mostly called `<16 hex digits>-name.o`. Whatever is left over in such a pair of objects is told as this, code too.',
  explanation:
    "Build scripts compile C and assembly with the compiler of the system, through the crate `cc`, which puts a hash of the source's folder before the name.",
  consequence:
    'The C compiler is part of the environment, not of the root. If it differs between the sides, these objects cannot be judged.',
  removal: 'The same C compiler, the same path, `-ffile-prefix-map`, and a new `cc`.',
  falsePositives: '–',
  root: 'no',
  maskable: false,
  threads: [
    {
      text: 'rust-lang/cc-rs#1271: a hash of the full path before the name',
      url: 'https://github.com/rust-lang/cc-rs/issues/1271',
    },
    { text: 'rust-lang/cc-rs#1270: made relative', url: 'https://github.com/rust-lang/cc-rs/pull/1270' },
    {
      text: 'rust-lang/cc-rs#1901: generated sources',
      url: 'https://github.com/rust-lang/cc-rs/issues/1901',
    },
  ],
} as const satisfies Cause;

/** Lines in which a C compiler names itself: `.comment`, and producers in DWARF. */
export const C_OBJECT_LABELS: readonly RegExp[] = [
  /GCC: \([^\0\n]*/g,
  /\bGNU (?:C|AS |GIMPLE)[^\0\n]*/g,
  /(?:[A-Z][a-z]+ )?clang version [^\0\n]*/g,
];
