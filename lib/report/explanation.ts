import type { FunctionCounts, ResidueSegment } from '../explain/explanation.js';
import type { Reason } from '../ledger/owner.js';
import type { HexView } from './hex.js';

/**
 * How well a reason stands. `confirmed`: a mask was applied again and left equal bytes, and for hashes the map was one
 * to one over the whole artefact with every token attested twice. `derived`: recomputed from other differences.
 * `suspected`: it has the looks of the cause; attested once only, contradicted elsewhere, or a cause that no mask can
 * show. `unexplained`: no cause is known. The last two are the residue. `masked`: the user declared that these bytes may
 * differ; nothing was shown of them.
 */
export type Standing = 'confirmed' | 'derived' | 'masked' | 'suspected' | 'unexplained';

/** All differing bytes of one cause, over the whole comparison. */
export interface CauseReport {
  readonly cause: Reason;
  readonly standing: Standing;
  /** Files it touches. */
  readonly files: number;
  readonly segments: number;
  readonly bytesA: number;
  readonly bytesB: number;
  /** For causes that are maps of tokens. */
  readonly tokens?: TokenReport | undefined;
  /** Why it is only suspected: `attested once`, `contradicted`, `of no type`, `no mask shows it`. */
  readonly why?: string | undefined;
  /** With `masked`: which of the user's masks. */
  readonly mask?: string | undefined;
}

export interface TokenReport {
  /** Different tokens of A. */
  readonly count: number;
  /** The most attested ones. */
  readonly examples: readonly { readonly a: string; readonly b: string; readonly places: number }[];
}

/** The bytes of both sides by how they stand; `equal` counts each pair of equal bytes once. */
export interface Accounts {
  readonly equal: number;
  readonly confirmed: number;
  readonly derived: number;
  readonly masked: number;
  readonly suspected: number;
  readonly unexplained: number;
}

/** Why one pair of files differs. */
export interface FileExplanation {
  readonly formatA: string;
  readonly formatB: string;
  readonly segments: number;
  readonly accounts: Accounts;
  /** Largest first; by section and reason. */
  readonly owners: readonly OwnerReport[];
  readonly ownersLeftOut: number;
  readonly residue: readonly ResidueReport[];
  readonly residueLeftOut: number;
  readonly functions?: FunctionCounts | undefined;
  readonly notes: readonly string[];
}

/** One stretch that is not explained, with its bytes where there are no instructions to show. */
export interface ResidueReport extends ResidueSegment {
  readonly hex?: HexView | undefined;
}

/** Bytes of one section (or header, or member where there are no sections) that have one reason. */
export interface OwnerReport {
  readonly place: readonly string[];
  readonly cause: Reason;
  readonly standing: Standing;
  readonly field?: string | undefined;
  readonly from?: string | undefined;
  readonly segments: number;
  readonly bytesA: number;
  readonly bytesB: number;
}

/** The causes of the whole comparison, largest first, and the single origin of a cascade of hashes where one is found. */
export interface CausesReport {
  readonly causes: readonly CauseReport[];
  readonly accounts: Accounts;
  /** `cargo's metadata hash of 23 crates`, `the compiler's version 1.84.0 ↔ 1.85.0`: with what shows it. */
  readonly origin?: string | undefined;
  readonly functions?: FunctionCounts | undefined;
}
