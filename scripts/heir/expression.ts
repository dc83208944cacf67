import { type Cursor, fail, failOf, type Name } from './cursor.js';
import { OPERATORS, type Operator, SIGNS, type Sign } from './integer.js';
import { type Meaning, Scope } from './scope.js';
import type { Call, Element, Expression } from './syntax.js';

/** How strongly each operator binds. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '*': 9,
  '/': 9,
  '%': 9,
  '+': 8,
  '-': 8,
  '<<': 7,
  '>>': 7,
  '&': 6,
  '^': 5,
  '|': 4,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '&&': 2,
  '||': 1,
};

/** Reads expressions, and keeps what has to be known of all of them: names, texts, calls. */
export class ExpressionParser {
  readonly scope = new Scope();
  readonly texts: Uint8Array[] = [];
  /** In the order in which their arguments end; whether they can be made is known at the end of the program. */
  readonly calls: Call[] = [];

  constructor(readonly cursor: Cursor) {}

  expression(): Expression {
    return this.#binary(1);
  }

  /** What a name stands for that is not a function's. */
  meaning(name: Name): Meaning {
    return this.scope.find(name.text) ?? failOf(name, 'is not declared');
  }

  call({ text, place }: Name): Call {
    const call: Call = { kind: 'call', place, name: text, arguments: this.#arguments() };
    this.calls.push(call);
    return call;
  }

  systemCall(): Expression {
    const name = this.cursor.take();
    const given = this.#arguments();
    if (given.length !== 4) failOf(name, 'takes a number and three arguments');
    return { kind: 'system', place: name.place, arguments: given };
  }

  element(name: Name): Element {
    const meaning = this.meaning(name);
    if (meaning.kind === 'constant') failOf(name, 'is no memory');
    this.cursor.expect('[');
    const index = this.expression();
    this.cursor.expect(']');
    const base: Expression = { kind: meaning.kind, index: meaning.index };
    return { kind: 'element', place: name.place, unit: meaning.unit, base, index };
  }

  #arguments(): Expression[] {
    const given: Expression[] = [];
    this.cursor.expect('(');
    while (!this.cursor.at(')')) {
      if (given.length > 0) this.cursor.expect(',');
      given.push(this.expression());
    }
    this.cursor.take();
    return given;
  }

  #binary(lowest: number): Expression {
    let left = this.#unary();
    for (;;) {
      const { kind, text, place } = this.cursor.token;
      const level = kind === 'sign' ? (PRECEDENCE[text] ?? 0) : 0;
      if (level < lowest) return left;
      this.cursor.take();
      const right = this.#binary(level + 1);
      if (text === '&&' || text === '||') left = { kind: text, left, right };
      else if (isOperator(text)) left = { kind: 'operator', operator: text, place, left, right };
      else fail(place, `'${text}' has no meaning`);
    }
  }

  #unary(): Expression {
    const { kind, text } = this.cursor.token;
    if (kind !== 'sign' || !isSign(text)) return this.#primary();
    this.cursor.take();
    return { kind: 'sign', sign: text, value: this.#unary() };
  }

  #primary(): Expression {
    const { token } = this.cursor;
    switch (token.kind) {
      case 'number':
        this.cursor.take();
        return { kind: 'number', value: token.value };
      case 'string':
        this.cursor.take();
        this.texts.push(Buffer.from(token.value, 'latin1'));
        return { kind: 'text', index: this.texts.length - 1 };
      case 'name':
        return this.#name();
      case 'sign':
      case 'end': {
        if (!this.cursor.accept('(')) return this.cursor.failExpected('a value');
        const value = this.expression();
        this.cursor.expect(')');
        return value;
      }
    }
  }

  #name(): Expression {
    if (this.cursor.at('syscall')) return this.systemCall();
    const name = this.cursor.name();
    if (this.cursor.at('(')) return this.call(name);
    if (this.cursor.at('[')) return this.element(name);
    const meaning = this.meaning(name);
    if (meaning.kind === 'constant') return { kind: 'number', value: meaning.value };
    return { kind: meaning.kind, index: meaning.index };
  }
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(OPERATORS, text);
}

function isSign(text: string): text is Sign {
  return Object.hasOwn(SIGNS, text);
}
