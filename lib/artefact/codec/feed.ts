import { InputError } from '../../error.js';
import type { ByteStream } from './codec.js';

/** An encoded stream that can be read by the byte, by the chunk, and a little back. */
export class Feed {
  /** Bytes from the start of the stream to what `next` or `take` returns next. */
  offset = 0;
  readonly #input: AsyncIterator<Uint8Array>;
  #unread: Uint8Array = new Uint8Array(0);

  constructor(
    readonly format: string,
    input: ByteStream,
  ) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** The next chunk, never empty; it is the caller's until the next call. Undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    let chunk = this.#unread;
    this.#unread = new Uint8Array(0);
    while (chunk.length === 0) {
      const result = await this.#input.next();
      if (result.done) return undefined;
      chunk = result.value;
    }
    this.offset += chunk.length;
    return chunk;
  }

  /** Gives back the end of the chunk that `next` returned last. */
  unread(rest: Uint8Array): void {
    this.#unread = rest;
    this.offset -= rest.length;
  }

  /** A copy of the next `count` bytes. @throws InputError when the stream ends before */
  async take(count: number): Promise<Buffer> {
    const taken = Buffer.alloc(count);
    for (let have = 0; have < count; ) {
      const chunk = await this.#some();
      const part = chunk.subarray(0, count - have);
      taken.set(part, have);
      have += part.length;
      this.unread(chunk.subarray(part.length));
    }
    return taken;
  }

  /** Passes over everything up to and with the next `byte`, and shows it to `see`. */
  async skipThrough(byte: number, see: (part: Uint8Array) => void): Promise<void> {
    for (;;) {
      const chunk = await this.#some();
      const at = chunk.indexOf(byte);
      see(at === -1 ? chunk : chunk.subarray(0, at + 1));
      if (at === -1) continue;
      this.unread(chunk.subarray(at + 1));
      return;
    }
  }

  /** Tells the input that no more is wanted of it. */
  async close(): Promise<void> {
    await this.#input.return?.();
  }

  async #some(): Promise<Uint8Array> {
    const chunk = await this.next();
    if (chunk === undefined) {
      throw new InputError(`the ${this.format} stream is cut off`, { offset: this.offset });
    }
    return chunk;
  }
}
