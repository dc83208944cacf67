import type { Member } from '../artefact/member.js';
import { encodeName } from '../artefact/name.js';

/** One side of a pairing: its members, and which of them have a partner. */
export class Side {
  /** How many members with the same path and role come before each. */
  readonly ranks: Uint32Array;
  readonly #partners: Int32Array;
  readonly #firstAtPath = new Map<string, number>();
  readonly #orderKeys: (string | undefined)[] = [];

  constructor(readonly members: readonly Member[]) {
    this.ranks = new Uint32Array(members.length);
    this.#partners = new Int32Array(members.length).fill(-1);
    // A map a role, by the path itself: a key put together of both would be made and hashed anew for each member.
    const seen = { content: new Map<string, number>(), package: new Map<string, number>() };
    for (const [index, { role, path }] of members.entries()) {
      const rank = seen[role].get(path) ?? 0;
      this.ranks[index] = rank;
      seen[role].set(path, rank + 1);
    }
  }

  isFree(index: number): boolean {
    return this.#partners[index] === -1;
  }

  partner(index: number): number {
    return this.#partners[index] ?? -1;
  }

  setPartner(index: number, partner: number): void {
    this.#partners[index] = partner;
  }

  /** Indices of the members without a partner, as they were given. */
  *free(): Generator<number> {
    for (let index = 0; index < this.members.length; index++) if (this.isFree(index)) yield index;
  }

  /** For a directory stored again, the first at its path. */
  repeats(index: number): number | undefined {
    const member = this.members[index];
    if (member?.metadata.type !== 'directory' || (this.ranks[index] ?? 0) === 0) return undefined;
    const first = this.#firstAt().get(placeKey(member)) ?? index;
    return this.members[first]?.metadata.type === 'directory' ? first : undefined;
  }

  #firstAt(): Map<string, number> {
    if (this.#firstAtPath.size > 0) return this.#firstAtPath;
    for (const [index, member] of this.members.entries()) {
      if (this.ranks[index] === 0) this.#firstAtPath.set(placeKey(member), index);
    }
    return this.#firstAtPath;
  }

  /** In byte order of paths; members at one path as they were given. */
  sorted(indices: Iterable<number>): number[] {
    return [...indices].sort((x, y) => {
      const a = this.#orderKey(x);
      const b = this.#orderKey(y);
      return a < b ? -1 : a > b ? 1 : x - y;
    });
  }

  /** The path's bytes as a string of one char each, which compares as the bytes do; of ASCII, the path itself. */
  #orderKey(index: number): string {
    const known = this.#orderKeys[index];
    if (known !== undefined) return known;
    const path = this.members[index]?.path ?? '';
    const key = NOT_ASCII.test(path) ? encodeName(path).toString('latin1') : path;
    this.#orderKeys[index] = key;
    return key;
  }
}

const NOT_ASCII = /[^\0-\x7f]/;

function placeKey({ role, path }: Member): string {
  return `${role}:${path}`;
}
