/** Tells whether a character, by its code point, is one of these. */
type Test = (code: number) => boolean;

/** What a glob comes to; `repeat` takes its part any number of times, at least `min`. */
export type Node =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'any'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: 0 | 1 };

/**
 * Instructions in columns: one with a test takes a character and goes on to the next, one without goes on to all that it
 * leads to. Behind the last lies the match.
 */
interface Program {
  readonly test: (Test | undefined)[];
  readonly leads: number[][];
}

export function compile(node: Node): Program {
  const program: Program = { test: [], leads: [] };
  emit(node, program);
  return program;
}

function emit(node: Node, program: Program): void {
  switch (node.kind) {
    case 'one':
      add(program, node.test);
      return;
    case 'all':
      for (const part of node.parts) emit(part, program);
      return;
    case 'any': {
      const fork = add(program);
      const jumps = node.parts.map((part) => {
        program.leads[fork]?.push(program.test.length);
        emit(part, program);
        return add(program);
      });
      for (const jump of jumps) program.leads[jump]?.push(program.test.length);
      return;
    }
    case 'repeat': {
      const first = node.min === 0 ? add(program) : undefined;
      const body = program.test.length;
      emit(node.part, program);
      const back = add(program);
      program.leads[back]?.push(body, program.test.length);
      if (first !== undefined) program.leads[first]?.push(body, program.test.length);
    }
  }
}

function add(program: Program, test?: Test): number {
  program.leads.push([]);
  return program.test.push(test) - 1;
}

/** States that are kept at once; a glob seldom needs more than twice its length. */
const MAX_STATES = 256;
const ASCII = 128;
const UNKNOWN = -1;

/**
 * Follows all ways through the program at once, so that no place of the text is tried twice. The sets of instructions that
 * it is at, its states, are kept with what each character leads to, since names are many and alike.
 */
export class Automaton {
  readonly #start: readonly number[];
  #threads: (readonly number[])[] = [];
  #rows: Int32Array[] = [];
  #states = new Map<string, number>();

  constructor(private readonly program: Program) {
    this.#start = this.#closure([0]);
  }

  matches(text: string): boolean {
    let state = this.#state(this.#start);
    for (let at = 0; at < text.length; at += 1) {
      const code = text.codePointAt(at) ?? 0;
      if (code > 0xffff) at += 1;
      const known = code < ASCII ? (this.#rows[state]?.[code] ?? UNKNOWN) : UNKNOWN;
      state = known === UNKNOWN ? this.#step(state, code) : known;
      if (this.#threads[state]?.length === 0) return false;
    }
    return this.#threads[state]?.includes(this.program.test.length) === true;
  }

  #step(state: number, code: number): number {
    const after = (this.#threads[state] ?? []).filter((at) => this.program.test[at]?.(code) === true);
    const row = this.#rows[state];
    const next = this.#state(this.#closure(after.map((at) => at + 1)));
    // Where all states were forgotten the row is nobody's any more.
    if (code < ASCII && row !== undefined && this.#rows[state] === row) row[code] = next;
    return next;
  }

  #state(threads: readonly number[]): number {
    const key = threads.join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#threads.length >= MAX_STATES) {
      this.#threads = [];
      this.#rows = [];
      this.#states = new Map();
    }
    this.#states.set(key, this.#threads.length);
    this.#rows.push(new Int32Array(ASCII).fill(UNKNOWN));
    return this.#threads.push(threads) - 1;
  }

  /** The instructions with a test, and the end, that these lead to; in ascending order. */
  #closure(from: readonly number[]): readonly number[] {
    const { test, leads } = this.program;
    const seen = new Set<number>();
    const found: number[] = [];
    const stack = [...from];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      if (at === test.length || test[at] !== undefined) found.push(at);
      else stack.push(...(leads[at] ?? []));
    }
    return found.sort((x, y) => x - y);
  }
}
