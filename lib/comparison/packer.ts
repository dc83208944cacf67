import { type Metadata, SPECIAL_BITS } from '../artefact/container/container.js';
import type { MatchedPair } from './match.js';

/** Members in which one owner must stand for another: in one alone somebody changed it. */
const LEAST_MEMBERS = 2;

type Owned = Pick<MatchedPair, 'a' | 'b'>;

/**
 * Who packed each side, as far as the owners of members tell. Whoever packs an archive writes another owner into all of
 * its members that had the same one: that, and nothing else, is what `archive-metadata` explains.
 */
export class Packers {
  /** For each owner of A those of B, with the number of members. */
  readonly #owners = new Map<string, Map<string, number>>();

  constructor(pairs: readonly Owned[]) {
    for (const { a, b } of pairs) {
      const [from, to] = [ownerOf(a.metadata), ownerOf(b.metadata)];
      const of = this.#owners.get(from) ?? new Map<string, number>();
      this.#owners.set(from, of);
      of.set(to, (of.get(to) ?? 0) + 1);
    }
  }

  /** Whether the other owner of a pair is that of its packer. */
  explain({ a, b }: Owned): boolean {
    // With one of these the owner says what a program may do.
    if ((((a.metadata.mode ?? 0) | (b.metadata.mode ?? 0)) & SPECIAL_BITS) !== 0) return false;
    const of = this.#owners.get(ownerOf(a.metadata));
    return of?.size === 1 && (of.get(ownerOf(b.metadata)) ?? 0) >= LEAST_MEMBERS;
  }
}

function ownerOf({ uid, gid, uname, gname }: Metadata): string {
  return JSON.stringify([uid, gid, uname, gname]);
}
