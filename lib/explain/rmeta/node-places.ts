import type { Sink } from '../../ledger/sink.js';

/** Bytes that are looked through for the start of a node; what lies further behind it has no place of its own. */
const FAR = 2 ** 16;

/**
 * Places for what stands in metadata nodes. A node is what a table's entry points to; two hashes in one node are one
 * witness, in two nodes they are two.
 */
export class NodePlaces {
  readonly #starts: Uint8Array;
  #node = -1;
  #sink: Sink;

  /** @param length of A, in bytes */
  constructor(
    readonly whole: Sink,
    length: number,
  ) {
    this.#starts = new Uint8Array((length >>> 3) + 1);
    this.#sink = whole;
  }

  /** A node starts at `a`. */
  add(a: number): void {
    const index = a >>> 3;
    if (index < this.#starts.length) this.#starts[index] = (this.#starts[index] as number) | (1 << (a & 7));
  }

  /** The sink for what stands at `a`; its offsets count from the start of the metadata, as those of `whole` do. */
  at(a: number, least: number): Sink {
    const first = Math.max(least, a - FAR);
    let node = a;
    while (node > first) {
      const group = this.#starts[node >>> 3] as number;
      if ((group >>> (node & 7)) & 1) break;
      node = group === 0 && (node & 7) === 7 && node - 8 > first ? node - 8 : node - 1;
    }
    if (node === first && first > least) return this.whole;
    if (node !== this.#node) {
      this.#node = node;
      this.#sink = this.whole.within(0, 0, 'symbol', `node at ${node}`);
    }
    return this.#sink;
  }
}
