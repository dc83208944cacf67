import { Automaton, compile, type Node } from './glob/automaton.js';

/** Why a glob is none, for a sentence that begins with it. */
export class GlobError extends Error {}

/** Characters of a glob; with the length of a name this bounds the steps that matching takes. */
const MAX_LENGTH = 1000;

/** Groups inside groups. */
const MAX_DEPTH = 20;

/** Numbers that a range such as `{1..9}` stands for. */
const MAX_NUMBERS = 100;

/**
 * Compiles a glob over the names of members: `*` stands for any characters but `/`, `?` for one, `**` as a whole part of
 * the path for any number of parts, `[a-z]` and `[!a-z]` for one of or but these, `{a,b}` and `{1..9}` for one of these,
 * `@(a|b)`, `?(a|b)`, `*(a|b)` and `+(a|b)` for one, at most one, any number and at least one of these, `!` at the start
 * for all that the rest does not match, and `\` before a character for itself. Names that begin with a dot are like any
 * other. A glob without `/` is for the last part of a path. Matching takes at most the product of both lengths.
 * @throws GlobError
 */
export function compileGlob(glob: string): (path: string) => boolean {
  if (glob.length > MAX_LENGTH) throw new GlobError(`is longer than ${MAX_LENGTH} characters`);
  const negated = /^!(?!\()/.test(glob);
  const source = (negated ? glob.slice(1) : glob).replace(/^\.\//, '');
  const automaton = new Automaton(compile(new Parser(source).whole()));
  const inName = !glob.includes('/');
  return (path) => {
    const name = inName ? path.slice(path.lastIndexOf('/') + 1) : path;
    return automaton.matches(name) !== negated;
  };
}

const SLASH = 0x2f;
const NOTHING: Node = { kind: 'all', parts: [] };
const IN_PART: Node = { kind: 'one', test: (code) => code !== SLASH };
const ANYTHING: Node = { kind: 'repeat', part: { kind: 'one', test: () => true }, min: 0 };

class Parser {
  #at = 0;

  constructor(readonly source: string) {}

  whole(): Node {
    return this.#sequence('', true, 0);
  }

  /**
   * @param ends characters that end it, none of them taken
   * @param atStart whether a part of the path begins here
   */
  #sequence(ends: string, atStart: boolean, depth: number): Node {
    if (depth > MAX_DEPTH) throw new GlobError(`has groups more than ${MAX_DEPTH} deep`);
    const parts: Node[] = [];
    let begins = atStart;
    while (this.#at < this.source.length && !ends.includes(this.#peek())) {
      const from = this.#at;
      parts.push(this.#next(ends, begins, depth));
      begins = this.source[this.#at - 1] === '/' && this.source[this.#at - 2] !== '\\' && this.#at > from;
    }
    return { kind: 'all', parts };
  }

  #next(ends: string, begins: boolean, depth: number): Node {
    const { source } = this;
    const rest = source.slice(this.#at, this.#at + 4);
    if (/^[@?*+!]\(/.test(rest)) return this.#group(depth);
    if (begins && rest.startsWith('**/')) {
      this.#at += 3;
      return { kind: 'any', parts: [NOTHING, { kind: 'all', parts: [ANYTHING, literal('/')] }] };
    }
    if (begins && rest.startsWith('**') && this.#endsAt(this.#at + 2, ends)) {
      this.#at += 2;
      return ANYTHING;
    }
    if (rest.startsWith('/**') && this.#endsAt(this.#at + 3, ends)) {
      // `lib/**` is for `lib` itself, too; `*/**` is for what lies in a directory.
      const below: Node = { kind: 'all', parts: [literal('/'), ANYTHING] };
      const isOpen = source[this.#at - 1] === '*' && source[this.#at - 2] !== '\\';
      this.#at += 3;
      return isOpen ? below : { kind: 'any', parts: [NOTHING, below] };
    }
    switch (this.#peek()) {
      case '*': {
        while (this.#peek() === '*' && source[this.#at + 1] !== '(') this.#at += 1;
        const alone = begins && (this.#endsAt(this.#at, ends) || this.#peek() === '/');
        return { kind: 'repeat', part: IN_PART, min: alone ? 1 : 0 };
      }
      case '?':
        this.#at += 1;
        return IN_PART;
      case '[':
        return this.#class();
      case '{':
        return this.#braces(begins, depth);
      case '(':
        throw new GlobError('has a "(" with none of @?*+ before it; write "\\(" for the character');
      case '\\':
        this.#at += 1;
        if (this.#at === source.length) throw new GlobError('ends with a "\\"');
    }
    return literal(this.#take());
  }

  #group(depth: number): Node {
    const kind = this.#peek();
    if (kind === '!')
      throw new GlobError('has a "!(", which is not supported; write "\\!" for the character');
    this.#at += 1;
    const parts: Node[] = [];
    do {
      this.#at += 1;
      parts.push(this.#sequence('|)', false, depth + 1));
    } while (this.#peek() === '|');
    if (this.#peek() !== ')') throw new GlobError(`has a "${kind}(" without its ")"`);
    this.#at += 1;
    const any: Node = { kind: 'any', parts: kind === '?' ? [NOTHING, ...parts] : parts };
    if (kind === '@' || kind === '?') return any;
    return { kind: 'repeat', part: any, min: kind === '+' ? 1 : 0 };
  }

  /** Without a comma or a range in them, and without an end, braces are characters. */
  #braces(begins: boolean, depth: number): Node {
    const from = this.#at;
    const numbers = /^\{(-?\d{1,9})\.\.(-?\d{1,9})\}/.exec(this.source.slice(from, from + 30));
    if (numbers !== null) {
      this.#at += numbers[0].length;
      return numberRange(Number(numbers[1]), Number(numbers[2]));
    }
    if (!this.#isChoice()) {
      this.#at += 1;
      return literal('{');
    }
    const parts: Node[] = [];
    do {
      this.#at += 1;
      parts.push(this.#sequence(',}', begins, depth + 1));
    } while (this.#peek() === ',');
    if (this.#peek() !== '}') throw new GlobError('has a "{" without its "}"');
    this.#at += 1;
    return { kind: 'any', parts };
  }

  /** Looked for before anything inside is read: to read that and then again as characters would double with each brace. */
  #isChoice(): boolean {
    let open = 0;
    let comma = false;
    for (let at = this.#at; at < this.source.length; at += 1) {
      const char = this.source[at];
      if (char === '\\') at += 1;
      else if (char === '{') open += 1;
      else if (char === ',' && open === 1) comma = true;
      else if (char === '}') {
        open -= 1;
        if (open === 0) return comma;
      }
    }
    return false;
  }

  #class(): Node {
    const from = this.#at;
    const match = /^\[([!^]?)(\]?(?:\\[\s\S]|[^\]\\])*)\]/.exec(this.source.slice(from));
    if (match === null) {
      this.#at += 1;
      return literal('[');
    }
    const [whole, negation, inside = ''] = match;
    if (/\[[:.=]/.test(inside))
      throw new GlobError('has a class such as "[[:alpha:]]", which is not supported');
    this.#at += whole.length;
    const ranges = classRanges(inside);
    const within = (code: number): boolean => ranges.some(([low, high]) => code >= low && code <= high);
    const wanted = negation === '';
    return { kind: 'one', test: (code) => code !== SLASH && within(code) === wanted };
  }

  #endsAt(at: number, ends: string): boolean {
    return at === this.source.length || ends.includes(this.source.charAt(at));
  }

  #peek(): string {
    return this.source.charAt(this.#at);
  }

  /** One character, of whatever plane. */
  #take(): string {
    const char = String.fromCodePoint(this.source.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }
}

function classRanges(inside: string): (readonly [number, number])[] {
  const codes = Array.from(inside.matchAll(/\\?([\s\S])/gu), ([whole, char = '']) => ({
    code: char.codePointAt(0) ?? 0,
    isHyphen: whole === '-',
  }));
  const ranges: (readonly [number, number])[] = [];
  for (let at = 0; at < codes.length; at += 1) {
    const low = codes[at]?.code ?? 0;
    const last = codes[at + 2];
    if (codes[at + 1]?.isHyphen !== true || last === undefined) {
      ranges.push([low, low]);
      continue;
    }
    if (last.code < low) throw new GlobError('has a range of characters that is none');
    ranges.push([low, last.code]);
    at += 2;
  }
  return ranges;
}

function numberRange(from: number, to: number): Node {
  const count = Math.abs(to - from) + 1;
  if (count > MAX_NUMBERS) throw new GlobError(`has a range of more than ${MAX_NUMBERS} numbers`);
  const step = to < from ? -1 : 1;
  return { kind: 'any', parts: Array.from({ length: count }, (_, i) => literal(String(from + i * step))) };
}

function literal(text: string): Node {
  const ones = Array.from(text, (char): Node => {
    const wanted = char.codePointAt(0);
    return { kind: 'one', test: (code) => code === wanted };
  });
  return ones.length === 1 && ones[0] !== undefined ? ones[0] : { kind: 'all', parts: ones };
}
