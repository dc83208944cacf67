/** Where a root comes from. */
export const ANCESTRIES = ['chain', 'upstream', 'reset', 'independent', 'unknown'] as const;

/**
 * - `chain`: built by an earlier package of the same distribution;
 * - `upstream`: a binary of the Rust project's own releases;
 * - `reset`: a distribution's package whose chain was started again from upstream's binary;
 * - `independent`: begun with another compiler than rustc (mrustc);
 * - `unknown`: nothing says, or what says so contradicts itself.
 */
export type Ancestry = (typeof ANCESTRIES)[number];

/**
 * `checked`: digests or signatures were compared here. `told`: it is what files say of themselves, which whoever
 * made them could have had them say.
 */
export type EvidenceStanding = 'checked' | 'told';

export const EVIDENCE_KINDS = [
  'bundled-stage0',
  'stage0-mismatch',
  'build-depends',
  'no-compiler-asked-for',
  'installed-compiler',
  'sources-link',
  'other-sources',
  'vouched',
  'layout',
  'builder-config',
  'built-by',
  'version-string',
  'mrustc',
] as const;

/** One fact about where a root comes from, and the file that shows it. */
export interface Evidence {
  readonly kind: (typeof EVIDENCE_KINDS)[number];
  /** What it speaks for; absent where it is worth knowing and decides nothing. */
  readonly supports?: Ancestry | undefined;
  readonly standing: EvidenceStanding;
  /** A sentence without a full stop. */
  readonly says: string;
  readonly file: string;
  readonly member?: readonly string[] | undefined;
}

/** Something a root descends from, or is. Two roots that have a key in common share it. */
export interface Ancestor {
  /** As part of a sentence: `upstream's rustc 1.84.0`. */
  readonly what: string;
  readonly standing: EvidenceStanding;
  /** `sha256:<hex>` of an archive, `upstream:1.84.0`, `package:rustc`, `rustc:<version string>`. */
  readonly keys: readonly string[];
}

/** What an origin of evidence found. */
export interface Findings {
  readonly evidence: readonly Evidence[];
  readonly ancestors: readonly Ancestor[];
}

export const NOTHING: Findings = { evidence: [], ancestors: [] };
