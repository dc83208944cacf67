import type { Cause } from './cause.js';

export const compression = {
  id: 'compression',
  title: 'Other compressor, same content',
  signature: 'The compressed bytes differ and the decompressed ones are equal.',
  explanation: 'Another level, another release or another number of threads of the compressor.',
  consequence: 'None: it is shown each time by decompressing both sides.',
  removal: 'The same compressor with the same options and threads.',
  falsePositives: 'Bytes after the end of the compressed stream: they are compared by themselves.',
  root: 'no',
  maskable: true,
  threads: [
    { text: 'reproducible-builds.org: archives', url: 'https://reproducible-builds.org/docs/archives/' },
  ],
} as const satisfies Cause;
