import type { DigestAlgorithm } from '../artefact/digest.js';
import { type Listing, listDirectory } from '../artefact/directory.js';
import type { IngestOptions } from '../artefact/ingest.js';
import type { IngestedInput } from '../artefact/input.js';
import type { Limits } from '../artefact/limits.js';
import { type Trouble, toTrouble } from '../error.js';
import type { ExplainOutcome, ExplainTask } from '../explain/task.js';
import { ContentComparer, type ContentResult, comparerFor, isContentFailure } from '../pair/contents.js';
import type { DifferenceOutcome, DifferenceTask } from '../pair/difference.js';
import { type Sketch, sketchContent } from '../pair/sketch.js';
import { type PackedRefs, unpackRef } from './refs.js';

export { twinTask } from './twin.js';

/*
 * What a thread can be asked to do. Each function takes and returns plain data. Errors cross as `Outcome`:
 * structured cloning would keep their message but not their kind or place.
 */
export type Outcome<T> = { readonly ok: T } | { readonly failed: Trouble };

export interface CompareTask {
  readonly digest: DigestAlgorithm;
  readonly a: PackedRefs;
  readonly b: PackedRefs;
  /** Digests known from unpacking, or ''. */
  readonly knownA: readonly string[];
  readonly knownB: readonly string[];
}

/** One row a pair. */
export interface CompareOutcome {
  /** 1 where the bytes are the same. */
  readonly equal: Uint8Array;
  readonly digestA: readonly string[];
  /** '' where it is that of A. */
  readonly digestB: readonly string[];
  readonly failures: readonly { readonly row: number; readonly side: 'a' | 'b'; readonly trouble: Trouble }[];
}

export interface FileTask {
  readonly file: string;
  readonly input: number;
  readonly options: IngestOptions;
}

export async function ingestFileTask(task: FileTask): Promise<Outcome<IngestedInput>> {
  return outcome(async () => {
    const { ingestFile } = await import('../artefact/ingest.js');
    return ingestFile(task.file, task.input, task.options);
  });
}

export async function listDirectoryTask(task: { top: string; limits: Limits }): Promise<Outcome<Listing>> {
  return outcome(async () => {
    const steps = listDirectory(task.top, task.limits);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  });
}

export function compareTask(task: CompareTask): CompareOutcome {
  return compareRows(task.a.paths.length, task.digest, (comparer, row) =>
    comparer.compare(unpackRef(task.a, row), unpackRef(task.b, row), task.knownA[row], task.knownB[row]),
  );
}

function compareRows(
  rows: number,
  algorithm: DigestAlgorithm,
  compare: (comparer: ContentComparer, row: number) => ContentResult,
): CompareOutcome {
  const comparer = comparerFor(algorithm);
  const equal = new Uint8Array(rows);
  const digestA: string[] = [];
  const digestB: string[] = [];
  const failures: CompareOutcome['failures'][number][] = [];
  for (let row = 0; row < rows; row++) {
    try {
      const result = compare(comparer, row);
      equal[row] = result.equal ? 1 : 0;
      digestA.push(result.digestA);
      digestB.push(result.digestB === result.digestA ? '' : result.digestB);
    } catch (thrown) {
      if (!isContentFailure(thrown)) throw thrown;
      digestA.push('');
      digestB.push('');
      failures.push({ row, side: thrown.side, trouble: toTrouble(thrown.error) });
    }
  }
  return { equal, digestA, digestB, failures };
}

export async function digestTask(task: {
  digest: DigestAlgorithm;
  refs: PackedRefs;
}): Promise<Outcome<string>[]> {
  const by = new ContentComparer(task.digest);
  return Promise.all(
    task.refs.paths.map((_, row) => outcome(async () => by.digest(unpackRef(task.refs, row)))),
  );
}

export async function sketchTask(task: { refs: PackedRefs }): Promise<Outcome<Sketch | undefined>[]> {
  return Promise.all(
    task.refs.paths.map((_, row) => outcome(async () => sketchContent(unpackRef(task.refs, row)))),
  );
}

export async function differenceTask(task: DifferenceTask): Promise<Outcome<DifferenceOutcome>> {
  return outcome(async () => {
    const { describeDifference } = await import('../pair/difference.js');
    return describeDifference(task);
  });
}

export async function explainTask(task: ExplainTask): Promise<Outcome<ExplainOutcome>> {
  return outcome(async () => {
    const { explainPair } = await import('../explain/task.js');
    return explainPair(task);
  });
}

async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: await work() };
  } catch (error) {
    return { failed: toTrouble(error) };
  }
}
