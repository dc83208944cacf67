import { HeirError } from './error.js';
import { DivisionError, type Integer, OPERATORS, SIGNS } from './integer.js';
import { AddressError, Memory } from './memory.js';
import type { Call, Element, Expression, Place, Program, Statement } from './syntax.js';
import { Exit, type Output, SystemCallError, standardOutput, systemCall } from './system.js';

/** The variables of a function that runs. */
type Frame = Integer[];
/** What gives a value; what does something and, where it returned, gives what. */
type Value = (frame: Frame) => Integer;
type Action = (frame: Frame) => Integer | undefined;

/**
 * Runs a program: each tree is made into a closure once.
 *
 * @param args what the program finds on its stack, its own name first
 * @returns its exit status
 * @throws HeirError where the program does what a processor would stop it for, or might not
 */
export function run(program: Program, args: readonly string[], output: Output = standardOutput): number {
  return new Run(program, output).main(args);
}

class Run {
  readonly #program: Program;
  readonly #output: Output;
  readonly #memory = new Memory();
  readonly #variables: Integer[];
  readonly #memories: readonly number[];
  readonly #texts: readonly number[];
  readonly #bodies = new Map<string, Action>();

  constructor(program: Program, output: Output) {
    this.#program = program;
    this.#output = output;
    this.#variables = new Array<Integer>(program.variables).fill(0);
    this.#memories = program.memories.map((size) => this.#memory.reserve(size));
    this.#texts = program.texts.map((text) => this.#memory.reserve(text.length + 1));
  }

  main(args: readonly string[]): number {
    const texts = args.map((text) => Buffer.from(text));
    const stack = this.#memory.reserve(8 * (args.length + 2));
    const places = texts.map((text) => this.#memory.reserve(text.length + 1));
    this.#memory.open();
    this.#program.texts.forEach(
      (text, i) => void this.#memory.range(this.#texts[i] ?? 0, text.length).set(text),
    );
    texts.forEach((text, i) => void this.#memory.range(places[i] ?? 0, text.length).set(text));
    [args.length, ...places].forEach((word, i) => void this.#memory.setWord(stack + 8 * i, word));
    try {
      return Number(BigInt.asUintN(8, BigInt(this.#body('main')([stack]) ?? 0)));
    } catch (error) {
      if (error instanceof Exit) return error.status;
      throw error;
    }
  }

  /** A function is made when it is first called. */
  #body(name: string): Action {
    const known = this.#bodies.get(name);
    if (known !== undefined) return known;
    const body = this.#block(this.#program.functions.get(name)?.body ?? []);
    this.#bodies.set(name, body);
    return body;
  }

  #block(statements: readonly Statement[]): Action {
    const actions = statements.map((statement) => this.#action(statement));
    return (frame) => {
      for (const action of actions) {
        const returned = action(frame);
        if (returned !== undefined) return returned;
      }
      return undefined;
    };
  }

  #action(statement: Statement): Action {
    switch (statement.kind) {
      case 'expression': {
        const value = this.#value(statement.value);
        return (frame) => void value(frame);
      }
      case 'assign': {
        const { index } = statement.to;
        const value = this.#value(statement.value);
        if (statement.to.kind === 'local') {
          return (frame) => {
            frame[index] = value(frame);
            return undefined;
          };
        }
        return (frame) => {
          this.#variables[index] = value(frame);
          return undefined;
        };
      }
      case 'store':
        return this.#store(statement.to, this.#value(statement.value));
      case 'if': {
        const condition = this.#value(statement.condition);
        const then = this.#block(statement.then);
        const otherwise = this.#block(statement.otherwise);
        return (frame) => (condition(frame) !== 0 ? then(frame) : otherwise(frame));
      }
      case 'while': {
        const condition = this.#value(statement.condition);
        const body = this.#block(statement.body);
        return (frame) => {
          while (condition(frame) !== 0) {
            const returned = body(frame);
            if (returned !== undefined) return returned;
          }
          return undefined;
        };
      }
      case 'return':
        return this.#value(statement.value);
    }
  }

  #value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return () => expression.value;
      case 'text': {
        const address = this.#texts[expression.index] ?? 0;
        return () => address;
      }
      case 'memory': {
        const address = this.#memories[expression.index] ?? 0;
        return () => address;
      }
      case 'local':
        return (frame) => frame[expression.index] ?? 0;
      case 'variable':
        return () => this.#variables[expression.index] ?? 0;
      case 'element':
        return this.#element(expression);
      case 'call':
        return this.#call(expression);
      case 'system': {
        const given = expression.arguments.map((argument) => this.#value(argument));
        return (frame) => {
          const values = given.map((argument) => argument(frame));
          return located(expression.place, () => systemCall(this.#memory, this.#output, values));
        };
      }
      case 'sign': {
        const operand = this.#value(expression.value);
        const sign = SIGNS[expression.sign];
        return (frame) => sign(operand(frame));
      }
      case 'operator': {
        const left = this.#value(expression.left);
        const right = this.#value(expression.right);
        const operator = OPERATORS[expression.operator];
        if (expression.operator !== '/' && expression.operator !== '%') {
          return (frame) => operator(left(frame), right(frame));
        }
        return (frame) => {
          const [a, b] = [left(frame), right(frame)];
          return located(expression.place, () => operator(a, b));
        };
      }
      case '&&':
      case '||': {
        const left = this.#value(expression.left);
        const right = this.#value(expression.right);
        if (expression.kind === '&&') return (frame) => Number(left(frame) !== 0 && right(frame) !== 0);
        return (frame) => Number(left(frame) !== 0 || right(frame) !== 0);
      }
    }
  }

  #call({ name, place, arguments: expressions }: Call): Value {
    const given = expressions.map((argument) => this.#value(argument));
    let body: Action | undefined;
    return (frame) => {
      const inner = given.map((argument) => argument(frame));
      body ??= this.#body(name);
      try {
        return body(inner) ?? 0;
      } catch (error) {
        if (error instanceof RangeError) throw new HeirError(place.path, place.line, 'the calls go too deep');
        throw error;
      }
    };
  }

  #address({ base, index, unit }: Element): Value {
    const start = this.#value(base);
    const steps = this.#value(index);
    if (unit === 1) return (frame) => OPERATORS['+'](start(frame), steps(frame));
    return (frame) => OPERATORS['+'](start(frame), OPERATORS['*'](steps(frame), unit));
  }

  #element(element: Element): Value {
    const address = this.#address(element);
    const read = element.unit === 1 ? 'byte' : 'word';
    return (frame) => {
      const at = address(frame);
      return located(element.place, () => this.#memory[read](at));
    };
  }

  #store(element: Element, value: Value): Action {
    const address = this.#address(element);
    const write = element.unit === 1 ? 'setByte' : 'setWord';
    return (frame) => {
      const at = address(frame);
      const stored = value(frame);
      located(element.place, () => this.#memory[write](at, stored));
      return undefined;
    };
  }
}

/** What the processor or Linux would have refused is told with its line. */
function located<T>({ path, line }: Place, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof DivisionError || error instanceof AddressError || error instanceof SystemCallError) {
      throw new HeirError(path, line, error.message);
    }
    throw error;
  }
}
