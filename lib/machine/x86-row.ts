import type { Code, Resolver } from './code.js';
import {
  DISPLACEMENT,
  IMMEDIATE,
  INNER_JUMP,
  INNER_TARGET,
  JUMP,
  OTHER,
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
import {
  decodeX86,
  Instruction,
  MAP_0F,
  MAP_ONE_BYTE,
  MEMORY_DISPLACEMENT,
  PC_RELATIVE,
  PREFIX_F2,
  PREFIX_F3,
  PREFIX_LOCK,
  RELATIVE_BRANCH,
} from './x86-64.js';

/** Rows of x86-64: instructions of 1 to 15 bytes; a byte where none begins is a row of its own. */
export class X86RowReader implements RowReader {
  #a: Code = NO_CODE;
  #b: Code = NO_CODE;
  #resolver: Resolver = NO_RESOLVER;
  #pieces = new Pieces();
  readonly #instruction = new Instruction();
  readonly #second = new Instruction();
  readonly #relocationsA = new RelocationCursor();
  readonly #relocationsB = new RelocationCursor();

  begin(a: Code, b: Code, resolver: Resolver, pieces: Pieces): void {
    this.#a = a;
    this.#b = b;
    this.#resolver = resolver;
    this.#pieces = pieces;
    this.#relocationsA.begin(a);
    this.#relocationsB.begin(b);
  }

  lockstep(rows: Rows): boolean {
    const shift = this.#b.start - this.#a.start;
    const end = this.#a.end;
    let at = this.#a.start;
    while (at < end) {
      const length = this.#step(at, at + shift);
      if (length < 0) return false;
      rows.add(at, 0, 0);
      at += length;
    }
    return at + shift === this.#b.end;
  }

  pair(a: number, aLength: number, b: number, bLength: number): void {
    if (aLength === bLength && this.#step(a, b) === aLength) return;
    if (this.#jump(a, aLength, b, bLength)) return;
    this.#pieces.add(OTHER, a, a, aLength, b, bLength, 1, 0, false);
  }

  skip(): void {}

  finish(): void {
    this.#resolver = NO_RESOLVER;
    this.#a = NO_CODE;
    this.#b = NO_CODE;
  }

  /** `nop` of one or more bytes, with prefixes that leave it one. */
  isPadding(code: Code, at: number, length: number): boolean {
    const i = this.#instruction;
    if (decodeX86(code.bytes, at, at + length, i) === 0) return false;
    if (i.prefixes & (PREFIX_LOCK | PREFIX_F2 | PREFIX_F3)) return false;
    if (i.map === MAP_0F) return i.opcode === 0x1f && (i.modrm & 0x38) === 0;
    // With REX.B it exchanges two registers.
    const before = i.opcodeAt > 0 ? (code.bytes[at + i.opcodeAt - 1] as number) : 0;
    return i.map === MAP_ONE_BYTE && i.opcode === 0x90 && before >> 4 !== 4;
  }

  field(bytes: Uint8Array, at: number, length: number): bigint {
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] as number);
    return value;
  }

  scan(code: Code, rows: Rows): void {
    const i = this.#instruction;
    const { bytes, end } = code;
    const relocations = this.#relocationsA;
    relocations.begin(code);
    let at = code.start;
    while (at < end) {
      const length = decodeX86(bytes, at, end, i);
      if (length === 0) {
        const key = hashed(0x100, bytes[at] as number);
        rows.add(at, key, key);
        at += 1;
        continue;
      }
      let strict = 1;
      for (let n = 0; n < i.head; n++) strict = hashed(strict, bytes[at + n] as number);
      const loose = looseKey(bytes, at, i);
      if (relocations.next < at + length) {
        // What is under a relocation says nothing; which things relocations name is asked when rows are paired.
        relocations.skipTo(at + length);
      } else {
        const from = i.flags & PC_RELATIVE ? i.immediateAt : i.head;
        for (let n = from; n < length; n++) strict = hashed(strict, bytes[at + n] as number);
      }
      rows.add(at, strict, loose);
      at += length;
    }
    rows.close(end);
  }

  /**
   * Compares the instruction of A at `at` with what B has at `bt`, and records its differences. Equal bytes before the
   * fields make the layouts equal, so that B need not be decoded.
   * @returns the length, -1 (and nothing recorded) where B has another instruction
   */
  #step(at: number, bt: number): number {
    const i = this.#instruction;
    const a = this.#a.bytes;
    const b = this.#b.bytes;
    const length = decodeX86(a, at, this.#a.end, i);
    if (length === 0) return this.#data(at, bt);
    if (bt + length > this.#b.end) return -1;
    const head = i.head;
    for (let n = 0; n < head; n++) if (a[at + n] !== b[bt + n]) return -1;
    const immediateAt = i.immediateAt;
    for (let n = immediateAt + i.immediateSize; n < length; n++) if (a[at + n] !== b[bt + n]) return -1;
    if (this.#relocationsA.next < at + length || this.#relocationsB.next < bt + length) {
      this.#relocationsA.skipTo(at);
      this.#relocationsB.skipTo(bt);
      if (this.#relocationsA.next < at + length || this.#relocationsB.next < bt + length) {
        return this.#relocated(at, bt, length);
      }
    }
    if (i.displacementSize !== 0) this.#displacement(at, bt);
    if (i.immediateSize !== 0) this.#immediate(at, bt);
    return length;
  }

  #displacement(at: number, bt: number): void {
    const i = this.#instruction;
    const size = i.displacementSize;
    const field = i.displacementAt;
    if (i.flags & PC_RELATIVE) {
      const a = this.#a;
      const b = this.#b;
      const targetA = a.address + (at - a.start) + i.length + signed(a.bytes, at + field, size);
      const targetB = b.address + (bt - b.start) + i.length + signed(b.bytes, bt + field, size);
      this.#target(TARGET, at, at + field, size, bt + field, size, targetA, targetB);
    } else if (!sameBytes(this.#a.bytes, at + field, size, this.#b.bytes, bt + field, size)) {
      this.#pieces.add(DISPLACEMENT, at, at + field, size, bt + field, size, 0, 0, false);
    }
  }

  #immediate(at: number, bt: number): void {
    const { immediateAt: field, immediateSize: size } = this.#instruction;
    if (!sameBytes(this.#a.bytes, at + field, size, this.#b.bytes, bt + field, size)) {
      this.#pieces.add(IMMEDIATE, at, at + field, size, bt + field, size, 0, 0, false);
    }
  }

  /** Bytes can be equal and targets not; only what is the same and equal leaves no piece. */
  #target(
    kind: typeof TARGET | typeof JUMP,
    row: number,
    at: number,
    aLength: number,
    bt: number,
    bLength: number,
    targetA: number,
    targetB: number,
  ): void {
    const a = this.#a;
    const b = this.#b;
    const innerA = targetA >= a.address && targetA < a.address + (a.end - a.start);
    const innerB = targetB >= b.address && targetB < b.address + (b.end - b.start);
    if (innerA && innerB) {
      const inner = kind === TARGET ? INNER_TARGET : INNER_JUMP;
      this.#pieces.add(inner, row, at, aLength, bt, bLength, targetA, targetB, false);
      return;
    }
    const same = !innerA && !innerB && this.#resolver.sameTarget(targetA, targetB);
    if (same && sameBytes(a.bytes, at, aLength, b.bytes, bt, bLength)) return;
    this.#pieces.add(kind, row, at, aLength, bt, bLength, targetA, targetB, same);
  }

  /** A byte where no instruction begins, on both sides. */
  #data(at: number, bt: number): number {
    if (bt >= this.#b.end || this.#a.bytes[at] !== this.#b.bytes[bt]) return -1;
    if (decodeX86(this.#b.bytes, bt, this.#b.end, this.#second) !== 0) return -1;
    this.#relocationsA.skipTo(at);
    this.#relocationsB.skipTo(bt);
    // A table of addresses among the code is not read as one: its bytes would be taken apart from their meaning.
    const free = this.#relocationsA.next > at && this.#relocationsB.next > bt;
    if (!free) this.#pieces.add(OTHER, at, at, 1, bt, 1, 1, 0, false);
    return 1;
  }

  /** A row under relocations: what they cover is compared by what they name. */
  #relocated(at: number, bt: number, length: number): number {
    const i = this.#instruction;
    const ra = this.#relocationsA;
    const rb = this.#relocationsB;
    if (!sameRelocationPlaces(ra, at, rb, bt, length)) {
      this.#pieces.add(OTHER, at, at, length, bt, length, 1, 0, false);
      return length;
    }
    const count = ra.countTo(at + length);
    let displacement = -1;
    let immediate = -1;
    let stray = false;
    for (let n = 0; n < count; n++) {
      const start = ra.start(ra.index + n) - at;
      const size = ra.length(ra.index + n);
      if (size > 0 && start === i.displacementAt && size === i.displacementSize) displacement = n;
      else if (size > 0 && start === i.immediateAt && size === i.immediateSize) immediate = n;
      else if (!this.#resolver.sameRelocation(ra.index + n, rb.index + n)) stray = true;
    }
    if (stray) {
      this.#pieces.add(OTHER, at, at, length, bt, length, 1, 0, false);
      return length;
    }
    if (displacement >= 0) {
      this.#relocation(displacement, at, bt, i.displacementAt, i.displacementSize);
    } else if (i.displacementSize !== 0) this.#displacement(at, bt);
    if (immediate >= 0) this.#relocation(immediate, at, bt, i.immediateAt, i.immediateSize);
    else if (i.immediateSize !== 0) this.#immediate(at, bt);
    return length;
  }

  #relocation(n: number, at: number, bt: number, field: number, size: number): void {
    const indexA = this.#relocationsA.index + n;
    const indexB = this.#relocationsB.index + n;
    const same = this.#resolver.sameRelocation(indexA, indexB);
    if (same && sameBytes(this.#a.bytes, at + field, size, this.#b.bytes, bt + field, size)) return;
    this.#pieces.add(RELOCATION, at, at + field, size, bt + field, size, indexA, indexB, false);
  }

  /** The short form of a jump against its long form: assemblers choose by distance alone. */
  #jump(at: number, aLength: number, bt: number, bLength: number): boolean {
    const a = this.#a;
    const b = this.#b;
    const i = this.#instruction;
    const j = this.#second;
    if (decodeX86(a.bytes, at, at + aLength, i) === 0) return false;
    if (decodeX86(b.bytes, bt, bt + bLength, j) === 0) return false;
    const condition = jumpCondition(i);
    if (condition < 0 || condition !== jumpCondition(j)) return false;
    this.#relocationsA.skipTo(at);
    this.#relocationsB.skipTo(bt);
    if (this.#relocationsA.next < at + aLength || this.#relocationsB.next < bt + bLength) return false;
    const { displacementAt: fieldA, displacementSize: sizeA } = i;
    const { displacementAt: fieldB, displacementSize: sizeB } = j;
    const targetA = a.address + (at - a.start) + aLength + signed(a.bytes, at + fieldA, sizeA);
    const targetB = b.address + (bt - b.start) + bLength + signed(b.bytes, bt + fieldB, sizeB);
    this.#target(JUMP, at, at, aLength, bt, bLength, targetA, targetB);
    return true;
  }
}

/** 0 to 15 for a conditional jump, 16 for `jmp`, -1 for anything else or one with prefixes. */
function jumpCondition(i: Instruction): number {
  if (i.opcodeAt !== (i.map === MAP_0F ? 1 : 0) || (i.flags & RELATIVE_BRANCH) === 0) return -1;
  if (i.map === MAP_ONE_BYTE) {
    if (i.opcode === 0xeb || i.opcode === 0xe9) return 16;
    return i.opcode >> 4 === 7 ? i.opcode & 15 : -1;
  }
  return i.map === MAP_0F && i.opcode >> 4 === 8 ? i.opcode & 15 : -1;
}

/** The same for forms of an instruction that differ in the size of a field only. */
function looseKey(bytes: Uint8Array, at: number, i: Instruction): number {
  const condition = jumpCondition(i);
  if (condition >= 0) return hashed(0x200, condition);
  let key = 1;
  for (let n = 0; n < i.head; n++) {
    let byte = bytes[at + n] as number;
    if (n === i.opcodeAt && i.map === MAP_ONE_BYTE) byte = shortForm(byte);
    else if (n === i.opcodeAt + 1 && i.flags === MEMORY_DISPLACEMENT && byte >= 0x80) byte -= 0x40;
    key = hashed(key, byte);
  }
  return key;
}

/** The opcode that takes a sign-extended byte instead of a word. */
function shortForm(opcode: number): number {
  if (opcode === 0x81) return 0x83;
  if (opcode === 0x69) return 0x6b;
  return opcode === 0x68 ? 0x6a : opcode;
}

function signed(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return ((bytes[at] as number) << 24) >> 24;
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
