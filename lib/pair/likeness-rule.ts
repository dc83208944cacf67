import type { Member } from '../artefact/member.js';
import { hashKey } from './key.js';
import type { Group, Matching } from './matching.js';
import { likeness, type Sketch } from './sketch.js';

/** Two members must be so much alike, of 1; builds of one crate by another cargo are from 0.35 on. */
const LEAST = 0.2;
/** And so much more than either is like any other: more than four standard deviations of the difference of two likenesses. */
const MARGIN = 0.1;
/** Members of one side that are alike but for the hash; of more, none is paired in this way. */
export const MOST_ALIKE = 32;
/** Members of both sides over all such groups; if there are more, none is paired in this way. */
export const MOST_SKETCHED = 4096;

/**
 * Decides between several members that are alike but for the hash in their names by how much of their contents they have
 * in common: a pair is more like each other than either is like any third, and clearly so. What is known to be one version
 * of a crate is compared among itself first. A group in which the contents of one member are not known stays as it is.
 */
export function pairByLikeness(
  matching: Matching,
  sketchOf: (member: Member) => Sketch | undefined,
  versionOf: (member: Member) => string | undefined,
): void {
  const open = matching.groups(hashKey).flatMap((group) => {
    const a = group.a.filter((index) => isFull(matching.a.members[index]));
    const b = group.b.filter((index) => isFull(matching.b.members[index]));
    const choice = a.length > 0 && b.length > 0 && a.length + b.length > 2;
    return choice && a.length <= MOST_ALIKE && b.length <= MOST_ALIKE ? [{ a, b }] : [];
  });
  if (open.reduce((sum, { a, b }) => sum + a.length + b.length, 0) > MOST_SKETCHED) return;
  for (const group of open) {
    const a = candidates(matching, 'a', group, sketchOf, versionOf);
    const b = candidates(matching, 'b', group, sketchOf, versionOf);
    if (a === undefined || b === undefined) continue;
    for (const version of new Set(a.flatMap((candidate) => candidate.version ?? []))) {
      const own = (candidate: Candidate) => candidate.version === version;
      pairClear(matching, a.filter(own), b.filter(own));
    }
    pairClear(matching, a, b);
  }
}

interface Candidate {
  readonly index: number;
  readonly sketch: Sketch;
  readonly version: string | undefined;
}

function candidates(
  matching: Matching,
  side: 'a' | 'b',
  group: Group,
  sketchOf: (member: Member) => Sketch | undefined,
  versionOf: (member: Member) => string | undefined,
): Candidate[] | undefined {
  const out: Candidate[] = [];
  for (const index of group[side]) {
    const member = matching[side].members[index];
    const sketch = member && sketchOf(member);
    if (sketch !== undefined) out.push({ index, sketch, version: versionOf(member as Member) });
  }
  return out.length === group[side].length ? out : undefined;
}

/** All pairs that are clear at once, so that none depends on the order; then, without those, again. */
function pairClear(matching: Matching, allA: readonly Candidate[], allB: readonly Candidate[]): void {
  const table = allA.map((a) => allB.map((b) => likeness(a.sketch, b.sketch)));
  for (;;) {
    const a = allA.map((candidate) => matching.a.isFree(candidate.index));
    const b = allB.map((candidate) => matching.b.isFree(candidate.index));
    const rivals = table.map((row, i) => row.map((value, j) => (a[i] && b[j] ? value : 0)));
    const clear = rivals.flatMap((row, i) =>
      row.flatMap((value, j) => (isClear(rivals, i, j, value) ? [{ i, j }] : [])),
    );
    if (clear.length === 0) return;
    for (const { i, j } of clear) matching.join(allA[i]?.index ?? -1, allB[j]?.index ?? -1, 'likeness');
  }
}

function isClear(rivals: readonly (readonly number[])[], i: number, j: number, value: number): boolean {
  if (value < LEAST) return false;
  const clearOf = (other: number) => value - other >= MARGIN;
  return (
    (rivals[i] ?? []).every((other, k) => k === j || clearOf(other)) &&
    rivals.every((row, k) => k === i || clearOf(row[j] ?? 0))
  );
}

function isFull(member: Member | undefined): boolean {
  return member?.metadata.type === 'file' && member.size > 0;
}
