import { SPECIAL_BITS } from '../artefact/container/container.js';
import type { Member } from '../artefact/member.js';
import type { Trouble } from '../error.js';
import { isExtraordinary } from '../pair/metadata.js';
import type { Pairing, Unpaired } from '../pair/pair.js';
import type { SideTrouble, UnpairedReport } from '../report/model.js';
import { memberReport, refusal } from './decider.js';
import type { Match } from './match.js';
import { isPackageNote, samePackaging } from './packaging.js';
import type { Side } from './side.js';

/** What of each side has no partner, and whether its bytes are found elsewhere. */
export function unpaired(
  pairing: Pairing,
  a: Side,
  b: Side,
  digests: Map<Member, string>,
): Omit<Match, 'pairs' | 'troubles'> {
  const digestOf = (member: Member): string | undefined => member.digest ?? digests.get(member);
  const inA = firstByDigest(a.members, digestOf);
  const inB = firstByDigest(b.members, digestOf);
  const alike = samePackaging(a, b);
  let implied = 0;
  const report = (side: 'a' | 'b', indices: readonly Unpaired[]): UnpairedReport[] => {
    const [own, other] = side === 'a' ? [a, b] : [b, a];
    const [ownDigests, otherDigests] = side === 'a' ? [inA, inB] : [inB, inA];
    const parents = parentsOf(other.members);
    return indices.flatMap(({ index, repeats }) => {
      const member = own.members[index];
      if (member === undefined) return [];
      const known = repeats !== undefined || parents.has(member.path);
      if (isTop(member) || (known && isPlainDirectory(member))) {
        implied += 1;
        return [];
      }
      const digest = digestOf(member);
      const there = digest === undefined || member.size === 0 ? undefined : otherDigests.get(digest);
      const here = digest === undefined || member.size === 0 ? undefined : ownDigests.get(digest);
      const same = there ?? (here === member ? undefined : here);
      return [
        {
          path: member.path,
          role: member.role,
          type: member.metadata.type,
          member: memberReport(member, digest),
          // Not every way of packaging has a place for an empty directory, or for the same notes on itself.
          ...(!alike &&
            (isPlainDirectory(member) || isPackageNote(member)) && { mask: 'packaging' as const }),
          ...(same !== undefined && {
            sameContentAs: {
              side: same === there ? (side === 'a' ? 'b' : 'a') : side,
              path: same.path,
            } as const,
          }),
        },
      ];
    });
  };
  const onlyA = report('a', pairing.onlyA);
  const onlyB = report('b', pairing.onlyB);
  return { onlyA, onlyB, impliedDirectories: implied };
}

/** The folder into which all is unpacked is there before. */
function isTop(member: Member): boolean {
  return (
    member.path === '' &&
    member.metadata.type === 'directory' &&
    ((member.metadata.mode ?? 0) & SPECIAL_BITS) === 0
  );
}

/**
 * A directory as whoever unpacks makes it where something lies in it and nothing tells of it. With another mode, open to
 * everybody for instance, it is no such thing, and that only one side says so counts.
 */
function isPlainDirectory({ metadata }: Member): boolean {
  const { type, mode = MADE_MODE, extra } = metadata;
  return type === 'directory' && (mode & 0o7777) === MADE_MODE && !isExtraordinary(extra);
}

/** With the umask 022, which is that of system directories. */
const MADE_MODE = 0o755;

function firstByDigest(
  members: readonly Member[],
  digestOf: (member: Member) => string | undefined,
): Map<string, Member> {
  const first = new Map<string, Member>();
  for (const member of members) {
    const digest = digestOf(member);
    if (digest !== undefined && !first.has(digest)) first.set(digest, member);
  }
  return first;
}

/** Every directory that the paths of members imply. */
function parentsOf(members: readonly Member[]): Set<string> {
  const parents = new Set<string>();
  for (const { path } of members) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      if (parents.has(parent)) break;
      parents.add(parent);
    }
  }
  return parents;
}

/** What is unpaired and cannot be checked either; of a pair the comparison itself says so. */
export function unpairedTroubles(
  pairing: Pairing,
  a: Side,
  b: Side,
  unread: ReadonlyMap<Member, Trouble>,
): SideTrouble[] {
  const troubles: SideTrouble[] = [];
  for (const [side, members, left] of [
    ['a', a.members, pairing.onlyA],
    ['b', b.members, pairing.onlyB],
  ] as const) {
    for (const { index } of left) {
      const member = members[index];
      const trouble = member === undefined ? undefined : (refusal(member) ?? unread.get(member));
      if (trouble !== undefined) troubles.push({ side, ...trouble });
    }
  }
  return troubles;
}
