import type { SymbolTable } from '../../format/elf/symbol.js';

/** How many symbols of a table have each name. Names are compared as bytes: a text for each would be made only to count. */
export class NameUses {
  /** By hash: the first symbol of each name, or 0. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  /** By the first symbol of a name: how many there are. */
  readonly #uses: Uint32Array;

  constructor(readonly table: SymbolTable) {
    let size = 64;
    while (size < table.length * 2) size *= 2;
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
    this.#uses = new Uint32Array(table.length);
    for (let symbol = 1; symbol < table.length; symbol += 1) {
      const slot = this.#slot(symbol);
      const first = (this.#slots[slot] as number) || symbol;
      this.#slots[slot] = first;
      this.#uses[first] = (this.#uses[first] as number) + 1;
    }
  }

  /** Symbol 0, which stands for none, does not count. */
  of(symbol: number): number {
    const first = this.#slots[this.#slot(symbol)] as number;
    return first === 0 ? 0 : (this.#uses[first] as number);
  }

  #slot(symbol: number): number {
    const { table } = this;
    let slot = table.nameHash(symbol) & this.#mask;
    for (;;) {
      const first = this.#slots[slot] as number;
      if (first === 0 || table.isNamedAs(first, table, symbol)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}
