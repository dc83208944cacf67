import { isUtf8 } from 'node:buffer';

/**
 * Names of members are bytes. Inside trustdiff they are strings that keep those bytes exactly: what is UTF-8
 * is decoded, and each byte that is not becomes the lone surrogate U+DC80..U+DCFF (the scheme of Python's
 * PEP 383, "surrogateescape"). `encodeName` gives the bytes back.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The string for the bytes of a name; never fails and never maps two names to one string. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodePiecewise(bytes);
  }
}

/** The bytes of a name made by `decodeName`. */
export function encodeName(name: string): Buffer {
  if (!/[\ud800-\udfff]/.test(name)) return Buffer.from(name, 'utf8');
  const parts: Buffer[] = [];
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(char, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** A path for a system call: only one with bytes that are not UTF-8 needs the slower way through a Buffer. */
export function pathBytes(path: string): string | Buffer {
  return /[\ud800-\udfff]/.test(path) ? encodeName(path) : path;
}

/** Controls, line separators, direction marks and invisible characters: a terminal or a reader acts on them. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * A name as it may be printed: backslashes are doubled, and everything that a terminal acts on, that hides or
 * reorders text, or that is not UTF-8 stands as an escape. Two different names never print alike.
 */
export function printableName(name: string): string {
  return name.replaceAll('\\', '\\\\').replace(UNSAFE, escapeChar);
}

/** Text from an input (a version string, an error) as it may be printed; newlines are escaped too. */
export function printableText(text: string): string {
  return text.replace(UNSAFE, escapeChar);
}

function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u{${code.toString(16)}}`;
}

function decodePiecewise(bytes: Uint8Array): string {
  let out = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      out += strict.decode(bytes.subarray(at, at + length));
      at += length;
    } else {
      out += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    }
  }
  return out;
}

/** The length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
