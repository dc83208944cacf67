import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

export type DigestAlgorithm = 'blake3' | 'sha256';
export const DIGEST_ALGORITHMS = ['blake3', 'sha256'] as const satisfies readonly DigestAlgorithm[];

/** Bytes of a digest, of either algorithm. */
export const DIGEST_BYTES = 32;

/** Puts a digest into a column of digests. */
export function writeDigest(column: Uint8Array, row: number, hex: string): void {
  for (let i = 0; i < DIGEST_BYTES; i++)
    column[row * DIGEST_BYTES + i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
}

/** Takes a digest out of a column of digests. */
export function readDigest(column: Uint8Array, row: number): string {
  return Buffer.from(column.buffer, column.byteOffset + row * DIGEST_BYTES, DIGEST_BYTES).toString('hex');
}

/** Digests one content after another: making one of these costs more than digesting a small file. */
export interface Digester {
  update(chunk: Uint8Array): void;
  /** The digest of what was given since the last call, as lower-case hex; the next content may follow. */
  take(): string;
}

/** The digester for an algorithm; BLAKE3 comes from the native addon where one is installed. */
export function digester(algorithm: DigestAlgorithm): Digester {
  switch (algorithm) {
    case 'blake3':
      return nativeBlake3() ?? wasmBlake3();
    case 'sha256':
      return sha256();
  }
}

const require = createRequire(import.meta.url);

/** BLAKE3 by the optional native addon, or undefined where it is not installed or does not load. */
export function nativeBlake3(): Digester | undefined {
  let addon: typeof import('@napi-rs/blake-hash');
  try {
    addon = require('@napi-rs/blake-hash');
  } catch {
    return undefined;
  }
  const hasher = new addon.Blake3Hasher();
  return {
    update(chunk) {
      hasher.update(chunk);
    },
    take() {
      const hex = hasher.digest('hex');
      hasher.reset();
      return hex;
    },
  };
}

/** BLAKE3 in WebAssembly: everywhere, at about a tenth of the native speed. */
export function wasmBlake3(): Digester {
  const wasm: typeof import('blake3-wasm') = require('blake3-wasm');
  let hasher = wasm.createHash();
  return {
    update(chunk) {
      hasher.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    },
    take() {
      const hex = hasher.digest('hex');
      hasher = wasm.createHash();
      return hex;
    },
  };
}

function sha256(): Digester {
  let hash = createHash('sha256');
  return {
    update(chunk) {
      hash.update(chunk);
    },
    take() {
      const hex = hash.digest('hex');
      hash = createHash('sha256');
      return hex;
    },
  };
}
