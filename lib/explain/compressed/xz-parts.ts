import type { Part } from './part.js';

const HEADER = 12;
const FOOTER = 12;
/** "YZ", the last two bytes of a stream. */
const FOOTER_MAGIC = 0x5a59;

/**
 * Streams one after the other, with padding behind each ("The .xz File Format", section 2). All that stands in a stream
 * is checked by the decoder, reserved bits and padding of blocks included; how much padding there is says nobody.
 * Streams are found from their ends, where an index tells how long each is.
 */
export function xzParts(content: Uint8Array): readonly Part[] | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const parts: Part[] = [];
  let end = bytes.length;
  while (end > 0) {
    let start = end;
    while (start > 0 && bytes[start - 1] === 0) start -= 1;
    if (start < end) parts.push({ kind: 'free', field: 'Stream Padding', start, length: end - start });
    const length = streamLength(bytes, start);
    if (length === undefined) return undefined;
    end = start - length;
    parts.push({ kind: 'stream', field: 'Stream', start: end, length });
  }
  return parts.reverse();
}

/** Bytes of the stream that ends at an offset. */
function streamLength(bytes: Buffer, end: number): number | undefined {
  if (end < HEADER + FOOTER || bytes.readUInt16LE(end - 2) !== FOOTER_MAGIC) return undefined;
  const indexSize = (bytes.readUInt32LE(end - 8) + 1) * 4;
  let at = end - FOOTER - indexSize + 1;
  if (at < HEADER) return undefined;
  const number = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80 || at >= end) return value;
    }
  };
  let blocks = 0;
  for (let left = number(); left > 0 && at < end; left -= 1) {
    blocks += Math.ceil(number() / 4) * 4;
    number();
  }
  const length = HEADER + blocks + indexSize + FOOTER;
  return length <= end ? length : undefined;
}
