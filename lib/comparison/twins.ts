import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { DIGEST_BYTES, type DigestAlgorithm, readDigest } from '../artefact/digest.js';
import { type Listing, statRows } from '../artefact/directory.js';
import type { IngestedInput } from '../artefact/input.js';
import { ListedMember } from '../artefact/listed-member.js';
import type { Member } from '../artefact/member.js';
import { makeStats } from '../artefact/stat-columns.js';
import type { Threads } from '../thread/pool.js';
import { TWIN_STATES, type TwinFailures, type TwinTask } from '../thread/twin.js';
import type { ContentDecision } from './work.js';

/**
 * Two directories mostly hold files of the same names. Those are opened, asked and compared in threads as soon as
 * both are listed, while this thread is still placing and pairing; a pair then finds its decision made. A name says
 * nothing about a pair: a decision is only used where the pairing put the two together.
 */
export class Twins {
  /** By row of A, the index into the common names; -1 where there is none. */
  readonly #index: Int32Array;
  readonly #next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #states: Uint8Array;
  readonly #digests: Uint8Array;
  readonly #failures = new Map<number, TwinFailures[number]>();
  /** Settles when every decision is made. */
  readonly #done: Promise<void>;

  constructor(
    readonly a: Listing,
    readonly b: Listing,
    readonly common: CommonNames,
    digest: DigestAlgorithm,
    threads: Threads,
  ) {
    const count = common.names.length;
    this.#index = new Int32Array(a.names.length).fill(-1);
    for (const [i, row] of common.rowsA.entries()) this.#index[row] = i;
    this.#states = new Uint8Array(new SharedArrayBuffer(count));
    this.#digests = new Uint8Array(new SharedArrayBuffer(count * 2 * DIGEST_BYTES));
    const task: TwinTask = {
      digest,
      topA: a.top,
      topB: b.top,
      ...common,
      statsA: a.stats,
      statsB: b.stats,
      next: this.#next,
      states: this.#states,
      digests: this.#digests,
    };
    this.#done = this.#run(task, threads);
    // A failure is met by whoever waits; until then it must not count as unhandled.
    this.#done.catch(() => {});
  }

  /** Whether the two are compared, or will be. */
  has(a: Member, b: Member): a is ListedMember {
    if (!(a instanceof ListedMember && b instanceof ListedMember)) return false;
    if (a.listing !== this.a || b.listing !== this.b) return false;
    const index = this.#index[a.row] ?? -1;
    return index >= 0 && this.common.rowsB[index] === b.row;
  }

  /** Hands on every decision, soon after it is made, and ends with the last. */
  async follow(decide: (rowA: number, decision: ContentDecision) => void): Promise<void> {
    const handed = new Uint8Array(this.#states.length);
    let first = 0;
    for (let last = false; !last; ) {
      last = await Promise.race([this.#done.then(() => true), delay(INTERVAL, false, { ref: false })]);
      // Rows are taken in order: what is not handed on yet lies between the first such row and the next to be taken.
      const end = Math.min(Atomics.load(this.#next, 0), handed.length);
      for (let i = first; i < end; i++) {
        if (handed[i] === 1) continue;
        const decision = this.#decision(i);
        if (decision === undefined) continue;
        handed[i] = 1;
        decide(this.common.rowsA[i] ?? -1, decision);
      }
      while (handed[first] === 1) first += 1;
    }
  }

  #decision(i: number): ContentDecision | undefined {
    switch (Atomics.load(this.#states, i)) {
      case TWIN_STATES.equal: {
        const digest = readDigest(this.#digests, i * 2);
        return { equal: true, digestA: digest, digestB: digest };
      }
      case TWIN_STATES.different:
        return {
          equal: false,
          digestA: readDigest(this.#digests, i * 2),
          digestB: readDigest(this.#digests, i * 2 + 1),
        };
      default: {
        // Not made yet, or failed: that is told when the thread has ended.
        const failure = this.#failures.get(i);
        return failure === undefined ? undefined : { failed: failure.side, trouble: failure.trouble };
      }
    }
  }

  async #run(task: TwinTask, threads: Threads): Promise<void> {
    const ended = await Promise.all(
      Array.from({ length: threads.count }, () => threads.run('twinTask', task)),
    );
    for (const failure of ended.flat()) this.#failures.set(failure.row, failure);
  }
}

/** Milliseconds between two looks at what the threads have done. */
const INTERVAL = 40;

/** Files that two listings have under the same name. */
interface CommonNames {
  readonly names: readonly string[];
  readonly rowsA: Uint32Array;
  readonly rowsB: Uint32Array;
}

/** Common files below which the ordinary way is as fast. */
const FEW = 1500;

/**
 * Asks the system what every listed member is like, but for the twins of two directories: those are asked when
 * they are opened.
 */
export async function statInputs(
  a: readonly IngestedInput[],
  b: readonly IngestedInput[],
  others: readonly IngestedInput[],
  digest: DigestAlgorithm,
  threads: Threads,
): Promise<Twins | undefined> {
  for (const { listing } of [...a, ...b, ...others])
    if (listing !== undefined) listing.stats = makeStats(listing.names.length);
  const listingA = a.length === 1 ? a[0]?.listing : undefined;
  const listingB = b.length === 1 ? b[0]?.listing : undefined;
  const common =
    listingA !== undefined && listingB !== undefined ? commonNames(listingA, listingB) : undefined;
  const started =
    listingA !== undefined && listingB !== undefined && common !== undefined && common.names.length >= FEW;
  const twins = started ? new Twins(listingA, listingB, common, digest, threads) : undefined;
  // The threads get their work before this one begins its own.
  if (twins !== undefined) await turn();
  for (const { listing } of [...a, ...b, ...others]) {
    if (listing === undefined) continue;
    const left =
      twins === undefined
        ? undefined
        : listing === listingA
          ? common?.rowsA
          : listing === listingB
            ? common?.rowsB
            : undefined;
    statRows(listing, rowsWithout(listing.names.length, left?.slice().sort()));
  }
  return twins;
}

function commonNames(a: Listing, b: Listing): CommonNames {
  const rows = new Map<string, number>();
  for (const [row, name] of b.names.entries()) if (b.types[row] === 'file') rows.set(name, row);
  const names: string[] = [];
  const rowsA: number[] = [];
  const rowsB: number[] = [];
  for (const [row, name] of a.names.entries()) {
    if (a.types[row] !== 'file') continue;
    const other = rows.get(name);
    if (other === undefined) continue;
    names.push(name);
    rowsA.push(row);
    rowsB.push(other);
  }
  return { names, rowsA: Uint32Array.from(rowsA), rowsB: Uint32Array.from(rowsB) };
}

function* rowsWithout(count: number, left: Uint32Array | undefined): Generator<number> {
  let next = 0;
  for (let row = 0; row < count; row++) {
    if (left !== undefined && left[next] === row) next += 1;
    else yield row;
  }
}
