/**
 * A regular expression on bytes, as a tree. The syntax is the part of JavaScript's that can be matched in linear time and
 * means the same everywhere in a content: characters, `.`, classes, escapes, groups, `|` and greedy repeats. No anchors,
 * no look-around, no references.
 */
export type Pattern =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'all'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'any'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number };

/** 256 entries, 1 for each byte that is in it. */
export type ByteSet = Uint8Array;

/** What is wrong with a pattern; `column` counts from 1. */
export class PatternError extends Error {
  constructor(
    message: string,
    readonly column: number,
  ) {
    super(message);
  }
}

/** A repeat may ask for no more. */
const MAX_REPEAT = 1000;

/** Groups inside groups. */
const MAX_DEPTH = 50;

/** @throws PatternError */
export function parsePattern(source: string): Pattern {
  const parser = new Parser(source);
  const pattern = parser.alternatives(0);
  if (!parser.atEnd()) parser.fail('a closing bracket without an opening one');
  return pattern;
}

class Parser {
  #at = 0;

  constructor(readonly source: string) {}

  atEnd(): boolean {
    return this.#at >= this.source.length;
  }

  fail(message: string): never {
    throw new PatternError(message, this.#at + 1);
  }

  alternatives(depth: number): Pattern {
    if (depth > MAX_DEPTH) this.fail(`groups more than ${MAX_DEPTH} deep`);
    const parts = [this.#sequence(depth)];
    while (this.#eat('|')) parts.push(this.#sequence(depth));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'any', parts };
  }

  #sequence(depth: number): Pattern {
    const parts: Pattern[] = [];
    while (!this.atEnd() && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated(depth));
    return { kind: 'all', parts };
  }

  #repeated(depth: number): Pattern {
    const part = this.#atom(depth);
    const limits = this.#limits();
    if (limits === undefined) return part;
    if (this.#peek() === '?') this.fail('a repeat is always as long as it can be; leave out the "?"');
    if (/[*+{]/.test(this.#peek())) this.fail('a repeat of a repeat');
    return { kind: 'repeat', part, ...limits };
  }

  #limits(): { min: number; max: number } | undefined {
    if (this.#eat('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#eat('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#eat('?')) return { min: 0, max: 1 };
    if (this.#peek() !== '{') return undefined;
    const match = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(this.source.slice(this.#at, this.#at + 16));
    const min = Number(match?.[1]);
    const open = match?.[2] === ',';
    const max = match?.[3] ? Number(match[3]) : open ? Number.POSITIVE_INFINITY : min;
    if (match === null || max < min || (!open && match[3] !== ''))
      return this.fail('a repeat that is not {n}, {n,} or {n,m}');
    if (min > MAX_REPEAT || (max > MAX_REPEAT && Number.isFinite(max)))
      this.fail(`a repeat of more than ${MAX_REPEAT}`);
    this.#at += match[0].length;
    return { min, max };
  }

  #atom(depth: number): Pattern {
    const char = this.#peek();
    switch (char) {
      case '(': {
        this.#at += 1;
        if (this.#peek() === '?' && !this.#eat('?:')) this.fail('only plain groups: (…) and (?:…)');
        const inside = this.alternatives(depth + 1);
        if (!this.#eat(')')) this.fail('a group without its closing bracket');
        return inside;
      }
      case '[':
        this.#at += 1;
        return { kind: 'set', set: this.#class() };
      case '.':
        this.#at += 1;
        return { kind: 'set', set: complement(setOf([0x0a])) };
      case '^':
      case '$':
        return this.fail(`"${char}" has no meaning in bytes; write "\\${char}" for the character`);
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ']':
        return this.fail(`"${char}" with nothing before it; write "\\${char}" for the character`);
      default:
        return { kind: 'set', set: this.#characters() };
    }
  }

  /** One character or escape, as the set of bytes that it stands for. */
  #characters(): ByteSet {
    if (!this.#eat('\\')) return setOf([this.#byte()]);
    const char = this.#peek();
    const shorthand = SHORTHANDS.get(char);
    if (shorthand !== undefined) {
      this.#at += 1;
      return shorthand;
    }
    const control = CONTROLS.get(char);
    if (control !== undefined) {
      this.#at += 1;
      return setOf([control]);
    }
    if (char === 'x') {
      const digits = this.source.slice(this.#at + 1, this.#at + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) this.fail('"\\x" without two hexadecimal digits');
      this.#at += 3;
      return setOf([Number.parseInt(digits, 16)]);
    }
    if (char === '' || /[A-Za-z0-9]/.test(char)) this.fail(`no escape "\\${char}"`);
    return setOf([this.#byte()]);
  }

  #byte(): number {
    const code = this.source.charCodeAt(this.#at);
    if (code > 0x7f) this.fail('a character that is not ASCII; write its bytes as \\xNN');
    this.#at += 1;
    return code;
  }

  #class(): ByteSet {
    const negated = this.#eat('^');
    const set = new Uint8Array(256);
    while (!this.#eat(']')) {
      if (this.atEnd()) this.fail('a class without its closing bracket');
      const from = this.#characters();
      const range =
        this.#peek() === '-' && this.source[this.#at + 1] !== ']' && this.#at + 1 < this.source.length;
      if (range) {
        this.#at += 1;
        const to = this.#characters();
        const low = single(from);
        const high = single(to);
        if (low < 0 || high < low) this.fail('a range of characters that is none');
        set.fill(1, low, high + 1);
      } else for (let i = 0; i < 256; i += 1) if (from[i] === 1) set[i] = 1;
    }
    return negated ? complement(set) : set;
  }

  #peek(): string {
    return this.source.charAt(this.#at);
  }

  #eat(text: string): boolean {
    if (!this.source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

function setOf(bytes: Iterable<number>): ByteSet {
  const set = new Uint8Array(256);
  for (const byte of bytes) set[byte] = 1;
  return set;
}

function complement(set: ByteSet): ByteSet {
  return set.map((bit) => 1 - bit);
}

/** The one byte of a set, or -1. */
function single(set: ByteSet): number {
  const first = set.indexOf(1);
  return first === set.lastIndexOf(1) ? first : -1;
}

function matching(expression: RegExp): ByteSet {
  return setOf(
    Array.from({ length: 128 }, (_, byte) => byte).filter((b) => expression.test(String.fromCharCode(b))),
  );
}

const SHORTHANDS: ReadonlyMap<string, ByteSet> = new Map(
  [
    ['d', matching(/\d/)],
    ['w', matching(/\w/)],
    ['s', matching(/\s/)],
  ].flatMap(([char, set]) => {
    const [name, bytes] = [String(char), set as ByteSet];
    return [
      [name, bytes],
      [name.toUpperCase(), complement(bytes)],
    ] as const;
  }),
);

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['f', 0x0c],
  ['v', 0x0b],
  ['0', 0x00],
]);
