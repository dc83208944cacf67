import type { Member } from '../artefact/member.js';
import type { Key } from './key.js';
import type { Pair, PairRule } from './pair.js';
import { Side } from './side.js';

/** Free members of both sides under one key. */
export interface Group {
  readonly a: number[];
  readonly b: number[];
}

/** The pairs made so far. Rules only ever add to them. */
export class Matching {
  readonly a: Side;
  readonly b: Side;
  readonly #rules: (PairRule | undefined)[] = [];
  readonly #keys = new Map<
    Key,
    { readonly a: readonly (string | undefined)[]; readonly b: readonly (string | undefined)[] }
  >();

  constructor(a: readonly Member[], b: readonly Member[]) {
    this.a = new Side(a);
    this.b = new Side(b);
  }

  join(a: number, b: number, rule: PairRule): void {
    this.a.setPartner(a, b);
    this.b.setPartner(b, a);
    this.#rules[a] = rule;
  }

  /**
   * Pairs by path as long as both sides have the same members in the same order: two copies of one tree are done
   * without a key being made.
   */
  pairInStep(): void {
    const { a, b } = this;
    for (let index = 0; index < Math.min(a.members.length, b.members.length); index++) {
      const memberA = a.members[index];
      const memberB = b.members[index];
      if (memberA?.path !== memberB?.path || memberA?.role !== memberB?.role) return;
      if (a.ranks[index] !== b.ranks[index]) return;
      this.join(index, index, 'path');
    }
  }

  /** Pairs what is alone under its key on either side, members that already have a partner counted. */
  pairUnique(key: Key, rule: PairRule): void {
    if (this.#oneSideIsDone()) return;
    const keys = this.#keysOf(key);
    const slots = new Map<string, Slot>();
    for (const index of this.a.free()) {
      const own = keys.a[index];
      if (own !== undefined) slots.set(own, { freeA: index, freeB: -1, a: 0, b: 0 });
    }
    for (const index of this.b.free()) {
      const slot = slots.get(keys.b[index] ?? '');
      if (slot !== undefined) slot.freeB = index;
    }
    for (const own of keys.a) count(slots, own, 'a');
    for (const own of keys.b) count(slots, own, 'b');
    for (const { freeA, freeB, a, b } of slots.values()) {
      if (a === 1 && b === 1 && freeB !== -1) this.join(freeA, freeB, rule);
    }
  }

  /** Pairs the last free member under a key with the last one of the other side; never directories. */
  pairLastLeft(key: Key): void {
    for (const { a, b } of this.groups(key)) {
      const [onlyA] = a;
      const [onlyB] = b;
      if (a.length !== 1 || b.length !== 1 || onlyA === undefined || onlyB === undefined) continue;
      if (this.a.members[onlyA]?.metadata.type === 'directory') continue;
      this.join(onlyA, onlyB, 'last-left');
    }
  }

  /** The free members by key, of keys that both sides have. */
  groups(key: Key): Group[] {
    if (this.#oneSideIsDone()) return [];
    const keys = this.#keysOf(key);
    return grouped(this, (side, index) => keys[side][index]);
  }

  /** In byte order of A's path. */
  pairs(): Pair[] {
    const paired = [...this.a.members.keys()].filter((index) => !this.a.isFree(index));
    return this.a.sorted(paired).flatMap((a) => {
      const rule = this.#rules[a];
      return rule === undefined ? [] : { a, b: this.a.partner(a), rule };
    });
  }

  /** In byte order of paths. */
  unpaired(side: 'a' | 'b'): number[] {
    return this[side].sorted(this[side].free());
  }

  #oneSideIsDone(): boolean {
    return this.a.free().next().done === true || this.b.free().next().done === true;
  }

  #keysOf(key: Key): {
    readonly a: readonly (string | undefined)[];
    readonly b: readonly (string | undefined)[];
  } {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const keysOf = (side: Side) => side.members.map((member, index) => key(member, side.ranks[index] ?? 0));
    const keys = { a: keysOf(this.a), b: keysOf(this.b) };
    this.#keys.set(key, keys);
    return keys;
  }
}

/** Free members of both sides by a key of the caller's; only keys that both sides have. */
export function grouped(
  matching: Matching,
  keyOf: (side: 'a' | 'b', index: number) => string | undefined,
): Group[] {
  const groups = new Map<string, Group>();
  for (const index of matching.a.free()) {
    const key = keyOf('a', index);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { a: [index], b: [] });
    else group.a.push(index);
  }
  for (const index of matching.b.free()) {
    const key = keyOf('b', index);
    if (key !== undefined) groups.get(key)?.b.push(index);
  }
  return [...groups.values()].filter((group) => group.b.length > 0);
}

/** A key that a free member of A has: a free member of either side, and how many members have it, free or not. */
interface Slot {
  readonly freeA: number;
  freeB: number;
  a: number;
  b: number;
}

function count(slots: ReadonlyMap<string, Slot>, key: string | undefined, side: 'a' | 'b'): void {
  const slot = key === undefined ? undefined : slots.get(key);
  if (slot !== undefined) slot[side] += 1;
}
