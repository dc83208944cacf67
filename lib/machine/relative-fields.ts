import {
  BRANCH_14,
  BRANCH_19,
  BRANCH_26,
  FIELD_MASKS,
  fieldOf,
  NO_FIELD,
  targetOf,
  wordAt,
} from './aarch64.js';
import { decodeX86, Instruction, PC_RELATIVE } from './x86-64.js';

const EM_X86_64 = 62;
const EM_AARCH64 = 183;

/**
 * The bytes of code that addresses decide, and constants of eight bytes that may be hashes: what two builds of one
 * function differ in. Other machines have none.
 */
export function relativeFields(
  e_machine: number,
  code: Uint8Array,
  field: (at: number, length: number) => void,
): void {
  if (e_machine === EM_X86_64) {
    eachX86(code, 0, code.length, (at, instruction) => {
      if ((instruction.flags & PC_RELATIVE) !== 0)
        field(at + instruction.displacementAt, instruction.displacementSize);
      if (instruction.immediateSize === 8 && looksHashed(code, at + instruction.immediateAt))
        field(at + instruction.immediateAt, 8);
    });
  } else if (e_machine === EM_AARCH64) {
    for (let at = 0; at + 4 <= code.length; at += 4) {
      const kind = fieldOf(wordAt(code, at));
      if (kind !== NO_FIELD && FIELD_MASKS[kind] !== 0) field(at, 4);
    }
  }
}

/** Of eight random bytes hardly ever more than two are 0 or 255; of constants that people choose most are. */
function looksHashed(code: Uint8Array, at: number): boolean {
  let plain = 0;
  for (let i = at; i < at + 8; i += 1) if (code[i] === 0 || code[i] === 0xff) plain += 1;
  return plain <= 2;
}

/**
 * Both at once, of code from `start` to `end`: `at` counts from `start`, `target` is NaN for a field that names no
 * address. `address` is that of `start`.
 */
export function relativeReferences(
  e_machine: number,
  code: Uint8Array,
  start: number,
  end: number,
  address: number,
  found: (at: number, length: number, target: number) => void,
): void {
  if (e_machine === EM_X86_64) {
    eachX86(code, start, end, (at, instruction) => {
      const { flags, length, displacementAt, displacementSize } = instruction;
      if ((flags & PC_RELATIVE) !== 0) {
        const field = at + displacementAt;
        found(
          field - start,
          displacementSize,
          address + at + length - start + displacement(code, field, displacementSize),
        );
      }
      if (instruction.immediateSize === 8 && looksHashed(code, at + instruction.immediateAt))
        found(at + instruction.immediateAt - start, 8, Number.NaN);
    });
  } else if (e_machine === EM_AARCH64) {
    for (let at = start; at + 4 <= end; at += 4) {
      const word = wordAt(code, at);
      const kind = fieldOf(word);
      if (kind === NO_FIELD || FIELD_MASKS[kind] === 0) continue;
      const branch = kind === BRANCH_26 || kind === BRANCH_19 || kind === BRANCH_14;
      found(at - start, 4, branch ? targetOf(word, kind, address + at - start) : Number.NaN);
    }
  }
}

/**
 * The addresses that code from `start` to `end` names: of branches, calls and data beside the program counter. `at` is
 * the offset of the field from `start`; `address` is that of `start`. On aarch64 only branches: others take two steps.
 */
export function relativeTargets(
  e_machine: number,
  code: Uint8Array,
  start: number,
  end: number,
  address: number,
  found: (at: number, target: number) => void,
): void {
  if (e_machine === EM_X86_64) {
    eachX86(code, start, end, (at, { flags, length, displacementAt, displacementSize }) => {
      if ((flags & PC_RELATIVE) === 0) return;
      const field = at + displacementAt;
      found(field - start, address + at + length - start + displacement(code, field, displacementSize));
    });
  } else if (e_machine === EM_AARCH64) {
    for (let at = start; at + 4 <= end; at += 4) {
      const word = wordAt(code, at);
      const kind = fieldOf(word);
      if (kind === BRANCH_26 || kind === BRANCH_19 || kind === BRANCH_14)
        found(at - start, targetOf(word, kind, address + at - start));
    }
  }
}

function displacement(code: Uint8Array, at: number, size: number): number {
  if (size !== 4) return ((code[at] ?? 0) << 24) >> 24;
  return (
    (code[at] ?? 0) | ((code[at + 1] ?? 0) << 8) | ((code[at + 2] ?? 0) << 16) | ((code[at + 3] ?? 0) << 24)
  );
}

function eachX86(
  code: Uint8Array,
  start: number,
  end: number,
  found: (at: number, instruction: Instruction) => void,
): void {
  const instruction = new Instruction();
  for (let at = start; at < end; ) {
    const length = decodeX86(code, at, end, instruction);
    if (length > 0) found(at, instruction);
    // Data among code: the next byte may begin an instruction again.
    at += Math.max(1, length);
  }
}
