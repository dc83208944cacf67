import { bzip2 } from './bzip2.js';
import type { Codec } from './codec.js';
import { gzip } from './gzip.js';
import { xz } from './xz.js';
import { zstd } from './zstd.js';

/** Every codec there is. No two of them detect the same bytes. */
export const CODECS: readonly Codec[] = [xz, gzip, zstd, bzip2];

/** The codec whose format `head`, the first `CODEC_HEAD` bytes of a stream, is of. */
export function codecFor(head: Uint8Array): Codec | undefined {
  return CODECS.find((codec) => codec.detect(head));
}
