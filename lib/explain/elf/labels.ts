import { highOf, type Key, lowOf } from './hash.js';

/** For each node 64 bits; 0 is none. */
export class Labels {
  readonly low: Int32Array;
  readonly high: Int32Array;

  constructor(readonly length: number) {
    this.low = new Int32Array(length);
    this.high = new Int32Array(length);
  }

  copy(): Labels {
    const out = new Labels(this.length);
    out.low.set(this.low);
    out.high.set(this.high);
    return out;
  }

  clear(): void {
    this.low.fill(0);
    this.high.fill(0);
  }

  set(node: number, from: Labels, other: number): void {
    this.low[node] = from.low[other] ?? 0;
    this.high[node] = from.high[other] ?? 0;
  }

  setKey(node: number, key: Key): void {
    this.low[node] = lowOf(key);
    this.high[node] = highOf(key);
  }

  setNone(node: number): void {
    this.low[node] = 0;
    this.high[node] = 0;
  }

  isNone(node: number): boolean {
    return this.low[node] === 0 && this.high[node] === 0;
  }

  isSame(node: number, of: Labels, other: number): boolean {
    return this.low[node] === of.low[other] && this.high[node] === of.high[other];
  }

  /** A label that no refinement gives but by chance: the high bits are those of no key. */
  setCounter(node: number, count: number): void {
    this.low[node] = Math.imul(count, 0x9e3779b1);
    this.high[node] = Math.imul(count ^ 0x5bd1e995, 0x85ebca6b);
  }

  /** Adds a label seen at a place: the sum of many has no order. */
  addMixed(node: number, low: number, high: number, at: number): void {
    let x = Math.imul(low ^ Math.imul(at, 0x9e3779b1), 0x7feb352d);
    let y = Math.imul(high ^ at ^ (x >>> 15), 0x846ca68b);
    x = Math.imul(x ^ (y >>> 16), 0x85ebca6b);
    y ^= x >>> 13;
    this.low[node] = (this.low[node] as number) + x;
    this.high[node] = (this.high[node] as number) + y;
  }
}

/** Free nodes by their labels: which share one, in their order. */
export class NodeIndex {
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** The next node with the same label, or -1; of the first one in `#last` the last. */
  readonly #next: Int32Array;
  readonly #last: Int32Array;
  readonly #keys: Labels;

  constructor(keys: Labels, pair: Int32Array) {
    let size = 64;
    while (size < keys.length * 2) size *= 2;
    this.#keys = keys;
    this.#mask = size - 1;
    this.#slots = new Int32Array(size).fill(-1);
    this.#next = new Int32Array(keys.length).fill(-1);
    this.#last = new Int32Array(keys.length).fill(-1);
    for (let node = 0; node < keys.length; node += 1) {
      if ((pair[node] as number) >= 0 || keys.isNone(node)) continue;
      const slot = this.#slot(keys, node);
      const first = this.#slots[slot] as number;
      if (first < 0) {
        this.#slots[slot] = node;
        this.#last[node] = node;
      } else {
        this.#next[this.#last[first] as number] = node;
        this.#last[first] = node;
      }
    }
  }

  /**
   * For each node of another graph that is the first with its label: the first one here, or -1. Labels may change
   * afterwards: `isSingle` and `next` go by what they were.
   */
  firstsLike(of: NodeIndex): Int32Array {
    return of.#last.map((last, node) =>
      last < 0 ? -1 : (this.#slots[this.#slot(of.#keys, node)] as number),
    );
  }

  /** Whether no other node had the label of this one, which was the first with it. */
  isSingle(first: number): boolean {
    return this.#last[first] === first;
  }

  next(node: number): number {
    return this.#next[node] as number;
  }

  #slot(keys: Labels, node: number): number {
    let slot = ((keys.low[node] as number) ^ Math.imul(keys.high[node] as number, 0x9e3779b1)) & this.#mask;
    for (;;) {
      const found = this.#slots[slot] as number;
      if (found < 0 || this.#keys.isSame(found, keys, node)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}
