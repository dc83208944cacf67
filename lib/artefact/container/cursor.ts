import { InputError } from '../../error.js';
import type { ByteStream } from '../codec/codec.js';

const NOTHING = new Uint8Array(0);

/**
 * A byte reader over a stream that container readers share: exact reads, skips, and stretches handed on as
 * content. It pulls a chunk only when one is needed and copies only what lies across two chunks.
 */
export class Cursor {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = NOTHING;
  #read = 0;
  #before = 0;
  #ended = false;

  /** @param noun What is read, for errors: `ar archive`. */
  constructor(
    input: ByteStream,
    readonly noun: string,
  ) {
    this.#source = input[Symbol.asyncIterator]();
  }

  /** Bytes read so far: the offset of the next one. */
  get position(): number {
    return this.#before + this.#read;
  }

  /** Whether no byte is left; may have to wait for the next chunk. */
  async atEnd(): Promise<boolean> {
    while (this.#read === this.#chunk.length) {
      if (this.#ended) return true;
      const { done, value } = await this.#source.next();
      this.#before += this.#chunk.length;
      this.#chunk = done === true ? NOTHING : value;
      this.#read = 0;
      this.#ended = done === true;
    }
    return false;
  }

  /** What is there of the next `most` bytes, at least one; empty at the end. Valid until the next read. */
  async some(most: number): Promise<Uint8Array> {
    if (most === 0 || (await this.atEnd())) return NOTHING;
    const piece = this.#chunk.subarray(this.#read, this.#read + most);
    this.#read += piece.length;
    return piece;
  }

  /**
   * The next `length` bytes, valid until the next read. The caller bounds `length`.
   * @param what The part that is read, for the `InputError` thrown when the stream ends in it: `a header`.
   */
  async take(length: number, what: string): Promise<Buffer> {
    const first = await this.some(length);
    if (first.length === length) return asBuffer(first);
    const whole = Buffer.allocUnsafe(length);
    whole.set(first);
    for (let filled = first.length; filled < length; ) {
      const piece = await this.some(length - filled);
      if (piece.length === 0) throw this.cutOff(what);
      whole.set(piece, filled);
      filled += piece.length;
    }
    return whole;
  }

  /** The next `length` bytes as a copy that stays. */
  async copy(length: number, what: string): Promise<Buffer> {
    return Buffer.from(await this.take(length, what));
  }

  /** The next `length` bytes, or all that is left, as content. */
  stretch(length: number | 'rest', what: string, watch: Watch = {}): Stretch {
    return new Stretch(this, length, what, watch);
  }

  /** The error for a stream that ended inside `what`. */
  cutOff(what: string): InputError {
    return new InputError(`the ${this.noun} is cut off inside ${what}`, { offset: this.position });
  }

  /**
   * Frees the input. Errors are dropped: whoever closes has read all, holds an error of its own, or wants
   * no more.
   */
  async close(): Promise<void> {
    this.#chunk = NOTHING;
    this.#read = 0;
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#source.return?.();
    } catch {
      // See above.
    }
  }
}

/** Sees the bytes of a stretch go by, also those that are skipped. */
export interface Watch {
  readonly chunk?: (bytes: Uint8Array) => void;
  /** Called once, after the last byte; may throw. */
  readonly end?: () => void;
}

/** Content inside a stream: read by whoever has it, and the rest of it by `drain`. */
export class Stretch implements AsyncIterableIterator<Uint8Array> {
  #left: number;
  #ended = false;
  #passed = false;

  constructor(
    private readonly cursor: Cursor,
    private readonly length: number | 'rest',
    private readonly what: string,
    private readonly watch: Watch,
  ) {
    this.#left = length === 'rest' ? Number.POSITIVE_INFINITY : length;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    // A late reader would get the bytes of another member.
    if (this.#passed) throw new Error(`${this.what} is read after the next member was asked for`);
    if (this.#ended) return { done: true, value: undefined };
    const piece = await this.#piece();
    return piece === undefined ? { done: true, value: undefined } : { done: false, value: piece };
  }

  /** The reader wants no more; `drain` still passes over what is left. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#passed = !this.#ended;
    return { done: true, value: undefined };
  }

  /** Goes to the end of the stretch, so that the next part can be read. */
  async drain(): Promise<void> {
    if (this.#ended) return;
    this.#passed = true;
    while ((await this.#piece()) !== undefined);
  }

  async #piece(): Promise<Uint8Array | undefined> {
    const piece = await this.cursor.some(this.#left);
    if (piece.length > 0) {
      this.#left -= piece.length;
      this.watch.chunk?.(piece);
      return piece;
    }
    if (this.#left > 0 && this.length !== 'rest') throw this.cursor.cutOff(this.what);
    this.#ended = true;
    this.watch.end?.();
    return undefined;
  }
}

/** Runs `read` over a cursor and frees the input when it ends, fails or is left early. */
export async function* withCursor<T>(
  input: ByteStream,
  noun: string,
  read: (cursor: Cursor) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const cursor = new Cursor(input, noun);
  try {
    if (await cursor.atEnd()) throw new InputError(`the ${noun} is empty`, { offset: 0 });
    yield* read(cursor);
  } finally {
    await cursor.close();
  }
}

/** Bytes in memory as content. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.length > 0) yield bytes;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
