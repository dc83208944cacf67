import { KIND, TokenSpans } from './spans.js';
import { V0Scan } from './v0-scan.js';

/**
 * Finds the tokens (spans.ts) of the names in a stretch of bytes. A NUL ends a name, so that the stretch may be one
 * name or a whole string table. Names are symbols, section names, file names, with a symbol anywhere in them. With
 * `into`, the tokens are added to those that it holds. Never throws; takes time linear in the length.
 */
export function tokenSpans(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: TokenSpans = new TokenSpans(),
): TokenSpans {
  const scan = new NameScan(into);
  scan.bytes = bytes;
  let from = Math.max(0, start);
  const until = Math.min(end, bytes.length);
  while (from < until) {
    const nul = bytes.indexOf(0, from);
    const to = nul < 0 || nul > until ? until : nul;
    scan.name(from, to);
    from = to + 1;
  }
  return into;
}

/** The characters that a token, or what tells of one, follows: `_`, `.` and `-`. */
const TRIGGER = new Uint8Array(256);
TRIGGER[0x5f] = TRIGGER[0x2e] = TRIGGER[0x2d] = 1;

/** Where a name's crate and its hash may end: no crate's name is longer. */
const MAX_CRATE_NAME = 256;

/** Finds the tokens of single names; for many names, one scan is cheaper than many calls of `tokenSpans`. */
export class NameScan {
  bytes: Uint8Array = new Uint8Array(0);
  private readonly v0: V0Scan;
  private start = 0;
  private end = 0;
  /** No symbol is looked for before this offset: a failed try has read up to there. Keeps the time linear. */
  private barrier = 0;
  /** How many tokens there were before this name. */
  private first = 0;
  /** In a `switch.table.<symbol>.<n>` the number counts tables. */
  private table = false;

  constructor(private readonly spans: TokenSpans) {
    this.v0 = new V0Scan(spans);
  }

  /** Adds the tokens of the name that `bytes` holds from `start` up to `end`. */
  name(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.barrier = start;
    this.first = this.spans.count;
    this.table = false;
    const bytes = this.bytes;
    let at = start;
    while (at < end) {
      const code = bytes[at] ?? 0;
      if (TRIGGER[code] === 0) at += 1;
      else at = code === 0x5f ? this.underscore(at) : code === 0x2e ? this.dot(at) : this.dash(at);
    }
  }

  /** At a `_`; returns where to go on. */
  private underscore(at: number): number {
    switch (this.bytes[at + 1]) {
      case 0x52: // R
        return this.v0Symbol(at);
      case 0x5a: // Z
        return this.legacySymbol(at);
      case 0x6d: // m
        return this.is(at - 4, 'rust_metadata_') ? this.crateHashAtEnd(at + 10) : at + 1;
      case 0x65: // e
        return this.is(at - 4, 'rust_extern_with_linkage_') ? this.crateHash(at + 21) : at + 1;
      case 0x70: // p
        if (this.is(at - 5, 'rustc_proc_macro_decls_')) return this.crateHash(at + 18);
        return this.is(at - 5, 'rustc_plugin_registrar_') ? this.crateHash(at + 18) : at + 1;
      case 0x74: // t
        return this.is(at - 10, 'GCC_except_table') ? this.counterToEnd(at + 6) : at + 1;
      case 0x75: // u
        return this.is(at - 1, '__unnamed_') ? this.counterToEnd(at + 9) : at + 1;
    }
    if (this.bytes[at - 1] === 0x63 && this.is(at - 5, 'alloc_') && this.hexRun(at + 1) === 32) {
      this.spans.add(KIND['alloc-hash'], at + 1, at + 33);
      return this.suffixes(at + 33);
    }
    return at + 1;
  }

  private dot(at: number): number {
    const next = at + 1 < this.end ? (this.bytes[at + 1] ?? 0) : 0;
    if (next === 0x4c) return this.localLabel(at + 2);
    if (next === 0x6c && this.is(at, '.llvm.')) return this.llvmSuffix(at);
    if (isDigit(next) && this.numbersLabels(at)) {
      const end = this.digitRun(at + 1);
      if (end === this.end || this.is(end, '.rel') || this.is(end, '.llvm.')) {
        this.spans.add(KIND.counter, at + 1, end);
        return end;
      }
    }
    if (this.is(at - 4, 'anon.') && this.hexRun(at + 1) === 32) {
      this.spans.add(KIND['anon-hash'], at + 1, at + 33);
      return this.suffixes(at + 33);
    }
    if (this.is(at + 1, 'rcgu.o')) this.unitHashBefore(at);
    else if (this.is(at - 6, 'switch.table.') || this.is(at - 8, 'reltable.')) this.table = true;
    return at + 1;
  }

  private dash(at: number): number {
    if (this.is(at + 1, 'cgu.') || this.is(at + 1, 'in-')) {
      this.unitHashBefore(at);
      return at + 4;
    }
    if (at > this.start && isWord(this.bytes[at - 1] ?? 0) && this.hexRun(at + 1) === 16) {
      const end = at + 17;
      if (end === this.end || !isWord(this.bytes[end] ?? 0)) {
        this.spans.add(KIND['extra-filename'], at + 1, end);
        return end;
      }
    }
    return at + 1;
  }

  private v0Symbol(at: number): number {
    if (at < this.barrier || (at > this.start && isAlphanumeric(this.bytes[at - 1] ?? 0))) return at + 1;
    const end = this.v0.scan(this.bytes, at + 2, this.end);
    if (end >= 0) return this.suffixes(end);
    this.barrier = this.v0.reached;
    return at + 1;
  }

  /** `_ZN`, names each with its length before it, the last one `h` and the hash, `E`. */
  private legacySymbol(at: number): number {
    if (at < this.barrier || this.bytes[at + 2] !== 0x4e) return at + 1;
    let from = at + 3;
    let hash = -1;
    for (;;) {
      let length = 0;
      let digits = from;
      while (digits < this.end && isDigit(this.bytes[digits] ?? 0) && length <= this.end) {
        length = length * 10 + (this.bytes[digits] ?? 0) - 0x30;
        digits += 1;
      }
      if (digits === from || length > this.end - digits) break;
      hash = length === 17 && this.bytes[digits] === 0x68 ? digits + 1 : -1;
      from = digits + length;
    }
    if (hash >= 0 && from < this.end && this.bytes[from] === 0x45 && this.hexRun(hash, from) === 16) {
      this.spans.add(KIND['legacy-hash'], hash, from);
      return this.suffixes(from + 1);
    }
    this.barrier = from;
    return at + 1;
  }

  /** What LLVM puts after a symbol: `.<n>`, `.llvm.<n>`, `.cold`, `.rel`, in any order. */
  private suffixes(at: number): number {
    let from = at;
    while (from < this.end && this.bytes[from] === 0x2e) {
      if (this.is(from, '.llvm.')) {
        const end = this.llvmSuffix(from);
        if (end === from + 1) return end;
        from = end;
        continue;
      }
      const digits = this.digitRun(from + 1);
      let end = digits;
      if (digits === from + 1) while (end < this.end && isLowerCase(this.bytes[end] ?? 0)) end += 1;
      if (end === from + 1 || (end < this.end && this.bytes[end] !== 0x2e)) return from;
      if (digits > from + 1) this.spans.add(KIND.counter, from + 1, end);
      from = end;
    }
    return from;
  }

  private llvmSuffix(at: number): number {
    const end = this.digitRun(at + 6);
    if (end === at + 6 || (end < this.end && isWord(this.bytes[end] ?? 0))) return at + 1;
    this.spans.add(KIND['llvm-suffix'], at + 6, end);
    return end;
  }

  /** After `.L`: letters and one or two numbers up to the name's end, as in `LCPI41_0` and `Ltmp7`. */
  private localLabel(at: number): number {
    let from = at;
    while (from < this.end && isLetter(this.bytes[from] ?? 0)) from += 1;
    const digits = this.digitRun(from);
    if (digits === from) return at;
    if (digits === this.end) {
      this.spans.add(KIND.counter, from, digits);
      return digits;
    }
    if (this.bytes[digits] !== 0x5f) return at;
    const second = this.digitRun(digits + 1);
    if (second !== this.end || second === digits + 1) return at;
    this.spans.add(KIND.counter, from, digits);
    this.spans.add(KIND.counter, digits + 1, second);
    return second;
  }

  private numbersLabels(at: number): boolean {
    if (this.table) return true;
    const word = this.is(at - 3, 'str') ? at - 3 : this.is(at - 6, 'vtable') ? at - 6 : -1;
    if (word < 0) return false;
    const before = word > this.start ? (this.bytes[word - 1] ?? 0) : 0;
    return before === 0 || before === 0x2e || (before === 0x4c && this.bytes[word - 2] === 0x2e);
  }

  private counterToEnd(at: number): number {
    const end = this.digitRun(at);
    if (end !== this.end || end === at) return at;
    this.spans.add(KIND.counter, at, end);
    return end;
  }

  /** The id is printed with at least 8 digits (`{:08x}`), so that one in 16 is shorter than 16. */
  private crateHash(at: number): number {
    const length = this.hexRun(at);
    const end = at + length;
    if (length < 8 || length > 16 || (end < this.end && isAlphanumeric(this.bytes[end] ?? 0))) return at;
    this.spans.add(KIND['crate-hash'], at, end);
    return end;
  }

  private crateHashAtEnd(at: number): number {
    const limit = Math.min(this.end, at + MAX_CRATE_NAME);
    let end = at;
    let last = -1;
    while (end < limit && isWord(this.bytes[end] ?? 0)) {
      if (this.bytes[end] === 0x5f) last = end;
      end += 1;
    }
    if (last >= 0 && last + 1 + this.hexRun(last + 1) === end) this.crateHash(last + 1);
    return end;
  }

  /**
   * The hash is in base 16, or in base 36 in names that rustc shortened (incremental builds, which put a random
   * part after it: `a.0c5mas3m0qg4vvo0q9kvhx7ii.0az3hnk.rcgu.o`). It holds a digit, as words hardly ever do.
   */
  private unitHashBefore(at: number): void {
    const from = this.hashBefore(at, 5);
    if (from < 0 || this.taken(from)) return;
    const unit = this.hashBefore(from - 1, 20);
    const shortened = unit >= 0 && !this.taken(unit);
    if (shortened) this.spans.add(KIND['unit-hash'], unit, from - 1);
    if (shortened || at - from >= 8) this.spans.add(KIND['unit-hash'], from, at);
  }

  /** Whether a token of this name reaches past `offset`. */
  private taken(offset: number): boolean {
    const n = this.spans.count;
    return n > this.first && (this.spans.end[n - 1] ?? 0) > offset;
  }

  /** Where the part of a name that ends at `at` starts, after a `.`; -1 if it can be no hash of `length` or more. */
  private hashBefore(at: number, length: number): number {
    const lowest = Math.max(this.start, at - 26);
    let from = at;
    let digits = 0;
    while (from > lowest && isLowerOrDigit(this.bytes[from - 1] ?? 0)) {
      from -= 1;
      if (isDigit(this.bytes[from] ?? 0)) digits += 1;
    }
    if (digits === 0 || at - from < length || from === this.start) return -1;
    return this.bytes[from - 1] === 0x2e ? from : -1;
  }

  /** Whether `text` (ASCII) stands at `at`, within the name. */
  private is(at: number, text: string): boolean {
    if (at < this.start || at + text.length > this.end) return false;
    for (let i = 0; i < text.length; i += 1) if (this.bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** How many lower-case hex digits stand at `at`; more than 33 are not counted. */
  private hexRun(at: number, end = this.end): number {
    const limit = Math.min(end, at + 33);
    let to = at;
    while (to < limit && isHex(this.bytes[to] ?? 0)) to += 1;
    return Math.max(0, to - at);
  }

  /** The offset after the decimal digits at `at`. */
  private digitRun(at: number): number {
    let to = at;
    while (to < this.end && isDigit(this.bytes[to] ?? 0)) to += 1;
    return to;
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
}

function isLowerOrDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
}

function isLowerCase(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isLetter(code: number): boolean {
  return ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code === 0x5f;
}

function isAlphanumeric(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}

function isWord(code: number): boolean {
  return isAlphanumeric(code) || code === 0x5f;
}
