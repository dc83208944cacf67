import type { Demangled } from './demangle.js';

/** What rustc writes for characters that a symbol cannot hold. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['SP', '@'],
  ['BP', '*'],
  ['RF', '&'],
  ['LT', '<'],
  ['GT', '>'],
  ['LP', '('],
  ['RP', ')'],
  ['C', ','],
]);

const CODE_POINT = /^u[0-9a-f]{1,6}$/;
const HASH = /^h[0-9a-f]{16}$/;

/**
 * Demangles what follows `_ZN`: names, each with its length before it, and an `E`. C++ has the same frame; a Rust name
 * is known by its last part, `h` and 16 hex digits, so a name without it is undefined here.
 */
export function demangleLegacy(name: string, start: number, hashes: boolean): Demangled | undefined {
  const parts: string[] = [];
  let at = start;
  while (name[at] !== 'E') {
    const digits = /^[0-9]{1,6}/.exec(name.slice(at, at + 6))?.[0];
    if (digits === undefined) return undefined;
    const from = at + digits.length;
    at = from + Number(digits);
    if (at >= name.length) return undefined;
    parts.push(name.slice(from, at));
  }
  const hash = parts.pop();
  if (hash === undefined || !HASH.test(hash)) return undefined;
  const text = parts.map(unescapePart);
  if (text.includes(undefined)) return undefined;
  if (hashes) text.push(hash);
  return { text: text.join('::'), rest: at + 1 };
}

/** `_$LT$alloc..vec..Vec$LT$T$GT$$GT$` is `<alloc::vec::Vec<T>>`; undefined where it is not ASCII. */
function unescapePart(part: string): string | undefined {
  if (/[^ -~]/.test(part)) return undefined;
  let out = '';
  let at = part.startsWith('_$') ? 1 : 0;
  while (at < part.length) {
    if (part[at] === '.') {
      const pair = part[at + 1] === '.';
      out += pair ? '::' : '.';
      at += pair ? 2 : 1;
    } else if (part[at] === '$') {
      const end = part.indexOf('$', at + 1);
      const char = end < 0 ? undefined : escaped(part.slice(at + 1, end));
      // An escape that rustc does not write: the rest is shown as it is.
      if (char === undefined) return out + part.slice(at);
      out += char;
      at = end + 1;
    } else {
      const next = part.slice(at).search(/[.$]/);
      if (next < 0) return out + part.slice(at);
      out += part.slice(at, at + next);
      at += next;
    }
  }
  return out;
}

function escaped(code: string): string | undefined {
  const plain = ESCAPES.get(code);
  if (plain !== undefined || !CODE_POINT.test(code)) return plain;
  const value = Number.parseInt(code.slice(1), 16);
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
  const char = String.fromCodePoint(value);
  return /\p{Cc}/u.test(char) ? undefined : char;
}
