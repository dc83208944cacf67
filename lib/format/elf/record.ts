import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';

/** How a file's numbers are stored: `e_ident[EI_CLASS]` and `e_ident[EI_DATA]`. */
export interface Encoding {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
}

/** One field of a structure, under the name the specification gives it. */
export interface Field {
  readonly name: string;
  /** From the start of the file. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  readonly value: bigint;
}

/** Where a field lies in its structure, in bytes. */
export interface Slot {
  readonly at: number;
  readonly length: number;
}

/** A structure of one class: its fields in stored order, and its size in bytes. */
export interface RecordLayout<N extends string> {
  readonly slots: Readonly<Record<N, Slot>>;
  readonly names: readonly N[];
  readonly size: number;
}

/** A structure in both classes. */
export interface RecordKind<N extends string> {
  readonly what: string;
  readonly 32: RecordLayout<N>;
  readonly 64: RecordLayout<N>;
}

/**
 * Numbers of one structure that lies in `buffer` at `at`, read by the specification's names.
 * `start` is where the structure lies in the file; errors name that place.
 */
export class RecordReader<N extends string> {
  readonly layout: RecordLayout<N>;
  private at = 0;
  private start = 0;

  constructor(
    private readonly kind: RecordKind<N>,
    private readonly encoding: Encoding,
    private readonly buffer: Buffer,
  ) {
    this.layout = kind[encoding.class];
  }

  /** Goes to the structure at `at` in the buffer, which lies at `start` in the file. */
  seek(at: number, start: number): this {
    this.at = at;
    this.start = start;
    return this;
  }

  /** A field of up to four bytes. */
  number(name: N): number {
    const slot = this.layout.slots[name];
    if (slot.length === 8) return this.size(name);
    return this.encoding.littleEndian
      ? this.buffer.readUIntLE(this.at + slot.at, slot.length)
      : this.buffer.readUIntBE(this.at + slot.at, slot.length);
  }

  /** A field of any width, exact: addresses and flags. */
  exact(name: N): bigint {
    const slot = this.layout.slots[name];
    if (slot.length !== 8) return BigInt(this.number(name));
    // An object has thousands of sections whose flags, addresses and alignments are the same few numbers.
    const value = this.approximate(name);
    if (value < SMALL.length) return SMALL[value] as bigint;
    return this.encoding.littleEndian
      ? this.buffer.readBigUInt64LE(this.at + slot.at)
      : this.buffer.readBigUInt64BE(this.at + slot.at);
  }

  /**
   * An offset, a size or a count.
   * @throws InputError where it is 2^53 or more: no file is that long
   */
  size(name: N): number {
    const slot = this.layout.slots[name];
    if (slot.length !== 8) return this.number(name);
    const value = this.approximate(name);
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new InputError(`${name} of the ${this.kind.what} is ${this.exact(name)}: no file is that long`, {
        offset: this.offsetOf(name),
      });
    }
    return value;
  }

  /** A field of eight bytes as a number: exact up to 2^53, and fast. */
  approximate(name: N): number {
    const at = this.at + this.layout.slots[name].at;
    const { buffer } = this;
    return this.encoding.littleEndian
      ? buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32
      : buffer.readUInt32BE(at + 4) + buffer.readUInt32BE(at) * 2 ** 32;
  }

  /** Where a field lies in the file. */
  offsetOf(name: N): number {
    return this.start + this.layout.slots[name].at;
  }
}

/** Numbers that stand everywhere, each once. */
const SMALL = Array.from({ length: 64 }, (_, i) => BigInt(i));

/** Every field of the structure that starts at `start`, in stored order: for reports, not for speed. */
export function readFields<N extends string>(
  bytes: Bytes,
  kind: RecordKind<N>,
  encoding: Encoding,
  start: number,
): Field[] {
  const layout = kind[encoding.class];
  const reader = new RecordReader(kind, encoding, Buffer.from(bytes.read(start, layout.size)));
  reader.seek(0, start);
  return layout.names.map((name) => ({
    name,
    offset: reader.offsetOf(name),
    length: layout.slots[name].length,
    value: reader.exact(name),
  }));
}

/** A layout from the fields' widths in stored order. */
export function recordLayout<N extends string>(
  first: number,
  fields: readonly (readonly [N, number])[],
): RecordLayout<N> {
  let at = first;
  const slots: Partial<Record<N, Slot>> = {};
  for (const [name, length] of fields) {
    slots[name] = { at, length };
    at += length;
  }
  return { slots: slots as Record<N, Slot>, names: fields.map(([name]) => name), size: at };
}
