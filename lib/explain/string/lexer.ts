import { findTokens, type Tokens } from './tokens.js';

/**
 * A text cut twice: into atoms (a token, a word, white space, one other character), and these into units (a path
 * with all its atoms, or one atom). Each covers the text without gaps.
 */
export interface Lexed {
  readonly text: string;
  /** Offsets of the atoms, and the end of the last. */
  readonly start: readonly number[];
  /** Index in `TOKEN_TYPES`, or -1. */
  readonly type: readonly number[];
  /** Index of the atom's row in `tokens`, where it is one. */
  readonly row: readonly number[];
  readonly tokens: Tokens;
  /** Equal for atoms that may stand for each other: tokens of one type, and words of one text (or one hash). */
  readonly key: Int32Array;
  /** Index of the first atom of each unit, and the count of atoms. */
  readonly unit: readonly number[];
  readonly isPath: readonly boolean[];
  readonly unitKey: Int32Array;
}

/** Cuts `from`..`to` of a text; `bytes` and `text` (latin1) are the same. */
export function lex(bytes: Uint8Array, text: string, from: number, to: number): Lexed {
  const tokens = findTokens(bytes, text, from, to);
  const start: number[] = [];
  const type: number[] = [];
  const row: number[] = [];
  let at = from;
  for (let i = 0; i <= tokens.start.length; i += 1) {
    const next = tokens.start[i] ?? to;
    at = words(bytes, at, next, start);
    while (type.length < start.length) {
      type.push(-1);
      row.push(-1);
    }
    const end = tokens.end[i];
    if (end === undefined) break;
    start.push(at);
    type.push(tokens.type[i] ?? -1);
    row.push(i);
    at = end;
  }
  start.push(to);
  const key = new Int32Array(type.length);
  for (let i = 0; i < key.length; i += 1) {
    const kind = type[i] ?? -1;
    key[i] = kind >= 0 ? -2 - kind : hashOf(bytes, start[i] ?? 0, start[i + 1] ?? 0);
  }
  const { unit, isPath } = units(bytes, text, start, type);
  const unitKey = new Int32Array(isPath.length);
  for (let u = 0; u < unitKey.length; u += 1) {
    const first = unit[u] ?? 0;
    unitKey[u] = isPath[u] === true ? pathKey(text, start, key, first, unit[u + 1] ?? 0) : (key[first] ?? 0);
  }
  return { text, start, type, row, tokens, key, unit, isPath, unitKey };
}

const OTHER = 0;
const WORD = 1;
const SPACE = 2;

/** UTF-8 letters count as words: what matters is that they are not cut. */
const CLASS = Uint8Array.from({ length: 256 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (code >= 0x80 || /\w/.test(char)) return WORD;
  return /\s/.test(char) ? SPACE : OTHER;
});

function words(bytes: Uint8Array, from: number, to: number, start: number[]): number {
  let at = from;
  while (at < to) {
    start.push(at);
    const kind = CLASS[bytes[at] ?? 0] ?? OTHER;
    at += 1;
    if (kind !== OTHER) while (at < to && CLASS[bytes[at] ?? 0] === kind) at += 1;
  }
  return to;
}

/** At least 0, so that no word has the key of a token's type. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i += 1) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}

const SLASH = 0x2f;

/** Characters of a path besides those of words. */
const PATH_PUNCTUATION = new Set(Array.from('/.+@~-', (char) => char.charCodeAt(0)));

/** Texts of a program lie without separators: after a source file, another path may begin. */
const SOURCE_FILE = /\.rs|\.(?:c|cc|cpp|h|hpp|S|s|asm)$/;

function units(
  bytes: Uint8Array,
  text: string,
  start: readonly number[],
  type: readonly number[],
): { unit: number[]; isPath: boolean[] } {
  const unit: number[] = [];
  const isPath: boolean[] = [];
  const count = type.length;
  const single = (i: number): void => {
    unit.push(i);
    isPath.push(false);
  };
  for (let i = 0; i < count; ) {
    let end = i;
    let slash = -1;
    let component = start[i] ?? 0;
    let over = false;
    while (end < count && !over && inPath(bytes, text, start, type, end)) {
      const at = start[end] ?? 0;
      if (bytes[at] === SLASH && type[end] === -1) {
        if (slash >= 0 && SOURCE_FILE.test(text.slice(component, at))) {
          over = true;
          break;
        }
        slash = at;
        component = at + 1;
      }
      end += 1;
    }
    if (slash < 0 || isUrl(bytes, start[i] ?? 0)) {
      for (const until = Math.max(end, i + 1); i < until; i += 1) single(i);
      continue;
    }
    unit.push(i);
    isPath.push(true);
    i = end;
  }
  unit.push(count);
  return { unit, isPath };
}

/** `https://…`: the colon is no part of paths, so that the unit begins with two slashes. */
function isUrl(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === SLASH && bytes[at + 1] === SLASH && bytes[at - 1] === 0x3a;
}

function inPath(
  bytes: Uint8Array,
  text: string,
  start: readonly number[],
  type: readonly number[],
  i: number,
): boolean {
  const at = start[i] ?? 0;
  if (type[i] !== -1) return /^[\w.+@~-]+$/.test(text.slice(at, start[i + 1] ?? at));
  const first = bytes[at] ?? 0;
  return CLASS[first] === WORD || PATH_PUNCTUATION.has(first);
}

/** Paths are laid beside each other by their last two components: a root may differ in all others. */
function pathKey(
  text: string,
  start: readonly number[],
  key: Int32Array,
  first: number,
  end: number,
): number {
  let hash = 0x2f2f;
  let slashes = 0;
  for (let i = end - 1; i >= first; i -= 1) {
    if (text.charCodeAt(start[i] ?? 0) === SLASH) slashes += 1;
    if (slashes === 2) break;
    hash = (Math.imul(hash ^ (key[i] ?? 0), 0x01000193) + 1) | 0;
  }
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
