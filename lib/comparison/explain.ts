import pLimit from 'p-limit';
import { nameClaims } from '../explain/file-name.js';
import type { NameClaim } from '../explain/merged-claims.js';
import { type ExplainedPair, type Settled, settle } from '../explain/settle.js';
import type { ExplainOutcome, ExplainTask } from '../explain/task.js';
import type { FileExplanation } from '../report/explanation.js';
import type { SideTrouble } from '../report/model.js';
import type { Threads } from '../thread/pool.js';
import type { Outcome } from '../thread/worker.js';
import type { MatchedPair } from './match.js';
import type { ResolvedOptions } from './options.js';
import { pairTrouble } from './pair-trouble.js';
import type { Progress } from './progress.js';
import { crateNotes } from './rustc-listing.js';

/** Why the differing pairs differ. */
export interface Explained {
  /** All pairs, the differing ones with their explanation in the report. */
  readonly pairs: readonly MatchedPair[];
  readonly settled: Settled;
  /** For each explained pair of `pairs` its row in `settled`, and what came out of the thread. */
  readonly rows: ReadonlyMap<MatchedPair, ExplainedRow>;
  readonly troubles: readonly SideTrouble[];
}

export interface ExplainedRow {
  readonly row: number;
  readonly outcome: ExplainOutcome;
  readonly file: FileExplanation;
}

/** Explains every differing pair; `maxDetail` bounds what is told of them, not what is counted. */
export async function explainDifferences(
  pairs: readonly MatchedPair[],
  withRegions: boolean,
  options: ResolvedOptions,
  threads: Threads,
  progress: Progress,
): Promise<Explained> {
  const differing = pairs.filter(isExplainable);
  progress.explain(differing);
  const outcomes = await explainPairs(differing, withRegions, options, threads, (pair) =>
    progress.explained(pair),
  );
  // What a thread still holds of a large pair is as large as all that is settled here.
  await threads.release();
  const troubles: SideTrouble[] = [];
  const explained: MatchedPair[] = [];
  const inputs: (ExplainedPair & { readonly outcome: ExplainOutcome })[] = [];
  for (const pair of differing) {
    const outcome = outcomes.get(pair);
    if (outcome === undefined) continue;
    if ('failed' in outcome) {
      troubles.push(pairTrouble(pair, outcome.failed));
      continue;
    }
    explained.push(pair);
    const { explanation, hex } = outcome.ok;
    inputs.push({ path: pair.report.path, explanation, hex, outcome: outcome.ok });
  }
  const settled = settle(inputs, { names: namesOf(pairs), detailed: options.maxDetail });
  const notes =
    options.rustc === undefined
      ? new Map<MatchedPair, readonly string[]>()
      : await crateNotes(explained, options.rustc, options);
  const rowOf = new Map(explained.map((pair, row) => [pair, row]));
  const rows = new Map<MatchedPair, ExplainedRow>();
  const reported = pairs.map((pair) => {
    const row = rowOf.get(pair) ?? -1;
    const of = settled.files[row];
    const outcome = inputs[row]?.outcome;
    if (of === undefined || outcome === undefined) return pair;
    const file = { ...of, notes: [...of.notes, ...(notes.get(pair) ?? [])] };
    const { described } = outcome;
    for (const trouble of described?.troubles ?? []) troubles.push(trouble);
    const difference = described !== undefined && { difference: described.difference };
    const matched: MatchedPair = { ...pair, report: { ...pair.report, ...difference, explanation: file } };
    rows.set(matched, { row, outcome, file });
    return matched;
  });
  return { pairs: reported, settled, rows, troubles };
}

/** Explains pairs in threads, the largest first, so that none of them is what all wait for at the end. */
export async function explainPairs(
  pairs: readonly MatchedPair[],
  withRegions: boolean,
  options: ResolvedOptions,
  threads: Threads,
  onDone: (pair: MatchedPair) => void = () => {},
): Promise<Map<MatchedPair, Outcome<ExplainOutcome>>> {
  const bytes = pairs.reduce((sum, { a, b }) => sum + a.size + b.size, 0);
  const here = bytes < SMALL;
  threads.expect(bytes);
  const limit = pLimit(here ? 1 : threads.count);
  const outcomes = new Map<MatchedPair, Outcome<ExplainOutcome>>();
  const described = new Set(pairs.slice(0, options.maxDetail));
  const bySize = [...pairs].sort((x, y) => y.a.size + y.b.size - (x.a.size + x.b.size));
  const maxResidue = Math.max(LEAST_RESIDUE, Math.floor(MOST_RESIDUE / Math.max(1, pairs.length)));
  await Promise.all(
    bySize.map((pair) =>
      limit(async () => {
        const { a, b } = pair;
        if (a.content === undefined || b.content === undefined) return;
        const task = {
          path: a.path,
          a: a.content,
          b: b.content,
          verify: options.verify,
          maxResidue,
          maxHex: pairs.length <= MANY ? HEX : 1,
          maxInstructions: options.maxDetail === 0 ? 0 : pairs.length <= MANY ? INSTRUCTIONS : 1,
          withRegions,
          alone: pairs.length === 1,
          masks: options.masks,
          ...(described.has(pair) && { describe: describeOptions(options) }),
        };
        const outcome = await (here
          ? threads.runHere('explainTask', task)
          : threads.run('explainTask', task));
        outcomes.set(pair, outcome);
        onDone(pair);
      }),
    ),
  );
  return outcomes;
}

function describeOptions({ limits, digest, tmpdir }: ResolvedOptions): ExplainTask['describe'] {
  return { limits, digest, tmpdir, withRegions: false, explained: true };
}

/** Bytes of differing pairs that are explained in this thread rather than in others. */
const SMALL = 2 * 2 ** 20;
/** Residue segments told, of one file and over all. */
const LEAST_RESIDUE = 20;
const MOST_RESIDUE = 2000;
/** Residue segments of one file whose bytes are shown; of many files fewer. */
const HEX = 6;
/** Changed functions of one file whose instructions are shown; of many files one. */
const INSTRUCTIONS = 10;
const MANY = 50;

function isExplainable({ report }: MatchedPair): boolean {
  return report.status === 'content';
}

/** The claims that names make: files that are paired though cargo's hash in their names differs. */
function namesOf(pairs: readonly MatchedPair[]): NameClaim[] {
  return pairs.flatMap(({ a, b }) => {
    const claims = a.path === b.path ? [] : (nameClaims(a.path, b.path) ?? []);
    // What a link is called says nothing of what it leads to.
    return a.metadata.type === 'file' ? claims : claims.map((claim) => ({ ...claim, vouched: false }));
  });
}
