import { memoryBytes } from '../artefact/bytes.js';
import type { Codec } from '../artefact/codec/codec.js';
import { codecFor } from '../artefact/codec/registry.js';
import { DEFAULT_LIMITS } from '../artefact/limits.js';
import { TrustdiffError } from '../error.js';
import type { Content } from '../ledger/content.js';
import { LedgerBuilder } from '../ledger/ledger.js';
import { partsOf } from './compressed/part.js';
import { explainWrappers, saidBeside, type Wrapper } from './compressed/wrapper.js';
import type { ExplainOptions } from './explain.js';
import { explainContents } from './explain.js';
import type { PairExplanation } from './explanation.js';
import { summarise } from './summarise.js';
import { applyMasks } from './user-mask.js';

/** Compressed files in compressed files that are opened: there are some that hold themselves. */
const MAX_DEPTH = 4;
/** Decompressed bytes that are explained; of more, the compressed bytes are compared. */
const LARGEST = 512 * 2 ** 20;
/** Bytes that tell how a file is compressed. */
const MAGIC = 16;

/**
 * Two compressed files. Equal contents: what differs in the streams is owned by the compression, which is shown, and
 * what stands beside the streams by its fields. Else what they hold is explained, with a note, if they say the same
 * beside it. Undefined where they are not both compressed, one cannot be opened, or they say more than can be told
 * together with what they hold.
 */
export async function openCompressed(
  wholeA: Content,
  wholeB: Content,
  options: ExplainOptions,
): Promise<PairExplanation | undefined> {
  const depth = options.depth ?? 0;
  if (depth >= MAX_DEPTH) return undefined;
  const codecA = codecOf(wholeA);
  const codecB = codecOf(wholeB);
  if (codecA === undefined || codecB === undefined) return undefined;
  const [a, b] = [wholeA.whole(), wholeB.whole()];
  const contentA = await decoded(codecA, a);
  const contentB = contentA === undefined ? undefined : await decoded(codecB, b);
  if (contentA === undefined || contentB === undefined) return undefined;
  const partsA = partsOf(codecA, a);
  const partsB = partsOf(codecB, b);
  if (partsA === undefined || partsB === undefined) return undefined;
  if (Buffer.compare(contentA, contentB) === 0)
    return sameContent({ bytes: a, parts: partsA }, { bytes: b, parts: partsB }, codecA, codecB, options);
  if (saidBeside({ bytes: a, parts: partsA }) !== saidBeside({ bytes: b, parts: partsB })) return undefined;
  const inner = await explainContents(memoryBytes(contentA), memoryBytes(contentB), {
    ...options,
    depth: depth + 1,
    // Those of a control might be places in the compressed file.
    withRegions: false,
  });
  return {
    ...inner,
    formatA: `${codecA.id} › ${inner.formatA}`,
    formatB: `${codecB.id} › ${inner.formatB}`,
    decompressed: true,
    notes: [...inner.notes, 'bytes and offsets are those of the decompressed contents'],
  };
}

function codecOf({ source }: Content): Codec | undefined {
  return codecFor(source.read(0, Math.min(MAGIC, source.length)));
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
  a: Wrapper,
  b: Wrapper,
  codecA: Codec,
  codecB: Codec,
  options: ExplainOptions,
): PairExplanation {
  const builder = new LedgerBuilder(a.bytes, b.bytes);
  explainWrappers(a, b, builder.sink());
  const ledger = applyMasks(builder.finish(), options.masks ?? [], builder.a, builder.b, options.path);
  return summarise(ledger, {
    formatA: codecA.id,
    formatB: codecB.id,
    maxResidue: options.maxResidue ?? 0,
  });
}
