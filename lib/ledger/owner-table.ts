import { Column } from './columns.js';
import type { Owner, OwnerState, Reason } from './owner.js';

/** What owners have in common, wherever they are. */
export type OwnerKind = Pick<Owner, 'reason' | 'state' | 'field' | 'from'>;

const STATES: readonly OwnerState[] = ['residue', 'claimed', 'derived', 'shown', 'moved', 'masked'];
const MOST_REASONS = 256;
/** Names of fields, and of what things are derived from. */
const MOST_WORDS = 2 ** 20;

/** The owners of a ledger in columns: there are hundreds of thousands, of some dozens of kinds. */
export class OwnerTable {
  readonly #place = new Column();
  readonly #kind = new Column();
  /** One more than the claim's number; 0 for none. */
  readonly #claim = new Column();
  readonly #kinds: OwnerKind[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #reasons = new Map<string, number>();
  readonly #words = new Map<string, number>();
  /** What `kindOf` was asked last: segments come in runs of one kind. */
  #last: OwnerKind | undefined;
  #lastKind = 0;

  get length(): number {
    return this.#place.length;
  }

  /** How many kinds there are. */
  get kinds(): number {
    return this.#kinds.length;
  }

  /** The number of a kind, which it has or has from now on. */
  kindOf(state: OwnerState, reason: Reason, field?: string, from?: string): number {
    const last = this.#last;
    if (
      last !== undefined &&
      last.state === state &&
      last.reason === reason &&
      last.field === field &&
      last.from === from
    )
      return this.#lastKind;
    const why = numberOf(this.#reasons, reason, MOST_REASONS) * STATES.length + STATES.indexOf(state);
    const where =
      numberOf(this.#words, field ?? '', MOST_WORDS) * MOST_WORDS +
      numberOf(this.#words, from ?? '', MOST_WORDS);
    const number = where * MOST_REASONS * STATES.length + why;
    let kind = this.#numbers.get(number);
    if (kind === undefined) {
      kind = this.#kinds.length;
      this.#kinds.push({ reason, state, field, from });
      this.#numbers.set(number, kind);
    }
    this.#last = this.#kinds[kind];
    this.#lastKind = kind;
    return kind;
  }

  /** A new owner; its index is returned. */
  add(place: number, kind: number, claim?: number): number {
    this.#place.push(place);
    this.#kind.push(kind);
    this.#claim.push(claim === undefined ? 0 : claim + 1);
    return this.#place.length - 1;
  }

  push({ place, reason, state, field, claim, from }: Owner): number {
    return this.add(place, this.kindOf(state, reason, field, from), claim);
  }

  at(index: number): Owner | undefined {
    const kind = index < this.length ? this.#kinds[this.#kind.at(index)] : undefined;
    if (kind === undefined) return undefined;
    return { place: this.#place.at(index), ...kind, claim: this.claim(index) };
  }

  place(index: number): number {
    return this.#place.at(index);
  }

  /** The number of its kind. */
  kind(index: number): number {
    return this.#kind.at(index);
  }

  /** What owners of a kind have in common. */
  ofKind(kind: number): OwnerKind | undefined {
    return this.#kinds[kind];
  }

  claim(index: number): number | undefined {
    const claim = this.#claim.at(index);
    return claim === 0 ? undefined : claim - 1;
  }

  state(index: number): OwnerState | undefined {
    return index < this.length ? this.#kinds[this.#kind.at(index)]?.state : undefined;
  }

  copy(): OwnerTable {
    const out = new OwnerTable();
    for (const { state, reason, field, from } of this.#kinds) out.kindOf(state, reason, field, from);
    for (let i = 0; i < this.length; i += 1) out.add(this.place(i), this.kind(i), this.claim(i));
    return out;
  }
}

/** The number that a word has, or has from now on. */
function numberOf(words: Map<string, number>, word: string, most: number): number {
  const known = words.get(word);
  if (known !== undefined) return known;
  if (words.size === most) throw new Error(`there are more than ${most} words like ${word}`);
  words.set(word, words.size);
  return words.size - 1;
}
