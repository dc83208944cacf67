import { compileGlob } from '../artefact/glob.js';
import type { Member } from '../artefact/member.js';

/** What the user left out of the comparison; everything left out is counted and listed. */
export interface Exclusion {
  apply(members: readonly Member[]): {
    readonly kept: readonly Member[];
    readonly excluded: readonly { readonly path: string; readonly pattern: string }[];
  };
}

/**
 * Globs (lib/artefact/glob.ts) over the canonical path or the name as stored; `*` stops at `/`, `**` does not, and a
 * pattern without `/` is matched against the last part of the path.
 * @throws GlobError
 */
export function exclusionOf(patterns: readonly string[]): Exclusion {
  const matchers = patterns.map((pattern) => ({
    pattern,
    matches: compileGlob(pattern),
  }));
  return {
    apply(members) {
      if (matchers.length === 0) return { kept: members, excluded: [] };
      const kept: Member[] = [];
      const excluded: { path: string; pattern: string }[] = [];
      for (const member of members) {
        const hit = matchers.find(({ matches }) => matches(member.path) || matches(withoutDot(member.name)));
        if (hit === undefined) kept.push(member);
        else excluded.push({ path: member.path, pattern: hit.pattern });
      }
      return { kept, excluded };
    },
  };
}

/** A glob loses the `./` it begins with; the names of many archives begin with one, too. */
function withoutDot(name: string): string {
  return name.startsWith('./') ? name.slice(2) : name;
}
