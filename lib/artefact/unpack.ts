import { InputError, LimitError, located, type Where } from '../error.js';
import { type ByteStream, CODEC_HEAD, type Codec } from './codec/codec.js';
import { guarded } from './codec/guard.js';
import { codecFor } from './codec/registry.js';
import { CONTAINER_HEAD, type Container, type Entry, type InnerMember } from './container/container.js';
import { containerFor } from './container/registry.js';
import { LIMIT_OPTIONS, type Limits } from './limits.js';
import type { Meter } from './meter.js';

/** A member found somewhere inside an input; its content must be read before the next one is asked for. */
export type Unpacked = InnerMember;

export interface UnpackContext {
  /** The input as errors name it. */
  readonly file: string;
  readonly limits: Limits;
  /** Counts what the side that the input belongs to has cost so far. */
  readonly meter: Meter;
  /** Codecs and containers met so far in the order they were met, for the report: `xz`, `tar`. */
  readonly formats: string[];
  /** Containers that stay whole: an ar archive is itself the artefact's file where it stands alone. */
  readonly keepWhole: ReadonlySet<Container['id']>;
}

/** A stream whose first bytes have been looked at and are still to come. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly stream: ByteStream;
}

/**
 * The members of an archive in whatever codecs it is wrapped, in stored order; a stream that is no archive is
 * one member of its own, under `name` less the codecs' suffixes.
 * @throws InputError and LimitError that name the file, the members on the way, and the offset
 */
export async function* unpack(
  input: ByteStream,
  name: string,
  context: UnpackContext,
  via: readonly string[] = [],
  role: Entry['role'] = 'content',
  depth = 0,
  packed = false,
): AsyncGenerator<Unpacked, void, undefined> {
  const where: Where = { file: context.file, ...(via.length > 0 && { member: via }) };
  if (depth > context.limits.depth) {
    throw new LimitError(
      `more than ${context.limits.depth} formats lie inside each other`,
      LIMIT_OPTIONS.depth,
      where,
    );
  }
  const { head, stream } = await peek(input);
  const codec = codecFor(head.subarray(0, CODEC_HEAD));
  if (codec !== undefined) {
    context.formats.push(codec.id);
    const decoded = relocated(guarded(codec, stream, context.limits, context.meter), where);
    yield* unpack(decoded, withoutSuffix(name, codec.id), context, via, role, depth + 1, packed);
    return;
  }
  const container = containerFor(head);
  if (container === undefined && packed) {
    throw new InputError(
      'it is packed in a format that is not supported',
      where,
      'unpack it and compare the directory',
    );
  }
  if (container === undefined || context.keepWhole.has(container.id)) {
    yield { name, role, metadata: { type: 'file' }, content: stream, via };
    return;
  }
  context.formats.push(container.id);
  for await (const { entry, content } of relocated(container.read(stream, context.limits), where)) {
    const inner: Where = { file: context.file, member: [...via, entry.name] };
    const inside = relocated(content, inner);
    const inherited = role === 'package' ? role : entry.role;
    if (entry.unpack === true) {
      const members = unpack(inside, entry.name, context, [...via, entry.name], inherited, depth + 1, true);
      yield* entry.hold === undefined ? members : relocated(entry.hold(members), inner);
    } else {
      const { name: stored, metadata, hardLink } = entry;
      yield { name: stored, role: inherited, metadata, hardLink, content: inside, via };
    }
  }
}

/** The first `CONTAINER_HEAD` bytes of a stream, or all there are. */
export async function peek(input: ByteStream): Promise<Peeked> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const iterator = input[Symbol.asyncIterator]();
  while (length < CONTAINER_HEAD) {
    const next = await iterator.next();
    if (next.done === true) break;
    // A chunk is only lent until the next one is asked for.
    chunks.push(Buffer.from(next.value));
    length += next.value.length;
  }
  return { head: Buffer.concat(chunks).subarray(0, CONTAINER_HEAD), stream: resumed(chunks, iterator) };
}

async function* resumed(chunks: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const CODEC_SUFFIX = {
  gzip: /\.(t)?gz$/i,
  xz: /\.(t)?xz$/i,
  zstd: /\.(t)?zst$/i,
  bzip2: /\.(t)?bz2?$/i,
} as const satisfies Record<Codec['id'], RegExp>;

/** `x.tgz` is `x.tar` once it is decoded, `x.gz` is `x`. */
function withoutSuffix(name: string, codec: Codec['id']): string {
  return name.replace(CODEC_SUFFIX[codec], (_, tar: string | undefined) => (tar === undefined ? '' : '.tar'));
}

/** The same stream, its errors placed. */
async function* relocated<T>(stream: AsyncIterable<T>, where: Where): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw located(error, where);
  }
}
