import type { NameClaim } from './merged-claims.js';

/** cargo's hash in the name of a file: `libstd-67e3c4fca7e4df9d.rlib`. */
const HASH = /(?<=-)[0-9a-f]{16}(?![0-9a-zA-Z])/g;
/** What rustc writes under such a name; anything else may be called so by anybody. */
const OF_RUSTC = /-[0-9a-f]{16}\.(?:rlib|rmeta|so|dylib|dll)$/;

/**
 * The claims that two paths make which differ only in such hashes; undefined where they differ in anything else. Two
 * equal paths make none.
 */
export function nameClaims(a: string, b: string): readonly NameClaim[] | undefined {
  if (a.replace(HASH, '') !== b.replace(HASH, '')) return undefined;
  const named = OF_RUSTC.test(a);
  const hashesA = a.match(HASH) ?? [];
  const hashesB = b.match(HASH) ?? [];
  if (hashesA.length !== hashesB.length) return undefined;
  return hashesA.flatMap((hash, i): NameClaim[] =>
    hash === hashesB[i]
      ? []
      : [
          {
            cause: 'metadata-hash',
            domain: 'hash',
            a: hash,
            b: hashesB[i] ?? '',
            // A folder may be called so by anybody.
            vouched: named && i === hashesA.length - 1,
          },
        ],
  );
}
