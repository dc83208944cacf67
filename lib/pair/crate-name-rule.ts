import type { Member } from '../artefact/member.js';
import { hashKey } from './key.js';
import { grouped, type Matching } from './matching.js';

/** Decides between several members that are alike but for the hash in their names by the crate they hold. */
export function pairByCrateName(
  matching: Matching,
  crateNameOf: (member: Member) => string | undefined,
): void {
  const names = { a: new Map<number, string>(), b: new Map<number, string>() };
  for (const [group, found] of matching.groups(hashKey).entries()) {
    for (const side of ['a', 'b'] as const) {
      for (const index of found[side]) {
        const member = matching[side].members[index];
        const name = member?.metadata.type === 'file' ? crateNameOf(member) : undefined;
        if (name !== undefined) names[side].set(index, `${group} ${name}`);
      }
    }
  }
  for (const { a, b } of grouped(matching, (side, index) => names[side].get(index))) {
    const [onlyA, ...moreA] = a;
    const [onlyB, ...moreB] = b;
    if (onlyA === undefined || onlyB === undefined || moreA.length > 0 || moreB.length > 0) continue;
    matching.join(onlyA, onlyB, 'crate-name');
  }
}
