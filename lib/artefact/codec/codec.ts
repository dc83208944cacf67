import type { Limits } from '../limits.js';

/** A stream of bytes; chunks belong to the reader until it asks for the next one. */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * One compression format. `decode` yields the whole decoded content or throws an `InputError` with the offset
 * (in encoded bytes, as far as it is known) or a `LimitError`; it never ends silently on input that is cut
 * off, damaged or followed by bytes that are not part of it.
 */
export interface Codec {
  readonly id: 'gzip' | 'xz' | 'zstd' | 'bzip2';
  /** Whether the first bytes of a stream (at least `CODEC_HEAD` of them, if there are so many) are of this format. */
  detect(head: Uint8Array): boolean;
  decode(input: ByteStream, limits: Limits): AsyncGenerator<Uint8Array, void, undefined>;
}

/** Bytes that `detect` wants to see. */
export const CODEC_HEAD = 16;
