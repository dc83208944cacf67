import { type Cause, rustThread } from './cause.js';

export const debugInfo = {
  id: 'debug-info',
  title: 'Debug information or symbols on one side',
  signature: '`.debug_*` or `.symtab` sections that only one side has.',
  explanation: 'Another `debuginfo` level, or only one side was stripped.',
  consequence:
    'A different configuration. What both sides load can still be compared; the rest has no counterpart and is told, not masked.',
  removal: 'The same `debuginfo` and `strip` on both sides.',
  falsePositives: '–',
  root: 'no',
  maskable: false,
  threads: [
    rustThread(90301, 'debug information that changed code'),
    rustThread(38322, 'paths in debug information'),
  ],
} as const satisfies Cause;
