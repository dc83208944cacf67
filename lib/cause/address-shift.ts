import type { Cause } from './cause.js';

export const addressShift = {
  id: 'address-shift',
  title: 'Moved code or data',
  signature:
    'The same instructions with other displacements; relocations, tables, `st_value`, `e_shoff` and the like by other amounts.',
  explanation:
    'Something before it grew or shrank, a longer path for instance, and all addresses after it moved.',
  consequence:
    "It follows from other differences, and only where recomputing from matched things (a symbol and an offset, a section's place) gives the very bytes of B.",
  removal: 'Goes with what moved it.',
  falsePositives:
    'A displacement that leads to something else: the recomputed bytes differ, and it is residue.',
  root: 'derived',
  maskable: true,
  threads: [],
} as const satisfies Cause;
