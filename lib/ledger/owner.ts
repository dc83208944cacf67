import type { CauseId } from '../cause/cause-id.js';

/**
 * Where a segment lies: a chain of places from the file inwards (member, section, symbol). The whole file is place 0.
 */
export interface Place {
  readonly parent: number;
  readonly kind: PlaceKind;
  /** As stored, exact: a member's or section's name, a raw symbol name; in B where A has none. */
  readonly name: string;
  /** The name in B, where it is another one. */
  readonly nameB?: string | undefined;
}

/** `part` is what has no name of its own: a header, a table, a gap, padding, what follows the last structure. */
export type PlaceKind = 'file' | 'member' | 'section' | 'symbol' | 'part';

/**
 * Why bytes differ. `derived`: they follow from other differences, and recomputing them from there gave B's very
 * bytes. `unexplained`: no cause is known. `masked`: the user declared that they may.
 */
export type Reason = CauseId | 'derived' | 'unexplained' | 'masked';

/** The one owner of a segment that is not equal. */
export interface Owner {
  readonly place: number;
  readonly reason: Reason;
  readonly state: OwnerState;
  /** The header field or record by its specification's name: `e_shoff`, `ar_date`, `st_value`, `r_addend`. */
  readonly field?: string | undefined;
  /** Index of the claim that stands behind it: it is confirmed, or derived, only if the claim is. */
  readonly claim?: number | undefined;
  /** For `derived`: what it was recomputed from. For `masked`: the id of the mask. */
  readonly from?: string | undefined;
}

/**
 * `claimed`: confirmed if its claim is. `derived`: recomputed from other differences. `shown`: equal contents in
 * other bytes. `moved`: the same bytes in another order. `residue`: nothing stands behind the reason but its looks. `masked`: the user's mask covers it.
 */
export type OwnerState = 'claimed' | 'derived' | 'shown' | 'moved' | 'residue' | 'masked';
