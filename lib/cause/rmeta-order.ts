import { type Cause, rustThread } from './cause.js';

export const rmetaOrder = {
  id: 'rmeta-order',
  title: 'Order in the metadata',
  signature:
    'Only `lib.rmeta` differs, and in it neither the id nor the hash of the crate; same size, and between the first and the last difference the same bytes or the same texts in another order.',
  explanation:
    'The compiler walked a table whose order depends on addresses, on hashes of interned names, or on what else lay in the search path.',
  consequence:
    'A control with one root may show it as well. It is a label for what is left over and explains nothing: which lists have an order without a meaning is not known to trustdiff.',
  removal: 'A newer compiler; a clean search path with only the dependencies of the crate.',
  falsePositives: 'Two values swapped on purpose, such as the bodies of two constants.',
  root: 'seed',
  maskable: false,
  threads: [
    rustThread(113584, 'non-deterministic order in rmeta'),
    rustThread(151868, 'the same in a nightly of 1.95'),
    rustThread(124357, 'doc_link_resolutions'),
    rustThread(159677, 'unrelated files in the search path'),
  ],
} as const satisfies Cause;
