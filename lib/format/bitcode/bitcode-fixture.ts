import { BitWriter } from './bit-writer.js';

/** One operand of an abbreviation, as `stream.define` takes it. */
export type OperandForm =
  | { readonly literal: number }
  | { readonly fixed: number }
  | { readonly vbr: number }
  | 'array'
  | 'char6'
  | 'blob';

/** Writes a bitstream by hand, for tests. */
export class StreamWriter {
  readonly bits = new BitWriter();
  readonly #outer: { width: number; lengthAt: number }[] = [];
  #width = 2;

  constructor() {
    this.bits.fixed(0xdec04342, 32);
  }

  /** Where the next entry starts, in bits. */
  get position(): number {
    return this.bits.position;
  }

  id(id: number): void {
    this.bits.fixed(id, this.#width);
  }

  enter(block: number, width: number): void {
    this.id(1);
    this.bits.vbr(block, 0, 8);
    this.bits.vbr(width, 0, 4);
    this.bits.align();
    this.#outer.push({ width: this.#width, lengthAt: this.position });
    this.bits.fixed(0, 32);
    this.#width = width;
  }

  end(): void {
    this.id(0);
    this.bits.align();
    const scope = this.#outer.pop();
    if (scope === undefined) throw new Error('no block is open');
    this.bits.patch(scope.lengthAt, (this.position - scope.lengthAt) / 32 - 1);
    this.#width = scope.width;
  }

  define(operands: readonly OperandForm[]): void {
    this.id(2);
    this.bits.vbr(operands.length, 0, 5);
    for (const operand of operands) {
      if (typeof operand === 'object' && 'literal' in operand) {
        this.bits.fixed(1, 1);
        this.bits.vbr(operand.literal, 0, 8);
        continue;
      }
      this.bits.fixed(0, 1);
      if (operand === 'array') this.bits.fixed(3, 3);
      else if (operand === 'char6') this.bits.fixed(4, 3);
      else if (operand === 'blob') this.bits.fixed(5, 3);
      else if ('fixed' in operand) {
        this.bits.fixed(1, 3);
        this.bits.vbr(operand.fixed, 0, 5);
      } else {
        this.bits.fixed(2, 3);
        this.bits.vbr(operand.vbr, 0, 5);
      }
    }
  }

  /** A record without an abbreviation. */
  record(code: number, operands: readonly (number | bigint)[]): void {
    this.id(3);
    this.bits.vbr(code, 0, 6);
    this.bits.vbr(operands.length, 0, 6);
    for (const operand of operands) {
      const value = BigInt(operand);
      this.bits.vbr(Number(value & 0xffffffffn), Number(value >> 32n), 6);
    }
  }

  /** What an abbreviation's `blob` holds. */
  blob(bytes: Uint8Array): void {
    this.bits.vbr(bytes.length, 0, 6);
    this.bits.align();
    this.bits.copy(bytes);
    this.bits.align();
  }

  bytes(): Buffer {
    return this.bits.bytes();
  }
}

/** The operands of METADATA_STRINGS: count and offset, and the blob. */
export function metadataStrings(texts: readonly string[]): {
  readonly offset: number;
  readonly blob: Buffer;
} {
  const lengths = new BitWriter();
  for (const text of texts) lengths.vbr(text.length, 0, 6);
  lengths.align();
  const head = lengths.bytes();
  return { offset: head.length, blob: Buffer.concat([head, Buffer.from(texts.join(''), 'latin1')]) };
}
