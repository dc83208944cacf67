/**
 * The numbers of v0 symbol names (RFC 2603, `<base-62-number>`): digits `0-9a-zA-Z` up to a `_`. No digit at all
 * is 0, and the digits of n stand for n + 1. The functions take and give the digits without the `_`.
 */

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** More digits than any 128-bit number has. */
const MAX_DIGITS = 24;
/** 62 ** 8 is still exact as a number. */
const EXACT_DIGITS = 8;

/** The value of one digit, by its character code; -1 for what is no digit. */
export const BASE62_VALUE: Int8Array = Int8Array.from({ length: 256 }, (_, code) =>
  code < 128 ? DIGITS.indexOf(String.fromCharCode(code)) : -1,
);

/** The number that the digits stand for; undefined when one is no digit or there are too many. */
export function base62Value(digits: string): bigint | undefined {
  if (digits.length > MAX_DIGITS) return undefined;
  let value = 0n;
  for (let from = 0; from < digits.length; from += EXACT_DIGITS) {
    const to = Math.min(from + EXACT_DIGITS, digits.length);
    let part = 0;
    for (let i = from; i < to; i += 1) {
      const digit = BASE62_VALUE[digits.charCodeAt(i)] ?? -1;
      if (digit < 0) return undefined;
      part = part * 62 + digit;
    }
    value = from === 0 ? BigInt(part) : value * BigInt(62 ** (to - from)) + BigInt(part);
  }
  return digits === '' ? 0n : value + 1n;
}

/** The digits of a number: the one way to write it that rustc uses. The number is at least 0. */
export function base62Digits(value: number): string {
  let rest = value - 1;
  if (rest < 0) return '';
  let digits = '';
  do {
    digits = DIGITS.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  } while (rest > 0);
  return digits;
}

/**
 * The value of a disambiguator `s<digits>_` from its digits: one more than the number, since a name without a
 * disambiguator has 0. Of a crate root it is the crate's StableCrateId, 64 bits.
 */
export function disambiguatorValue(digits: string): bigint | undefined {
  const value = base62Value(digits);
  return value === undefined ? undefined : value + 1n;
}
