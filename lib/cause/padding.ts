import type { Cause } from './cause.js';

export const padding = {
  id: 'padding',
  title: 'Bytes between structures',
  signature: 'Gaps, alignment, bytes after the last structure.',
  explanation: 'Mostly zeros or filling instructions. A tool may leave there what its memory held.',
  consequence:
    'Nothing reads them as a rule, so they are a good place to hide something. They belong to their gap, they are counted, and they are never masked.',
  removal: 'A newer linker or archiver that clears them.',
  falsePositives:
    'Data that some reader does use, such as a signature or an archive behind the last section.',
  root: 'open',
  maskable: false,
  threads: [],
} as const satisfies Cause;
