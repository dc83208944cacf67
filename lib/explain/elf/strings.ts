import type { Sink } from '../../ledger/sink.js';
import { symbolTokens } from '../../symbol/name.js';
import { explainName, numberOf } from '../name.js';

/** The strings of one table as they are stored, each with the NUL that ends it; names that others end with are inside. */
class StoredStrings {
  readonly starts: Uint32Array;

  constructor(readonly bytes: Uint8Array) {
    let count = 0;
    for (let at = 0; at < bytes.length; count += 1) at = endOf(bytes, at);
    this.starts = new Uint32Array(count);
    let at = 0;
    for (let i = 0; i < count; i += 1) {
      this.starts[i] = at;
      at = endOf(bytes, at);
    }
  }

  end(index: number): number {
    return this.starts[index + 1] ?? this.bytes.length;
  }

  start(index: number): number {
    return this.starts[index] ?? 0;
  }

  /** The string that holds an offset, or -1. */
  at(offset: number): number {
    if (offset >= this.bytes.length) return -1;
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Without the NUL that ends it. */
  name(index: number): string {
    const text = this.text(index);
    return text.endsWith('\0') ? text.slice(0, -1) : text;
  }

  text(index: number): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString(
      'latin1',
      this.start(index),
      this.end(index),
    );
  }
}

function endOf(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(0, from);
  return end < 0 ? bytes.length : end + 1;
}

/** Two string tables whose strings are paired by who refers to them. */
export class StringPairs {
  readonly #a: StoredStrings;
  readonly #b: StoredStrings;
  readonly #pairs: Int32Array;
  readonly #taken: Uint8Array;
  /** Strings of things with equal contents. */
  readonly #counted: Uint8Array;
  /** Names of labels: 1 where their numbers follow from where all that is called so stands, 2 where those of one do not. */
  readonly #numbered: Uint8Array;

  constructor(a: Uint8Array, b: Uint8Array) {
    this.#a = new StoredStrings(a);
    this.#b = new StoredStrings(b);
    this.#pairs = new Int32Array(this.#a.starts.length).fill(-1);
    this.#taken = new Uint8Array(this.#b.starts.length);
    this.#counted = new Uint8Array(this.#a.starts.length);
    this.#numbered = new Uint8Array(this.#a.starts.length);
  }

  /**
   * What is called by the string at `a` in A is called by the one at `b` in B.
   * @param counted the two have equal contents
   * @param numbered a label's number follows on both sides from where it stands
   */
  join(a: number, b: number, counted: boolean, numbered: boolean): void {
    const from = this.#a.at(a);
    const to = this.#b.at(b);
    if (from < 0 || to < 0) return;
    if (counted) this.#counted[from] = 1;
    this.#numbered[from] = numbered && this.#numbered[from] !== 2 ? 1 : 2;
    if (this.#pairs[from] !== -1 || this.#taken[to] === 1) return;
    this.#pairs[from] = to;
    this.#taken[to] = 1;
  }

  /** Pairs what nobody refers to: by its text without hashes, first with first. */
  joinRest(): void {
    const free = new Map<string, number[]>();
    for (let i = this.#b.starts.length - 1; i >= 0; i -= 1) {
      if (this.#taken[i] === 1) continue;
      const key = symbolTokens(this.#b.name(i)).skeleton;
      const list = free.get(key);
      if (list === undefined) free.set(key, [i]);
      else list.push(i);
    }
    for (let i = 0; i < this.#pairs.length; i += 1) {
      if (this.#pairs[i] !== -1) continue;
      const to = free.get(symbolTokens(this.#a.name(i)).skeleton)?.pop();
      if (to === undefined) continue;
      this.#pairs[i] = to;
      this.#taken[to] = 1;
    }
  }

  /** Pairs paths that are left by their last component, where each side has one of it: some linkers sort strings by a hash. */
  joinPaths(): void {
    const [left, right] = [new Map<string, number>(), new Map<string, number>()];
    for (let i = 0; i < this.#pairs.length; i += 1)
      if (this.#pairs[i] === -1) addOnce(left, lastComponent(this.#a.text(i)), i);
    for (let i = 0; i < this.#taken.length; i += 1)
      if (this.#taken[i] === 0) addOnce(right, lastComponent(this.#b.text(i)), i);
    for (const [name, from] of left) {
      const to = right.get(name);
      if (from < 0 || to === undefined || to < 0) continue;
      this.#pairs[from] = to;
      this.#taken[to] = 1;
    }
  }

  /** Pairs what is left between two pairs that are neighbours on both sides. */
  joinInOrder(): void {
    for (let i = 0; i < this.#pairs.length; i += 1) {
      const before = i === 0 ? -1 : (this.#pairs[i - 1] ?? -1);
      if (this.#pairs[i] !== -1 || (i > 0 && before < 0)) continue;
      if (before + 1 >= this.#taken.length || this.#taken[before + 1] === 1) continue;
      this.#pairs[i] = before + 1;
      this.#taken[before + 1] = 1;
    }
  }

  /** Where the string at an offset of A went: measured from its end, since a name may be the end of another. */
  offset(a: number): number {
    const from = this.#a.at(a);
    const to = from < 0 ? -1 : (this.#pairs[from] ?? -1);
    if (to < 0) return -1;
    const offset = this.#b.end(to) - (this.#a.end(from) - a);
    const inside = offset >= this.#b.start(to);
    // The whole of a string is the whole of the other, unless that is the end of a longer one there.
    if (a === this.#a.start(from) && !(inside && textAt(this.#b.bytes, offset) === textAt(this.#a.bytes, a)))
      return this.#b.start(to);
    return inside ? offset : -1;
  }

  /**
   * Whether the string at `b` of B is what the string at `a` of A became: the very one, or another with the same text,
   * as a linker keeps them of local symbols. What has no name has none at one place only: any string ends with a NUL, and
   * an offset that leads to one is no number that follows from anything.
   */
  leadsTo(a: number, b: number): boolean {
    const expected = this.offset(a);
    if (expected === b) return true;
    const text = textAt(this.#b.bytes, b);
    if (text === '\0' || text === '') return false;
    if (textAt(this.#a.bytes, a) === text) return true;
    return expected >= 0 && textAt(this.#b.bytes, expected) === text;
  }

  /**
   * @param text compares two strings that are not the same
   * @param placed nobody checks who refers to the strings, by their offset: one that stands elsewhere is one that
   * something else may be called by now
   */
  explain(
    sink: Sink,
    text?: (a: Uint8Array, b: Uint8Array, sink: Sink) => void,
    placed: boolean = false,
  ): void {
    for (let i = 0; i < this.#pairs.length; i += 1) {
      const start = this.#a.start(i);
      const end = this.#a.end(i);
      const to = this.#pairs[i] ?? -1;
      if (to < 0) {
        sink.change(start, end - start, 0, 0);
        continue;
      }
      const other = this.#b.start(to);
      const a = this.#a.bytes.subarray(start, end);
      const b = this.#b.bytes.subarray(other, this.#b.end(to));
      if (placed && start !== other)
        sink.change(start, a.length, other, b.length, { reason: 'debug-info', field: 'string' });
      else if (Buffer.compare(a, b) === 0) sink.equal(start, other, a.length);
      else if (text !== undefined) text(a, b, sink.at(start, other));
      else {
        const known = numberOf(a) === undefined ? this.#counted[i] : this.#numbered[i];
        explainName(a, b, sink.at(start, other), known === 1);
      }
    }
    for (let i = 0; i < this.#taken.length; i += 1) {
      const start = this.#b.start(i);
      if (this.#taken[i] === 0) sink.change(0, 0, start, this.#b.end(i) - start);
    }
  }
}

/** Undefined where a text is no path. */
function lastComponent(text: string): string | undefined {
  const slash = text.lastIndexOf('/');
  return slash < 0 ? undefined : text.slice(slash);
}

/** -1 for what is there more than once. */
function addOnce(rows: Map<string, number>, key: string | undefined, row: number): void {
  if (key !== undefined) rows.set(key, rows.has(key) ? -1 : row);
}

function textAt(bytes: Uint8Array, offset: number): string {
  const end = endOf(bytes, offset);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', offset, end);
}
