import {
  ADD_LO12,
  ADRP,
  FIELD_MASKS,
  fieldBits,
  fieldOf,
  IMMEDIATE_12,
  IMMEDIATE_16,
  isPcRelative,
  lo12Of,
  MEMORY_LO12,
  mayWrite,
  NO_FIELD,
  targetOf,
  wordAt,
} from './aarch64.js';
import type { Code, Resolver } from './code.js';
import { PageRegisters } from './page-register.js';
import {
  DISPLACEMENT,
  IMMEDIATE,
  INNER_TARGET,
  OTHER,
  PAGE,
  Pieces,
  RELOCATION,
  sameBytes,
  TARGET,
} from './piece.js';
import {
  hashed,
  NO_CODE,
  NO_RESOLVER,
  RelocationCursor,
  type RowReader,
  type Rows,
  sameRelocationPlaces,
} from './row.js';

/** Rows of aarch64: words of 4 bytes; what is left behind the last one is rows of a byte. */
export class Aarch64RowReader implements RowReader {
  #a: Code = NO_CODE;
  #b: Code = NO_CODE;
  #resolver: Resolver = NO_RESOLVER;
  #pieces = new Pieces();
  readonly #pages = new PageRegisters();
  readonly #relocationsA = new RelocationCursor();
  readonly #relocationsB = new RelocationCursor();

  begin(a: Code, b: Code, resolver: Resolver, pieces: Pieces): void {
    this.#a = a;
    this.#b = b;
    this.#resolver = resolver;
    this.#pieces = pieces;
    this.#pages.begin();
    this.#relocationsA.begin(a);
    this.#relocationsB.begin(b);
  }

  lockstep(rows: Rows): boolean {
    const shift = this.#b.start - this.#a.start;
    const end = this.#a.end;
    let at = this.#a.start;
    while (at < end) {
      const length = end - at < 4 ? 1 : 4;
      if (at + shift + length > this.#b.end || !this.#step(at, at + shift, length)) return false;
      rows.add(at, 0, 0);
      at += length;
    }
    return at + shift === this.#b.end;
  }

  pair(a: number, aLength: number, b: number, bLength: number): void {
    if (aLength === bLength && this.#step(a, b, aLength)) return;
    this.#pieces.add(OTHER, a, a, aLength, b, bLength, 1, 0, false);
    this.skip(a, a + aLength, b, b + bLength);
  }

  skip(aStart: number, aEnd: number, bStart: number, bEnd: number): void {
    for (let at = aStart; at + 4 <= aEnd; at += 4) this.#pages.kill(mayWrite(wordAt(this.#a.bytes, at)));
    for (let at = bStart; at + 4 <= bEnd; at += 4) this.#pages.kill(mayWrite(wordAt(this.#b.bytes, at)));
  }

  finish(): void {
    this.#pages.settle(this.#pieces, (x, y) => this.#resolver.sameTarget(x, y));
    this.#resolver = NO_RESOLVER;
    this.#a = NO_CODE;
    this.#b = NO_CODE;
  }

  /** `nop`. */
  isPadding(code: Code, at: number, length: number): boolean {
    return length === 4 && wordAt(code.bytes, at) === NOP;
  }

  field(bytes: Uint8Array, at: number, length: number): bigint {
    if (length !== 4) return BigInt(bytes[at] as number);
    const word = wordAt(bytes, at);
    return BigInt(fieldBits(word, fieldOf(word)));
  }

  scan(code: Code, rows: Rows): void {
    const { bytes, end } = code;
    const relocations = this.#relocationsA;
    relocations.begin(code);
    let at = code.start;
    while (at < end) {
      if (end - at < 4) {
        const key = hashed(0x100, bytes[at] as number);
        rows.add(at, key, key);
        at += 1;
        continue;
      }
      const word = wordAt(bytes, at);
      const field = fieldOf(word);
      const loose = hashed(field, word & ~(FIELD_MASKS[field] as number));
      relocations.skipTo(at);
      const free = relocations.next >= at + 4;
      rows.add(at, free && !isPcRelative(field) ? hashed(loose, word) : loose, loose);
      at += 4;
    }
    rows.close(end);
  }

  /** Compares one row with one of equal length; false, and nothing recorded, where it is another instruction. */
  #step(at: number, bt: number, length: number): boolean {
    const a = this.#a.bytes;
    const b = this.#b.bytes;
    if (length < 4) return a[at] === b[bt];
    const wa = wordAt(a, at);
    const wb = wordAt(b, bt);
    const field = fieldOf(wa);
    if (((wa ^ wb) & ~(FIELD_MASKS[field] as number)) !== 0) return false;
    const pages = this.#pages;
    if (pages.labels !== 0) pages.enter(at - this.#a.start);
    this.#relocationsA.skipTo(at);
    this.#relocationsB.skipTo(bt);
    if (this.#relocationsA.next < at + 4 || this.#relocationsB.next < bt + 4) {
      this.#relocated(at, bt, wa === wb);
    } else if (field === ADRP) {
      this.#page(at, bt, wa, wb);
      return true;
    } else if (isPcRelative(field)) {
      this.#target(at, bt, this.#targetA(wa, field, at), this.#targetB(wb, field, bt), -1);
      pages.branch(wa, field, at - this.#a.start);
    } else if (field !== NO_FIELD && !this.#low(at, bt, wa, wb, field) && wa !== wb) {
      const constant = field === ADD_LO12 || field === IMMEDIATE_12 || field === IMMEDIATE_16;
      this.#pieces.add(constant ? IMMEDIATE : DISPLACEMENT, at, at, 4, bt, 4, 0, 0, false);
    }
    if (pages.live !== 0) pages.kill(mayWrite(wa));
    pages.leave(wa);
    return true;
  }

  #targetA(word: number, field: number, at: number): number {
    return targetOf(word, field, this.#a.address + (at - this.#a.start));
  }

  #targetB(word: number, field: number, at: number): number {
    return targetOf(word, field, this.#b.address + (at - this.#b.start));
  }

  /** `adrp`: what page it gives matters through its uses only. */
  #page(at: number, bt: number, wa: number, wb: number): void {
    const pageA = this.#targetA(wa, ADRP, at);
    const pageB = this.#targetB(wb, ADRP, bt);
    const piece = this.#pieces.add(PAGE, at, at, 4, bt, 4, pageA, pageB, false);
    this.#pages.set(wa & 31, pageA, pageB, piece);
  }

  /** The low bits of an address whose page is known; false where it is not. */
  #low(at: number, bt: number, wa: number, wb: number, field: number): boolean {
    if (field !== ADD_LO12 && field !== MEMORY_LO12) return false;
    const page = this.#pages.at((wa >>> 5) & 31);
    if (page < 0) return false;
    const targetA = this.#pages.pageA(page) + lo12Of(wa, field);
    const targetB = this.#pages.pageB(page) + lo12Of(wb, field);
    this.#target(at, bt, targetA, targetB, page);
    return true;
  }

  #target(at: number, bt: number, targetA: number, targetB: number, page: number): void {
    const a = this.#a;
    const b = this.#b;
    const innerA = targetA >= a.address && targetA < a.address + (a.end - a.start);
    const innerB = targetB >= b.address && targetB < b.address + (b.end - b.start);
    if (innerA && innerB) {
      this.#pieces.add(INNER_TARGET, at, at, 4, bt, 4, targetA, targetB, false, page);
      return;
    }
    const same = !innerA && !innerB && this.#resolver.sameTarget(targetA, targetB);
    if (page >= 0) this.#pages.used(page, same);
    if (same && sameBytes(a.bytes, at, 4, b.bytes, bt, 4)) return;
    this.#pieces.add(TARGET, at, at, 4, bt, 4, targetA, targetB, same);
  }

  #relocated(at: number, bt: number, equal: boolean): void {
    const ra = this.#relocationsA;
    const rb = this.#relocationsB;
    if (!sameRelocationPlaces(ra, at, rb, bt, 4)) {
      this.#pieces.add(OTHER, at, at, 4, bt, 4, 1, 0, false);
      return;
    }
    const count = ra.countTo(at + 4);
    let same = true;
    for (let n = 0; n < count; n++) {
      if (!this.#resolver.sameRelocation(ra.index + n, rb.index + n)) same = false;
    }
    if (!same || !equal) this.#pieces.add(RELOCATION, at, at, 4, bt, 4, ra.index, rb.index, false);
  }
}

const NOP = 0xd503201f | 0;
