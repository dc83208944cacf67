import type { FunctionCounts } from './explanation.js';
import { ChangedFunctions, type CodeStretch } from './instructions/changed-functions.js';

export type FunctionOutcome = 'equal' | 'moved' | 'relabelled' | 'hashes' | 'changed';

/** Names of functions on one side only that are listed. */
const MAX_NAMED = 200;

/** Counts functions as they are compared, and remembers where changed ones lie. */
export class FunctionTally {
  readonly changed = new ChangedFunctions();
  #a = 0;
  #b = 0;
  readonly #outcomes = { equal: 0, moved: 0, relabelled: 0, hashes: 0, changed: 0 };
  readonly #onlyA: string[] = [];
  readonly #onlyB: string[] = [];

  pair(outcome: FunctionOutcome): void {
    this.#a += 1;
    this.#b += 1;
    this.#outcomes[outcome] += 1;
  }

  only(side: 'a' | 'b', name: string, stretch: CodeStretch): void {
    this.changed.only(side, stretch);
    if (side === 'a') this.#a += 1;
    else this.#b += 1;
    (side === 'a' ? this.#onlyA : this.#onlyB).push(name);
  }

  /** Undefined where there was no function at all. */
  counts(): FunctionCounts | undefined {
    if (this.#a + this.#b === 0) return undefined;
    const { equal, moved, relabelled, hashes, changed } = this.#outcomes;
    return {
      a: this.#a,
      b: this.#b,
      paired: this.#a - this.#onlyA.length,
      equal,
      moved,
      relabelled,
      hashes,
      changed,
      onlyA: this.#onlyA.slice(0, MAX_NAMED),
      onlyB: this.#onlyB.slice(0, MAX_NAMED),
      onlyALeftOut: Math.max(0, this.#onlyA.length - MAX_NAMED),
      onlyBLeftOut: Math.max(0, this.#onlyB.length - MAX_NAMED),
    };
  }
}
