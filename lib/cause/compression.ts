import type { Cause } from './cause.js';

export const compression = {
  id: 'compression',
  title: 'Other compressor, same content',
  signature: 'The compressed bytes differ and the decompressed ones are equal.',
  explanation: 'Another level, another release or another number of threads of the compressor.',
  consequence: 'None: it is shown each time by decompressing both sides.',
  removal: 'The same compressor with the same options and threads.',
  falsePositives:
    'What stands beside the streams: names, times, comments and extra fields of gzip, skippable frames of zstd, padding. It is compared field by field, in every member, and is not explained by this. A stream itself can be written in many ways, and a decoder passes over some of its bits: whoever unpacks the file never sees them.',
  root: 'no',
  maskable: true,
  threads: [
    { text: 'reproducible-builds.org: archives', url: 'https://reproducible-builds.org/docs/archives/' },
  ],
} as const satisfies Cause;
