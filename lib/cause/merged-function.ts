import type { Cause } from './cause.js';

export const mergedFunction = {
  id: 'merged-function',
  title: 'Merged functions',
  signature: 'A call or address goes to another symbol on each side, and both symbols have the same body.',
  explanation:
    'LLVM and linkers keep one of several equal functions and let all names or calls lead to it. Which one stays follows the order of the symbols, and that follows their hashes. Where both functions stand on both sides, each with its body and its name, nothing was merged, and a call that goes to the other one is `code`.',
  consequence:
    'None, where the two targets are shown to be equal in body and relocations, which is compared each time.',
  removal:
    'Make the names equal; or build with `-Z merge-functions=disabled`, and link without identical code folding.',
  falsePositives: 'A call that was sent to another function on purpose. Its body differs, so it is residue.',
  root: 'through symbol order',
  maskable: true,
  threads: [{ text: 'LLVM: the MergeFunctions pass', url: 'https://llvm.org/docs/MergeFunctions.html' }],
} as const satisfies Cause;
