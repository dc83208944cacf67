import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { InputError } from '../error.js';

/** A YAML text and where its lines begin: what is wrong in it is told by line and column. */
interface Text {
  readonly file: string;
  readonly lines: LineCounter;
}

/** Characters a file of settings may hold: nobody writes more by hand. */
const MAX_LENGTH = 1 << 20;

/**
 * The mapping at the top of a YAML 1.2 text. Aliases are refused: they make a small text stand for a huge one.
 * @throws InputError with line and column for what is no YAML, holds a key twice or is no mapping
 */
export function parseFields(text: string, file: string): Fields {
  if (text.length > MAX_LENGTH)
    throw new InputError(`it is longer than ${MAX_LENGTH} characters`, { file }, 'name a file of settings');
  const deep = tooDeep(text);
  if (deep !== undefined)
    throw new InputError(`it is nested deeper than ${MAX_DEPTH} levels, at character ${deep}`, { file });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at: Text = { file, lines };
  const [wrong] = document.errors;
  if (wrong !== undefined) throw refusal(at, wrong.pos[0], wrong.message.replace(/\s*\n[\s\S]*/, ''));
  return new Fields(at, mappingOf(at, document.contents, 'the file'), '');
}

/** Levels; the parser calls itself for each, and time grows with their square. */
const MAX_DEPTH = 64;

/** Where brackets, or the dashes and question marks of one line, go too deep. Those in texts count as well. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '[' || char === '{') depth += 1;
    if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return i;
  }
  const dashes = text.search(DASHES);
  return dashes < 0 ? undefined : dashes;
}

const DASHES = new RegExp(`(?:[-?] +){${MAX_DEPTH}}`);

/** Reads the fields of one mapping, each by its type; `end` refuses those that nobody asked for. */
export class Fields {
  readonly #text: Text;
  readonly #map: YAMLMap.Parsed | undefined;
  readonly #path: string;
  readonly #asked = new Set<string>();

  constructor(text: Text, map: YAMLMap.Parsed | undefined, path: string) {
    this.#text = text;
    this.#map = map;
    this.#path = path;
  }

  has(key: string): boolean {
    return this.#value(key) !== undefined;
  }

  /** @throws InputError where it is missing or no text */
  string(key: string): string {
    return this.optionalString(key) ?? this.missing(key);
  }

  optionalString(key: string): string | undefined {
    const node = this.#value(key);
    return node === undefined ? undefined : this.#text1(node, key);
  }

  boolean(key: string, otherwise: boolean): boolean {
    const node = this.#value(key);
    if (node === undefined) return otherwise;
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    throw this.wrong(key, 'true or false is expected');
  }

  /** A whole number from `least` to `most`. */
  count(key: string, otherwise: number, least: number, most: number): number {
    const node = this.#value(key);
    if (node === undefined) return otherwise;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
      return value;
    throw this.wrong(key, `a whole number from ${least} to ${most} is expected`);
  }

  choice<T extends string>(key: string, choices: readonly T[], otherwise?: T): T {
    const value = this.optionalString(key) ?? otherwise ?? this.missing(key);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.wrong(key, `${value} is none of ${choices.join(', ')}`);
    return found;
  }

  /** A list of texts; one text stands for a list of one. Undefined where it is missing. */
  strings(key: string): readonly string[] | undefined {
    const node = this.#value(key);
    if (node === undefined) return undefined;
    if (isSeq(node)) return node.items.map((item) => this.#text1(item as Node, key));
    return [this.#text1(node, key)];
  }

  /** Whether the field holds a list. */
  isList(key: string): boolean {
    return isSeq(this.#value(key));
  }

  isText(key: string): boolean {
    return isScalar(this.#value(key));
  }

  /** The fields of a mapping inside this one; of an empty one where it is missing. */
  fields(key: string): Fields {
    const node = this.#value(key);
    const path = this.#below(key);
    return new Fields(this.#text, node === undefined ? undefined : mappingOf(this.#text, node, path), path);
  }

  /** The mappings of a list. */
  list(key: string): readonly Fields[] {
    const node = this.#value(key);
    if (!isSeq(node)) throw this.wrong(key, 'a list is expected');
    return node.items.map((item, i) => {
      const path = `${this.#below(key)}[${i}]`;
      return new Fields(this.#text, mappingOf(this.#text, item as Node, path), path);
    });
  }

  /** A mapping from text to text, in the order of the file. */
  record(key: string): Readonly<Record<string, string>> {
    const fields = this.fields(key);
    return Object.fromEntries(fields.keys().map((name) => [name, fields.string(name)]));
  }

  keys(): readonly string[] {
    return (this.#map?.items ?? []).map((pair) => keyOf(pair));
  }

  /** @throws InputError for the first field that nobody asked for */
  end(): void {
    const unknown = (this.#map?.items ?? []).find((pair) => !this.#asked.has(keyOf(pair)));
    if (unknown === undefined) return;
    const known = [...this.#asked].join(', ');
    throw refusal(this.#text, unknown.key.range[0], `${this.#below(keyOf(unknown))}: no such field`, known);
  }

  /** What is wrong with a field, with its line and column. */
  wrong(key: string, what: string, hint = ''): InputError {
    const node = this.#value(key);
    const offset = node?.range?.[0] ?? this.#map?.range[0] ?? 0;
    return refusal(this.#text, offset, `${this.#below(key)}: ${what}`, '', hint);
  }

  missing(key: string): never {
    throw refusal(this.#text, this.#map?.range[0] ?? 0, `${this.#below(key)} is missing`);
  }

  #value(key: string): Node | undefined {
    this.#asked.add(key);
    const pair = this.#map?.items.find((item) => keyOf(item) === key);
    const value = pair?.value as Node | null | undefined;
    if (value === null || value === undefined) return undefined;
    return isScalar(value) && value.value === null ? undefined : value;
  }

  /** Numbers and the like as they are written: `1.85` is a version, not the number 1.85. */
  #text1(node: Node, key: string): string {
    if (isScalar(node)) {
      if (typeof node.value === 'string') {
        // No path, argument or variable of the system can hold it.
        if (node.value.includes('\0'))
          throw refusal(this.#text, node.range?.[0] ?? 0, `${this.#below(key)}: a NUL is in it`);
        return node.value;
      }
      if (node.source !== undefined) return node.source;
    }
    throw this.wrong(key, 'a text is expected');
  }

  #below(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function mappingOf(text: Text, node: unknown, path: string): YAMLMap.Parsed {
  if (!isMap(node)) {
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    throw refusal(text, offset, `${path}: a mapping (\`key: value\`) is expected`);
  }
  const map = node as YAMLMap.Parsed;
  for (const pair of map.items) {
    if (!isScalar(pair.key)) throw refusal(text, map.range[0], `${path}: a key is no text`);
  }
  return map;
}

function refusal({ file, lines }: Text, offset: number, what: string, known = '', hint = ''): InputError {
  const { line, col } = lines.linePos(offset);
  return new InputError(
    `line ${line}, column ${col}: ${what}`,
    { file },
    known === '' ? hint : `known here: ${known}`,
  );
}
