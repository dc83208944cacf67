/** What is used of the package, which has no types of its own. */
declare module '@alexaltea/capstone-js' {
  export interface CapstoneInstruction {
    readonly size: number;
    readonly mnemonic: string;
    readonly op_str: string;
  }

  export interface CapstoneDecoder {
    /** Ends at the first byte that begins no instruction, or where `callback` returns false. */
    disasm_iter(
      bytes: Uint8Array,
      address: number,
      callback: (instruction: CapstoneInstruction) => boolean,
    ): number;
    close(): void;
  }

  export interface Capstone {
    readonly ARCH_X86: number;
    readonly ARCH_ARM64: number;
    readonly MODE_64: number;
    readonly MODE_ARM: number;
    readonly Capstone: new (arch: number, mode: number) => CapstoneDecoder;
  }

  export default function load(): Promise<Capstone>;
}
