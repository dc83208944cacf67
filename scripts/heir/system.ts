import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { constants as system } from 'node:os';
import type { Integer } from './integer.js';
import type { Memory } from './memory.js';

/** How a program ends itself. */
export class Exit extends Error {
  override readonly name = 'Exit';
  constructor(readonly status: number) {
    super(`exit status ${status}`);
  }
}

export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
}

/** What a program writes to descriptors 1 and 2 goes here, the rest to files. */
export type Output = (descriptor: 1 | 2, bytes: Uint8Array) => void;

export const standardOutput: Output = (descriptor, bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
};

/** How `open` may be asked, as Linux numbers it. */
const OPEN_FLAGS: Readonly<Record<number, number>> = {
  0: constants.O_RDONLY,
  577: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
};

/**
 * The few calls of Linux on x86-64 that programs of the language make; others are refused.
 *
 * @returns what the call gives, or the negated number of an error
 */
export function systemCall(
  memory: Memory,
  output: Output,
  [number = 0, a = 0, b = 0, c = 0]: readonly Integer[],
): Integer {
  switch (number) {
    case 0:
      return tried(() => readSync(Number(a), memory.range(b, c)));
    case 1: {
      const bytes = memory.range(b, c);
      if (a !== 1 && a !== 2) return tried(() => writeSync(Number(a), bytes));
      output(a, bytes);
      return bytes.length;
    }
    case 2: {
      const flags = OPEN_FLAGS[Number(b)];
      if (flags === undefined) throw new SystemCallError(`open with the flags ${b} is not known here`);
      return tried(() => openSync(Buffer.from(memory.text(a)), flags, Number(c)));
    }
    case 3:
      return tried(() => {
        closeSync(Number(a));
        return 0;
      });
    case 60:
      throw new Exit(Number(BigInt.asUintN(8, BigInt(a))));
    default:
      throw new SystemCallError(`the system call ${number} is not known here`);
  }
}

/** A failed call is a number to the program, as Linux gives it. */
function tried(call: () => number): number {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const number = new Map<string, number>(Object.entries(system.errno)).get(code);
    if (number === undefined) throw error;
    return -number;
  }
}
