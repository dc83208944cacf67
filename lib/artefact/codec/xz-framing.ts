import { InputError, LimitError } from '../../error.js';
import { LIMIT_OPTIONS, type Limits } from '../limits.js';
import { crc32 } from './crc32.js';
import { Framing } from './framing.js';

export const XZ_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

/**
 * The framing of an .xz file: streams one after the other, with padding between and after them, each of
 * blocks, an index and a footer. What it does not look at (the index's figures, the footer, checks of
 * content) the decoder does. Sections are those of "The .xz File Format", version 1.2.1:
 * https://tukaani.org/xz/xz-file-format.txt
 */
export function xzFraming(limits: Limits): Framing {
  return new Framing('xz', function* (bytes) {
    let first = yield* bytes.byte();
    for (;;) {
      const checkSize = yield* streamHeader(bytes, first);
      for (;;) {
        const blockHeaderSize = yield* bytes.byte();
        if (blockHeaderSize === 0) break; // Section 4.1: that was the index indicator.
        yield* block(bytes, blockHeaderSize, checkSize, limits);
      }
      yield* index(bytes);
      yield* bytes.skip(STREAM_FOOTER_SIZE);
      first = yield* padding(bytes);
    }
  });
}

const STREAM_FOOTER_SIZE = 12;

/** Section 3.4.2 leaves the other numbers for checks to come, whose contents nobody can verify today. */
const CHECK_SIZES: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 };

/** Section 2.1.1. Returns the size of each block's check. */
function* streamHeader(bytes: Framing, first: number): Generator<undefined, number, undefined> {
  const offset = bytes.offset - 1;
  const rest = yield* bytes.take(11);
  const header = Buffer.concat([Buffer.of(first), rest]);
  if (!header.subarray(0, 6).equals(XZ_MAGIC)) throw new InputError('this is not an xz stream', { offset });
  if (crc32(header.subarray(6, 8)) !== header.readUInt32LE(8)) {
    throw new InputError('the header of the xz stream is damaged', { offset });
  }
  const check = header.readUInt16BE(6);
  const size = CHECK_SIZES[check];
  if (size === undefined)
    throw new InputError(`the xz stream has a check of unknown kind ${check}`, { offset });
  return size;
}

/** Section 3. */
function* block(
  bytes: Framing,
  headerSize: number,
  checkSize: number,
  limits: Limits,
): Generator<undefined, void, undefined> {
  const offset = bytes.offset - 1;
  const rest = yield* bytes.take(headerSize * 4 + 3);
  const header = Buffer.concat([Buffer.of(headerSize), rest]);
  const end = header.length - 4;
  if (crc32(header.subarray(0, end)) !== header.readUInt32LE(end)) {
    throw new InputError('the header of the xz block is damaged', { offset });
  }
  const dictionary = dictionarySize(header.subarray(0, end), offset);
  if (dictionary > limits.dictionary) {
    const what = `the xz block asks for a dictionary of ${dictionary} bytes, over the limit of ${limits.dictionary}`;
    throw new LimitError(what, LIMIT_OPTIONS.dictionary, { offset });
  }
  const start = bytes.offset;
  yield* lzma2Chunks(bytes);
  yield* bytes.skip((4 - ((bytes.offset - start) % 4)) % 4);
  yield* bytes.skip(checkSize);
}

/** What the last filter of a block header, LZMA2, asks for. In bytes. Sections 3.1 and 5.3.1. */
function dictionarySize(header: Buffer, offset: number): number {
  const flags = header[1] ?? 0;
  let at = 2;
  const number = (): number => {
    const [value, next] = multibyte(header, at, offset);
    at = next;
    return value;
  };
  if (flags & 0x40) number(); // Compressed size.
  if (flags & 0x80) number(); // Uncompressed size.
  let size: number | undefined;
  for (let filter = 0; filter <= (flags & 3); filter += 1) {
    const id = number();
    const propertiesSize = number();
    // LZMA2 can only be the last filter, and only LZMA2 can: BCJ and delta need one behind them.
    const last = filter === (flags & 3);
    if (last !== (id === LZMA2_ID) || (last && propertiesSize !== 1)) {
      throw new InputError('the xz block has a chain of filters that is not allowed', { offset });
    }
    const property = header[at];
    at += propertiesSize;
    if (property === undefined || at > header.length) break;
    if (last) size = dictionaryOf(property);
  }
  if (size === undefined) throw new InputError('the header of the xz block makes no sense', { offset });
  return size;
}

const LZMA2_ID = 0x21;

/** Section 5.3.1: 2^n or 2^n + 2^(n-1) bytes, or 4 GiB - 1. Undefined for what is reserved. */
function dictionaryOf(property: number): number | undefined {
  if (property > 40) return undefined;
  return property === 40 ? 2 ** 32 - 1 : (2 | (property & 1)) * 2 ** ((property >> 1) + 11);
}

/** Section 1.2. A value over 2^53 loses its low bits, which nobody asks for. */
function multibyte(header: Buffer, start: number, offset: number): [value: number, next: number] {
  let value = 0;
  for (let length = 0; length < 9; length += 1) {
    const byte = header[start + length];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * length);
    if (byte < 0x80) return [value, start + length + 1];
  }
  throw new InputError('the header of the xz block makes no sense', { offset });
}

/**
 * Passes over the chunks of an LZMA2 stream. The specification leaves their form to the implementation; it is
 * that of `lzma2_decoder.c` in liblzma: a control byte, 16 bits of uncompressed size less one, and for LZMA
 * chunks 16 bits of compressed size less one and perhaps a byte of properties. Big-endian.
 */
function* lzma2Chunks(bytes: Framing): Generator<undefined, void, undefined> {
  for (;;) {
    const control = yield* bytes.byte();
    if (control === 0) return;
    if (control >= 0x80) {
      const sizes = yield* bytes.take(4);
      yield* bytes.skip(sizes.readUInt16BE(2) + 1 + (control >= 0xc0 ? 1 : 0));
    } else if (control <= 2) {
      const size = yield* bytes.take(2);
      yield* bytes.skip(size.readUInt16BE(0) + 1);
    } else {
      throw new InputError('the content of the xz block is damaged', { offset: bytes.offset - 1 });
    }
  }
}

/** Section 4, after the index indicator: passes over the records, their padding and their CRC. */
function* index(bytes: Framing): Generator<undefined, void, undefined> {
  const start = bytes.offset - 1;
  const records = yield* streamedMultibyte(bytes);
  for (let field = 0; field < records * 2; field += 1) yield* streamedMultibyte(bytes);
  yield* bytes.skip((4 - ((bytes.offset - start) % 4)) % 4);
  yield* bytes.skip(4);
}

function* streamedMultibyte(bytes: Framing): Generator<undefined, number, undefined> {
  let value = 0;
  for (let length = 0; length < 9; length += 1) {
    const byte = yield* bytes.byte();
    value += (byte & 0x7f) * 2 ** (7 * length);
    if (byte < 0x80) return value;
  }
  throw new InputError('the index of the xz stream makes no sense', { offset: bytes.offset - 9 });
}

/** Section 2.2: zeros, four at a time. Returns the first byte of the next stream, if there is one. */
function* padding(bytes: Framing): Generator<undefined, number, undefined> {
  for (;;) {
    bytes.complete = true;
    const byte = yield* bytes.byte();
    bytes.complete = false;
    const offset = bytes.offset - 1;
    if (byte === XZ_MAGIC[0]) return byte;
    const rest = byte === 0 ? yield* bytes.take(3) : Buffer.of(byte);
    if (rest.some((zero) => zero !== 0)) {
      throw new InputError('the end of the xz stream is followed by bytes that are not part of it', {
        offset,
      });
    }
  }
}
