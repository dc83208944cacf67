import type { Member } from '../artefact/member.js';
import type { Trouble } from '../error.js';
import { crateNameOf, crateVersions } from '../pair/crate.js';
import { type Pairing, pairMembers } from '../pair/pair.js';
import type { Sketch } from '../pair/sketch.js';
import type { PairReport, SideTrouble, UnpairedReport } from '../report/model.js';
import type { Threads } from '../thread/pool.js';
import { Decider } from './decider.js';
import type { ResolvedOptions } from './options.js';
import type { Side } from './side.js';
import type { Twins } from './twins.js';
import { unpaired, unpairedTroubles } from './unpaired.js';
import {
  type ContentDecision,
  type ContentPair,
  compareContents,
  digestContents,
  sketchContents,
} from './work.js';

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
  // A pair that nobody decided would be a hole that every later count passes over.
  for (let row = 0; row < decided.length; row++) {
    if (decided[row] === undefined) throw new Error(`pair ${row} of ${decided.length} was not decided`);
  }
  return {
    pairs: decided,
    ...unpaired(pairing, a, b, digests),
    troubles: unpairedTroubles(pairing, a, b, unread),
  };
}

/**
 * Pairs by name, digests what that leaves over, and pairs again with the digests at hand; where that leaves several that
 * are alike in name, takes sketches of those and pairs with them.
 */
async function pairWithContent(
  a: Side,
  b: Side,
  options: ResolvedOptions,
  threads: Threads,
  digests: Map<Member, string>,
  unread: Map<Member, Trouble>,
): Promise<Pairing> {
  const digestOf = (member: Member): string | undefined => member.digest ?? digests.get(member);
  const wanted = new Set<Member>();
  const lookup = {
    digestOf,
    crateNameOf,
    crateVersionOf: crateVersions(),
    sketchOf: (member: Member): undefined => void wanted.add(member),
  };
  let pairing = pairMembers(a.members, b.members, lookup);
  const open = new Set<Member>();
  const leave = (member: Member | undefined): void => {
    if (member?.content !== undefined && digestOf(member) === undefined) open.add(member);
  };
  for (const { index } of pairing.onlyA) leave(a.members[index]);
  for (const { index } of pairing.onlyB) leave(b.members[index]);
  for (const pair of pairing.pairs) {
    if (pair.rule !== 'last-left') continue;
    leave(a.members[pair.a]);
    leave(b.members[pair.b]);
  }
  if (open.size > 0) {
    for (const [member, outcome] of await digestContents([...open], options.digest, threads)) {
      if ('ok' in outcome) digests.set(member, outcome.ok);
      else unread.set(member, outcome.failed);
    }
    wanted.clear();
    pairing = pairMembers(a.members, b.members, lookup);
  }
  const readable = [...wanted].filter((member) => member.content !== undefined && !unread.has(member));
  if (readable.length === 0) return pairing;
  const sketches = new Map<Member, Sketch>();
  for (const [member, outcome] of await sketchContents(readable, threads)) {
    if ('failed' in outcome) unread.set(member, outcome.failed);
    else if (outcome.ok !== undefined) sketches.set(member, outcome.ok);
  }
  return pairMembers(a.members, b.members, { ...lookup, sketchOf: (member) => sketches.get(member) });
}
