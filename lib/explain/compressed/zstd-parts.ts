import { isSkippable, ZSTD_MAGIC } from '../../artefact/codec/zstd-framing.js';
import type { Part } from './part.js';

/** A bit of the frame header's descriptor that no decoder reads (RFC 8878, section 3.1.1.1.1.3). */
const UNUSED_BIT = 0x10;
const DID_SIZES = [0, 1, 2, 4];
const FCS_SIZES = [0, 2, 4, 8];

/** Frames and skippable frames one after the other (RFC 8878, section 3.1). */
export function zstdParts(content: Uint8Array): readonly Part[] | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const parts: Part[] = [];
  let at = 0;
  const add = (kind: Part['kind'], field: string, length: number): void => {
    if (length > 0) parts.push({ kind, field, start: at, length });
    at += length;
  };
  while (at + 8 <= bytes.length) {
    const magic = bytes.readUInt32LE(at);
    if (isSkippable(magic)) {
      const size = bytes.readUInt32LE(at + 4);
      // pzstd tells in one how long the frame behind it is, so that threads can share the frames out.
      const next = at + 8 + size;
      const isLength = size === 4 && frameLength(bytes, next) === bytes.readUInt32LE(at + 8);
      add(isLength ? 'stream' : 'free', 'Skippable_Frame', 8 + size);
      continue;
    }
    if (magic !== ZSTD_MAGIC) return undefined;
    const length = frameLength(bytes, at);
    if (length === undefined) return undefined;
    add('stream', 'Magic_Number', 4);
    const descriptor = bytes[at] ?? 0;
    add((descriptor & UNUSED_BIT) === 0 ? 'setting' : 'free', 'Frame_Header_Descriptor', 1);
    add('stream', 'Zstandard_Frame', length - 5);
  }
  return at === bytes.length ? parts : undefined;
}

/** Bytes of the frame that starts at an offset; undefined where none does, or it does not end. */
function frameLength(bytes: Buffer, start: number): number | undefined {
  if (start + 6 > bytes.length || bytes.readUInt32LE(start) !== ZSTD_MAGIC) return undefined;
  const descriptor = bytes[start + 4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const contentSize = FCS_SIZES[descriptor >> 6] ?? 0;
  let at = start + 5 + (single ? 0 : 1) + (DID_SIZES[descriptor & 3] ?? 0);
  at += contentSize === 0 && single ? 1 : contentSize;
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return undefined;
    const header = bytes.readUIntLE(at, 3);
    last = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  at += (descriptor & 4) === 0 ? 0 : 4;
  return at <= bytes.length ? at - start : undefined;
}
