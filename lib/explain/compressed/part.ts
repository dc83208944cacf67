import type { Codec } from '../../artefact/codec/codec.js';
import { gzipParts } from './gzip-parts.js';
import { xzParts } from './xz-parts.js';
import { zstdParts } from './zstd-parts.js';

/**
 * A stretch of a compressed file. `stream`: what decoding reads (settings, sizes, checks, blocks): no more than a way to
 * write the content. `setting`: likewise, in a byte that holds something else in other files. `packing`: what whoever
 * packed it says of himself: time, system, name. `free`: bytes that no decoder looks at, which may hold anything.
 */
export interface Part {
  readonly kind: 'stream' | 'setting' | 'packing' | 'free';
  /** As its specification calls it. */
  readonly field: string;
  readonly start: number;
  readonly length: number;
}

/**
 * The parts of a compressed file in their order; they cover it exactly once.
 * @param content what its codec decoded without an error
 * @returns undefined where the file is not cut as its format says
 */
export function partsOf(codec: Codec, content: Uint8Array): readonly Part[] | undefined {
  const parts = readParts(codec, content);
  if (parts === undefined) return undefined;
  let at = 0;
  for (const { start, length } of parts) {
    if (start !== at || length < 0) return undefined;
    at += length;
  }
  return at === content.length ? parts : undefined;
}

function readParts(codec: Codec, content: Uint8Array): readonly Part[] | undefined {
  switch (codec.id) {
    case 'gzip':
      return gzipParts(content);
    case 'zstd':
      return zstdParts(content);
    case 'xz':
      return xzParts(content);
    case 'bzip2':
      // A header of four bytes, blocks, checksums: nothing else can be written.
      return [{ kind: 'stream', field: 'stream', start: 0, length: content.length }];
    default:
      return codec.id satisfies never;
  }
}
