import { openBytes } from '../artefact/bytes.js';
import { ListedMember } from '../artefact/listed-member.js';
import type { Member } from '../artefact/member.js';
import { InputError, type Trouble, toTrouble } from '../error.js';
import { findRmeta } from '../format/rmeta.js';
import { compareMetadata, type MaskableField, type MetadataDifference } from '../pair/metadata.js';
import { type Pairing, pairMembers, type Unpaired } from '../pair/pair.js';
import type { MemberReport, PairReport, PairStatus, SideTrouble, UnpairedReport } from '../report/model.js';
import type { Threads } from '../thread/pool.js';
import type { ResolvedOptions } from './options.js';
import { samePackaging } from './packaging.js';
import type { Side } from './side.js';
import type { Twins } from './twins.js';
import { type ContentDecision, type ContentPair, compareContents, digestContents } from './work.js';

/** Two sides laid side by side: every member of each stands in exactly one of the lists. */
export interface Match {
  /** By A's canonical path. */
  readonly pairs: readonly MatchedPair[];
  readonly onlyA: readonly UnpairedReport[];
  readonly onlyB: readonly UnpairedReport[];
  /** Directories that only one side stores as members while the other has files in them. */
  readonly impliedDirectories: number;
  /** Unpaired members that could not be read either. */
  readonly troubles: readonly SideTrouble[];
}

/** A decided pair with the members it is made of. */
export interface MatchedPair {
  readonly a: Member;
  readonly b: Member;
  readonly report: PairReport;
}

/** Told of each pair as soon as it is decided, in whatever order that comes. */
export type OnPair = (pair: MatchedPair) => void;

/** Pairs the members of two sides and decides each pair, by bytes and by metadata. */
export async function matchSides(
  a: Side,
  b: Side,
  twins: Twins | undefined,
  options: ResolvedOptions,
  threads: Threads,
  onPair: OnPair,
): Promise<Match> {
  const digests = new Map<Member, string>();
  const unread = new Map<Member, Trouble>();
  const pairing = await pairWithContent(a, b, options, threads, digests, unread);
  const decided: MatchedPair[] = new Array(pairing.pairs.length);
  const decider = new Decider(a, b, options);
  const contents: ContentPair[] = [];
  const rows: number[] = [];
  const settle = (row: number, decision: ContentDecision | undefined): void => {
    const pair = pairing.pairs[row];
    const memberA = a.members[pair?.a ?? -1];
    const memberB = b.members[pair?.b ?? -1];
    if (pair === undefined || memberA === undefined || memberB === undefined) return;
    const report = decider.decide(memberA, memberB, pair.rule, decision);
    if (report.a.digest !== undefined) digests.set(memberA, report.a.digest);
    if (report.b.digest !== undefined) digests.set(memberB, report.b.digest);
    const matched = { a: memberA, b: memberB, report };
    decided[row] = matched;
    onPair(matched);
  };
  const twinPairs = new Map<number, number>();
  for (const [row, pair] of pairing.pairs.entries()) {
    const memberA = a.members[pair.a];
    const memberB = b.members[pair.b];
    if (memberA === undefined || memberB === undefined) continue;
    if (twins?.has(memberA, memberB) === true) {
      twinPairs.set(memberA.row, row);
      continue;
    }
    const contentA = memberA.content;
    const contentB = memberB.content;
    if (contentA === undefined || contentB === undefined) {
      settle(row, undefined);
      continue;
    }
    rows.push(row);
    const knownA = memberA.digest ?? digests.get(memberA);
    const knownB = memberB.digest ?? digests.get(memberB);
    contents.push({ a: contentA, b: contentB, knownA, knownB });
  }
  await compareContents(contents, options.digest, threads, (index, decision) =>
    settle(rows[index] ?? -1, decision),
  );
  await twins?.follow((rowA, decision) => settle(twinPairs.get(rowA) ?? -1, decision));
  return {
    pairs: decided,
    ...unpaired(pairing, a, b, digests),
    troubles: unpairedTroubles(pairing, a, b, unread),
  };
}

/** Pairs by name, digests what that leaves over, and pairs again with the digests at hand. */
async function pairWithContent(
  a: Side,
  b: Side,
  options: ResolvedOptions,
  threads: Threads,
  digests: Map<Member, string>,
  unread: Map<Member, Trouble>,
): Promise<Pairing> {
  const digestOf = (member: Member): string | undefined => member.digest ?? digests.get(member);
  const byName = pairMembers(a.members, b.members, { digestOf, crateNameOf });
  const open = new Set<Member>();
  const leave = (member: Member | undefined): void => {
    if (member?.content !== undefined && digestOf(member) === undefined) open.add(member);
  };
  for (const { index } of byName.onlyA) leave(a.members[index]);
  for (const { index } of byName.onlyB) leave(b.members[index]);
  for (const pair of byName.pairs) {
    if (pair.rule !== 'last-left') continue;
    leave(a.members[pair.a]);
    leave(b.members[pair.b]);
  }
  if (open.size === 0) return byName;
  for (const [member, outcome] of await digestContents([...open], options.digest, threads)) {
    if ('ok' in outcome) digests.set(member, outcome.ok);
    else unread.set(member, outcome.failed);
  }
  return pairMembers(a.members, b.members, { digestOf, crateNameOf });
}

/** The name of the crate in a library, out of its metadata; a file that has none, or a damaged one, has no name. */
function crateNameOf(member: Member): string | undefined {
  if (member.content === undefined || !/\.(rlib|rmeta|so)$/.test(member.path)) return undefined;
  try {
    const bytes = openBytes(member.content);
    try {
      return findRmeta(bytes)?.crate?.name;
    } finally {
      bytes.close();
    }
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** What is unpaired and cannot be checked either; of a pair the comparison itself says so. */
function unpairedTroubles(
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

/** Turns what is known of a pair into its status. */
class Decider {
  readonly #ignored: ReadonlySet<MaskableField>;

  constructor(
    readonly a: Side,
    readonly b: Side,
    options: ResolvedOptions,
  ) {
    this.#ignored = new Set(options.ignoreMetadata);
  }

  decide(a: Member, b: Member, rule: PairReport['rule'], decision: ContentDecision | undefined): PairReport {
    const unpacked = this.a.inputs[a.input]?.kind !== 'archive' || this.b.inputs[b.input]?.kind !== 'archive';
    const metadata = [
      ...this.#place(a, b),
      ...compareMetadata(a.metadata, b.metadata, { ignored: this.#ignored, unpacked }),
    ];
    const trouble = troubleOf(a, b, decision);
    const decided = decision !== undefined && 'equal' in decision ? decision : undefined;
    return {
      path: a.path,
      role: a.role,
      rule,
      status: trouble !== undefined ? 'unreadable' : statusOf(decided?.equal, metadata),
      a: memberReport(a, decided?.digestA),
      b: memberReport(b, decided?.digestB),
      ...(metadata.length > 0 && { metadata }),
      ...(trouble !== undefined && { trouble }),
    };
  }

  /** A file that lies elsewhere, or is called otherwise, is not the same; two plain files may be called anything. */
  #place(a: Member, b: Member): MetadataDifference[] {
    const [placeA, placeB] = [placeOf(a), placeOf(b)];
    if (placeA === placeB) return [];
    const plain = this.a.inputs[a.input]?.kind === 'file' && this.b.inputs[b.input]?.kind === 'file';
    return plain ? [] : [{ field: 'path', a: placeA, b: placeB }];
  }
}

/** The path, but for a name that leads out of the archive: then the name, as it is stored. */
function placeOf(member: Member): string {
  return /^\/|(?:^|\/)\.\.(?:\/|$)/.test(member.name) ? member.name : member.path;
}

function statusOf(equal: boolean | undefined, metadata: readonly MetadataDifference[]): PairStatus {
  if (metadata.some((difference) => difference.field === 'type')) return 'type';
  if (equal === false) return 'content';
  if (metadata.some((difference) => difference.mask === undefined)) return 'metadata';
  return metadata.some((difference) => difference.mask === 'ignored') ? 'equivalent' : 'identical';
}

function troubleOf(a: Member, b: Member, decision: ContentDecision | undefined): PairReport['trouble'] {
  for (const [side, member] of [
    ['a', a],
    ['b', b],
  ] as const) {
    const refused = refusal(member);
    if (refused !== undefined) return { side, ...refused };
  }
  if (decision !== undefined && 'failed' in decision) return { side: decision.failed, ...decision.trouble };
  if (decision === undefined && a.metadata.type === 'file' && b.metadata.type === 'file') {
    const side = a.content === undefined ? 'a' : 'b';
    return { side, ...toTrouble(new InputError('its content could not be read', { member: [a.name] })) };
  }
  return undefined;
}

/** What has no content that could be compared: it is named, never opened and never called the same. */
function refusal(member: Member): Trouble | undefined {
  const { type } = member.metadata;
  if (type === 'file') return undefined;
  if (type === 'directory' || type === 'symlink')
    return member instanceof ListedMember ? unasked(member) : undefined;
  const what = `it is a ${type.replace('-', ' ')}, which holds no content to compare; it was not opened`;
  return toTrouble(new InputError(what, { member: [...member.via, member.name] }));
}

/** Of what the system would not tell anything, nothing can be called the same. */
function unasked(member: ListedMember): Trouble | undefined {
  if (member.mode !== undefined) return undefined;
  return toTrouble(new InputError('the system did not tell what it is like', { member: [member.name] }));
}

function memberReport(member: Member, digest?: string): MemberReport {
  return {
    name: [...member.via, member.name],
    input: member.input,
    size: member.size,
    ...(digest !== undefined && { digest }),
  };
}

function unpaired(
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
      const isDirectory = member.metadata.type === 'directory';
      if (isDirectory && (repeats !== undefined || member.path === '' || parents.has(member.path))) {
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
          ...(!alike && isPackagings(member) && { mask: 'packaging' as const }),
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

/**
 * Whether a member is what another way of packaging leaves out: its notes on itself, or an empty directory. Never
 * what hides in an archive around its members, what is a link, or what runs with another's rights.
 */
function isPackagings({ metadata, role, name }: Member): boolean {
  if (((metadata.mode ?? 0) & 0o7000) !== 0) return false;
  if (metadata.type === 'directory') return true;
  return (
    role === 'package' &&
    metadata.type === 'file' &&
    !/^(?:trailing data|padding of |pax global header)/.test(name)
  );
}

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
