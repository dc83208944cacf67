import { InputError } from '../../error.js';
import type { Codec } from './codec.js';
import { isSkippable, ZSTD_MAGIC, zstdFraming } from './zstd-framing.js';
import { borrowLibzstd, type Libzstd } from './zstd-wasm.js';

/**
 * .zst: frames of any level, several of them, skippable ones between. Content checksums are verified. A frame
 * may be written without one (`--no-check`, and several libraries do): then damage inside its blocks is found
 * only where it breaks their form. Whoever must be sure needs a digest or a signature of the file.
 */
export const zstd: Codec = {
  id: 'zstd',
  detect(head) {
    if (head.length < 4) return false;
    const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    return magic === ZSTD_MAGIC || isSkippable(magic);
  },
  async *decode(input, limits) {
    const framing = zstdFraming(limits);
    const libzstd = await borrowLibzstd();
    try {
      let offset = 0;
      for await (const chunk of input) {
        framing.feed(chunk);
        for (let at = 0; at < chunk.length; at += libzstd.inputSize) {
          const piece = chunk.subarray(at, at + libzstd.inputSize);
          yield* decodePiece(libzstd, piece, offset + at);
        }
        offset += chunk.length;
      }
      framing.end();
      if (!libzstd.finished) throw new InputError('the zstd stream is damaged or cut off', { offset });
    } finally {
      libzstd.giveBack();
    }
  },
};

function* decodePiece(libzstd: Libzstd, piece: Uint8Array, offset: number): Generator<Uint8Array> {
  libzstd.feed(piece);
  for (;;) {
    const { consumed, produced, full, error } = libzstd.step();
    if (error !== 0) {
      const what = FAILURES[error] ?? `the zstd stream is damaged (libzstd: error ${error})`;
      throw new InputError(what, { offset: offset + libzstd.consumed });
    }
    if (produced.length > 0) yield produced;
    // With its output full, libzstd may hold more; at the end of a frame it holds nothing.
    if (libzstd.consumed === piece.length && (!full || libzstd.finished)) return;
    // Corrupt input has made libzstd neither read nor write, nor report an error.
    if (consumed === 0 && produced.length === 0) {
      throw new InputError('the zstd stream is damaged', { offset: offset + libzstd.consumed });
    }
  }
}

/** ZSTD_ErrorCode of zstd_errors.h. */
const FAILURES: Readonly<Record<number, string>> = {
  10: 'this is not a zstd stream',
  14: 'the zstd frame uses options that libzstd does not know',
  16: 'the zstd frame asks for a larger window than the decoder can hold',
  20: 'the zstd stream is damaged',
  22: 'the content of the zstd frame does not have the checksum that it should',
  64: 'there is not enough memory to decode the zstd stream',
};
