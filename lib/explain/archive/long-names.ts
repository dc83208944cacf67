import type { RlibMember } from '../../format/rlib.js';
import type { Sink } from '../../ledger/sink.js';
import { explainName } from '../name.js';

/** The tables of long names, line by line: two lines belong together whose members do. */
export class LongNames {
  readonly #linesA: ReadonlyMap<number, number>;
  readonly #linesB: ReadonlyMap<number, number>;
  /** Where a line of A starts, and that of B. */
  readonly #pairs = new Map<number, number>();

  constructor(a: Uint8Array, b: Uint8Array, pairs: ReadonlyMap<RlibMember, RlibMember>) {
    this.#linesA = lines(a);
    this.#linesB = lines(b);
    const taken = new Set<number>();
    for (const [from, to] of pairs) {
      const startA = longName(from.ar_name);
      const startB = longName(to.ar_name);
      if (!this.#linesA.has(startA) || !this.#linesB.has(startB)) continue;
      if (this.#pairs.has(startA) || taken.has(startB)) continue;
      this.#pairs.set(startA, startB);
      taken.add(startB);
    }
  }

  /** Where the name begins in B that a header of A leads to; -1 where nothing says so. */
  offset(ar_name: string): number {
    return this.#pairs.get(longName(ar_name)) ?? -1;
  }

  /** `sink` is that of the table's content. */
  explain(a: Uint8Array, b: Uint8Array, sink: Sink): void {
    const left = new Map(this.#linesB);
    for (const [startA, endA] of this.#linesA) {
      const startB = this.#pairs.get(startA) ?? -1;
      const endB = left.get(startB);
      const other = [...left].at(-1);
      if (
        endB === undefined &&
        endA - startA === 1 &&
        endA === a.length &&
        other?.[1] === b.length &&
        b.length - other[0] === 1
      ) {
        left.delete(other[0]);
        sink.equal(startA, other[0], 1);
        continue;
      }
      if (endB === undefined && endA - startA === 1 && endA === a.length) {
        // What makes the length even.
        sink.derived(startA, 1, b.length, 0, NOTHING, 'the length of the names', 'padding');
        continue;
      }
      if (endB === undefined) {
        sink.change(startA, endA - startA, 0, 0);
        continue;
      }
      left.delete(startB);
      explainName(a.subarray(startA, endA), b.subarray(startB, endB), sink.at(startA, startB), false);
    }
    for (const [start, end] of left) {
      if (end - start === 1 && end === b.length)
        sink.derived(a.length, 0, start, 1, NEWLINE, 'the length of the names', 'padding');
      else sink.change(0, 0, start, end - start);
    }
  }
}

/** Where each line starts, and where it ends, its line feed included. */
function lines(bytes: Uint8Array): Map<number, number> {
  const out = new Map<number, number>();
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    const next = end < 0 ? bytes.length : end + 1;
    out.set(at, next);
    at = next;
  }
  return out;
}

/** The number says where the name begins; -1 where the name is in the header itself. */
function longName(ar_name: string): number {
  const found = /^\/([0-9]+)$/.exec(ar_name);
  return found === null ? -1 : Number(found[1]);
}

const NEWLINE = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);
