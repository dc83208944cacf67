/** What stands at a place that the crate root or a table points out. */
export const MARK = {
  /** A crate hash (SVH), 16 bytes. */
  crateHash: 0,
  /** `StableCrateId`, eight bytes. */
  crateId: 1,
  /** An `ExpnHash`: the id of a crate and a hash of its own, eight bytes each. */
  expnHash: 2,
  /** The id of a source file, 16 bytes. */
  sourceFile: 3,
  /** The text of `extra_filename`. */
  extraFilename: 4,
} as const;
export type Mark = (typeof MARK)[keyof typeof MARK];

/** Places of A in ascending order, with what stands there and how long it is. */
export class Marks {
  readonly #at: Float64Array;
  readonly #length: Uint16Array;
  readonly #kind: Uint8Array;
  #next = 0;

  constructor(list: readonly { readonly at: number; readonly length: number; readonly kind: Mark }[]) {
    const sorted = [...list].sort((x, y) => x.at - y.at);
    this.#at = Float64Array.from(sorted, (m) => m.at);
    this.#length = Uint16Array.from(sorted, (m) => m.length);
    this.#kind = Uint8Array.from(sorted, (m) => m.kind);
  }

  /** Where the next mark from `at` on starts. Callers go forward only. */
  from(at: number): number {
    while (this.#next < this.#at.length && (this.#at[this.#next] as number) < at) this.#next += 1;
    return this.#at[this.#next] ?? Number.POSITIVE_INFINITY;
  }

  /** The mark that `from` told is done with. */
  pass(): void {
    this.#next += 1;
  }

  /** Of the mark that `from` told. */
  get length(): number {
    return this.#length[this.#next] ?? 0;
  }

  get kind(): Mark {
    return (this.#kind[this.#next] ?? 0) as Mark;
  }
}
