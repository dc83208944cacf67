import { InputError } from '../error.js';

/** Bytes one chunk of the framing format may decode to ("framing_format.txt", section 4.2). */
const LARGEST_CHUNK = 65_536;
const MAGIC = Buffer.from('sNaPpY', 'latin1');

/**
 * The first decoded bytes of a stream in snappy's framing format: what its first data chunk holds, at most
 * 65,536. Enough for a header; the checksum is not looked at, since nothing here decides that bytes are equal.
 * @param offset where the stream starts in the file, for errors
 */
export function snappyStart(stream: Buffer, offset: number): Buffer {
  let at = 0;
  while (at + 4 <= stream.length) {
    const type = stream[at] ?? 0;
    const length = stream.readUIntLE(at + 1, 3);
    const body = stream.subarray(at + 4, at + 4 + length);
    const where = { offset: offset + at };
    if (type === 0xff && !body.equals(MAGIC)) throw new InputError('this is no snappy stream', where);
    if (type === 0 || type === 1) {
      if (body.length < length || length < 4) throw new InputError('a snappy chunk is cut off', where);
      return type === 0 ? snappyBlock(body.subarray(4), offset + at + 8) : body.subarray(4);
    }
    if (type >= 2 && type <= 0x7f) throw new InputError(`snappy chunk type ${type} is not known`, where);
    at += 4 + length;
  }
  throw new InputError('the snappy stream has no data', { offset });
}

/** One block of the raw format ("format_description.txt"). */
export function snappyBlock(block: Buffer, offset: number): Buffer {
  const fail = (at: number) => new InputError('a snappy block is damaged', { offset: offset + at });
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = block[at];
    if (byte === undefined || shift > 28) throw fail(at);
    at += 1;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > LARGEST_CHUNK) throw fail(0);
  const out = Buffer.alloc(size);
  let done = 0;
  while (at < block.length) {
    const tag = block[at] ?? 0;
    const element = (tag & 3) === 0 ? literal(block, at, tag) : copy(block, at, tag);
    if (element === undefined || done + element.length > size) throw fail(at);
    if (element.back === 0) {
      block.copy(out, done, element.next - element.length, element.next);
    } else {
      if (element.back > done) throw fail(at);
      // A copy may reach into itself: byte by byte, as the format says.
      for (let n = 0; n < element.length; n += 1) out[done + n] = out[done + n - element.back] ?? 0;
    }
    done += element.length;
    at = element.next;
  }
  if (done !== size) throw fail(at);
  return out;
}

interface Element {
  readonly length: number;
  /** How far back a copy starts; 0 for a literal. */
  readonly back: number;
  /** Where the next element starts in the block. */
  readonly next: number;
}

function literal(block: Buffer, at: number, tag: number): Element | undefined {
  const short = tag >> 2;
  const extra = short < 60 ? 0 : short - 59;
  if (at + 1 + extra > block.length) return undefined;
  const length = 1 + (extra === 0 ? short : block.readUIntLE(at + 1, extra));
  const next = at + 1 + extra + length;
  return next > block.length ? undefined : { length, back: 0, next };
}

function copy(block: Buffer, at: number, tag: number): Element | undefined {
  const extra = [0, 1, 2, 4][tag & 3] ?? 0;
  const next = at + 1 + extra;
  if (next > block.length) return undefined;
  const stored = block.readUIntLE(at + 1, extra);
  const near = (tag & 3) === 1;
  const back = near ? ((tag >> 5) << 8) | stored : stored;
  const length = near ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
  return back === 0 ? undefined : { length, back, next };
}
