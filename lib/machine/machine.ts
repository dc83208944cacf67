import { Aarch64RowReader } from './aarch64-row.js';
import type { RowReader } from './row.js';
import { X86RowReader } from './x86-row.js';

export type MachineName = 'x86-64' | 'aarch64';

/** A machine whose code can be compared instruction by instruction. */
export interface Machine {
  readonly name: MachineName;
  /** For `compareCode`; keeps memory between calls. */
  readonly rows: RowReader;
}

const EM_X86_64 = 62;
const EM_AARCH64 = 183;

const MACHINES: Readonly<Record<number, Machine>> = {
  [EM_X86_64]: { name: 'x86-64', rows: new X86RowReader() },
  [EM_AARCH64]: { name: 'aarch64', rows: new Aarch64RowReader() },
};

/**
 * The machine of an ELF file by `e_machine`; undefined for all others, whose code the report calls "not disassembled".
 * Both are little-endian: code of a big-endian aarch64 file has little-endian instructions too.
 */
export function machineOf(e_machine: number): Machine | undefined {
  return MACHINES[e_machine];
}
