/** Constants of v0 names: hex nibbles, the way Rust's source would write them. */

/** As many nibbles as are shown in decimal: a u64. */
const DECIMAL_NIBBLES = 16;

/** `7f` is `127`; what is over 64 bits stays hex. */
export function integerText(nibbles: string): string {
  const digits = nibbles.replace(/^0+/, '');
  if (digits.length > DECIMAL_NIBBLES) return `0x${nibbles}`;
  return digits === '' ? '0' : BigInt(`0x${digits}`).toString();
}

/** `27` is `'\''`; undefined for what is no character. */
export function charText(nibbles: string): string | undefined {
  const value = codePoint(nibbles);
  return value === undefined ? undefined : `'${escapeChar(value, "'")}'`;
}

/** The bytes of UTF-8 text, as a literal in double quotes; undefined for what is no UTF-8. */
export function stringText(nibbles: string): string | undefined {
  if (nibbles.length % 2 !== 0) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(nibbles, 'hex'),
    );
    let out = '"';
    for (const char of text) out += escapeChar(char, '"');
    return `${out}"`;
  } catch {
    return undefined;
  }
}

function codePoint(nibbles: string): string | undefined {
  const digits = nibbles.replace(/^0+/, '');
  if (digits.length > 6) return undefined;
  const value = digits === '' ? 0 : Number.parseInt(digits, 16);
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
  return String.fromCodePoint(value);
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\\', '\\\\'],
]);

/** Rust's `char::escape_debug`: what is unprintable, or would join the character before it, as an escape. */
function escapeChar(char: string, quote: string): string {
  if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
  const named = NAMED.get(char);
  if (named !== undefined) return named;
  const hidden = char !== ' ' && /[\p{C}\p{Z}\p{Grapheme_Extend}]/u.test(char);
  return hidden ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char;
}
