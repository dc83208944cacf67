import type { Sink } from '../../ledger/sink.js';

/** Numbers of up to eight bytes as one side stores them. */
export class Words {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly littleEndian: boolean,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Unsigned; approximate from 2^53 on. */
  number(at: number, length: number): number {
    const { littleEndian } = this;
    switch (length) {
      case 1:
        return this.#view.getUint8(at);
      case 2:
        return this.#view.getUint16(at, littleEndian);
      case 4:
        return this.#view.getUint32(at, littleEndian);
      default: {
        const low = this.#view.getUint32(littleEndian ? at : at + 4, littleEndian);
        return low + this.#view.getUint32(littleEndian ? at + 4 : at, littleEndian) * 2 ** 32;
      }
    }
  }

  signed(at: number, length: 4 | 8): number {
    if (length === 4) return this.#view.getInt32(at, this.littleEndian);
    const { littleEndian } = this;
    const low = this.#view.getUint32(littleEndian ? at : at + 4, littleEndian);
    return low + this.#view.getInt32(littleEndian ? at + 4 : at, littleEndian) * 2 ** 32;
  }
}

const scratch = Buffer.alloc(8);

/** A number as `length` bytes, negative ones in two's complement. The next call overwrites the result. */
export function encoded(value: number, length: number, littleEndian: boolean): Uint8Array {
  if (length === 8) {
    const low = ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;
    const high = Math.floor(value / 2 ** 32);
    if (littleEndian) {
      scratch.writeUInt32LE(low, 0);
      scratch.writeInt32LE(high | 0, 4);
    } else {
      scratch.writeInt32BE(high | 0, 0);
      scratch.writeUInt32BE(low, 4);
    }
    return scratch;
  }
  const wrapped = ((value % 256 ** length) + 256 ** length) % 256 ** length;
  if (littleEndian) scratch.writeUIntLE(wrapped, 0, length);
  else scratch.writeUIntBE(wrapped, 0, length);
  return scratch.subarray(0, length);
}

export function sameBytes(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i += 1) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/**
 * One field of a record: equal, derived where `expected` is B's value, else unexplained; unexplained, too, where the
 * bytes are equal and should not be, since what they lead to is elsewhere now. `expected` is undefined where nothing
 * says what the field should be.
 */
export function explainField(
  a: Words,
  aStart: number,
  b: Words,
  bStart: number,
  length: number,
  sink: Sink,
  field: string,
  from: string,
  expected: number | undefined,
): void {
  const value = expected === undefined ? undefined : encoded(expected, length, b.littleEndian);
  explainValue(a.bytes, aStart, b.bytes, bStart, length, sink, field, from, value);
}

/** The same with the expected bytes. */
export function explainValue(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
  sink: Sink,
  field: string,
  from: string,
  expected: Uint8Array | undefined,
): void {
  const equal = sameBytes(a, aStart, b, bStart, length);
  if (equal && (expected === undefined || sameBytes(expected, 0, b, bStart, length)))
    sink.equal(aStart, bStart, length);
  else if (equal || expected === undefined) sink.change(aStart, length, bStart, length, { field });
  else sink.derived(aStart, length, bStart, length, expected, from, field);
}
