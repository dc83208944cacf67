import type { NativeLZMA } from 'node-liblzma';
import { InputError } from '../../error.js';
import type { ByteStream } from './codec.js';
import type { Framing } from './framing.js';

/** liblzma in this process. */
export interface Liblzma {
  /** A decoder for streams one after the other; `close()` frees it. */
  decoder(): NativeLZMA;
}

/** Undefined where the native module has no build for this machine. */
export async function loadLiblzma(): Promise<Liblzma | undefined> {
  try {
    const { Unxz } = await import('node-liblzma');
    // `lzma` is the binding itself: the Transform around it costs copies, accepts truncated input, and never
    // reaches `LZMA_STREAM_END` since it does not pass on `LZMA_FINISH`. Its types leave the field out.
    return { decoder: () => (new Unxz({ chunkSize: 1 }) as unknown as { readonly lzma: NativeLZMA }).lzma };
  } catch {
    return undefined;
  }
}

/**
 * Decodes in this thread, blocking it for a chunk at a time (some 3 ms): liblzma's asynchronous call costs 10 %
 * more processor time and, in a worker thread that does little else, is no faster by the clock.
 */
export async function* decodeNative(
  liblzma: Liblzma,
  input: ByteStream,
  framing: Framing,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = liblzma.decoder();
  try {
    const out = Buffer.allocUnsafeSlow(CHUNK);
    let filled = 0;
    let offset = 0;
    for await (const chunk of input) {
      if (chunk.length === 0) continue;
      framing.feed(chunk);
      const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let left = buffer.length; ; ) {
        const [status, availIn, availOut] = decoder.codeSync(
          RUN,
          buffer,
          buffer.length - left,
          left,
          out,
          filled,
        );
        offset += left - availIn;
        left = availIn;
        filled = out.length - availOut;
        if (status !== OK && status !== BUF_ERROR) throw failure(status, offset);
        if (filled < out.length) {
          if (left === 0) break;
          if (status === BUF_ERROR) throw failure(status, offset);
        } else {
          yield out;
          filled = 0;
        }
      }
    }
    framing.end();
    // Without LZMA_FINISH liblzma cannot know that no further stream follows, and reports nothing.
    const [status, , availOut] = decoder.codeSync(FINISH, null, 0, 0, out, filled);
    if (status !== STREAM_END || out.length - availOut !== filled) throw failure(status, offset);
    if (filled > 0) yield out.subarray(0, filled);
  } finally {
    decoder.close();
  }
}

/** Bytes of decoded content handed on at a time; larger ones are no faster and leave the processor's cache. */
const CHUNK = 1 << 18;

// lzma_action and lzma_ret of lzma/base.h.
const RUN = 0;
const FINISH = 3;
const OK = 0;
const STREAM_END = 1;
const MEM_ERROR = 5;
const FORMAT_ERROR = 7;
const OPTIONS_ERROR = 8;
const DATA_ERROR = 9;
const BUF_ERROR = 10;

const FAILURES: Readonly<Record<number, string>> = {
  [MEM_ERROR]: 'there is not enough memory to decode the xz stream',
  [FORMAT_ERROR]: 'this is not an xz stream',
  [OPTIONS_ERROR]: 'the xz stream uses options that liblzma does not know',
  [DATA_ERROR]: 'the xz stream is damaged',
  [BUF_ERROR]: 'the xz stream is damaged or cut off',
};

function failure(status: number, offset: number): InputError {
  return new InputError(FAILURES[status] ?? `the xz stream cannot be decoded (liblzma: ${status})`, {
    offset,
  });
}
