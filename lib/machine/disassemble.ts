import { createRequire } from 'node:module';
import type startCapstone from '@alexaltea/capstone-js';
import type { Capstone, CapstoneDecoder } from '@alexaltea/capstone-js';
import type { MachineName } from './machine.js';
import { decodeX86, Instruction, LONGEST_X86 } from './x86-64.js';

/** One instruction as it is shown. */
export interface ShownInstruction {
  /** From the start of the bytes given. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  /** Mnemonic and operands, Intel syntax on x86-64; `.byte 0x06` for what Capstone does not know. */
  readonly text: string;
}

/**
 * The first `count` instructions as text, for what a report shows; comparing never depends on it. `address` is that
 * of the first byte. Capstone is loaded at the first call: 3.3 MB of WebAssembly.
 */
export async function disassemble(
  bytes: Uint8Array,
  address: number,
  machine: MachineName,
  count: number,
): Promise<ShownInstruction[]> {
  loading ??= load();
  const capstone = await loading;
  const decoder = openDecoder(capstone, machine);
  try {
    return decode(decoder, bytes.subarray(0, count * LONGEST_X86), address, machine, count);
  } finally {
    decoder.close();
  }
}

let loading: Promise<Capstone> | undefined;

/** `import` would look for what the module exports before it runs it, which takes longer than all the rest. */
function load(): Promise<Capstone> {
  const start = createRequire(import.meta.url)('@alexaltea/capstone-js') as typeof startCapstone;
  return start();
}

function openDecoder(capstone: Capstone, machine: MachineName): CapstoneDecoder {
  return machine === 'x86-64'
    ? new capstone.Capstone(capstone.ARCH_X86, capstone.MODE_64)
    : new capstone.Capstone(capstone.ARCH_ARM64, capstone.MODE_ARM);
}

function decode(
  decoder: CapstoneDecoder,
  bytes: Uint8Array,
  address: number,
  machine: MachineName,
  count: number,
): ShownInstruction[] {
  const out: ShownInstruction[] = [];
  let offset = 0;
  while (out.length < count && offset < bytes.length) {
    decoder.disasm_iter(bytes.subarray(offset), address + offset, ({ size, mnemonic, op_str }) => {
      out.push({ offset, length: size, text: op_str === '' ? mnemonic : `${mnemonic} ${op_str}` });
      offset += size;
      return out.length < count;
    });
    if (out.length >= count || offset >= bytes.length) break;
    const length = unknownLength(bytes, offset, machine);
    out.push({ offset, length, text: `.byte ${hexBytes(bytes.subarray(offset, offset + length))}` });
    offset += length;
  }
  return out;
}

/** The rows of a comparison are kept, also where Capstone does not know an instruction. */
function unknownLength(bytes: Uint8Array, at: number, machine: MachineName): number {
  if (machine === 'aarch64') return bytes.length - at < 4 ? 1 : 4;
  return decodeX86(bytes, at, bytes.length, new Instruction()) || 1;
}

function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
}
