import pLimit from 'p-limit';
import type { DifferenceOutcome, Regions } from '../pair/difference.js';
import type { SideTrouble } from '../report/model.js';
import type { Threads } from '../thread/pool.js';
import type { Outcome } from '../thread/worker.js';
import type { MatchedPair } from './match.js';
import type { ResolvedOptions } from './options.js';
import { pairTrouble } from './pair-trouble.js';
import type { Progress } from './progress.js';

/** The differing pairs with where they differ. */
export interface Described {
  readonly pairs: readonly MatchedPair[];
  /** Changed regions by pair, where controls ask for them. */
  readonly regions: ReadonlyMap<MatchedPair, Regions>;
  readonly troubles: readonly SideTrouble[];
}

/** Says of each differing pair where it differs, as far as `maxDetail` goes. */
export async function describe(
  pairs: readonly MatchedPair[],
  withRegions: boolean,
  options: ResolvedOptions,
  threads: Threads,
  progress: Progress,
): Promise<Described> {
  const differing = pairs.filter((pair) => pair.report.status === 'content');
  // All of them are described when there are controls: a region that was not looked at is not shown to be noise.
  const chosen = new Set(withRegions ? differing : differing.slice(0, options.maxDetail));
  progress.describe(chosen);
  const outcomes = await describePairs([...chosen], withRegions, options, threads, (pair) =>
    progress.described(pair),
  );
  const regions = new Map<MatchedPair, Regions>();
  const troubles: SideTrouble[] = [];
  const described = pairs.map((pair) => {
    const outcome = outcomes.get(pair);
    if (outcome === undefined) return pair;
    if ('failed' in outcome) {
      // That it differs is known; what it became since then is not.
      troubles.push(pairTrouble(pair, outcome.failed));
      return pair;
    }
    const { difference } = outcome.ok;
    const matched: MatchedPair = { ...pair, report: { ...pair.report, difference } };
    if (outcome.ok.regions !== undefined) regions.set(matched, outcome.ok.regions);
    for (const trouble of outcome.ok.troubles) troubles.push(trouble);
    return matched;
  });
  return { pairs: described, regions, troubles };
}

/** Where each pair differs; a few at a time, the largest first. */
export async function describePairs(
  pairs: readonly MatchedPair[],
  withRegions: boolean,
  options: ResolvedOptions,
  threads: Threads,
  onDone: (pair: MatchedPair) => void = () => {},
): Promise<Map<MatchedPair, Outcome<DifferenceOutcome>>> {
  const bytes = pairs.reduce((sum, { a, b }) => sum + a.size + b.size, 0);
  const here = bytes < SMALL_DESCRIPTION;
  const limit = pLimit(here ? 1 : threads.count);
  const outcomes = new Map<MatchedPair, Outcome<DifferenceOutcome>>();
  const bySize = [...pairs].sort((x, y) => y.a.size + y.b.size - (x.a.size + x.b.size));
  await Promise.all(
    bySize.map((pair) =>
      limit(async () => {
        const { a, b } = pair;
        if (a.content === undefined || b.content === undefined) return;
        const task = {
          path: a.path,
          a: a.content,
          b: b.content,
          limits: options.limits,
          digest: options.digest,
          tmpdir: options.tmpdir,
          withRegions,
        };
        const outcome = await (here
          ? threads.runHere('differenceTask', task)
          : threads.run('differenceTask', task));
        outcomes.set(pair, outcome);
        onDone(pair);
      }),
    ),
  );
  return outcomes;
}

/** Bytes of differing pairs that are described in this thread rather than in others. */
const SMALL_DESCRIPTION = 2 * 2 ** 20;
