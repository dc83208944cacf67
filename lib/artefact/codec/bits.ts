import { InputError } from '../../error.js';
import type { ByteStream } from './codec.js';

/**
 * Bits of an encoded stream, the highest of each byte first. `fill` is asynchronous and brings in enough for a
 * whole block; `read` is then synchronous and fast.
 */
export class Bits {
  readonly #input: AsyncIterator<Uint8Array>;
  #inputEnded = false;
  #buffer = new Uint8Array(0);
  #at = 0;
  #length = 0;
  /** Bytes of the stream before `#buffer[0]`. */
  #before = 0;
  /** The `#count` lowest bits are read from the buffer but not yet handed out; at most 31. */
  #window = 0;
  #count = 0;

  constructor(
    readonly format: string,
    input: ByteStream,
  ) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** Bytes from the start of the stream to the one that holds the next bit. */
  get offset(): number {
    return this.#before + this.#at - ((this.#count + 7) >> 3);
  }

  /** Whether there is nothing more. Only right on a byte boundary, after `fill`. */
  get ended(): boolean {
    return this.#inputEnded && this.#at === this.#length && this.#count === 0;
  }

  /** Brings in at least `count` bytes, or all that there are; when it must, twice as many, to move bytes rarely. */
  async fill(count: number): Promise<void> {
    if (this.#inputEnded || this.#length - this.#at >= count) return;
    this.#buffer.copyWithin(0, this.#at, this.#length);
    this.#before += this.#at;
    this.#length -= this.#at;
    this.#at = 0;
    while (this.#length < count * 2) {
      const result = await this.#input.next();
      if (result.done) {
        this.#inputEnded = true;
        return;
      }
      const chunk = result.value;
      if (this.#length + chunk.length > this.#buffer.length) this.#grow((this.#length + chunk.length) * 2);
      this.#buffer.set(chunk, this.#length);
      this.#length += chunk.length;
    }
  }

  /** The next `count` bits, at most 32, as an unsigned number. @throws InputError when there are fewer */
  read(count: number): number {
    if (count > 24) return this.read(count - 16) * 0x10000 + this.read(16);
    this.#need(count);
    this.#count -= count;
    return (this.#window >>> this.#count) & ((1 << count) - 1);
  }

  /** The next `count` bits, at most 24, without passing over them; zeros stand for what is behind the end. */
  peek(count: number): number {
    while (this.#count < count && this.#at < this.#length) this.#pull();
    const missing = Math.max(0, count - this.#count);
    return ((this.#window << missing) >>> (this.#count - count + missing)) & ((1 << count) - 1);
  }

  /** Passes over bits that were peeked at. @throws InputError when they were behind the end */
  drop(count: number): void {
    this.#need(count);
    this.#count -= count;
  }

  /** Passes over the rest of a byte. */
  align(): void {
    this.#count -= this.#count & 7;
  }

  /** The next byte, on a byte boundary, without passing over it. */
  peekByte(): number {
    return this.peek(8);
  }

  /** Tells the input that no more is wanted of it. */
  async close(): Promise<void> {
    if (!this.#inputEnded) await this.#input.return?.();
  }

  #need(count: number): void {
    while (this.#count < count) {
      if (this.#at === this.#length) {
        const offset = this.#before + this.#length;
        throw this.#inputEnded
          ? new InputError(`the ${this.format} stream is cut off`, { offset })
          : new InputError(`the ${this.format} stream has a block longer than any can be`, { offset });
      }
      this.#pull();
    }
  }

  #pull(): void {
    this.#window = (this.#window << 8) | (this.#buffer[this.#at] ?? 0);
    this.#at += 1;
    this.#count += 8;
  }

  #grow(size: number): void {
    const buffer = new Uint8Array(size);
    buffer.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = buffer;
  }
}
