import { type Cause, rustThread } from './cause.js';
import type { CauseId } from './cause-id.js';
import type { TextPattern } from './text-pattern.js';

export const rustcVersion = {
  id: 'rustc-version',
  title: 'Version string of rustc',
  signature:
    '`rustc version 1.85.0 (4d91de4e4 2025-02-17)` in `.comment`, in DWARF producers, in IR, and `rustc 1.85.0 (…)` at the head of the metadata.',
  explanation:
    'The compiler writes its own version, as it was configured, into what it makes. Distributions add a description in parentheses.',
  consequence:
    'If the sides were built by different releases, other code is to be expected and the pair is not comparable. The string itself is harmless, but it is hashed into every crate hash.',
  removal:
    'Configure both compilers with the same `channel`, `description` and commit; for a test `RUSTC_FORCE_RUSTC_VERSION`.',
  falsePositives: 'A version that a program names for its own purposes.',
  root: 'no',
  maskable: true,
  threads: [rustThread(97550, 'the `.comment` section'), rustThread(89836, 'the version is hashed, too')],
} as const satisfies Cause;

/**
 * What follows `rustc version ` in `.comment`, DWARF producers and IR, and `rustc ` at the head of metadata:
 * `1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)`.
 */
export const RUSTC_VERSION_PATTERNS: readonly TextPattern[] = [
  {
    cause: 'rustc-version',
    encoding: 'text',
    find: /\brustc (?:version )?(\d{1,3}\.\d{1,4}\.\d{1,4}(?:-[a-z]{1,16}(?:\.\d{1,4})?)?(?: \([^()\0-\x1f\x7f-\xff]{1,80}\)){0,2})/g,
  },
];

/** The same release from another commit, or told with other words: then it is no other version. */
export function versionCause(a: string, b: string): CauseId {
  return release(a) === release(b) ? 'source-info' : 'rustc-version';
}

function release(version: string): string {
  return version.split(' ', 1)[0] ?? '';
}
