import type { CauseId } from '../cause/cause-id.js';
import type { OwnerState, Reason } from '../ledger/owner.js';

/**
 * What the ledger of one differing pair comes to: plain data that crosses threads. Whether a claim holds is decided
 * over the whole artefact (`settle`), so totals that rest on one still name it. Bytes are counted on each side.
 */
export interface PairExplanation {
  /** What each content was read as: `rlib`, `ELF shared`, `crate metadata`, `text`, `bytes`, … */
  readonly formatA: string;
  readonly formatB: string;
  readonly lengthA: number;
  readonly lengthB: number;
  /** Segments that are not equal and in order. */
  readonly segments: number;
  /** Bytes that are equal and in order. */
  readonly equal: number;
  readonly totals: readonly OwnerTotal[];
  readonly claims: ClaimColumns;
  /** Hashes of A that stand unchanged in B somewhere. */
  readonly kept: readonly string[];
  /** Hashes of A that are ids of types for sure. */
  readonly typed: readonly string[];
  /** Segments that nothing stands behind, largest first, as many as are kept. */
  readonly residue: readonly ResidueSegment[];
  readonly residueLeftOut: number;
  readonly functions?: FunctionCounts | undefined;
  /** Whether offsets are in what the two files hold once they are decompressed. */
  readonly decompressed?: boolean | undefined;
  /** What could not be read as what it claims to be, and the like. */
  readonly notes: readonly string[];
  /** Every segment that is not equal and in order, where it is asked for: to compare with those of controls. */
  readonly regions?: SegmentColumns | undefined;
}

/** Segments in columns. Offsets are in the file. */
export interface SegmentColumns {
  readonly count: number;
  readonly aStart: Uint32Array;
  readonly aLength: Uint32Array;
  readonly bStart: Uint32Array;
  readonly bLength: Uint32Array;
  /** What stands behind each: the index of a claim or the number of several (`rowsOf`), or one of `BEHIND`. */
  readonly behind: Int32Array;
}

/** `SegmentColumns.behind` where it is no claim. */
export const BEHIND = { derived: -1, shown: -2, nothing: -3, masked: -4 } as const;

/** Bytes under one owner, over all places of one section (or header, or member where there are no sections). */
export interface OwnerTotal {
  /** From the file inwards, names without hashes: `['std-….o', '.text']`. Symbols are folded into their section. */
  readonly place: readonly string[];
  readonly reason: Reason;
  readonly state: OwnerState;
  readonly field?: string | undefined;
  readonly from?: string | undefined;
  readonly segments: number;
  readonly bytesA: number;
  readonly bytesB: number;
  /** What each claim has of it, where claims stand behind it; what is derived may rest on some, too. */
  readonly shares?: ClaimShares | undefined;
}

/** One row a claim, in columns: of one section there are tens of thousands. */
export interface ClaimShares {
  /** Index in `claims`, or the number of several (`rowsOf`). */
  readonly claim: Uint32Array;
  readonly segments: Uint32Array;
  readonly bytesA: Uint32Array;
  readonly bytesB: Uint32Array;
}

/** The claims of one pair, one row each, in columns: there are tens of thousands. */
export interface ClaimColumns {
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** Index in `kinds`. */
  readonly kind: Uint16Array;
  readonly kinds: readonly ClaimKind[];
  /** Different places of this pair that attest it. */
  readonly places: Uint32Array;
  /** 1 where one of its places can hold nothing else than such a token (`Claims.vouched`). */
  readonly vouched: Uint8Array;
  /** One of them: index in `paths`. */
  readonly place: Uint32Array;
  /** As `OwnerTotal.place`, but with the symbol. */
  readonly paths: readonly (readonly string[])[];
  /** Rows that only stand together (`Claims.joint`); none where it is left out. */
  readonly joint?: readonly (readonly number[])[] | undefined;
}

/** The rows behind a number that stands for one claim, or for several that only stand together. */
export function rowsOf({ a, joint }: Pick<ClaimColumns, 'a' | 'joint'>, claim: number): readonly number[] {
  return claim < a.length ? [claim] : (joint?.[claim - a.length] ?? []);
}

export interface ClaimKind {
  readonly cause: CauseId;
  /** Claims of one domain must map one to one. */
  readonly domain: string;
}

/** One stretch that is not explained, or whose reason is only what it looks like. Offsets are in the file. */
export interface ResidueSegment {
  readonly place: readonly string[];
  /** The raw names in A and in B of the symbol it lies in. */
  readonly symbolA?: string | undefined;
  readonly symbolB?: string | undefined;
  readonly field?: string | undefined;
  readonly reason: Reason;
  readonly aStart: number;
  readonly aLength: number;
  readonly bStart: number;
  readonly bLength: number;
  /** Segments that were joined into this one: all of one place. */
  readonly segments: number;
  readonly instructions?: InstructionDiff | undefined;
}

/** The changed instructions of a function side by side; equal rows around them for orientation. */
export interface InstructionDiff {
  readonly machine: string;
  readonly rows: readonly InstructionRow[];
  readonly leftOut: number;
}

export interface InstructionRow {
  readonly mark: 'equal' | 'changed' | 'only-a' | 'only-b';
  /** Offset in the function, and the instruction as a disassembler writes it. */
  readonly a?: { readonly offset: number; readonly text: string } | undefined;
  readonly b?: { readonly offset: number; readonly text: string } | undefined;
}

/** How the functions of the two files compare. */
export interface FunctionCounts {
  readonly a: number;
  readonly b: number;
  readonly paired: number;
  /** Equal in body and in what they refer to. */
  readonly equal: number;
  /** The same instructions; only addresses differ, and they lead to the same things. */
  readonly moved: number;
  /** As equal or moved, but that a reference leads to a label of another number with the same content, or to a merged twin. */
  readonly relabelled: number;
  /** As these, but for hashes (type ids) among the constants. */
  readonly hashes: number;
  /** Other instructions. */
  readonly changed: number;
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly onlyALeftOut: number;
  readonly onlyBLeftOut: number;
}
