import { type DigestAlgorithm, writeDigest } from '../artefact/digest.js';
import type { StatColumns } from '../artefact/stat-columns.js';
import { type Trouble, toTrouble } from '../error.js';
import { comparerFor, isContentFailure } from '../pair/contents.js';

/**
 * Files of the same name in two directories. Everything but the names is shared: each thread takes rows from
 * `next` until none are left and writes what it finds into the columns, without asking or telling anybody.
 */
export interface TwinTask {
  readonly digest: DigestAlgorithm;
  readonly topA: string;
  readonly topB: string;
  readonly names: readonly string[];
  readonly rowsA: Uint32Array;
  readonly rowsB: Uint32Array;
  /** What the system says of the files, by `rowsA` and `rowsB`. */
  readonly statsA: StatColumns;
  readonly statsB: StatColumns;
  /** One number: the first row that nobody has taken. */
  readonly next: Int32Array;
  /** One of `TWIN_STATES` a row; its digests are there when it is no longer `pending`. */
  readonly states: Uint8Array;
  /** Two of `DIGEST_BYTES` a row: A's, B's. */
  readonly digests: Uint8Array;
}

export const TWIN_STATES = { pending: 0, equal: 1, different: 2, failed: 3 } as const;

export type TwinFailures = readonly {
  readonly row: number;
  readonly side: 'a' | 'b';
  readonly trouble: Trouble;
}[];

/** Rows taken at once. */
const TAKEN = 32;

export function twinTask(task: TwinTask): TwinFailures {
  const { topA, topB, names, rowsA, rowsB, statsA, statsB, next, states, digests } = task;
  const comparer = comparerFor(task.digest);
  const failures: TwinFailures[number][] = [];
  for (let first = Atomics.add(next, 0, TAKEN); first < names.length; first = Atomics.add(next, 0, TAKEN)) {
    for (let row = first; row < Math.min(first + TAKEN, names.length); row++) {
      try {
        const a = { path: `${topA}/${names[row]}`, stats: statsA, row: rowsA[row] ?? 0 };
        const b = { path: `${topB}/${names[row]}`, stats: statsB, row: rowsB[row] ?? 0 };
        const { equal, digestA, digestB } = comparer.compare(a, b);
        writeDigest(digests, row * 2, digestA);
        writeDigest(digests, row * 2 + 1, digestB);
        Atomics.store(states, row, equal ? TWIN_STATES.equal : TWIN_STATES.different);
      } catch (thrown) {
        if (!isContentFailure(thrown)) throw thrown;
        failures.push({ row, side: thrown.side, trouble: toTrouble(thrown.error) });
        Atomics.store(states, row, TWIN_STATES.failed);
      }
    }
  }
  return failures;
}
