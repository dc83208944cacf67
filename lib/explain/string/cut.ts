import { versionCause } from '../../cause/rustc-version.js';
import type { Sink } from '../../ledger/sink.js';
import { base62Digits } from '../../symbol/base62.js';
import { type Labelled, labelAt, labelled } from './label.js';
import type { Lexed } from './lexer.js';
import { TOKEN_TYPES, type TokenType } from './tokens.js';

/**
 * Cuts two texts from left to right and hands the pieces to the sink. It stands at one place of both; each step
 * takes it further, so that nothing is left out or taken twice.
 */
export class Cut {
  #a = 0;
  #b = 0;
  /** Where the equal piece began that has not been given to the sink yet. */
  #equalA = 0;
  #equalB = 0;
  /** Where each piece begins on both sides. */
  readonly #pieceA: number[] = [];
  readonly #pieceB: number[] = [];
  readonly #pieceEqual: boolean[] = [];
  #labels: { readonly a: Labelled; readonly b: Labelled } | undefined;

  constructor(
    readonly a: string,
    readonly b: string,
    readonly sink: Sink,
    readonly field?: string | undefined,
  ) {}

  /** Goes on over equal text, to `a` and `b`; text that is not equal after all is a change. */
  equal(a: number, b: number): void {
    if (a - this.#a !== b - this.#b || !sameText(this.a, this.#a, this.b, this.#b, a - this.#a)) {
      this.change(a, b);
      return;
    }
    this.#a = a;
    this.#b = b;
  }

  /**
   * Goes on to `a` and `b` over text for which nothing speaks. What is equal at both ends, and in between where the
   * lengths are equal and most of it agrees, is told as equal.
   */
  change(a: number, b: number): void {
    if (a === this.#a && b === this.#b) return;
    const room = Math.min(a - this.#a, b - this.#b);
    let prefix = 0;
    while (prefix < room && this.a.charCodeAt(this.#a + prefix) === this.b.charCodeAt(this.#b + prefix))
      prefix += 1;
    this.#a += prefix;
    this.#b += prefix;
    let suffix = 0;
    while (suffix < room - prefix && this.a.charCodeAt(a - 1 - suffix) === this.b.charCodeAt(b - 1 - suffix))
      suffix += 1;
    const endA = a - suffix;
    const endB = b - suffix;
    if (endA - this.#a === endB - this.#b) this.#inPlace(endA - this.#a);
    else this.#changed(endA, endB);
    this.#a = a;
    this.#b = b;
  }

  /** Goes on to `a` and `b` over one atom on each side, both of them tokens of one type or both plain. */
  atoms(left: Lexed, i: number, right: Lexed, j: number): void {
    this.change(left.start[i] ?? this.#a, right.start[j] ?? this.#b);
    const endA = left.start[i + 1] ?? this.a.length;
    const endB = right.start[j + 1] ?? this.b.length;
    const type = TOKEN_TYPES[left.type[i] ?? -1];
    if (type === undefined || left.type[i] !== right.type[j]) {
      this.equal(endA, endB);
      return;
    }
    const tokenA = this.a.slice(this.#a, endA);
    const tokenB = this.b.slice(this.#b, endB);
    if (type.backref === true) this.#backref(left, i, endA, endB, tokenB);
    else if (tokenA !== tokenB) this.token(type, endA, endB);
    else {
      if (type.encoding !== 'text') this.sink.unchanged(tokenA);
      this.equal(endA, endB);
    }
  }

  /** Goes on to `a` and `b` over a token of A that is another in B. */
  token(type: TokenType, a: number, b: number): void {
    this.#flush();
    const cause =
      type.cause === 'rustc-version'
        ? versionCause(this.a.slice(this.#a, a), this.b.slice(this.#b, b))
        : type.cause;
    this.#piece();
    this.sink.token(cause, type.encoding, this.#a, a - this.#a, this.#b, b - this.#b, this.field);
    this.#at(a, b);
  }

  /** The rest of both texts, and what is still held back. */
  finish(): void {
    this.change(this.a.length, this.b.length);
    this.#flush();
  }

  /**
   * The digits of a back reference count the bytes between two places of the symbol, so they move with the length of
   * the disambiguators between these. They follow where the two places have counterparts in B.
   */
  #backref(left: Lexed, i: number, endA: number, endB: number, inB: string): void {
    const row = left.row[i] ?? -1;
    const target = this.#counterpart(left.tokens.target[row] ?? -1);
    const base = this.#counterpart(left.tokens.base[row] ?? -1);
    if (target < base || base < 0 || this.a.slice(this.#a, endA) === inB) {
      this.equal(endA, endB);
      return;
    }
    this.#flush();
    this.#piece();
    const digits = Buffer.from(base62Digits(target - base), 'latin1');
    const aLength = endA - this.#a;
    const bLength = endB - this.#b;
    this.sink.derived(this.#a, aLength, this.#b, bLength, digits, 'the length of the hashes before it');
    this.#at(endA, endB);
  }

  /** The offset in B that stands for one in A; -1 where a piece that is not equal has it inside. */
  #counterpart(offset: number): number {
    if (offset >= this.#equalA) return offset <= this.#a ? this.#equalB + offset - this.#equalA : -1;
    let low = 0;
    let high = this.#pieceA.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pieceA[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const startA = this.#pieceA[low - 1] ?? -1;
    const startB = this.#pieceB[low - 1] ?? -1;
    if (startA < 0) return -1;
    const shift = offset - startA;
    return shift === 0 || this.#pieceEqual[low - 1] === true ? startB + shift : -1;
  }

  #inPlace(length: number): void {
    const endA = this.#a + length;
    const endB = this.#b + length;
    let same = 0;
    for (let i = 0; i < length; i += 1)
      if (this.a.charCodeAt(this.#a + i) === this.b.charCodeAt(this.#b + i)) same += 1;
    if (same * 2 < length) {
      this.#changed(endA, endB);
      return;
    }
    for (let end = this.#a; end < endA; ) {
      const shift = this.#b - this.#a;
      const equal = this.a.charCodeAt(end) === this.b.charCodeAt(end + shift);
      while (end < endA && (this.a.charCodeAt(end) === this.b.charCodeAt(end + shift)) === equal) end += 1;
      if (equal) this.#skip(end, end + shift);
      else this.#changed(end, end + shift);
    }
  }

  #skip(a: number, b: number): void {
    this.#a = a;
    this.#b = b;
  }

  #changed(a: number, b: number): void {
    if (a === this.#a && b === this.#b) return;
    this.#flush();
    this.#piece();
    this.#labels ??= { a: labelled(this.a), b: labelled(this.b) };
    const reason = labelAt(this.#labels.a, this.#a, a);
    const both = reason !== undefined && labelAt(this.#labels.b, this.#b, b) === reason;
    const why = both ? { reason } : undefined;
    this.sink.change(this.#a, a - this.#a, this.#b, b - this.#b, why);
    this.#at(a, b);
  }

  #piece(): void {
    this.#pieceA.push(this.#a);
    this.#pieceB.push(this.#b);
    this.#pieceEqual.push(false);
  }

  #flush(): void {
    const length = this.#a - this.#equalA;
    if (length === 0) return;
    this.#pieceA.push(this.#equalA);
    this.#pieceB.push(this.#equalB);
    this.#pieceEqual.push(true);
    this.sink.equal(this.#equalA, this.#equalB, length);
    this.#equalA = this.#a;
    this.#equalB = this.#b;
  }

  #at(a: number, b: number): void {
    this.#a = a;
    this.#b = b;
    this.#equalA = a;
    this.#equalB = b;
  }
}

function sameText(a: string, aStart: number, b: string, bStart: number, length: number): boolean {
  if (length > 64) return a.slice(aStart, aStart + length) === b.slice(bStart, bStart + length);
  for (let i = 0; i < length; i += 1) if (a.charCodeAt(aStart + i) !== b.charCodeAt(bStart + i)) return false;
  return true;
}
