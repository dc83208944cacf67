import type { Bitcode } from '../bitcode.js';
import {
  type Abbreviation,
  Abbreviations,
  ARRAY,
  assertAbbreviation,
  BLOB,
  CHAR6,
  CHAR6_CODES,
  FIXED,
  LITERAL,
  type Operand,
  VBR,
} from './abbreviation.js';
import { BitWriter } from './bit-writer.js';
import { type Columns, DEFINE, END, ENTER, MAGIC, RECORD } from './columns.js';

const BLOCKINFO_BLOCK = 0;
const SETBID = 1;

/** What takes the place of what was read, when it is encoded again. All offsets and counts stay. */
export interface Replacement {
  /** Operands, in the places of `columns.low` and `columns.high`. */
  readonly low?: Uint32Array | undefined;
  readonly high?: Uint32Array | undefined;
  /** Blobs by entry. */
  readonly blobs?: ReadonlyMap<number, Uint8Array> | undefined;
}

/**
 * Encodes what was read: the same abbreviations, each number as short as it can be, except in entries that were read
 * otherwise (`irregular`), whose bits are copied. Without a replacement the result is the stream that was read, byte
 * for byte.
 * @returns the bytes from `start` to `end`
 * @throws InputError where a replacement makes an abbreviation that the specification does not have
 */
export function encodeBitcode(bitcode: Bitcode, replacement: Replacement = {}): Buffer {
  return new Encoder(bitcode, replacement).run();
}

interface Scope {
  readonly block: number;
  readonly width: number;
  readonly abbreviations: Abbreviations;
}

class Encoder {
  readonly #bitcode: Bitcode;
  readonly #columns: Columns;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;
  readonly #blobs: ReadonlyMap<number, Uint8Array> | undefined;
  readonly #out = new BitWriter();
  readonly #shared = new Map<number, Abbreviation[]>();
  readonly #outer: Scope[] = [];
  #scope: Scope = { block: 0xffffffff, width: 2, abbreviations: new Abbreviations([]) };
  #described = 0;

  constructor(bitcode: Bitcode, replacement: Replacement) {
    this.#bitcode = bitcode;
    this.#columns = bitcode.columns;
    this.#low = replacement.low ?? bitcode.columns.low;
    this.#high = replacement.high ?? bitcode.columns.high;
    this.#blobs = replacement.blobs;
  }

  run(): Buffer {
    const { count, kind, code, first, irregular } = this.#columns;
    for (let i = 0; i < count; i += 1) {
      if (irregular.has(i)) this.#copy(i);
      switch (kind[i]) {
        case MAGIC:
          if (!irregular.has(i)) this.#out.fixed(0xdec04342, 32);
          this.#shared.clear();
          break;
        case ENTER:
          this.#enter(i);
          break;
        case END:
          if (!irregular.has(i)) {
            this.#out.fixed(0, this.#scope.width);
            this.#out.align();
          }
          this.#scope = this.#outer.pop() ?? this.#scope;
          break;
        case DEFINE:
          this.#define(i);
          break;
        default:
          if (!irregular.has(i)) this.#record(i);
      }
      if (this.#scope.block === BLOCKINFO_BLOCK && kind[i] === RECORD && code[i] === SETBID) {
        this.#described = this.#low[first[i] ?? 0] ?? 0;
      }
    }
    return this.#out.bytes();
  }

  #copy(entry: number): void {
    const { bit } = this.#columns;
    const { content, start } = this.#bitcode;
    for (let at = bit[entry] ?? 0; at < (bit[entry + 1] ?? 0); at += 1) {
      this.#out.fixed((content[start + (at >>> 3)] ?? 0) >>> (at & 7), 1);
    }
  }

  #enter(entry: number): void {
    const at = this.#columns.first[entry] ?? 0;
    const block = this.#low[at] ?? 0;
    const width = this.#low[at + 1] ?? 0;
    if (!this.#columns.irregular.has(entry)) {
      this.#out.fixed(1, this.#scope.width);
      this.#out.vbr(block, 0, 8);
      this.#out.vbr(width, 0, 4);
      this.#out.align();
      this.#out.fixed(this.#low[at + 2] ?? 0, 32);
    }
    this.#outer.push(this.#scope);
    this.#scope = { block, width, abbreviations: new Abbreviations(this.#shared.get(block) ?? []) };
  }

  #define(entry: number): void {
    const quiet = this.#columns.irregular.has(entry);
    const out = quiet ? new BitWriter() : this.#out;
    let at = this.#columns.first[entry] ?? 0;
    const end = this.#columns.first[entry + 1] ?? 0;
    const next = (): { low: number; high: number } => {
      const value = { low: this.#low[at] ?? 0, high: this.#high[at] ?? 0 };
      at += 1;
      return value;
    };
    out.fixed(DEFINE, this.#scope.width);
    const count = next();
    out.vbr(count.low, count.high, 5);
    const operands: Operand[] = [];
    while (at < end) {
      const literal = next().low;
      const value = next();
      out.fixed(literal, 1);
      if (literal === 1) {
        out.vbr(value.low, value.high, 8);
        operands.push({ encoding: LITERAL, width: 0, ...value });
        continue;
      }
      out.fixed(value.low, 3);
      let width = 0;
      if (value.low === FIXED || value.low === VBR) {
        const given = next();
        out.vbr(given.low, given.high, 5);
        width = given.low;
      }
      operands.push({ encoding: value.low, width, low: 0, high: 0 });
    }
    assertAbbreviation(operands, this.#bitcode.start + ((this.#columns.bit[entry] ?? 0) >>> 3));
    if (this.#scope.block !== BLOCKINFO_BLOCK) {
      this.#scope.abbreviations.add(operands);
      return;
    }
    const list = this.#shared.get(this.#described);
    if (list === undefined) this.#shared.set(this.#described, [operands]);
    else list.push(operands);
  }

  #record(entry: number): void {
    const { abbreviation, code, first } = this.#columns;
    const id = abbreviation[entry] ?? 0;
    const from = first[entry] ?? 0;
    const to = first[entry + 1] ?? 0;
    const out = this.#out;
    out.fixed(id, this.#scope.width);
    if (id === 3) {
      out.vbr(code[entry] ?? 0, 0, 6);
      out.vbr(to - from, 0, 6);
      for (let i = from; i < to; i += 1) out.vbr(this.#low[i] ?? 0, this.#high[i] ?? 0, 6);
      return;
    }
    const operands = this.#scope.abbreviations.get(id) ?? [];
    let at = from;
    for (let i = 0; i < operands.length; i += 1) {
      const operand = operands[i] as Operand;
      if (i === 0) this.#scalar(operand, code[entry] ?? 0, 0);
      else if (operand.encoding === ARRAY) {
        out.vbr(to - at, 0, 6);
        const element = operands[i + 1] as Operand;
        for (; at < to; at += 1) this.#scalar(element, this.#low[at] ?? 0, this.#high[at] ?? 0);
        return;
      } else if (operand.encoding === BLOB) this.#blob(entry);
      else {
        this.#scalar(operand, this.#low[at] ?? 0, this.#high[at] ?? 0);
        at += 1;
      }
    }
  }

  #scalar(operand: Operand, low: number, high: number): void {
    if (operand.encoding === FIXED) this.#out.fixed(low, operand.width);
    else if (operand.encoding === CHAR6) this.#out.fixed(CHAR6_CODES[low & 255] ?? 0, 6);
    else if (operand.encoding === VBR && operand.width > 0) this.#out.vbr(low, high, operand.width);
  }

  #blob(entry: number): void {
    const stored = this.#columns.blobs.get(entry) ?? { offset: 0, length: 0 };
    const from = this.#bitcode.start + stored.offset;
    const bytes = this.#blobs?.get(entry) ?? this.#bitcode.content.subarray(from, from + stored.length);
    this.#out.vbr(bytes.length, 0, 6);
    this.#out.align();
    for (const byte of bytes) this.#out.fixed(byte, 8);
    this.#out.align();
  }
}
