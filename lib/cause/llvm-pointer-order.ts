import { type Cause, rustThread } from './cause.js';

export const llvmPointerOrder = {
  id: 'llvm-pointer-order',
  title: 'LLVM iterates by address',
  signature: 'A few function bodies with other operand, block or branch order, now and then.',
  explanation:
    'Some passes of LLVM walked tables keyed by pointers, such as LoopUnroll with its map of basic blocks. The order depends on where the allocator put things, and so on the memory layout of the building compiler itself.',
  consequence:
    'It can follow the root with no malice at all, since another root has another memory layout, and a single clean control does not rule it out. It is never masked: code that differs counts as residue until a repeated control shows the same.',
  removal: 'A newer LLVM; `-C no-vectorize-loops` and `-C llvm-args` to find the pass.',
  falsePositives: 'A branch that was turned round on purpose looks just like it.',
  root: 'yes or seed',
  maskable: false,
  threads: [
    rustThread(126976, 'traced to LoopUnroll'),
    {
      text: 'llvm/llvm-project#188821: deterministic order in LoopUnroll',
      url: 'https://github.com/llvm/llvm-project/pull/188821',
    },
    rustThread(52044, 'LTO varies from run to run'),
  ],
} as const satisfies Cause;
