import { type Cause, rustThread } from './cause.js';

export const crateHash = {
  id: 'crate-hash',
  title: 'Crate hashes in symbols and metadata',
  signature:
    "The 16 hex digits of a legacy symbol's `17h…E`, `Cs<base 62>_` in a v0 symbol, `<crate>.<16 hex digits>-cgu.N`, `rust_metadata_<crate>_<hash>`, and the SVH and StableCrateId in the metadata root.",
  explanation:
    "The StableCrateId is a hash of the crate's name, its `-C metadata` and the compiler's version; symbols, types and codegen units are hashed with it. The SVH hashes the crate's content and its dependencies' SVHs. Where the metadata tell what the StableCrateId was made of, it is hashed again, and both are told: std of 1.85.0 built with cargo 1.84 has the one that its file name gives as `-C metadata`, and built with cargo 1.85, which passes two hashes, another.",
  consequence:
    'By itself it says only that an input of the hash differs. The proof is a map of tokens A ↔ B that is one to one over the whole artefact and attested at more than one place; once renamed, the bytes must be equal.',
  removal:
    'Remove what is hashed: the same `-C metadata`, the same compiler version (`RUSTC_FORCE_RUSTC_VERSION` for a test), the same remapped paths.',
  falsePositives:
    'A hash of content (`alloc_<32 hex digits>`) whose content really changed: the changed content is residue at its own place.',
  root: 'through metadata-hash',
  maskable: true,
  threads: [
    rustThread(89836, 'the compiler version is part of the StableCrateId'),
    rustThread(48019, 'the SVH and remapped paths'),
    rustThread(85804, 'one id for the crate'),
  ],
} as const satisfies Cause;
