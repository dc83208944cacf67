import { type Cause, rustThread } from './cause.js';

export const pgoBolt = {
  id: 'pgo-bolt',
  title: 'Profile-guided and post-link layout',
  signature: '`.bolt.org.*`, `.note.bolt_info`, counters of profiles, functions in the order of a profile.',
  explanation:
    'The official toolchain is optimised with profiles recorded on the machine that built it, and laid out anew by BOLT. Distributions leave that out.',
  consequence: 'Such a pair is not comparable: the profile is an input that nobody else has.',
  removal: 'Build both sides without profiles, or with the same recorded profile.',
  falsePositives: '–',
  root: 'no',
  maskable: false,
  threads: [rustThread(79442, 'profile-guided optimisation of rustc')],
} as const satisfies Cause;
