import { InputError } from '../../error.js';

/** Encodings of an abbreviation's operands, as the specification numbers them; `LITERAL` is ours. */
export const LITERAL = 0;
export const FIXED = 1;
export const VBR = 2;
export const ARRAY = 3;
export const CHAR6 = 4;
export const BLOB = 5;

/** One operand of an abbreviation: a literal's value, or a width in bits. */
export interface Operand {
  readonly encoding: number;
  /** Width of FIXED and VBR. */
  readonly width: number;
  /** Value of LITERAL, in halves. */
  readonly low: number;
  readonly high: number;
}

export type Abbreviation = readonly Operand[];

/** The abbreviations of a block: those of BLOCKINFO first, then its own. Shared, so that entering a block is cheap. */
export class Abbreviations {
  readonly #shared: readonly Abbreviation[];
  readonly #sharedCount: number;
  readonly #own: Abbreviation[] = [];

  constructor(shared: readonly Abbreviation[]) {
    this.#shared = shared;
    this.#sharedCount = shared.length;
  }

  add(abbreviation: Abbreviation): void {
    this.#own.push(abbreviation);
  }

  /** @param id as it stands in the stream; the first one is 4 */
  get(id: number): Abbreviation | undefined {
    const index = id - 4;
    return index < this.#sharedCount ? this.#shared[index] : this.#own[index - this.#sharedCount];
  }
}

/** @throws InputError for a form that the specification does not have */
export function assertAbbreviation(operands: Abbreviation, offset: number): void {
  const fail = (what: string): never => {
    throw new InputError(what, { offset });
  };
  const first = operands[0];
  if (first === undefined || first.encoding === ARRAY || first.encoding === BLOB) {
    fail('an abbreviation of the bitstream has no code');
  }
  operands.forEach(({ encoding, width }, i) => {
    if ((encoding === FIXED || encoding === VBR) && (width > 32 || (encoding === VBR && width === 1))) {
      fail(`an abbreviation of the bitstream has a field of ${width} bits`);
    }
    if (encoding === BLOB && i !== operands.length - 1) {
      fail('an abbreviation of the bitstream goes on after a blob');
    }
    if (encoding === ARRAY) {
      const element = operands[i + 1];
      if (i !== operands.length - 2 || element === undefined || element.encoding === BLOB) {
        fail('an abbreviation of the bitstream has an array without an element');
      }
    }
  });
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._';

/** The byte that each 6-bit character stands for. */
export const CHAR6_BYTES: Uint8Array = Uint8Array.from(ALPHABET, (c) => c.charCodeAt(0));

/** The 6-bit character of a byte; 255 where it has none. */
export const CHAR6_CODES: Uint8Array = new Uint8Array(256).fill(255);
CHAR6_BYTES.forEach((byte, code) => {
  CHAR6_CODES[byte] = code;
});
