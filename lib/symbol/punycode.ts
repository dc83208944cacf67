/** RFC 3492's parameters. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

/** As rustc-demangle: a longer identifier is shown undecoded. */
const MAX_CHARS = 128;

/**
 * Decodes an identifier of a v0 name (RFC 2603, "Unicode identifiers"): its ASCII characters, and the places and
 * values of the others in Punycode with digits `a-z0-9`. Undefined when that is no Unicode text.
 */
export function decodePunycode(ascii: string, digits: string): string | undefined {
  const chars = [...ascii];
  if (chars.length > MAX_CHARS) return undefined;
  let code = 0x80;
  let bias = 72;
  let index = 0;
  let at = 0;
  while (at < digits.length) {
    let delta = 0;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitValue(digits.charCodeAt(at));
      at += 1;
      if (digit < 0) return undefined;
      delta += digit * weight;
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > 2 ** 40) return undefined;
    }
    const length = chars.length + 1;
    if (length > MAX_CHARS) return undefined;
    index += delta;
    code += Math.floor(index / length);
    index %= length;
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    chars.splice(index, 0, String.fromCodePoint(code));
    index += 1;
    bias = adapt(delta, length, length === ascii.length + 1);
  }
  return chars.join('');
}

function adapt(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  while (rest > ((BASE - T_MIN) * T_MAX) / 2) {
    rest = Math.floor(rest / (BASE - T_MIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

/** -1 for what is no digit, past the end too. */
function digitValue(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
  return -1;
}
