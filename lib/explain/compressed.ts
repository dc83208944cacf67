import { memoryBytes } from '../artefact/bytes.js';
import type { Codec } from '../artefact/codec/codec.js';
import { codecFor } from '../artefact/codec/registry.js';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { TrustdiffError } from '../error.js';
import { LedgerBuilder } from '../ledger/ledger.js';
import { changedRanges } from './bytes.js';
import type { ExplainOptions } from './explain.js';
import { explainContents } from './explain.js';
import type { PairExplanation } from './explanation.js';
import { summarise } from './summarise.js';

/** Compressed files in compressed files that are opened: there are some that hold themselves. */
const MAX_DEPTH = 4;
/** Decompressed bytes that are explained; of more, the compressed bytes are compared. */
const LARGEST = 512 * 2 ** 20;

/**
 * Two compressed files. Equal contents: all that differs is owned by the compression, which is shown. Else what they
 * hold is explained, with a note; the compressed bytes themselves say no more. Undefined where they are not both
 * compressed, or one cannot be opened.
 */
export async function openCompressed(
  a: Uint8Array,
  b: Uint8Array,
  options: ExplainOptions,
): Promise<PairExplanation | undefined> {
  const depth = options.depth ?? 0;
  if (depth >= MAX_DEPTH) return undefined;
  const codecA = codecFor(a.subarray(0, 16));
  const codecB = codecFor(b.subarray(0, 16));
  if (codecA === undefined || codecB === undefined) return undefined;
  const contentA = await decoded(codecA, a);
  const contentB = contentA === undefined ? undefined : await decoded(codecB, b);
  if (contentA === undefined || contentB === undefined) return undefined;
  if (Buffer.compare(contentA, contentB) === 0) return sameContent(a, b, codecA, codecB, options);
  // What a wrapper says beside its content is in no ledger: then the compressed bytes are compared.
  if (hasMore(codecA, a) || hasMore(codecB, b) || Buffer.compare(a.subarray(0, 10), b.subarray(0, 10)) !== 0)
    return undefined;
  const inner = await explainContents(memoryBytes(contentA), memoryBytes(contentB), {
    ...options,
    depth: depth + 1,
  });
  return {
    ...inner,
    formatA: `${codecA.id} › ${inner.formatA}`,
    formatB: `${codecB.id} › ${inner.formatB}`,
    notes: [...inner.notes, 'bytes and offsets are those of the decompressed contents'],
  };
}

/** Names and extra fields of gzip (RFC 1952, FLG), skippable frames of zstd (RFC 8878, section 3.1.2). */
function hasMore(codec: Codec, content: Uint8Array): boolean {
  if (codec.id === 'gzip') return content[3] !== 0;
  if (codec.id !== 'zstd') return false;
  for (let at = content.indexOf(0x2a); at > 0; at = content.indexOf(0x2a, at + 1)) {
    const isMagic = content[at + 1] === 0x4d && content[at + 2] === 0x18;
    if (isMagic && ((content[at - 1] ?? 0) & 0xf0) === 0x50) return true;
  }
  return false;
}

async function decoded(codec: Codec, content: Uint8Array): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of codec.decode(once(content), DEFAULT_LIMITS)) {
      length += chunk.length;
      if (length > LARGEST) return undefined;
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    if (error instanceof TrustdiffError) return undefined;
    throw error;
  }
  return Buffer.concat(chunks, length);
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield content;
}

function sameContent(
  a: Uint8Array,
  b: Uint8Array,
  codecA: Codec,
  codecB: Codec,
  options: ExplainOptions,
): PairExplanation {
  const builder = new LedgerBuilder(a, b);
  const sink = builder.sink();
  const { ranges, truncated } = changedRanges(a, b);
  let atA = 0;
  let atB = 0;
  for (const { aStart, aLength, bStart, bLength } of ranges) {
    sink.equal(atA, atB, aStart - atA);
    sink.shown('compression', aStart, aLength, bStart, bLength);
    atA = aStart + aLength;
    atB = bStart + bLength;
  }
  if (truncated) sink.shown('compression', atA, a.length - atA, atB, b.length - atB);
  else sink.equal(atA, atB, a.length - atA);
  return summarise(builder.finish(), {
    formatA: codecA.id,
    formatB: codecB.id,
    maxResidue: options.maxResidue ?? 0,
  });
}
