import { InputError, LimitError } from '../../error.js';
import { LIMIT_OPTIONS, type Limits } from '../limits.js';
import { Framing } from './framing.js';

/** Little-endian on disk: 28 b5 2f fd. */
export const ZSTD_MAGIC = 0xfd2fb528;

/** Whether a magic number is one of the sixteen of skippable frames, which pzstd starts its files with. */
export function isSkippable(magic: number): boolean {
  return magic >>> 4 === 0x184d2a5;
}

/**
 * The framing of a .zst file: frames and skippable frames one after the other. Names are those of RFC 8878,
 * section 3.1: https://www.rfc-editor.org/rfc/rfc8878
 */
export function zstdFraming(limits: Limits): Framing {
  return new Framing('zstd', function* (bytes) {
    for (;;) {
      const magic = yield* magicNumber(bytes);
      if (isSkippable(magic)) {
        const size = yield* bytes.take(4);
        yield* bytes.skip(size.readUInt32LE(0));
      } else {
        const hasChecksum = yield* frameHeader(bytes, limits);
        yield* blocks(bytes);
        if (hasChecksum) yield* bytes.skip(4);
      }
      bytes.complete = true;
    }
  });
}

function* magicNumber(bytes: Framing): Generator<undefined, number, undefined> {
  const offset = bytes.offset;
  const first = yield* bytes.byte();
  const trailing = bytes.complete;
  bytes.complete = false;
  // Judged by its first byte, so that a single byte after the end is not taken for a cut-off frame.
  const known = first === 0x28 || first >>> 4 === 5;
  const rest = known ? yield* bytes.take(3) : Buffer.alloc(3);
  const magic = Buffer.concat([Buffer.of(first), rest]).readUInt32LE(0);
  if (magic === ZSTD_MAGIC || isSkippable(magic)) return magic;
  throw new InputError(
    trailing
      ? 'the end of the zstd stream is followed by bytes that are not part of it'
      : 'this is not a zstd stream',
    { offset },
  );
}

/** Section 3.1.1.1. Returns whether a content checksum ends the frame. */
function* frameHeader(bytes: Framing, limits: Limits): Generator<undefined, boolean, undefined> {
  const offset = bytes.offset - 4;
  const descriptor = yield* bytes.byte();
  const singleSegment = (descriptor & 0x20) !== 0;
  const windowDescriptor = singleSegment ? 0 : yield* bytes.byte();
  const dictionaryId = yield* bytes.take([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (dictionaryId.some((byte) => byte !== 0)) {
    throw new InputError('the zstd frame needs a dictionary that is not part of it', { offset });
  }
  const contentSize = yield* bytes.take([singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
  const window = singleSegment ? frameContentSize(contentSize) : windowSize(windowDescriptor);
  if (window > limits.dictionary) {
    const what = `the zstd frame asks for a window of ${window} bytes, over the limit of ${limits.dictionary}`;
    throw new LimitError(what, LIMIT_OPTIONS.dictionary, { offset });
  }
  if (window > DECODER_WINDOW) {
    const what = `the zstd frame asks for a window of ${window} bytes, more than the decoder can hold`;
    throw new InputError(what, { offset }, 'unpack the file with zstd --decompress --long=31 first');
  }
  return (descriptor & 4) !== 0;
}

/** What libzstd decodes when it is not told otherwise, and zstddec has no way to tell it. */
const DECODER_WINDOW = 2 ** 27;

/** Section 3.1.1.1.2. In bytes. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Section 3.1.1.1.4. In bytes; one that takes 8 bytes loses its low bits over 2^53, which nobody asks for. */
function frameContentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE(0));
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

/** Section 3.1.1.2. */
function* blocks(bytes: Framing): Generator<undefined, void, undefined> {
  for (;;) {
    const header = (yield* bytes.take(3)).readUIntLE(0, 3);
    const type = (header >> 1) & 3;
    if (type === 3) throw new InputError('the zstd block is damaged', { offset: bytes.offset - 3 });
    // A run of one byte (type 1) states how often; the byte is stored once.
    yield* bytes.skip(type === 1 ? 1 : header >> 3);
    if (header & 1) return;
  }
}
