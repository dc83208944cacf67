import type { ControlReport } from '../report/model.js';
import type { Threads } from '../thread/pool.js';
import { incomparabilities } from '../verdict/comparable.js';
import { describePairs } from './describe.js';
import { explainPairs } from './explain.js';
import { type MatchedPair, matchSides } from './match.js';
import type { Noise, RegionColumns } from './noise.js';
import type { ResolvedOptions } from './options.js';
import { type Side, sideReport } from './side.js';
import { isDifferent, summarise } from './summary.js';

/** One more build from a root, compared with the side that has the same root. */
export interface Control {
  readonly of: 'a' | 'b';
  readonly report: ControlReport;
  /** Whether it came out equal to its side. */
  readonly clean: boolean;
}

/** Compares a side with one of its controls and adds what varies to the side's noise. */
export async function runControl(
  of: 'a' | 'b',
  side: Side,
  control: Side,
  noise: Noise,
  options: ResolvedOptions,
  threads: Threads,
): Promise<Control> {
  const match = await matchSides(side, control, undefined, options, threads, () => {});
  const differing = match.pairs.filter(({ report }) => report.status === 'content');
  const regions = await regionsOf(differing, options, threads);
  for (const [pair, of] of regions)
    if (of !== undefined && !isGuessed(pair) && !isAnother(pair, of)) noise.addRegions(pair.report.path, of);
  const varying = new Set<string>();
  for (const pair of match.pairs) {
    const { report } = pair;
    if (isDifferent(report)) varying.add(report.path);
    if (isGuessed(pair)) continue;
    for (const { field, mask, b } of report.metadata ?? []) {
      // What a mask covers tells how the control was unpacked, not how builds vary.
      if (mask === undefined) noise.addMetadata(report.path, field, b);
    }
  }
  for (const member of match.onlyA) noise.addUnpaired(member.path);
  for (const { path, mask } of [...match.onlyA, ...match.onlyB]) if (mask === undefined) varying.add(path);
  const why = unusable(
    side,
    control,
    match.pairs.length,
    match.troubles.length > 0 ||
      match.pairs.some(({ report }) => report.status === 'unreadable') ||
      [...regions.values()].some((of) => of === undefined),
  );
  return {
    of,
    clean: varying.size === 0,
    report: {
      of,
      side: sideReport(control),
      summary: summarise(match.pairs, match, side, control),
      usable: why === undefined,
      ...(why !== undefined && { why }),
      varying: [...varying].sort(),
    },
  };
}

/** Two files that may not be the same one differ throughout: that says nothing of how builds vary. */
function isGuessed({ report }: MatchedPair): boolean {
  return report.rule === 'likeness' || report.rule === 'last-left';
}

/**
 * Two files that differ in more than they have in common are not two builds of one: the control is of something else, or all of
 * the file is random. Neither says that another change to it is noise; a short file may be one token.
 */
function isAnother({ a, b }: MatchedPair, { count, aLength, bLength }: RegionColumns): boolean {
  let [inA, inB] = [0, 0];
  for (let i = 0; i < count; i++) {
    inA += aLength[i] ?? 0;
    inB += bLength[i] ?? 0;
  }
  return Math.max(a.size, b.size) >= TELLING && (inA * 2 > a.size || inB * 2 > b.size);
}

/** Bytes of a file; a shorter one may be one random token. */
const TELLING = 1024;

/** Where each pair varies: by its ledger where pairs are explained, else by aligned bytes; undefined where unread. */
async function regionsOf(
  pairs: readonly MatchedPair[],
  options: ResolvedOptions,
  threads: Threads,
): Promise<Map<MatchedPair, RegionColumns | undefined>> {
  const regions = new Map<MatchedPair, RegionColumns | undefined>();
  if (options.explain) {
    // What varies between controls is located, not shown.
    for (const [pair, outcome] of await explainPairs(pairs, true, { ...options, maxDetail: 0 }, threads))
      regions.set(pair, 'ok' in outcome ? outcome.ok.explanation.regions : undefined);
  } else {
    for (const [pair, outcome] of await describePairs(pairs, true, options, threads))
      regions.set(pair, 'ok' in outcome ? outcome.ok.regions : undefined);
  }
  return regions;
}

function unusable(side: Side, control: Side, pairs: number, unreadable: boolean): string | undefined {
  if (control.troubles.length > 0 || unreadable) return 'it could not be read whole';
  if (pairs === 0) return 'none of its members pairs with one of its side';
  const apart = incomparabilities(side.identity, control.identity).find(
    (reason) => reason.weight === 'not-comparable',
  );
  return apart === undefined ? undefined : `its ${apart.fact} is ${apart.b}, that of its side ${apart.a}`;
}
