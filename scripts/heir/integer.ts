/**
 * The one type of the language: signed integers of 64 bits that wrap around. What a double holds exactly is a number,
 * anything else a bigint, so that nearly all arithmetic is fast; no value has two forms.
 */
export type Integer = number | bigint;

/** The integer of 64 bits that is congruent to it. */
export function wrap(value: bigint): Integer {
  const wrapped = BigInt.asIntN(64, value);
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

/** What the processor's `idiv` traps on: a divisor of zero, or the least integer divided by -1. */
export class DivisionError extends Error {
  override readonly name = 'DivisionError';
}

/** The operators of two values as they stand in a program, without `&&` and `||`, which may leave the second one out. */
export const OPERATORS = {
  '+': (a, b) => {
    if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
    return wrap(BigInt(a) + BigInt(b));
  },
  '-': (a, b) => {
    if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a - b)) return a - b;
    return wrap(BigInt(a) - BigInt(b));
  },
  '*': (a, b) => {
    // To add 0 makes -0 a 0.
    if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a * b)) return a * b + 0;
    return wrap(BigInt(a) * BigInt(b));
  },
  '/': (a, b) => {
    refuseDivision(a, b);
    return wrap(BigInt(a) / BigInt(b));
  },
  '%': (a, b) => {
    refuseDivision(a, b);
    if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
    return wrap(BigInt(a) % BigInt(b));
  },
  // As in the instructions, the count is taken modulo 64.
  '<<': (a, b) => wrap(BigInt(a) << (BigInt(b) & 63n)),
  '>>': (a, b) => wrap(BigInt(a) >> (BigInt(b) & 63n)),
  '&': (a, b) => wrap(BigInt(a) & BigInt(b)),
  '^': (a, b) => wrap(BigInt(a) ^ BigInt(b)),
  '|': (a, b) => wrap(BigInt(a) | BigInt(b)),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
} as const satisfies Record<string, (a: Integer, b: Integer) => Integer>;

export type Operator = keyof typeof OPERATORS;

/** The operators of one value. */
export const SIGNS = {
  '-': (value) => OPERATORS['-'](0, value),
  '~': (value) => wrap(~BigInt(value)),
  '!': (value) => Number(value === 0),
} as const satisfies Record<string, (value: Integer) => Integer>;

export type Sign = keyof typeof SIGNS;

function refuseDivision(a: Integer, b: Integer): void {
  if (b === 0) throw new DivisionError('a division by zero');
  if (b === -1 && a === -(2n ** 63n))
    throw new DivisionError('a division whose result has more than 64 bits');
}
