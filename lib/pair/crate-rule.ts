import type { Member } from '../artefact/member.js';
import { hashKey } from './key.js';
import { grouped, type Matching } from './matching.js';

/**
 * Decides between several members that are alike but for the hash in their names by what crate they hold: its name,
 * or its package and version. One that several of a side have decides nothing.
 */
export function pairByCrate(
  matching: Matching,
  crateOf: (member: Member) => string | undefined,
  rule: 'crate-name' | 'crate-version',
): void {
  const crates = { a: new Map<number, string>(), b: new Map<number, string>() };
  for (const [group, found] of matching.groups(hashKey).entries()) {
    for (const side of ['a', 'b'] as const) {
      for (const index of found[side]) {
        const member = matching[side].members[index];
        const crate = member?.metadata.type === 'file' ? crateOf(member) : undefined;
        if (crate !== undefined) crates[side].set(index, `${group} ${crate}`);
      }
    }
  }
  for (const { a, b } of grouped(matching, (side, index) => crates[side].get(index))) {
    const [onlyA, ...moreA] = a;
    const [onlyB, ...moreB] = b;
    if (onlyA === undefined || onlyB === undefined || moreA.length > 0 || moreB.length > 0) continue;
    matching.join(onlyA, onlyB, rule);
  }
}
