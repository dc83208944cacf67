/**
 * Numbers of the ELF specification that trustdiff reads by name (System V gABI, chapters 4 and 5, and the
 * GNU extensions of <elf.h>).
 */

export const ELFCLASS32 = 1;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFDATA2MSB = 2;

export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
export const SHN_XINDEX = 0xffff;
/** `e_phnum` that says: the true number is in `sh_info` of section 0. */
export const PN_XNUM = 0xffff;

export const SHT_NULL = 0;
export const SHT_SYMTAB = 2;
export const SHT_DYNAMIC = 6;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
export const SHT_SYMTAB_SHNDX = 18;

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;

export const DT_NULL = 0;
export const DT_NEEDED = 1;
export const DT_STRTAB = 5;
export const DT_STRSZ = 10;
export const DT_SONAME = 14;
export const DT_RPATH = 15;
export const DT_RUNPATH = 29;

export const NT_GNU_BUILD_ID = 3;

/** `e_machine` of the hosts rustc is shipped for, as `<elf.h>` names them. */
const MACHINES: Readonly<Record<number, string>> = {
  2: 'EM_SPARC',
  3: 'EM_386',
  8: 'EM_MIPS',
  20: 'EM_PPC',
  21: 'EM_PPC64',
  22: 'EM_S390',
  40: 'EM_ARM',
  43: 'EM_SPARCV9',
  62: 'EM_X86_64',
  183: 'EM_AARCH64',
  243: 'EM_RISCV',
  247: 'EM_BPF',
  252: 'EM_CSKY',
  258: 'EM_LOONGARCH',
};

export function machineName(e_machine: number): string {
  return MACHINES[e_machine] ?? `EM_${e_machine}`;
}
