import type { MaskableField } from '../pair/metadata.js';
import type { MaskReport, PairReport, Summary, SummaryCounts, UnpairedReport } from '../report/model.js';
import type { Match, MatchedPair } from './match.js';
import type { ResolvedOptions } from './options.js';
import type { Side } from './side.js';

/** Counts everything once: each pair and each unpaired member by what it is and by its status. */
export function summarise(pairs: readonly MatchedPair[], match: Match, a: Side, b: Side): Summary {
  let changedA = 0;
  let changedB = 0;
  for (const { report } of pairs) {
    changedA += report.difference?.changedA ?? 0;
    changedB += report.difference?.changedB ?? 0;
  }
  const reports = pairs.map((pair) => pair.report);
  return {
    content: countRole('content', reports, match),
    package: countRole('package', reports, match),
    excluded: a.excluded.length + b.excluded.length,
    impliedDirectories: match.impliedDirectories,
    changedA,
    changedB,
  };
}

function countRole(role: PairReport['role'], pairs: readonly PairReport[], match: Match): SummaryCounts {
  const counts = { identical: 0, equivalent: 0, metadata: 0, type: 0, content: 0, unreadable: 0 };
  let of = 0;
  for (const pair of pairs) {
    if (pair.role !== role) continue;
    of += 1;
    counts[pair.status] += 1;
  }
  const left = (list: readonly UnpairedReport[]): number =>
    list.filter((member) => member.role === role && (role === 'package' || member.mask === undefined)).length;
  return { pairs: of, ...counts, onlyA: left(match.onlyA), onlyB: left(match.onlyB) };
}

const REASONS = {
  'unpacked-metadata':
    'a directory on disk has the owner and the times of its unpacking, not those of what was unpacked',
  'ignored-metadata': 'left out by --ignore-metadata',
  packaging:
    'the two sides are packaged in different ways, which have other notes on themselves and not always empty directories',
  excluded: 'left out by --exclude; these members were not compared',
} as const satisfies Record<Exclude<MaskReport['id'], 'explained' | 'declared'>, string>;

/** Every declared mask that touched something, in a fixed order. */
export function masksOf(a: Side, b: Side, match: Match, options: ResolvedOptions): MaskReport[] {
  const masks: MaskReport[] = [];
  for (const [mask, id] of [
    ['unpacked', 'unpacked-metadata'],
    ['ignored', 'ignored-metadata'],
  ] as const) {
    const fields: Partial<Record<MaskableField, number>> = {};
    let members = 0;
    for (const { report } of match.pairs) {
      const covered = (report.metadata ?? []).filter((difference) => difference.mask === mask);
      if (covered.length > 0) members += 1;
      for (const { field } of covered)
        fields[field as MaskableField] = (fields[field as MaskableField] ?? 0) + 1;
    }
    if (members > 0) masks.push({ id, reason: REASONS[id], members, fields });
  }
  const packaged = unpairedOf(match).filter(({ mask }) => mask !== undefined).length;
  if (packaged > 0) masks.push({ id: 'packaging', reason: REASONS.packaging, members: packaged });
  const excluded = a.excluded.length + b.excluded.length;
  if (options.exclude.length > 0 && excluded > 0) {
    masks.push({ id: 'excluded', reason: REASONS.excluded, members: excluded });
  }
  return masks;
}

/** Pairs and unpaired members of package metadata that differ and are under no mask. */
export function packageDifferences(match: Match): number {
  const pairs = match.pairs.filter(({ report }) => report.role === 'package' && isDifferent(report));
  const unpaired = unpairedOf(match).filter(({ role, mask }) => role === 'package' && mask === undefined);
  return pairs.length + unpaired.length;
}

function unpairedOf(match: Match): UnpairedReport[] {
  return [...match.onlyA, ...match.onlyB];
}

export function isDifferent(pair: PairReport): boolean {
  return pair.status === 'content' || pair.status === 'type' || pair.status === 'metadata';
}
