import type { Cause } from './cause.js';
import type { TextPattern } from './text-pattern.js';

export const metadataHash = {
  id: 'metadata-hash',
  title: '`-C metadata` and extra filename',
  signature:
    '`-<16 hex digits>` in the names of files, archive members and in the dependencies that metadata lists; every symbol hash and type id of the crate follows.',
  explanation:
    "cargo hashes package, version, features, profile, flags and the compiler's version into `-C metadata` and `-C extra-filename`. Another cargo may compute another hash for the same crate, with everything else equal. One such hash is the origin of a whole cascade.",
  consequence:
    "It follows the root through the root's *cargo*, with no malice: std of 1.85.0 built by the stage1 compilers of two roots got another name for every rlib and not one other instruction. A change can hide behind a cascade only if it is not in the map of tokens; what the map does not explain is residue.",
  removal:
    'Build with the same cargo on both sides, or give `-C metadata` by hand. Compare again with cargo held fixed: then the cascade must be gone.',
  falsePositives:
    'Sixteen hex digits after a hyphen that are no hash of cargo: part of a UUID, a content hash of another tool.',
  root: 'yes',
  maskable: true,
  threads: [
    {
      text: 'rust-lang/cargo#8140: the hash differs with the host',
      url: 'https://github.com/rust-lang/cargo/issues/8140',
    },
    {
      text: 'rust-lang/cargo#13922: the host is hashed',
      url: 'https://github.com/rust-lang/cargo/issues/13922',
    },
    {
      text: 'rust-lang/cargo#14107: made equal across hosts',
      url: 'https://github.com/rust-lang/cargo/pull/14107',
    },
  ],
} as const satisfies Cause;

/**
 * An extra filename that stands alone, as `lib.rmeta` stores it; with the crate's name before it, symbol/scan.ts
 * finds it.
 */
export const METADATA_HASH_PATTERNS: readonly TextPattern[] = [
  { cause: 'metadata-hash', encoding: 'hex', find: /(?<![\w-])-([0-9a-f]{16})(?!\w)/g },
];
