import { type Cause, rustThread } from './cause.js';

export const procMacroHash = {
  id: 'proc-macro-hash',
  title: 'Macro that iterates a HashMap',
  signature:
    'One crate with one id and another hash (SVH) on each side, and in its metadata the same definitions (`DefPathHash`) in another order; all that depend on it differ, too.',
  explanation:
    'A procedural macro or build script that iterates a `HashMap` emits its output in another order at each run.',
  consequence:
    'Random from run to run, so a control shows it. Code that differs is never masked for it: the first crate in the order of dependencies is named, and a replay has to show that it varies by itself.',
  removal: 'Mend the macro (`BTreeMap`, or sort before emitting) or pin a version that does.',
  falsePositives: "A macro that reads the environment or the compiler's version.",
  root: 'seed',
  maskable: false,
  threads: [
    rustThread(140061, 'a macro whose output varies'),
    {
      text: 'kellpossible/cargo-i18n#150: `fl!` iterates a HashMap',
      url: 'https://github.com/kellpossible/cargo-i18n/issues/150',
    },
    { text: 'stalwartlabs/hashify#4: `tiny_set!`', url: 'https://github.com/stalwartlabs/hashify/issues/4' },
    {
      text: 'calebzulawski/multiversion#50: the SVH varies',
      url: 'https://github.com/calebzulawski/multiversion/pull/50',
    },
  ],
} as const satisfies Cause;
