import { HeirError } from './error.js';
import type { Place } from './syntax.js';
import { type SourceFile, type Token, tokensOf } from './token.js';

const RESERVED = new Set([
  'const',
  'var',
  'words',
  'bytes',
  'fn',
  'if',
  'else',
  'while',
  'return',
  'syscall',
]);

/** A name as it stands in the sources. */
export interface Name {
  readonly text: string;
  readonly place: Place;
}

/** Where the parser is: the current token and how to go on. */
export class Cursor {
  readonly #tokens: Generator<Token, never>;
  token: Token;

  constructor(files: readonly SourceFile[]) {
    this.#tokens = tokensOf(files);
    this.token = this.#tokens.next().value;
  }

  /** The current token; goes on to the next. */
  take(): Token {
    const { token } = this;
    this.token = this.#tokens.next().value;
    return token;
  }

  at(text: string): boolean {
    return (this.token.kind === 'name' || this.token.kind === 'sign') && this.token.text === text;
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.take();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.failExpected(text);
  }

  /** A name that a program may give. */
  name(): Name {
    this.expectName();
    return this.take();
  }

  expectName(): void {
    if (this.token.kind !== 'name' || RESERVED.has(this.token.text)) this.failExpected('a name');
  }

  failExpected(what: string): never {
    const { kind, text, place } = this.token;
    return fail(place, `expected ${what} before ${kind === 'end' ? 'the end' : `'${text}'`}`);
  }
}

export function fail({ path, line }: Place, what: string): never {
  throw new HeirError(path, line, what);
}

export function failOf({ text, place }: Name, what: string): never {
  return fail(place, `'${text}' ${what}`);
}
