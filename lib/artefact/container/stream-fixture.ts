import type { ByteStream } from '../codec/codec.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Container, Entry } from './container.js';

/** A member with its whole content. */
export interface ReadMember {
  readonly entry: Entry;
  readonly content: Buffer;
}

/** Bytes as a stream whose chunks have these lengths in turn; each chunk is overwritten once the next is asked for. */
export async function* chunked(bytes: Uint8Array, lengths: readonly number[] = [7]): ByteStreamGenerator {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1);
    const chunk = Buffer.from(bytes.subarray(at, at + length));
    at += chunk.length;
    yield chunk;
    chunk.fill(0xee);
  }
}

type ByteStreamGenerator = AsyncGenerator<Uint8Array, void, undefined>;

/** Every member of an archive, its content read in full. */
export async function membersOf(
  container: Container,
  input: Uint8Array | ByteStream,
  limits: Limits = DEFAULT_LIMITS,
): Promise<ReadMember[]> {
  const members: ReadMember[] = [];
  const stream = input instanceof Uint8Array ? chunked(input) : input;
  for await (const { entry, content } of container.read(stream, limits)) {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(Buffer.from(piece));
    members.push({ entry, content: Buffer.concat(pieces) });
  }
  return members;
}
