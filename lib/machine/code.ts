/** The code of one function, inside the bytes of its section or file. */
export interface Code {
  readonly bytes: Uint8Array;
  /** The function is `bytes[start]` up to but not with `bytes[end]`. */
  readonly start: number;
  readonly end: number;
  /** The address of the byte at `start`; a safe integer. */
  readonly address: number;
  /** Of a relocatable object. */
  readonly relocations?: CodeRelocations | undefined;
}

/** Where relocations are applied, as columns over the whole of `Code.bytes`, ascending. */
export interface CodeRelocations {
  /** Offsets in `Code.bytes`. */
  readonly starts: Int32Array | Uint32Array | Float64Array;
  /** Bytes that each covers: those of the field on x86-64, 4 on aarch64, 0 for one that only marks a place. */
  readonly lengths: Uint8Array | Int32Array;
}

/** What compares the things that code refers to. It is asked often: once for each reference out of the function. */
export interface Resolver {
  /** Whether the two absolute addresses are those of corresponding things. */
  sameTarget(targetA: number, targetB: number): boolean;
  /** Whether the relocations with these indices in the two columns name corresponding things. */
  sameRelocation(indexA: number, indexB: number): boolean;
}

/**
 * Receives what lies where, in order and without gaps or overlaps: the calls together cover both functions exactly
 * once. Offsets are in `Code.bytes`, lengths in bytes. Only `equal` promises equal bytes, and that they mean the
 * same: where a call's bytes are equal on both sides but lead to different things, `target` says so.
 */
export interface CodeSink {
  equal(aOffset: number, bOffset: number, length: number): void;
  /**
   * A field that gives an address: of a branch, of data behind `rip`; on aarch64 the word of an `adrp` (targets are
   * pages then) or of the `add`, load or store that gives the low bits. Within the functions themselves `same` says
   * whether both targets are the same row.
   */
  target(
    aOffset: number,
    bOffset: number,
    length: number,
    targetA: number,
    targetB: number,
    same: boolean,
  ): void;
  /** A whole jump that has its short form on one side and its long form on the other. */
  jump(
    aOffset: number,
    aLength: number,
    bOffset: number,
    bLength: number,
    targetA: number,
    targetB: number,
    same: boolean,
  ): void;
  /**
   * A field under a relocation; the indices are those given to `sameRelocation`. Called only where `same` is false:
   * the names differ, or the bytes do. Both machines keep the addend in the relocation's entry (RELA), so that nothing
   * explains other bytes under it.
   */
  relocation(
    aOffset: number,
    bOffset: number,
    length: number,
    indexA: number,
    indexB: number,
    same: boolean,
  ): void;
  /** A constant. The values are the field's bits, unsigned; on aarch64 `length` is 4 and they are part of the word. */
  immediate(aOffset: number, bOffset: number, length: number, valueA: bigint, valueB: bigint): void;
  /** An offset to a register; values as for `immediate`. */
  displacement(aOffset: number, bOffset: number, length: number, valueA: bigint, valueB: bigint): void;
  /**
   * Instructions replaced, or with a length of 0 removed or added. Equal bytes can be inside, and all be equal: where
   * the two sides have relocations at different places.
   */
  other(aOffset: number, aLength: number, bOffset: number, bLength: number): void;
}

export type CodeVerdict =
  /** The same bytes that refer to the same things. */
  | 'equal'
  /** The same instructions; addresses differ and name the same things. */
  | 'moved'
  | 'changed';

export interface CodeResult {
  readonly verdict: CodeVerdict;
  /** Instructions; a byte that begins none counts as one. */
  readonly rowsA: number;
  readonly rowsB: number;
  /** Rows that are not the same, of the side that has more of them where rows were replaced. */
  readonly changedRows: number;
  /** Of these, rows in one function only that do nothing: the padding before a loop. */
  readonly paddingRows: number;
  /** Offsets in `Code.bytes` of the first row that is not the same; undefined where all are. */
  readonly firstChanged: { readonly a: number; readonly b: number } | undefined;
  /** Undefined where every instruction is as far from its function's start on both sides. */
  readonly mapping: RowMapping | undefined;
}

/**
 * Starts of the instructions that correspond, ascending on both sides, in bytes from each function's start. Those of A
 * that are not in it have no counterpart.
 */
export interface RowMapping {
  readonly a: Int32Array;
  readonly b: Int32Array;
}
