import type { Member } from '../artefact/member.js';
import type { Matching } from './matching.js';
import type { Unpaired } from './pair.js';

type SameContent = NonNullable<Unpaired['sameContentAs']>;

/**
 * For a member without a partner, another one with the same bytes: the first in path order on the other side,
 * else on its own. Empty files say nothing and are left out. Only members whose size a member without a partner
 * has are asked for their digest.
 */
export function equalContents(
  matching: Matching,
  digestOf: (member: Member) => string | undefined,
): (side: 'a' | 'b', index: number) => SameContent | undefined {
  const wanted = wantedSizes(matching);
  const found = {
    a: byDigest(matching, 'a', wanted, digestOf),
    b: byDigest(matching, 'b', wanted, digestOf),
  };
  return (side, index) => {
    const digest = found[side].digests.get(index);
    if (digest === undefined) return undefined;
    const other = side === 'a' ? 'b' : 'a';
    const there = found[other].first.get(digest)?.[0];
    if (there !== undefined) return { side: other, index: there };
    const here = found[side].first.get(digest)?.find((candidate) => candidate !== index);
    return here === undefined ? undefined : { side, index: here };
  };
}

function wantedSizes(matching: Matching): Set<number> {
  const sizes = new Set<number>();
  for (const side of ['a', 'b'] as const) {
    for (const index of matching[side].free()) {
      const member = matching[side].members[index];
      if (member?.metadata.type === 'file' && member.size > 0) sizes.add(member.size);
    }
  }
  return sizes;
}

interface Digests {
  readonly digests: ReadonlyMap<number, string>;
  /** Up to two members a digest, in path order: one may be the member that is asked about. */
  readonly first: ReadonlyMap<string, readonly number[]>;
}

function byDigest(
  matching: Matching,
  side: 'a' | 'b',
  sizes: ReadonlySet<number>,
  digestOf: (member: Member) => string | undefined,
): Digests {
  const { members } = matching[side];
  const candidates = [...members.keys()].filter((index) => {
    const member = members[index];
    return member?.metadata.type === 'file' && sizes.has(member.size);
  });
  const digests = new Map<number, string>();
  const first = new Map<string, number[]>();
  for (const index of matching[side].sorted(candidates)) {
    const member = members[index];
    const digest = member === undefined ? undefined : digestOf(member);
    if (member === undefined || digest === undefined) continue;
    const key = `${member.size} ${digest}`;
    digests.set(index, key);
    const known = first.get(key);
    if (known === undefined) first.set(key, [index]);
    else if (known.length < 2) known.push(index);
  }
  return { digests, first };
}
