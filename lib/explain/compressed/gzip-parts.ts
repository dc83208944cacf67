import { inflateRawSync } from 'node:zlib';
import type { Part } from './part.js';

const FTEXT = 1;
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
/** What compressors write into XFL: nothing, best, fastest (RFC 1952, section 2.3.1). */
const XFL = new Set([0, 2, 4]);
/** The systems that RFC 1952 lists, and 19: macOS in zlib. */
const MAX_OS = 13;
const MORE_OS = new Set([19, 255]);

/** Members one after the other, each with a header of its own, and zeros behind the last (RFC 1952). */
export function gzipParts(content: Uint8Array): readonly Part[] | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const parts: Part[] = [];
  let at = 0;
  const add = (kind: Part['kind'], field: string, length: number): void => {
    if (length > 0) parts.push({ kind, field, start: at, length });
    at += length;
  };
  const zeroEnded = (): number => bytes.indexOf(0, at) + 1 - at;
  while (bytes[at] === 0x1f) {
    const flags = bytes[at + 3] ?? 0;
    add('stream', 'ID1 ID2 CM', 3);
    add((flags & FTEXT) === 0 ? 'setting' : 'free', 'FLG', 1);
    add('packing', 'MTIME', 4);
    add(XFL.has(bytes[at] ?? 0) ? 'setting' : 'free', 'XFL', 1);
    const system = bytes[at] ?? 0;
    add(system <= MAX_OS || MORE_OS.has(system) ? 'packing' : 'free', 'OS', 1);
    if ((flags & FEXTRA) !== 0)
      add('free', 'FEXTRA', at + 2 <= bytes.length ? 2 + bytes.readUInt16LE(at) : -1);
    if ((flags & FNAME) !== 0) add('packing', 'FNAME', zeroEnded());
    if ((flags & FCOMMENT) !== 0) add('free', 'FCOMMENT', zeroEnded());
    if ((flags & FHCRC) !== 0) add('stream', 'CRC16', 2);
    const length = deflatedLength(bytes.subarray(at));
    if (length === undefined) return undefined;
    if (endsInSetBits(bytes.subarray(at, at + length))) {
      add('stream', 'deflate', length - 1);
      add('free', 'bits behind deflate', 1);
    } else add('stream', 'deflate', length);
    add('stream', 'CRC32 ISIZE', 8);
  }
  add('free', 'padding', bytes.length - at);
  return parts;
}

/** Bytes of the deflate stream that the bytes begin with. */
function deflatedLength(bytes: Buffer): number | undefined {
  try {
    const { engine } = inflated(bytes);
    return engine.bytesWritten;
  } catch {
    return undefined;
  }
}

/** Whether a bit behind the last code is 1: compressors write zeros there, and nothing reads them. */
function endsInSetBits(stream: Buffer): boolean {
  const last = stream.at(-1) ?? 0;
  if (last === 0) return false;
  const cleared = Buffer.from(stream);
  cleared[stream.length - 1] = last & ~(1 << (31 - Math.clz32(last)));
  try {
    const other = inflated(cleared);
    return other.engine.bytesWritten === stream.length && other.buffer.equals(inflated(stream).buffer);
  } catch {
    return false;
  }
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflated(bytes: Buffer): Inflated {
  // The types of node tell of a Buffer, whatever the options say.
  return inflateRawSync(bytes, { info: true }) as unknown as Inflated;
}
