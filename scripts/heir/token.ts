import { HeirError } from './error.js';
import { type Integer, wrap } from './integer.js';
import type { Place } from './syntax.js';

/** One source file: bytes as characters of Latin-1, so that positions and texts keep what stands in the file. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export type Token =
  | { readonly kind: 'name' | 'sign'; readonly text: string; readonly place: Place }
  | { readonly kind: 'number'; readonly text: string; readonly place: Place; readonly value: Integer }
  | { readonly kind: 'string'; readonly text: string; readonly place: Place; readonly value: string }
  | { readonly kind: 'end'; readonly text: ''; readonly place: Place };

const BLANK = /(?:[ \t\n]|#[^\n]*)*/y;
const NAME = /[A-Za-z_][A-Za-z_0-9]*/y;
const NUMBER = /0x[0-9a-f]*|[0-9]+/y;
const SIGN = /[=!<>]=|<<|>>|&&|\|\||[()[\]{},;=+\-*/%&|^~!<>]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * The tokens of the files, one file after the other, and at last an `end` for ever.
 *
 * @throws HeirError where a file holds what is no token, once all before it have been taken
 */
export function* tokensOf(files: readonly SourceFile[]): Generator<Token, never> {
  let place: Place = { path: '', line: 1 };
  for (const file of files) {
    const scanner = new Scanner(file);
    for (;;) {
      const token = scanner.next();
      if (token.kind === 'end') {
        place = token.place;
        break;
      }
      yield token;
    }
  }
  for (;;) yield { kind: 'end', text: '', place };
}

class Scanner {
  readonly #path: string;
  readonly #text: string;
  #position = 0;
  #line = 1;

  constructor({ path, text }: SourceFile) {
    this.#path = path;
    this.#text = text.endsWith('\n') ? text : `${text}\n`;
  }

  next(): Token {
    const blank = this.#match(BLANK) ?? '';
    this.#line += blank.split('\n').length - 1;
    const place: Place = { path: this.#path, line: this.#line };
    const first = this.#text[this.#position];
    if (first === undefined) return { kind: 'end', text: '', place };
    const start = this.#position;
    const name = this.#match(NAME);
    if (name !== undefined) return { kind: 'name', text: name, place };
    if (first === '"' || first === "'") {
      const value = this.#quoted(first);
      const text = this.#text.slice(start, this.#position);
      return first === '"'
        ? { kind: 'string', text, place, value }
        : { kind: 'number', text, place, value: this.#packed(value) };
    }
    const digits = this.#match(NUMBER);
    if (digits !== undefined) return { kind: 'number', text: digits, place, value: this.#number(digits) };
    const sign = this.#match(SIGN);
    if (sign !== undefined) return { kind: 'sign', text: sign, place };
    return this.#fail('this character means nothing');
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }

  #number(text: string): Integer {
    const digits = text.startsWith('0x') ? text.slice(2) : text;
    // So many digits always fit in 63 bits.
    if (digits.length > (text === digits ? 18 : 15)) return this.#fail('the number has too many digits');
    if (digits === '' || /[A-Za-z_]/.test(this.#text[this.#position] ?? '')) {
      return this.#fail('this is not a number');
    }
    return wrap(BigInt(text));
  }

  #quoted(quote: string): string {
    let value = '';
    this.#position += 1;
    for (;;) {
      const c = this.#text[this.#position] ?? '\n';
      this.#position += 1;
      if (c === quote) return value;
      if (c === '\n') return this.#fail('the quote is not closed on its line');
      if (c !== '\\') {
        value += c;
        continue;
      }
      const escaped = ESCAPES[this.#text[this.#position] ?? ''];
      if (escaped === undefined) return this.#fail('no such character after a backslash');
      this.#position += 1;
      value += escaped;
    }
  }

  /** `'a'` is 97, `'ab'` is 97 · 256 + 98. */
  #packed(text: string): number {
    if (text.length < 1 || text.length > 4) {
      return this.#fail('one to four characters stand between such quotes');
    }
    return [...text].reduce((value, c) => value * 256 + c.charCodeAt(0), 0);
  }

  #fail(what: string): never {
    throw new HeirError(this.#path, this.#line, what);
  }
}
