import { FIELD_MASKS, fieldOf, NO_FIELD, wordAt } from './aarch64.js';
import { decodeX86, Instruction, PC_RELATIVE } from './x86-64.js';

const EM_X86_64 = 62;
const EM_AARCH64 = 183;

/**
 * The bytes of code that addresses decide, and constants of eight bytes, which may be hashes: what two builds of one
 * function differ in. Other machines have none.
 */
export function relativeFields(
  e_machine: number,
  code: Uint8Array,
  field: (at: number, length: number) => void,
): void {
  if (e_machine === EM_X86_64) x86Fields(code, field);
  else if (e_machine === EM_AARCH64) aarch64Fields(code, field);
}

function x86Fields(code: Uint8Array, field: (at: number, length: number) => void): void {
  const instruction = new Instruction();
  for (let at = 0; at < code.length; ) {
    const length = decodeX86(code, at, code.length, instruction);
    if (length === 0) return;
    if ((instruction.flags & PC_RELATIVE) !== 0)
      field(at + instruction.displacementAt, instruction.displacementSize);
    if (instruction.immediateSize === 8) field(at + instruction.immediateAt, 8);
    at += length;
  }
}

function aarch64Fields(code: Uint8Array, field: (at: number, length: number) => void): void {
  for (let at = 0; at + 4 <= code.length; at += 4) {
    const kind = fieldOf(wordAt(code, at));
    if (kind !== NO_FIELD && FIELD_MASKS[kind] !== 0) field(at, 4);
  }
}
