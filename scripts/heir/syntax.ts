import type { Integer, Operator, Sign } from './integer.js';

/** A program of the language: its sources in trees. Names are resolved, so that nothing can be missing when it runs. */
export interface Program {
  readonly functions: ReadonlyMap<string, Func>;
  /** How many global variables there are; they start as zero. */
  readonly variables: number;
  /** The sizes in bytes of the memories, in the order of their declarations. */
  readonly memories: readonly number[];
  /** The texts, each without the zero that ends it, in the order in which they stand. */
  readonly texts: readonly Uint8Array[];
}

export interface Func {
  readonly place: Place;
  readonly parameters: number;
  readonly body: readonly Statement[];
}

export interface Place {
  readonly path: string;
  readonly line: number;
}

/** What one step of an index is worth, in bytes. */
export type Unit = 1 | 8;

export type Expression =
  | { readonly kind: 'number'; readonly value: Integer }
  /** The address of a text or of a memory. */
  | { readonly kind: 'text' | 'memory'; readonly index: number }
  | { readonly kind: 'local' | 'variable'; readonly index: number }
  | Element
  | Call
  | { readonly kind: 'system'; readonly place: Place; readonly arguments: readonly Expression[] }
  | { readonly kind: 'sign'; readonly sign: Sign; readonly value: Expression }
  | {
      readonly kind: 'operator';
      readonly operator: Operator;
      readonly place: Place;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: '&&' | '||'; readonly left: Expression; readonly right: Expression };

export interface Call {
  readonly kind: 'call';
  readonly place: Place;
  readonly name: string;
  readonly arguments: readonly Expression[];
}

export interface Element {
  readonly kind: 'element';
  readonly place: Place;
  readonly unit: Unit;
  readonly base: Expression;
  readonly index: Expression;
}

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression }
  | {
      readonly kind: 'assign';
      readonly to: { readonly kind: 'local' | 'variable'; readonly index: number };
      readonly value: Expression;
    }
  | { readonly kind: 'store'; readonly to: Element; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'return'; readonly value: Expression };
