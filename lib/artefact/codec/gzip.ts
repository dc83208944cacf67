import { createInflateRaw, type InflateRaw } from 'node:zlib';
import { InputError } from '../../error.js';
import type { Codec } from './codec.js';
import { crc32 } from './crc32.js';
import { Feed } from './feed.js';

/**
 * .gz: members one after the other, zeros after the last. The members' own headers and trailers are read here
 * and only their contents by zlib: node's gunzip ends silently at trailing garbage and does not say where a
 * member ends. Fields are named as in RFC 1952: https://www.rfc-editor.org/rfc/rfc1952
 */
export const gzip: Codec = {
  id: 'gzip',
  // CM is 8, deflate, in every gzip file there is.
  detect: (head) => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8,
  async *decode(input) {
    const feed = new Feed('gzip', input);
    try {
      do {
        await skipHeader(feed);
        let crc = 0;
        let size = 0;
        for await (const chunk of inflate(feed)) {
          crc = crc32(chunk, crc);
          size = (size + chunk.length) % 2 ** 32;
          yield chunk;
        }
        const offset = feed.offset;
        const trailer = await feed.take(8);
        if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== size) {
          throw new InputError('the content of the gzip member does not have the checksum that it should', {
            offset,
          });
        }
      } while (await anotherMember(feed));
    } finally {
      await feed.close();
    }
  },
};

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

/** Section 2.3. What it skips (time, name, comment, system) has no bearing on the content. */
async function skipHeader(feed: Feed): Promise<void> {
  const offset = feed.offset;
  const header = await feed.take(10);
  if (!gzip.detect(header)) throw new InputError('this is not a gzip stream', { offset });
  const flags = header[3] ?? 0;
  if (flags > 31) throw new InputError('the gzip header has flags of unknown meaning', { offset });
  let crc = crc32(header);
  const see = (part: Uint8Array): void => {
    crc = crc32(part, crc);
  };
  if (flags & FEXTRA) {
    const length = await feed.take(2);
    see(length);
    see(await feed.take(length.readUInt16LE(0)));
  }
  if (flags & FNAME) await feed.skipThrough(0, see);
  if (flags & FCOMMENT) await feed.skipThrough(0, see);
  if (flags & FHCRC && (await feed.take(2)).readUInt16LE(0) !== (crc & 0xffff)) {
    throw new InputError('the gzip header is damaged', { offset });
  }
}

/** The content of one member; leaves `feed` behind its last byte. */
async function* inflate(feed: Feed): AsyncGenerator<Buffer, void, undefined> {
  const engine = createInflateRaw({ chunkSize: 1 << 18 });
  const start = feed.offset;
  const feeding = fill(engine, feed).catch((error: unknown) => {
    engine.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of engine as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw failure(error, start + engine.bytesWritten);
  } finally {
    engine.destroy();
    await feeding;
  }
}

/** Writes to the engine until it has seen the end of the member, and gives back what lies behind that. */
async function fill(engine: InflateRaw, feed: Feed): Promise<void> {
  const over = new Promise<void>((resolve) => {
    engine.once('end', resolve).once('close', resolve);
  });
  for (;;) {
    const chunk = await feed.next();
    if (engine.destroyed) return;
    if (chunk === undefined) {
      engine.end();
      return;
    }
    const before = engine.bytesWritten;
    const written = new Promise<void>((resolve) => {
      engine.write(chunk, () => resolve());
    });
    // Not every version of node calls back for a chunk that goes beyond the end of the member.
    await Promise.race([written, over]);
    const rest = chunk.subarray(engine.bytesWritten - before);
    if (rest.length > 0 || engine.destroyed) {
      feed.unread(rest);
      return;
    }
  }
}

/** Whether another member follows; else nothing but zeros may. */
async function anotherMember(feed: Feed): Promise<boolean> {
  for (let padded = false; ; padded = true) {
    const chunk = await feed.next();
    if (chunk === undefined) return false;
    const at = chunk.findIndex((byte) => byte !== 0);
    if (at === -1) continue;
    feed.unread(chunk.subarray(at));
    if (at === 0 && !padded && chunk[0] === 0x1f) return true;
    throw new InputError('the end of the gzip stream is followed by bytes that are not part of it', {
      offset: feed.offset,
    });
  }
}

function failure(error: unknown, offset: number): unknown {
  // By name: the numbers of zlib's errors are also those of other errors that a read may fail with.
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return new InputError('the gzip stream is cut off', { offset });
  if (code === 'Z_DATA_ERROR') return new InputError('the gzip stream is damaged', { offset });
  return error;
}
