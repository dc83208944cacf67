import { Column } from './columns.js';
import type { Place, PlaceKind } from './owner.js';

const KINDS: readonly PlaceKind[] = ['file', 'member', 'section', 'symbol', 'part'];

/** The places of a ledger in columns: an archive of objects has hundreds of thousands, most with a name of their own. */
export class PlaceTable {
  readonly #parent = new Column();
  readonly #kind = new Column();
  readonly #names = new TextList();
  /** One more than the number of the name in B; 0 where it is that in A. */
  readonly #nameB = new Column();
  readonly #namesB = new TextList();

  constructor() {
    this.push({ parent: 0, kind: 'file', name: '' });
  }

  get length(): number {
    return this.#parent.length;
  }

  /** A new place; its index is returned. */
  push({ parent, kind, name, nameB }: Place): number {
    this.#parent.push(parent);
    this.#kind.push(KINDS.indexOf(kind));
    this.#names.push(name);
    this.#nameB.push(nameB === undefined || nameB === name ? 0 : this.#namesB.push(nameB) + 1);
    return this.length - 1;
  }

  at(index: number): Place | undefined {
    const kind = this.kind(index);
    if (kind === undefined) return undefined;
    const nameB = this.#nameB.at(index);
    return {
      parent: this.#parent.at(index),
      kind,
      name: this.#names.at(index),
      ...(nameB > 0 && { nameB: this.#namesB.at(nameB - 1) }),
    };
  }

  /** That of the whole file is itself. */
  parent(index: number): number {
    return this.#parent.at(index);
  }

  kind(index: number): PlaceKind | undefined {
    return index < this.length ? KINDS[this.#kind.at(index)] : undefined;
  }

  /** The name in A. */
  name(index: number): string {
    return this.#names.at(index);
  }
}

/** Texts of one group, in one string: a power of 2. */
const GROUP_BITS = 8;
const GROUP = 1 << GROUP_BITS;

/** Texts that are kept for long: a string of its own takes 24 bytes more, and one that was put together holds its parts too. */
class TextList {
  readonly #groups: string[] = [];
  #open: string[] = [];
  /** Where each ends in its group. */
  readonly #ends = new Column();
  #end = 0;

  /** The number of the text is returned. */
  push(text: string): number {
    this.#open.push(text);
    this.#end += text.length;
    this.#ends.push(this.#end);
    if (this.#open.length === GROUP) {
      this.#groups.push(this.#open.join(''));
      this.#open = [];
      this.#end = 0;
    }
    return this.#ends.length - 1;
  }

  at(index: number): string {
    const within = index & (GROUP - 1);
    const group = this.#groups[index >>> GROUP_BITS];
    if (group === undefined) return this.#open[within] ?? '';
    return group.slice(within === 0 ? 0 : this.#ends.at(index - 1), this.#ends.at(index));
  }
}
