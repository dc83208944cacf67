import { type Cause, rustThread } from './cause.js';

export const archiveMetadata = {
  id: 'archive-metadata',
  title: 'Header fields of archives',
  signature:
    'Time, owner, group or mode in the headers of ar, tar, cpio, gzip, xz or zip; the file name in a gzip header.',
  explanation: 'The packer noted the clock and the user.',
  consequence:
    'Harmless for times, and for owners where all members that had one have one and the same other. In one member alone, or on a setuid file, another owner counts. Modes and set-user-id bits are never masked: they decide what may run, and as whom.',
  removal:
    '`ar D`, `ZERO_AR_DATE=1`, `tar --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner --sort=name`, `gzip -n`.',
  falsePositives: 'A size field: it follows from the content.',
  root: 'no',
  maskable: true,
  threads: [
    rustThread(27227, 'deterministic archives'),
    rustThread(71931, 'ZERO_AR_DATE; closed #47086'),
    rustThread(127050, 'times in reproducible tarballs'),
  ],
} as const satisfies Cause;
