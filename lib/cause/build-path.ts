import { type Cause, rustThread } from './cause.js';

export const buildPath = {
  id: 'build-path',
  title: 'Absolute source or build path',
  signature:
    'Path strings in `.rodata`, `.debug_str`, `.debug_line_str` and metadata that differ in their first components and agree in the rest: `/rustc/<40 hex digits>/`, `/usr/src/rustc-1.85.0/`, `/rust/deps/<crate>-<version>/`, the working directory.',
  explanation:
    'Panic locations, `file!()`, debug information and the source map in the metadata hold the paths of the sources as the compiler was given them. A path of another length moves all that follows it.',
  consequence:
    'It tells where something was built, not with what. It can never come from the root alone, so in an experiment with one build path it must not appear at all.',
  removal:
    'Build both sides under the same absolute path, or map it away: `--remap-path-prefix=<path>=/build` for every crate, `remap-debuginfo = true` in `bootstrap.toml` for rustc and std, `-ffile-prefix-map` for C.',
  falsePositives:
    'A text that only looks like a path (a regular expression, a URL). A path that a program uses while it runs and that was changed on purpose: all that differs lies in the prefix then, too, but only at one place, so that the claim stays suspected. Where it is changed in two places or more, and wherever it stands, nothing tells it from the path of a build: look at the tokens.',
  root: 'no',
  maskable: true,
  threads: [
    rustThread(97955, 'panic and debug strings hold the full path'),
    rustThread(102299, 'librustc_driver differs with the build directory'),
    rustThread(120825, 'paths of vendored sources since 1.75'),
    rustThread(73167, 'rust-src paths in spite of remapping'),
  ],
} as const satisfies Cause;

/** Two offsets: where the prefixes of two paths end. */
export interface PrefixPair {
  readonly a: number;
  readonly b: number;
}

/**
 * Where the minimal pair of differing prefixes ends, at component boundaries: `/build/a/src/lib.rs` and
 * `/build/bb/src/lib.rs` differ in `/build/a` and `/build/bb`. One prefix map gives one pair, whatever the file: what
 * the mapped prefixes have in common at their ends belongs to the rest. `undefined` where the last component differs,
 * or one prefix would be empty however much is left to it.
 * @param a the ends of the components of A with the shape of each: text in which tokens are marks
 */
export function prefixPair(a: readonly Component[], b: readonly Component[]): PrefixPair | undefined {
  let common = 0;
  while (common < a.length && common < b.length && a.at(-1 - common)?.shape === b.at(-1 - common)?.shape)
    common += 1;
  if (common === a.length && common === b.length) return undefined;
  for (; common > 0; common -= 1) {
    const lastA = a[a.length - common - 1];
    const lastB = b[b.length - common - 1];
    // A relative path against the same under a root leaves nothing on one side: its first component joins the prefix.
    if (lastA !== undefined && lastB !== undefined && lastA.end > 0 && lastB.end > 0)
      return { a: lastA.end, b: lastB.end };
  }
  return undefined;
}

/** A component of a path; an absolute one begins with an empty component. */
export interface Component {
  /** Offset in the path. */
  readonly end: number;
  readonly shape: string;
}
