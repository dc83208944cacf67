import { type Cause, rustThread } from './cause.js';

export const buildId = {
  id: 'build-id',
  title: 'Build id and debug link',
  signature: '`.note.gnu.build-id`, and the CRC in `.gnu_debuglink`.',
  explanation:
    'The linker hashes what it wrote, so any other difference changes it. A CRC belongs to the separate file of debug information.',
  consequence:
    'It follows and is never a cause. Where it differs and nothing else does, something outside of the file was hashed, and that needs an explanation.',
  removal: 'Nothing to be done: it goes with the rest. `-C link-arg=-Wl,--build-id=none` leaves it out.',
  falsePositives: 'A build id that was given by hand.',
  root: 'derived',
  maskable: true,
  threads: [rustThread(34902, 'reproducible builds, tracking')],
} as const satisfies Cause;
