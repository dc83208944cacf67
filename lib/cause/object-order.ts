import { type Cause, rustThread } from './cause.js';

export const objectOrder = {
  id: 'object-order',
  title: 'Order of members or symbols',
  signature: 'The same set of archive members, symbols or entries in another order.',
  explanation:
    'A directory was read in the order of the file system, jobs ended in another order, or a table was sorted by names that hold hashes.',
  consequence:
    'The contents are compared pair by pair and the order separately. The order of members matters to a linker where two of them define one symbol, where they hold what runs before or after `main`, and where it gathers sections under a name; such an order is residue.',
  removal: 'Sort the inputs given to the archiver or linker; build in the same file system.',
  falsePositives:
    "Two members with one name: they are never paired by name alone. Constants of a linked file that have no symbol and were moved apart from what follows them stay suspected: nothing says where they end. Whatever is gone through in its order is never under this cause: code and arrays of functions that run before and after `main`, what a linker gathers under a name, program headers, relocations of functions that are bound when they are first called, and entries of an archive's symbol index that do not stand in the order of the members.",
  root: 'no or seed',
  maskable: true,
  threads: [rustThread(144473, 'order of the objects in libunwind.a')],
} as const satisfies Cause;
