import type { Integer } from './integer.js';
import type { Unit } from './syntax.js';

/** What a name stands for; functions have names of their own. */
export type Meaning =
  | { readonly kind: 'constant'; readonly value: Integer }
  | { readonly kind: 'variable' | 'memory' | 'local'; readonly index: number; readonly unit: Unit };

/** The names that can be seen: global ones, and those of the blocks around. */
export class Scope {
  readonly #globals = new Map<string, Meaning>();
  #locals: { readonly name: string; readonly meaning: Meaning }[] = [];
  #slots = 0;

  find(name: string): Meaning | undefined {
    return this.#locals.findLast((local) => local.name === name)?.meaning ?? this.#globals.get(name);
  }

  /** Is it taken where it would be declared? A local name may hide a global one. */
  has(name: string, where: 'global' | 'local'): boolean {
    return where === 'global' ? this.#globals.has(name) : this.#locals.some((local) => local.name === name);
  }

  declare(name: string, meaning: Meaning): void {
    this.#globals.set(name, meaning);
  }

  /** A parameter or variable of the function: its index in the frame. */
  declareLocal(name: string, unit: Unit): number {
    const index = this.#slots;
    this.#slots += 1;
    this.#locals.push({ name, meaning: { kind: 'local', index, unit } });
    return index;
  }

  startFunction(): void {
    this.#locals = [];
    this.#slots = 0;
  }

  /** The names that are declared within are forgotten after it. */
  block<T>(within: () => T): T {
    const outside = this.#locals.length;
    const result = within();
    this.#locals.length = outside;
    return result;
  }
}
