import type { Cause } from './cause.js';

export const code = {
  id: 'code',
  title: 'Function body that differs',
  signature: 'Instructions differ, and no other cause explains it.',
  explanation:
    'Another constant, branch, call or order: from another compiler, another source, a pass that varies, or a change on purpose.',
  consequence:
    'The remainder that a person has to read. That it follows the root is not proof of tampering, and nothing here says that it is harmless.',
  removal:
    'Repeat the control; replay with one tool of the root held fixed; reduce to the crate and the pass.',
  falsePositives: 'A function that was only moved: it is told as moved, by its body.',
  root: 'open',
  maskable: false,
  threads: [],
} as const satisfies Cause;
