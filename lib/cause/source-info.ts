import { type Cause, rustThread } from './cause.js';
import type { TextPattern } from './text-pattern.js';

export const sourceInfo = {
  id: 'source-info',
  title: 'Commit and configuration of the source',
  signature:
    'A commit hash of 40 digits, or 9 in a version; `git-commit-hash`, `version`, `CFG_*` strings. Also a version string of the same release in other words.',
  explanation:
    'The build system asks git for the commit; a build from a tarball or with `omit-git-hash` has none.',
  consequence:
    'The commit hash names the source: if it differs, the sources may, too, and the pair is no experiment. One that is only missing is harmless.',
  removal: '`omit-git-hash = true` and `description` on both sides, or the same checkout.',
  falsePositives: 'A hash of 40 digits of something else.',
  root: 'no',
  maskable: true,
  threads: [rustThread(127050, "a commit's time in tarballs")],
} as const satisfies Cause;

/** A full commit hash: in `git-commit-hash`, `version` files and strings of `CFG_VER_HASH`. */
export const SOURCE_INFO_PATTERNS: readonly TextPattern[] = [
  { cause: 'source-info', encoding: 'hex', find: /(?<![0-9A-Za-z])([0-9a-f]{40})(?![0-9A-Za-z])/g },
];
