import type { Member } from '../artefact/member.js';
import type { Key } from './key.js';
import { grouped, type Matching } from './matching.js';

/**
 * Pairs files of equal bytes under one key. Where several have the same bytes, they are paired in path order if
 * both sides have as many of them, else not at all. Empty files say nothing and are left out.
 */
export function pairByContent(
  matching: Matching,
  key: Key,
  digestOf: (member: Member) => string | undefined,
): void {
  const digests = { a: new Map<number, string>(), b: new Map<number, string>() };
  // By size first: a digest may cost reading the file.
  for (const [group, found] of sizeGroups(matching, key).entries()) {
    for (const side of ['a', 'b'] as const) {
      for (const index of found[side]) {
        const member = matching[side].members[index];
        const digest = member === undefined ? undefined : digestOf(member);
        if (digest !== undefined) digests[side].set(index, `${group} ${digest}`);
      }
    }
  }
  for (const { a, b } of grouped(matching, (side, index) => digests[side].get(index))) {
    if (a.length !== b.length) continue;
    const others = matching.b.sorted(b);
    for (const [at, index] of matching.a.sorted(a).entries()) {
      const other = others[at];
      if (other !== undefined) matching.join(index, other, 'content');
    }
  }
}

function sizeGroups(matching: Matching, key: Key): { readonly a: number[]; readonly b: number[] }[] {
  return matching.groups(key).flatMap((group) => {
    const sizes = new Map<number, { a: number[]; b: number[] }>();
    for (const side of ['a', 'b'] as const) {
      for (const index of group[side]) {
        const member = matching[side].members[index];
        if (member?.metadata.type !== 'file' || member.size === 0) continue;
        const own = sizes.get(member.size) ?? { a: [], b: [] };
        own[side].push(index);
        sizes.set(member.size, own);
      }
    }
    return [...sizes.values()].filter(({ a, b }) => a.length > 0 && b.length > 0);
  });
}
