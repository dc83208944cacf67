import { type Cause, rustThread } from './cause.js';

export const objectOrder = {
  id: 'object-order',
  title: 'Order of members or symbols',
  signature: 'The same set of archive members, symbols or entries in another order.',
  explanation:
    'A directory was read in the order of the file system, jobs ended in another order, or a table was sorted by names that hold hashes.',
  consequence:
    'The contents are compared pair by pair and the order separately. The order of members matters to a linker where two of them define one symbol.',
  removal: 'Sort the inputs given to the archiver or linker; build in the same file system.',
  falsePositives:
    'Two members with one name: they are never paired by name alone. Constants of a linked file that have no symbol and were moved apart from what follows them stay suspected: nothing says where they end. Arrays that are gone through in their order (constructors, what a linker gathers under a name) are never under this cause.',
  root: 'no or seed',
  maskable: true,
  threads: [rustThread(144473, 'order of the objects in libunwind.a')],
} as const satisfies Cause;
