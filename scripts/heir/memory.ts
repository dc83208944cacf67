import { type Integer, wrap } from './integer.js';

/** Nothing lies at the lowest addresses, so that an index into nothing is an error. */
const START = 65536;
const WORD = 8;

/** An address that nothing lies at. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** The bytes that a program can reach by an address; programs may not depend on which address is whose. */
export class Memory {
  #size = 0;
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  /** Addresses for so many bytes, all zero once `open` was called. */
  reserve(size: number): number {
    const address = START + this.#size;
    this.#size += Math.ceil(size / WORD) * WORD;
    return address;
  }

  /** What was reserved can be used from now on, and no more be reserved. */
  open(): void {
    this.#bytes = new Uint8Array(this.#size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  byte(address: Integer): number {
    return this.#view.getUint8(this.#offset(address, 1));
  }

  setByte(address: Integer, value: Integer): void {
    this.#view.setUint8(this.#offset(address, 1), Number(BigInt.asUintN(8, BigInt(value))));
  }

  word(address: Integer): Integer {
    return wrap(this.#view.getBigInt64(this.#offset(address, WORD), true));
  }

  setWord(address: Integer, value: Integer): void {
    this.#view.setBigInt64(this.#offset(address, WORD), BigInt(value), true);
  }

  /** The bytes themselves, to read and to write. */
  range(address: Integer, size: Integer): Uint8Array {
    if (size < 0) throw new AddressError(`a length of ${size} bytes`);
    const offset = this.#offset(address, Number(size));
    return this.#bytes.subarray(offset, offset + Number(size));
  }

  /** The bytes before the zero that ends them. */
  text(address: Integer): Uint8Array {
    const offset = this.#offset(address, 1);
    const end = this.#bytes.indexOf(0, offset);
    if (end < 0) throw new AddressError(`a text at ${address} that does not end`);
    return this.#bytes.subarray(offset, end);
  }

  #offset(address: Integer, size: number): number {
    const offset = Number(address) - START;
    if (offset >= 0 && offset + size <= this.#size) return offset;
    throw new AddressError(`${size} bytes at ${address}, where nothing lies`);
  }
}
