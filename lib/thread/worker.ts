import type { DigestAlgorithm } from '../artefact/digest.js';
import { type IngestedInput, type IngestOptions, ingestDirectory, ingestFile } from '../artefact/ingest.js';
import type { Limits } from '../artefact/limits.js';
import { type Trouble, toTrouble } from '../error.js';
import { ContentComparer, isContentFailure } from '../pair/contents.js';
import type { DifferenceOutcome, DifferenceTask } from '../pair/difference.js';
import { type PackedRefs, unpackRef } from './refs.js';

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
  readonly equal: readonly boolean[];
  readonly digestA: readonly string[];
  readonly digestB: readonly string[];
  readonly failures: readonly { readonly row: number; readonly side: 'a' | 'b'; readonly trouble: Trouble }[];
}

export interface FileTask {
  readonly file: string;
  readonly input: number;
  readonly options: IngestOptions;
}

export async function ingestFileTask(task: FileTask): Promise<Outcome<IngestedInput>> {
  return outcome(() => ingestFile(task.file, task.input, task.options));
}

export async function ingestDirectoryTask(task: {
  file: string;
  limits: Limits;
}): Promise<Outcome<IngestedInput>> {
  return outcome(async () => {
    const steps = ingestDirectory(task.file, task.limits);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  });
}

let comparer: { readonly algorithm: DigestAlgorithm; readonly with: ContentComparer } | undefined;

export function compareTask(task: CompareTask): CompareOutcome {
  if (comparer?.algorithm !== task.digest) {
    comparer = { algorithm: task.digest, with: new ContentComparer(task.digest) };
  }
  const equal: boolean[] = [];
  const digestA: string[] = [];
  const digestB: string[] = [];
  const failures: CompareOutcome['failures'][number][] = [];
  for (let row = 0; row < task.a.paths.length; row++) {
    try {
      const known = [task.knownA[row] || undefined, task.knownB[row] || undefined] as const;
      const result = comparer.with.compare(unpackRef(task.a, row), unpackRef(task.b, row), ...known);
      equal.push(result.equal);
      digestA.push(result.digestA);
      digestB.push(result.digestB);
    } catch (thrown) {
      if (!isContentFailure(thrown)) throw thrown;
      equal.push(false);
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

export async function differenceTask(task: DifferenceTask): Promise<Outcome<DifferenceOutcome>> {
  return outcome(async () => {
    const { describeDifference } = await import('../pair/difference.js');
    return describeDifference(task);
  });
}

async function outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: await work() };
  } catch (error) {
    return { failed: toTrouble(error) };
  }
}
