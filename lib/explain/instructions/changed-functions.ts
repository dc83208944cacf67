import type { RowMapping } from '../../machine/code.js';
import type { ElfView } from '../elf/view.js';

/** A stretch of code in one file; offsets are in the section. */
export interface CodeStretch {
  readonly view: ElfView;
  readonly section: number;
  readonly start: number;
  readonly end: number;
}

/** Two functions of other instructions, or one that only one side has. */
export type ChangedFunction = ChangedPair | OneSided;

export interface ChangedPair {
  readonly a: CodeStretch;
  readonly b: CodeStretch;
  /** As `CodeResult.mapping`. */
  readonly mapping: RowMapping | undefined;
  /** What is not equal, four numbers each: offset in the section of A, length, offset in that of B, length. */
  readonly changes: readonly number[];
  readonly changedRows: number;
  readonly changedBytes: number;
}

export type OneSided =
  | { readonly a: CodeStretch; readonly b?: undefined; readonly changedBytes: number }
  | { readonly a?: undefined; readonly b: CodeStretch; readonly changedBytes: number };

/** Functions that are remembered: those with the most changed bytes, of pairs and of those of one side alike. */
const MOST = 50;

/** Remembers where changed functions lie, so that their instructions can be shown once it is known what is residue. */
export class ChangedFunctions {
  readonly #pairs: ChangedPair[] = [];
  readonly #oneSided: OneSided[] = [];

  pair(pair: ChangedPair): void {
    keep(this.#pairs, pair);
  }

  only(side: 'a' | 'b', stretch: CodeStretch): void {
    const changedBytes = stretch.end - stretch.start;
    keep(this.#oneSided, side === 'a' ? { a: stretch, changedBytes } : { b: stretch, changedBytes });
  }

  all(): readonly ChangedFunction[] {
    return [...this.#pairs, ...this.#oneSided];
  }
}

/** The list is in order, most bytes first; of two alike the one that came first. */
function keep<F extends ChangedFunction>(list: F[], of: F): void {
  const last = list.at(-1);
  if (list.length === MOST && last !== undefined && last.changedBytes >= of.changedBytes) return;
  const at = list.findIndex(({ changedBytes }) => changedBytes < of.changedBytes);
  list.splice(at < 0 ? list.length : at, 0, of);
  if (list.length > MOST) list.pop();
}
