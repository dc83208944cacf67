import type { CauseId } from '../cause/cause-id.js';
import type { PlaceKind } from './owner.js';

/**
 * Takes the segments of one differing pair from whoever explains it. Offsets count from where this sink starts
 * (`within`); segments may come in any order, but those of one sink must cover both of its stretches exactly once.
 * Nothing is taken on trust: equal bytes are compared, tokens are read from the bytes themselves, and what is
 * derived must come with the bytes that recomputing gave. Where that does not hold, the bytes become `unexplained`.
 */
export interface Sink {
  /** The same bytes on both sides; out of the common order too (the ledger finds out what moved). */
  equal(a: number, b: number, length: number): void;
  /**
   * Bytes that no token and no recomputation stands behind. Either length may be 0: inserted or deleted.
   * `reason`: `unexplained`, or a cause that is only a label for the residue (`code`, `padding`, `linker`, …).
   */
  change(a: number, aLength: number, b: number, bLength: number, why?: Why): void;
  /**
   * A token of A that stands as another in B: a hash, a path prefix, a version. Becomes a claim `a ↔ b`; confirmed
   * only if over the whole artefact the claims of its `encoding`'s kind map one to one and another place attests it.
   * Hashes that share half their digits are no hashes of two different things: such a pair stays unexplained, and
   * `false` is given back.
   */
  token(
    cause: CauseId,
    encoding: TokenEncoding,
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    field?: string,
  ): boolean;
  /**
   * A token that can be recomputed on both sides, each from what that side says of itself: as good as another place
   * that attests the claim. Nothing where recomputing did not give the bytes that stand there.
   */
  attested(
    cause: CauseId,
    encoding: TokenEncoding,
    a: number,
    b: number,
    recomputedA: Uint8Array,
    recomputedB: Uint8Array,
  ): void;
  /** A hash of A that stands in B as it is (its claim is `a ↔ a`): one more place where a claim can be refuted. */
  unchanged(token: string): void;
  /**
   * A hash of A that stands where nothing but the id of a type can stand. A claim of the cause `type-id` is believed
   * only if one of its places is such: any constant may change in several places at once.
   */
  typed(token: string): void;
  /**
   * Bytes of B that follow from other differences: `recomputed` is what recomputing them from there gives.
   * Unexplained where it is not B's bytes.
   */
  derived(
    a: number,
    aLength: number,
    b: number,
    bLength: number,
    recomputed: Uint8Array,
    from: string,
    field?: string,
    cause?: CauseId,
  ): void;
  /**
   * A word of `length` bytes that tells how many bytes long a text is, on each side that of its own. Derived where the
   * whole ledger lays exactly the one text beside the other, and nothing parts them but tokens; it then stands only as
   * long as the claims of all these do. Unexplained otherwise, also where the bytes are equal: they should have changed
   * with the text. `why`: as of `change`, where it is not derived.
   */
  measured(a: number, b: number, length: number, texts: MeasuredTexts, why?: Why): void;
  /**
   * Equal contents in other bytes, shown by the caller (both decompressed to the same bytes, one set in another
   * order): the cause is confirmed by that.
   */
  shown(cause: CauseId, a: number, aLength: number, b: number, bLength: number, field?: string): void;
  /** A sink for a stretch that starts at `a` and `b` of this one, under a place of its own. */
  within(a: number, b: number, kind: PlaceKind, name: string, nameB?: string): Sink;
  /** A sink for a stretch that starts at `a` and `b` of this one, under the same place. */
  at(a: number, b: number): Sink;
  /** A sentence for the reader: what could not be read, which method was used. */
  note(text: string): void;
}

/** Where the texts of a word that measures one begin: offsets of the sink that is told, which may lie before it. */
export interface MeasuredTexts {
  readonly a: number;
  readonly b: number;
  /** How the word is stored. */
  readonly littleEndian: boolean;
}

export interface Why {
  readonly reason?: CauseId | 'unexplained' | undefined;
  readonly field?: string | undefined;
}

/**
 * How a token stands in the bytes. `hex`: its hexadecimal digits as text. `raw`: 8 or 16 bytes, told as the digits
 * of the bytes in memory order. `le64`: a little-endian number, told as 16 digits, most significant first (so that
 * it is the same token as in `hex`). `leb128`: unsigned LEB128 of a 64-bit number, told likewise. `text`: any
 * other text, told as it is (paths, versions, base-62 numbers); no hash, so its digits may be alike.
 */
export type TokenEncoding = 'hex' | 'raw' | 'le64' | 'leb128' | 'text';
