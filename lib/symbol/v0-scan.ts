import { BASE62_VALUE } from './base62.js';
import { KIND, type TokenSpans } from './spans.js';

/** As deep as rustc-demangle goes; the deepest symbol seen in a real librustc_driver stays well below. */
const MAX_DEPTH = 500;

/** One for each character code that is a basic type of v0. */
const BASIC_TYPE = new Uint8Array(256);
for (const letter of 'abcdefhijlmnopstuvxyz') BASIC_TYPE[letter.charCodeAt(0)] = 1;

/**
 * Walks one v0 name (RFC 2603) without printing it and notes its crate disambiguators and back references. It has
 * to know the whole grammar, since `s` and digits mean other things in other places. Back references are not
 * followed, so that the time is linear.
 */
export class V0Scan {
  private at = 0;
  private depth = 0;
  /** How far the last walk got, whether or not it ended well. */
  reached = 0;

  private bytes: Uint8Array = new Uint8Array(0);
  private base = 0;
  private end = 0;

  constructor(private readonly spans: TokenSpans) {}

  /**
   * `start` is the offset just after `_R`, `end` that of the end of the name. Returns the offset after the symbol,
   * at its suffix (`.llvm.…`) or `end`; -1, with no token noted, when it is no v0 symbol.
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    this.bytes = bytes;
    this.base = start;
    this.at = start;
    this.end = end;
    this.depth = 0;
    const before = this.spans.count;
    const fine = this.symbol();
    this.reached = this.at;
    if (fine) return this.at;
    this.spans.count = before;
    return -1;
  }

  private symbol(): boolean {
    const first = this.peek();
    if (first < 0x41 || first > 0x5a || !this.path()) return false;
    const next = this.peek();
    // The crate that a generic function was instantiated in.
    return next >= 0x41 && next <= 0x5a ? this.path() : true;
  }

  private peek(): number {
    return this.at < this.end ? (this.bytes[this.at] ?? 0) : 0;
  }

  private eat(code: number): boolean {
    if (this.peek() !== code) return false;
    this.at += 1;
    return true;
  }

  private path(): boolean {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) return false;
    const tag = this.peek();
    this.at += 1;
    let fine = false;
    switch (tag) {
      case 0x43: // C
        fine = this.crateDisambiguator() && this.identifier();
        break;
      case 0x4e: // N
        fine = this.namespace() && this.path() && this.disambiguator() && this.identifier();
        break;
      case 0x4d: // M
        fine = this.disambiguator() && this.path() && this.type();
        break;
      case 0x58: // X
        fine = this.disambiguator() && this.path() && this.type() && this.path();
        break;
      case 0x59: // Y
        fine = this.type() && this.path();
        break;
      case 0x49: // I
        fine = this.path() && this.genericArguments();
        break;
      case 0x42: // B
        fine = this.backref();
        break;
    }
    this.depth -= 1;
    return fine;
  }

  private namespace(): boolean {
    const letter = this.peek() | 0x20;
    this.at += 1;
    return letter >= 0x61 && letter <= 0x7a;
  }

  private genericArguments(): boolean {
    while (!this.eat(0x45)) {
      const next = this.peek();
      if (next === 0x4c) {
        this.at += 1;
        if (!this.number()) return false;
      } else if (next === 0x4b) {
        this.at += 1;
        if (!this.constant()) return false;
      } else if (!this.type()) {
        return false;
      }
    }
    return true;
  }

  private type(): boolean {
    const tag = this.peek();
    if (BASIC_TYPE[tag] === 1) {
      this.at += 1;
      return true;
    }
    this.depth += 1;
    if (this.depth > MAX_DEPTH) return false;
    this.at += 1;
    let fine = false;
    switch (tag) {
      case 0x52: // R
      case 0x51: // Q
        fine = (!this.eat(0x4c) || this.number()) && this.type();
        break;
      case 0x50: // P
      case 0x4f: // O
      case 0x53: // S
        fine = this.type();
        break;
      case 0x41: // A
        fine = this.type() && this.constant();
        break;
      case 0x54: // T
        fine = this.typesToEnd();
        break;
      case 0x46: // F
        fine = this.binder() && this.abi() && this.typesToEnd() && this.type();
        break;
      case 0x44: // D
        fine = this.binder() && this.traitsToEnd() && this.eat(0x4c) && this.number();
        break;
      case 0x57: // W
        fine = this.type() && this.pattern();
        break;
      default: // a path, a back reference among them
        this.at -= 1;
        fine = this.path();
    }
    this.depth -= 1;
    return fine;
  }

  private typesToEnd(): boolean {
    while (!this.eat(0x45)) if (!this.type()) return false;
    return true;
  }

  private traitsToEnd(): boolean {
    while (!this.eat(0x45)) {
      if (!this.path()) return false;
      while (this.eat(0x70)) if (!this.identifier() || !this.binding()) return false;
    }
    return true;
  }

  /** What an associated item of a `dyn` trait is bound to: a type or a constant. */
  private binding(): boolean {
    return this.eat(0x4b) ? this.constant() : this.type();
  }

  private binder(): boolean {
    return !this.eat(0x47) || this.number();
  }

  private abi(): boolean {
    this.eat(0x55);
    if (!this.eat(0x4b)) return true;
    return this.eat(0x43) || this.identifier();
  }

  /** Of a pattern type: a range, `!null`, or alternatives. */
  private pattern(): boolean {
    if (this.eat(0x52)) return this.constant() && this.constant();
    if (this.eat(0x4e)) return true;
    if (!this.eat(0x4f)) return false;
    this.depth += 1;
    if (this.depth > MAX_DEPTH) return false;
    while (!this.eat(0x45)) if (!this.pattern()) return false;
    this.depth -= 1;
    return true;
  }

  private constant(): boolean {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) return false;
    const fine = this.constantBody();
    this.depth -= 1;
    return fine;
  }

  private constantBody(): boolean {
    const tag = this.peek();
    this.at += 1;
    switch (tag) {
      case 0x70: // p
        return true;
      case 0x42: // B
        return this.backref();
      case 0x52: // R
      case 0x51: // Q
        return this.constant();
      case 0x41: // A
      case 0x54: // T
        return this.constantsToEnd();
      case 0x56: // V
        return this.path() && this.fields();
      default:
        if (BASIC_TYPE[tag] !== 1) return false;
        this.eat(0x6e);
        return this.hex();
    }
  }

  private constantsToEnd(): boolean {
    while (!this.eat(0x45)) if (!this.constant()) return false;
    return true;
  }

  private fields(): boolean {
    if (this.eat(0x55)) return true;
    if (this.eat(0x54)) return this.constantsToEnd();
    if (!this.eat(0x53)) return false;
    while (!this.eat(0x45)) if (!this.disambiguator() || !this.identifier() || !this.constant()) return false;
    return true;
  }

  private hex(): boolean {
    while (this.at < this.end) {
      const code = this.bytes[this.at] ?? 0;
      this.at += 1;
      if (code === 0x5f) return true;
      if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
    }
    return false;
  }

  private crateDisambiguator(): boolean {
    if (!this.eat(0x73)) return true;
    const start = this.at;
    if (!this.number()) return false;
    // `s_` has no digits to replace; a 64-bit hash is never that small.
    if (this.at - 1 > start) this.spans.add(KIND['crate-disambiguator'], start, this.at - 1);
    return true;
  }

  private disambiguator(): boolean {
    return !this.eat(0x73) || this.number();
  }

  /** The digits of a base-62 number and the `_` after them. */
  private number(): boolean {
    while (this.at < this.end) {
      const code = this.bytes[this.at] ?? 0;
      this.at += 1;
      if (code === 0x5f) return true;
      if ((BASE62_VALUE[code] ?? -1) < 0) return false;
    }
    return false;
  }

  private backref(): boolean {
    const start = this.at;
    if (!this.number()) return false;
    const end = this.at - 1;
    let value = 0;
    for (let i = start; i < end; i += 1) value = value * 62 + (BASE62_VALUE[this.bytes[i] ?? 0] ?? 0);
    if (end > start) value += 1;
    // Only what rustc writes is replaced: no leading zeros, and a target before the `B`. A reference to the symbol's
    // start, which has no digits, never moves.
    const leadingZero = end - start > 1 && this.bytes[start] === 0x30;
    const target = this.base + value;
    if (value > 0 && !leadingZero && end - start < 8 && target < start - 1) {
      this.spans.add(KIND.backref, start, end, this.base, target);
    }
    return true;
  }

  private identifier(): boolean {
    this.eat(0x75); // punycode
    let length = this.peek() - 0x30;
    if (length < 0 || length > 9) return false;
    this.at += 1;
    if (length > 0) {
      for (;;) {
        const digit = this.peek() - 0x30;
        if (digit < 0 || digit > 9) break;
        length = length * 10 + digit;
        this.at += 1;
        if (length > this.end) return false;
      }
    }
    this.eat(0x5f);
    if (length > this.end - this.at) return false;
    this.at += length;
    return true;
  }
}
