import { memoryBytes } from '../../artefact/bytes.js';
import { alignBytes } from '../../ledger/align.js';
import type { RmetaPair } from './reference.js';

/** Two stretches that correspond. */
export interface Stretch {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

/** Equal bytes in a row that the alignment must have found. */
const RUN = 16;

/** The alignment of what is left of a stretch, made only where a search nearby failed. */
export class Rest {
  #runs: Float64Array | undefined;
  #next = 0;

  constructor(
    readonly pair: RmetaPair,
    readonly stretch: Stretch,
  ) {}

  /** The next equal run behind both places, or both ends. */
  next(i: number, j: number): [number, number] {
    const runs = this.#align(i, j);
    for (; this.#next < runs.length; this.#next += 3) {
      const a = runs[this.#next] as number;
      const b = runs[this.#next + 1] as number;
      const length = runs[this.#next + 2] as number;
      const skip = Math.max(0, i + 1 - a, j + 1 - b);
      if (length - skip >= RUN) return [a + skip, b + skip];
    }
    return [this.stretch.aEnd, this.stretch.bEnd];
  }

  #align(i: number, j: number): Float64Array {
    if (this.#runs !== undefined) return this.#runs;
    const { aEnd, bEnd } = this.stretch;
    const { a, b } = this.pair;
    const { ranges } = alignBytes(memoryBytes(a.subarray(i, aEnd)), memoryBytes(b.subarray(j, bEnd)));
    const runs = new Float64Array(3 * ranges.count);
    for (let r = 0; r < ranges.count; r++) {
      const start = (ranges.aStart[r] as number) + (ranges.aLength[r] as number);
      const startB = (ranges.bStart[r] as number) + (ranges.bLength[r] as number);
      const end = r + 1 < ranges.count ? (ranges.aStart[r + 1] as number) : start;
      runs.set([i + start, j + startB, end - start], 3 * r);
    }
    this.#runs = runs;
    return runs;
  }
}
