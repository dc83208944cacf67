import type { DigestAlgorithm } from '../artefact/digest.js';
import { type Listing, statRows } from '../artefact/directory.js';
import type { IngestedInput } from '../artefact/input.js';
import { ListedMember } from '../artefact/listed-member.js';
import type { Member } from '../artefact/member.js';
import { makeStats } from '../artefact/stat-columns.js';
import type { Threads } from '../thread/pool.js';
import { type ContentDecision, handOn } from './work.js';

/**
 * Two directories mostly hold files of the same names. Those are opened, asked and compared in threads as soon as
 * both are listed, while this thread is still placing and pairing; a pair then finds its decision made. A name says
 * nothing about a pair: a decision is only used where the pairing put the two together.
 */
export class Twins {
  readonly #rowsB: Int32Array;
  readonly #decisions: (ContentDecision | undefined)[];
  #listener: ((rowA: number, decision: ContentDecision) => void) | undefined;
  /** Settles when every decision is made. */
  readonly done: Promise<void>;

  constructor(
    readonly a: Listing,
    readonly b: Listing,
    common: CommonNames,
    digest: DigestAlgorithm,
    threads: Threads,
  ) {
    this.#rowsB = new Int32Array(a.names.length).fill(-1);
    this.#decisions = new Array(a.names.length);
    for (const [i, rowA] of common.rowsA.entries()) this.#rowsB[rowA] = common.rowsB[i] ?? -1;
    this.done = Promise.all(batches(common).map((batch) => this.#run(batch, digest, threads))).then(() => {});
    this.done.catch(() => {});
  }

  /** Whether the two are compared, or will be. */
  has(a: Member, b: Member): a is ListedMember {
    if (!(a instanceof ListedMember && b instanceof ListedMember)) return false;
    return a.listing === this.a && b.listing === this.b && this.#rowsB[a.row] === b.row;
  }

  /** Hands on the decisions made so far, and every later one as it is made. */
  listen(listener: (rowA: number, decision: ContentDecision) => void): void {
    this.#listener = listener;
    for (const [row, decision] of this.#decisions.entries())
      if (decision !== undefined) listener(row, decision);
  }

  async #run(batch: CommonNames, digest: DigestAlgorithm, threads: Threads): Promise<void> {
    const { a, b } = this;
    const outcome = await threads.run('twinTask', {
      digest,
      topA: a.top,
      topB: b.top,
      names: batch.names,
      rowsA: batch.rowsA,
      rowsB: batch.rowsB,
      statsA: a.stats,
      statsB: b.stats,
    });
    handOn(outcome, (i, decision) => {
      const row = batch.rowsA[i] ?? 0;
      this.#decisions[row] = decision;
      this.#listener?.(row, decision);
    });
  }
}

/** Files that two listings have under the same name. */
interface CommonNames {
  readonly names: readonly string[];
  readonly rowsA: Uint32Array;
  readonly rowsB: Uint32Array;
}

/** Files of one task. Small, since nothing is known of their sizes yet. */
const BATCH = 256;
/** Common files below which the ordinary way is as fast. */
const FEW = 1500;

/**
 * Asks the system what every listed member is like, but for the twins of two directories: those are asked when
 * they are opened.
 */
export function statInputs(
  a: readonly IngestedInput[],
  b: readonly IngestedInput[],
  others: readonly IngestedInput[],
  digest: DigestAlgorithm,
  threads: Threads,
): Twins | undefined {
  for (const { listing } of [...a, ...b, ...others])
    if (listing !== undefined) listing.stats = makeStats(listing.names.length);
  const listingA = a.length === 1 ? a[0]?.listing : undefined;
  const listingB = b.length === 1 ? b[0]?.listing : undefined;
  const common =
    listingA !== undefined && listingB !== undefined ? commonNames(listingA, listingB) : undefined;
  const started =
    listingA !== undefined && listingB !== undefined && common !== undefined && common.names.length >= FEW;
  const twins = started ? new Twins(listingA, listingB, common, digest, threads) : undefined;
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

function batches({ names, rowsA, rowsB }: CommonNames): CommonNames[] {
  const all: CommonNames[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const end = at + BATCH;
    all.push({ names: names.slice(at, end), rowsA: rowsA.slice(at, end), rowsB: rowsB.slice(at, end) });
  }
  return all;
}

function* rowsWithout(count: number, left: Uint32Array | undefined): Generator<number> {
  let next = 0;
  for (let row = 0; row < count; row++) {
    if (left !== undefined && left[next] === row) next += 1;
    else yield row;
  }
}
