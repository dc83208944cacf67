import { type Cursor, fail, failOf, type Name, Cursor as Tokens } from './cursor.js';
import { ExpressionParser } from './expression.js';
import type { Integer } from './integer.js';
import type { Func, Program, Statement, Unit } from './syntax.js';
import type { SourceFile } from './token.js';

/**
 * The program that the files are, in their order. It reads as the compiler in `corpus/trusting-trust/sources` does, and
 * refuses the same programs with the same words.
 *
 * @throws HeirError for anything that is no program
 */
export function parse(files: readonly SourceFile[]): Program {
  return new Parser(new Tokens(files)).program();
}

class Parser {
  readonly #cursor: Cursor;
  readonly #expressions: ExpressionParser;
  readonly #functions = new Map<string, Func>();
  readonly #memories: number[] = [];
  #variables = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
    this.#expressions = new ExpressionParser(cursor);
  }

  program(): Program {
    while (this.#cursor.token.kind !== 'end') this.#declaration();
    this.#checkCalls();
    const main = this.#functions.get('main');
    if (main === undefined) fail(this.#cursor.token.place, 'there is no function main');
    if (main.parameters !== 1) fail(main.place, "'main' takes one parameter, the stack");
    return {
      functions: this.#functions,
      variables: this.#variables,
      memories: this.#memories,
      texts: this.#expressions.texts,
    };
  }

  #declaration(): void {
    const cursor = this.#cursor;
    if (cursor.accept('const')) this.#constantDeclaration();
    else if (cursor.accept('var')) this.#variableDeclaration();
    else if (cursor.accept('bytes')) this.#memoryDeclaration(1);
    else if (cursor.accept('words')) this.#memoryDeclaration(8);
    else if (cursor.accept('fn')) this.#function();
    else cursor.failExpected('a declaration');
  }

  #globalName(): Name {
    this.#cursor.expectName();
    const { text, place } = this.#cursor.token;
    if (this.#scope.has(text, 'global')) failOf({ text, place }, 'is already declared');
    return this.#cursor.name();
  }

  #constantDeclaration(): void {
    const name = this.#globalName();
    this.#cursor.expect('=');
    this.#scope.declare(name.text, { kind: 'constant', value: this.#constant() });
    this.#cursor.expect(';');
  }

  #variableDeclaration(): void {
    const name = this.#globalName();
    this.#scope.declare(name.text, { kind: 'variable', index: this.#variables, unit: 1 });
    this.#variables += 1;
    this.#cursor.expect(';');
  }

  #memoryDeclaration(unit: Unit): void {
    const name = this.#globalName();
    this.#scope.declare(name.text, { kind: 'memory', index: this.#memories.length, unit });
    this.#cursor.expect('[');
    const count = this.#constant();
    if (count < 1 || count > 100_000_000) fail(name.place, 'a memory has 1 to 100000000 elements');
    this.#memories.push(Number(count) * unit);
    this.#cursor.expect(']');
    this.#cursor.expect(';');
  }

  /** A number, or the name of a constant. */
  #constant(): Integer {
    const { token } = this.#cursor;
    if (token.kind === 'number') {
      this.#cursor.take();
      return token.value;
    }
    this.#cursor.expectName();
    const meaning = this.#expressions.meaning(token);
    if (meaning.kind !== 'constant') failOf(token, 'is not a constant');
    this.#cursor.take();
    return meaning.value;
  }

  #function(): void {
    this.#cursor.expectName();
    const { text, place } = this.#cursor.token;
    if (this.#functions.has(text)) failOf({ text, place }, 'is already declared');
    this.#cursor.take();
    this.#scope.startFunction();
    const parameters = this.#parameters();
    const body: Statement[] = [];
    this.#functions.set(text, { place, parameters, body });
    body.push(...this.#block());
    this.#scope.startFunction();
  }

  #parameters(): number {
    let count = 0;
    this.#cursor.expect('(');
    while (!this.#cursor.accept(')')) {
      if (count > 0) this.#cursor.expect(',');
      const unit = this.#cursor.accept('words') ? 8 : 1;
      this.#cursor.expectName();
      this.#declareLocal(this.#cursor.token, unit);
      this.#cursor.take();
      count += 1;
    }
    return count;
  }

  #declareLocal(name: Name, unit: Unit): number {
    if (this.#scope.has(name.text, 'local')) failOf(name, 'is already declared');
    return this.#scope.declareLocal(name.text, unit);
  }

  #block(): Statement[] {
    return this.#scope.block(() => {
      const statements: Statement[] = [];
      this.#cursor.expect('{');
      while (!this.#cursor.accept('}')) statements.push(this.#statement());
      return statements;
    });
  }

  #statement(): Statement {
    const cursor = this.#cursor;
    if (cursor.accept('var')) return this.#localVariable(1);
    if (cursor.accept('words')) return this.#localVariable(8);
    if (cursor.accept('if')) return this.#if();
    if (cursor.accept('while')) return { kind: 'while', condition: this.#condition(), body: this.#block() };
    if (cursor.accept('return'))
      return this.#ended({ kind: 'return', value: this.#expressions.expression() });
    if (cursor.at('syscall'))
      return this.#ended({ kind: 'expression', value: this.#expressions.systemCall() });
    return this.#ended(this.#nameStatement());
  }

  #ended(statement: Statement): Statement {
    this.#cursor.expect(';');
    return statement;
  }

  #localVariable(unit: Unit): Statement {
    const name = this.#cursor.name();
    this.#cursor.expect('=');
    const value = this.#expressions.expression();
    this.#cursor.expect(';');
    return { kind: 'assign', to: { kind: 'local', index: this.#declareLocal(name, unit) }, value };
  }

  #condition() {
    this.#cursor.expect('(');
    const condition = this.#expressions.expression();
    this.#cursor.expect(')');
    return condition;
  }

  #if(): Statement {
    const condition = this.#condition();
    const then = this.#block();
    if (!this.#cursor.accept('else')) return { kind: 'if', condition, then, otherwise: [] };
    const otherwise = this.#cursor.accept('if') ? [this.#if()] : this.#block();
    return { kind: 'if', condition, then, otherwise };
  }

  /** `name = …`, `name[…] = …` or `name(…)`. */
  #nameStatement(): Statement {
    const name = this.#cursor.name();
    if (this.#cursor.at('(')) return { kind: 'expression', value: this.#expressions.call(name) };
    if (this.#cursor.at('[')) {
      const to = this.#expressions.element(name);
      this.#cursor.expect('=');
      return { kind: 'store', to, value: this.#expressions.expression() };
    }
    this.#cursor.expect('=');
    const value = this.#expressions.expression();
    const { kind, index } = this.#variableNamed(name);
    return { kind: 'assign', to: { kind, index }, value };
  }

  #variableNamed(name: Name) {
    const meaning = this.#expressions.meaning(name);
    if (meaning.kind === 'constant' || meaning.kind === 'memory') failOf(name, 'is not a variable');
    return { kind: meaning.kind, index: meaning.index };
  }

  #checkCalls(): void {
    for (const { name, arguments: given, place } of this.#expressions.calls) {
      const called = this.#functions.get(name);
      if (called === undefined) failOf({ text: name, place }, 'is not declared');
      if (called.parameters !== given.length) {
        failOf({ text: name, place }, 'is called with another number of arguments');
      }
    }
  }

  get #scope() {
    return this.#expressions.scope;
  }
}
