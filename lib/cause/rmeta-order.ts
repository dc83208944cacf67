import { type Cause, rustThread } from './cause.js';

export const rmetaOrder = {
  id: 'rmeta-order',
  title: 'Order in the metadata',
  signature:
    'Every object is equal, only `lib.rmeta` differs: same size, few small regions, each with the same items in another order.',
  explanation:
    'The compiler walked a table whose order depends on addresses, on hashes of interned names, or on what else lay in the search path.',
  consequence:
    'A control with one root shows it as well, if it is run often enough. The items are compared as a set; one that is on one side only is residue.',
  removal: 'A newer compiler; a clean search path with only the dependencies of the crate.',
  falsePositives:
    'Two values swapped on purpose, such as the bodies of two constants. A swap is explained only for lists whose order has no meaning.',
  root: 'seed',
  maskable: true,
  threads: [
    rustThread(113584, 'non-deterministic order in rmeta'),
    rustThread(151868, 'the same in a nightly of 1.95'),
    rustThread(124357, 'doc_link_resolutions'),
    rustThread(159677, 'unrelated files in the search path'),
  ],
} as const satisfies Cause;
