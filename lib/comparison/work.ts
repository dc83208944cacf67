import pLimit from 'p-limit';
import type { DigestAlgorithm } from '../artefact/digest.js';
import type { ContentRef, Member } from '../artefact/member.js';
import type { Trouble } from '../error.js';
import type { Sketch } from '../pair/sketch.js';
import type { Threads } from '../thread/pool.js';
import { type PackedRefs, packRefs } from '../thread/refs.js';
import type { CompareOutcome, Outcome } from '../thread/worker.js';

/** Two contents to compare, with what is already known of them. */
export interface ContentPair {
  readonly a: ContentRef;
  readonly b: ContentRef;
  readonly knownA?: string | undefined;
  readonly knownB?: string | undefined;
}

export type ContentDecision =
  | { readonly equal: boolean; readonly digestA: string; readonly digestB: string }
  | { readonly failed: 'a' | 'b'; readonly trouble: Trouble };

/** A batch ends at so many pairs or bytes: enough to be worth a message, little enough to spread evenly. */
const BATCH_PAIRS = 512;
const BATCH_BYTES = 16 * 2 ** 20;
/** Work below this is done in this thread. */
const SMALL_WORK_PAIRS = 1500;
const SMALL_WORK_BYTES = 48 * 2 ** 20;

/** Compares many contents, each decision handed on as it is made. */
export async function compareContents(
  pairs: readonly ContentPair[],
  digest: DigestAlgorithm,
  threads: Threads,
  decide: (index: number, decision: ContentDecision) => void,
): Promise<void> {
  const here = isSmall(pairs);
  const limit = pLimit(here ? 1 : threads.count * 2);
  const run = async (batch: readonly number[]): Promise<void> => {
    const chosen = batch.flatMap((index) => pairs[index] ?? []);
    const task = {
      digest,
      a: packRefs(chosen.map((pair) => pair.a)),
      b: packRefs(chosen.map((pair) => pair.b)),
      knownA: chosen.map((pair) => pair.knownA ?? ''),
      knownB: chosen.map((pair) => pair.knownB ?? ''),
    };
    const outcome = await (here ? threads.runHere('compareTask', task) : threads.run('compareTask', task));
    handOn(outcome, (row, decision) => decide(batch[row] ?? -1, decision));
  };
  await Promise.all(batchesOf(pairs).map((batch) => limit(() => run(batch))));
}

/** Bytes that are digested in this thread rather than in others. */
const SMALL_DIGEST = 32 * 2 ** 20;
/** The same for sketches, which take ten times as long. */
const SMALL_SKETCH = 4 * 2 ** 20;

/** The digest of each member's content, or why it cannot be read. */
export function digestContents(
  members: readonly Member[],
  digest: DigestAlgorithm,
  threads: Threads,
): Promise<Map<Member, Outcome<string>>> {
  return spread(members, SMALL_DIGEST, threads, (refs, here) =>
    here ? threads.runHere('digestTask', { digest, refs }) : threads.run('digestTask', { digest, refs }),
  );
}

/** What each member's content is like (undefined: too large), or why it cannot be read. */
export function sketchContents(
  members: readonly Member[],
  threads: Threads,
): Promise<Map<Member, Outcome<Sketch | undefined>>> {
  return spread(members, SMALL_SKETCH, threads, (refs, here) =>
    here ? threads.runHere('sketchTask', { refs }) : threads.run('sketchTask', { refs }),
  );
}

/** Members over threads, or in this one where they come to less than `small` bytes. All have content. */
async function spread<T>(
  members: readonly Member[],
  small: number,
  threads: Threads,
  run: (refs: PackedRefs, here: boolean) => Promise<Outcome<T>[]>,
): Promise<Map<Member, Outcome<T>>> {
  const bytes = members.reduce((sum, member) => sum + member.size, 0);
  const here = bytes < small;
  const parts = here ? 1 : threads.count;
  const outcomes = new Map<Member, Outcome<T>>();
  const runPart = async (part: number): Promise<void> => {
    // Every n-th member: large ones lie together in a tree.
    const own = members.filter((_, i) => i % parts === part);
    const results = await run(packRefs(own.flatMap((member) => member.content ?? [])), here);
    for (const [i, member] of own.entries()) {
      const result = results[i];
      if (result !== undefined) outcomes.set(member, result);
    }
  };
  await Promise.all(Array.from({ length: parts }, (_, part) => runPart(part)));
  return outcomes;
}

/** Takes an outcome apart, row by row. */
function handOn(outcome: CompareOutcome, decide: (row: number, decision: ContentDecision) => void): void {
  const { equal, digestA, digestB, failures } = outcome;
  const failed = new Map(failures.map((failure) => [failure.row, failure]));
  for (const [row, digest] of digestA.entries()) {
    const failure = failed.get(row);
    decide(
      row,
      failure === undefined
        ? { equal: equal[row] === 1, digestA: digest, digestB: digestB[row] || digest }
        : { failed: failure.side, trouble: failure.trouble },
    );
  }
}

function isSmall(pairs: readonly ContentPair[]): boolean {
  if (pairs.length > SMALL_WORK_PAIRS) return false;
  const bytes = pairs.reduce((sum, pair) => sum + pair.a.length + pair.b.length, 0);
  return bytes <= SMALL_WORK_BYTES;
}

/** Large contents first, so that none of them is what all wait for at the end; then the others in order. */
function batchesOf(pairs: readonly ContentPair[]): number[][] {
  const large: number[][] = [];
  const batches: number[][] = [];
  let batch: number[] = [];
  let bytes = 0;
  for (const [index, pair] of pairs.entries()) {
    const size = pair.a.length + pair.b.length;
    if (size >= BATCH_BYTES) {
      large.push([index]);
      continue;
    }
    batch.push(index);
    bytes += size;
    if (batch.length >= BATCH_PAIRS || bytes >= BATCH_BYTES) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) batches.push(batch);
  return [...large, ...batches];
}
