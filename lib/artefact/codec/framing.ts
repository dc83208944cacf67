import { InputError } from '../../error.js';

/** The rules of a format: a coroutine that asks `bytes` for headers and skips what it need not see. */
export type FramingRules = (bytes: Framing) => Generator<undefined, void, undefined>;

/**
 * Follows the framing of a compressed stream, a chunk ahead of its decoder and without decoding. The decoders
 * at hand neither limit what a header makes them allocate nor reliably tell a cut-off stream from a finished
 * one; the framing says both: headers are judged before the decoder sees their last byte, and `complete` is
 * set exactly between two frames.
 */
export class Framing {
  /** Whether the bytes so far are a whole number of frames; the rules set it. */
  complete = false;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes in the chunks before this one. */
  #before = 0;
  readonly #rules: Generator<undefined, void, undefined>;

  constructor(
    readonly format: string,
    rules: FramingRules,
  ) {
    this.#rules = rules(this);
  }

  /** Bytes from the start of the encoded stream. */
  get offset(): number {
    return this.#before + this.#at;
  }

  /** To be called with each chunk before the decoder is. Throws what the rules throw. */
  feed(chunk: Uint8Array): void {
    this.#before += this.#chunk.length;
    this.#chunk = chunk;
    this.#at = 0;
    this.#rules.next();
  }

  /** @throws InputError when the stream ends here in the middle of a frame */
  end(): void {
    this.#before += this.#chunk.length;
    this.#chunk = new Uint8Array(0);
    this.#at = 0;
    if (!this.complete)
      throw new InputError(`the ${this.format} stream is cut off`, { offset: this.#before });
  }

  /** The next byte. */
  *byte(): Generator<undefined, number, undefined> {
    while (this.#at === this.#chunk.length) yield;
    const byte = this.#chunk[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  /** The next `count` bytes; for headers, not for contents. */
  *take(count: number): Generator<undefined, Buffer, undefined> {
    const taken = Buffer.alloc(count);
    let have = 0;
    for (;;) {
      const part = this.#chunk.subarray(this.#at, this.#at + count - have);
      taken.set(part, have);
      have += part.length;
      this.#at += part.length;
      if (have === count) return taken;
      yield;
    }
  }

  /** Passes over `count` bytes. */
  *skip(count: number): Generator<undefined, void, undefined> {
    let left = count;
    for (;;) {
      const step = Math.min(left, this.#chunk.length - this.#at);
      this.#at += step;
      left -= step;
      if (left === 0) return;
      yield;
    }
  }
}
