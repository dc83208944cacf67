/** `e_machine` of the processors whose relocation types are known here. */
const EM_386 = 3;
const EM_X86_64 = 62;
const EM_AARCH64 = 183;

interface RelocationType {
  readonly name: string;
  readonly size: number | undefined;
}

/**
 * What `readelf -r` calls a type: `R_X86_64_GOTPCREL`; `type 77` where the processor or the type is not known.
 */
export function relocationName(e_machine: number, r_type: number): string {
  return typesOf(e_machine)?.get(r_type)?.name ?? `type ${r_type}`;
}

/**
 * Bytes of the field a relocation patches: 4 for an instruction of aarch64, 0 for a mark that patches nothing
 * (R_X86_64_TLSDESC_CALL), undefined where that is not known or depends on the symbol (R_X86_64_COPY).
 */
export function fieldSize(e_machine: number, r_type: number): number | undefined {
  return typesOf(e_machine)?.get(r_type)?.size;
}

/** The type that adds the load address to a whole word, as every entry of SHT_RELR does. */
export function relativeType(e_machine: number): number | undefined {
  for (const [type, { name }] of typesOf(e_machine) ?? []) if (name.endsWith('_RELATIVE')) return type;
  return undefined;
}

/**
 * Whether the addend of a relocation of this type is an address of the file where it names no symbol: an offset in the
 * storage of a thread (R_X86_64_TPOFF64) may look like one and is none. False where the type is not known.
 */
export function holdsAddress(e_machine: number, r_type: number): boolean {
  return ADDRESS_TYPES.get(e_machine)?.has(r_type) === true;
}

/** Sizes in bytes, one name after the other from `first` on; `-` for a number that has no meaning. */
interface Run {
  readonly first: number;
  readonly size: number | undefined;
  readonly names: string;
}

/** Intel386 psABI, "Relocation Types", and <elf.h>. */
const I386: readonly Run[] = [
  { first: 0, size: 0, names: 'NONE' },
  { first: 1, size: 4, names: '32 PC32 GOT32 PLT32' },
  { first: 5, size: undefined, names: 'COPY' },
  { first: 6, size: 4, names: 'GLOB_DAT JMP_SLOT RELATIVE GOTOFF GOTPC 32PLT' },
  { first: 14, size: 4, names: 'TLS_TPOFF TLS_IE TLS_GOTIE TLS_LE TLS_GD TLS_LDM' },
  { first: 20, size: 2, names: '16 PC16' },
  { first: 22, size: 1, names: '8 PC8' },
  {
    first: 32,
    size: 4,
    names: 'TLS_LDO_32 TLS_IE_32 TLS_LE_32 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF32 SIZE32',
  },
  { first: 39, size: 4, names: 'TLS_GOTDESC' },
  { first: 40, size: 0, names: 'TLS_DESC_CALL' },
  { first: 41, size: 8, names: 'TLS_DESC' },
  { first: 42, size: 4, names: 'IRELATIVE GOT32X' },
];

/** x86-64 psABI 1.0, table 4.10 ("Relocation Types"), with the APX types of 2024. */
const X86_64: readonly Run[] = [
  { first: 0, size: 0, names: 'NONE' },
  { first: 1, size: 8, names: '64' },
  { first: 2, size: 4, names: 'PC32 GOT32 PLT32' },
  { first: 5, size: undefined, names: 'COPY' },
  { first: 6, size: 8, names: 'GLOB_DAT JUMP_SLOT RELATIVE' },
  { first: 9, size: 4, names: 'GOTPCREL 32 32S' },
  { first: 12, size: 2, names: '16 PC16' },
  { first: 14, size: 1, names: '8 PC8' },
  { first: 16, size: 8, names: 'DTPMOD64 DTPOFF64 TPOFF64' },
  { first: 19, size: 4, names: 'TLSGD TLSLD DTPOFF32 GOTTPOFF TPOFF32' },
  { first: 24, size: 8, names: 'PC64 GOTOFF64' },
  { first: 26, size: 4, names: 'GOTPC32' },
  { first: 27, size: 8, names: 'GOT64 GOTPCREL64 GOTPC64 GOTPLT64 PLTOFF64' },
  { first: 32, size: 4, names: 'SIZE32' },
  { first: 33, size: 8, names: 'SIZE64' },
  { first: 34, size: 4, names: 'GOTPC32_TLSDESC' },
  { first: 35, size: 0, names: 'TLSDESC_CALL' },
  { first: 36, size: 16, names: 'TLSDESC' },
  { first: 37, size: 8, names: 'IRELATIVE RELATIVE64' },
  { first: 41, size: 4, names: 'GOTPCRELX REX_GOTPCRELX' },
  { first: 43, size: 4, names: 'CODE_4_GOTPCRELX CODE_4_GOTTPOFF CODE_4_GOTPC32_TLSDESC' },
  { first: 46, size: 4, names: 'CODE_5_GOTPCRELX CODE_5_GOTTPOFF CODE_5_GOTPC32_TLSDESC' },
  { first: 49, size: 4, names: 'CODE_6_GOTPCRELX CODE_6_GOTTPOFF CODE_6_GOTPC32_TLSDESC' },
];

/** ELF for the Arm 64-bit Architecture (AAELF64), "Relocation types". Those of instructions patch four bytes. */
const AARCH64: readonly Run[] = [
  { first: 0, size: 0, names: 'NONE' },
  { first: 256, size: 0, names: 'NONE' },
  { first: 257, size: 8, names: 'ABS64' },
  { first: 258, size: 4, names: 'ABS32' },
  { first: 259, size: 2, names: 'ABS16' },
  { first: 260, size: 8, names: 'PREL64' },
  { first: 261, size: 4, names: 'PREL32' },
  { first: 262, size: 2, names: 'PREL16' },
  {
    first: 263,
    size: 4,
    names:
      'MOVW_UABS_G0 MOVW_UABS_G0_NC MOVW_UABS_G1 MOVW_UABS_G1_NC MOVW_UABS_G2 MOVW_UABS_G2_NC MOVW_UABS_G3 ' +
      'MOVW_SABS_G0 MOVW_SABS_G1 MOVW_SABS_G2 LD_PREL_LO19 ADR_PREL_LO21 ADR_PREL_PG_HI21 ADR_PREL_PG_HI21_NC ' +
      'ADD_ABS_LO12_NC LDST8_ABS_LO12_NC TSTBR14 CONDBR19 - JUMP26 CALL26 LDST16_ABS_LO12_NC LDST32_ABS_LO12_NC ' +
      'LDST64_ABS_LO12_NC MOVW_PREL_G0 MOVW_PREL_G0_NC MOVW_PREL_G1 MOVW_PREL_G1_NC MOVW_PREL_G2 ' +
      'MOVW_PREL_G2_NC MOVW_PREL_G3 - - - - - LDST128_ABS_LO12_NC MOVW_GOTOFF_G0 MOVW_GOTOFF_G0_NC ' +
      'MOVW_GOTOFF_G1 MOVW_GOTOFF_G1_NC MOVW_GOTOFF_G2 MOVW_GOTOFF_G2_NC MOVW_GOTOFF_G3',
  },
  { first: 307, size: 8, names: 'GOTREL64' },
  { first: 308, size: 4, names: 'GOTREL32 GOT_LD_PREL19 LD64_GOTOFF_LO15 ADR_GOT_PAGE LD64_GOT_LO12_NC' },
  { first: 313, size: 4, names: 'LD64_GOTPAGE_LO15 PLT32 GOTPCREL32' },
  {
    first: 512,
    size: 4,
    names:
      'TLSGD_ADR_PREL21 TLSGD_ADR_PAGE21 TLSGD_ADD_LO12_NC TLSGD_MOVW_G1 TLSGD_MOVW_G0_NC TLSLD_ADR_PREL21 ' +
      'TLSLD_ADR_PAGE21 TLSLD_ADD_LO12_NC TLSLD_MOVW_G1 TLSLD_MOVW_G0_NC TLSLD_LD_PREL19 TLSLD_MOVW_DTPREL_G2 ' +
      'TLSLD_MOVW_DTPREL_G1 TLSLD_MOVW_DTPREL_G1_NC TLSLD_MOVW_DTPREL_G0 TLSLD_MOVW_DTPREL_G0_NC ' +
      'TLSLD_ADD_DTPREL_HI12 TLSLD_ADD_DTPREL_LO12 TLSLD_ADD_DTPREL_LO12_NC TLSLD_LDST8_DTPREL_LO12 ' +
      'TLSLD_LDST8_DTPREL_LO12_NC TLSLD_LDST16_DTPREL_LO12 TLSLD_LDST16_DTPREL_LO12_NC ' +
      'TLSLD_LDST32_DTPREL_LO12 TLSLD_LDST32_DTPREL_LO12_NC TLSLD_LDST64_DTPREL_LO12 ' +
      'TLSLD_LDST64_DTPREL_LO12_NC TLSIE_MOVW_GOTTPREL_G1 TLSIE_MOVW_GOTTPREL_G0_NC TLSIE_ADR_GOTTPREL_PAGE21 ' +
      'TLSIE_LD64_GOTTPREL_LO12_NC TLSIE_LD_GOTTPREL_PREL19 TLSLE_MOVW_TPREL_G2 TLSLE_MOVW_TPREL_G1 ' +
      'TLSLE_MOVW_TPREL_G1_NC TLSLE_MOVW_TPREL_G0 TLSLE_MOVW_TPREL_G0_NC TLSLE_ADD_TPREL_HI12 ' +
      'TLSLE_ADD_TPREL_LO12 TLSLE_ADD_TPREL_LO12_NC TLSLE_LDST8_TPREL_LO12 TLSLE_LDST8_TPREL_LO12_NC ' +
      'TLSLE_LDST16_TPREL_LO12 TLSLE_LDST16_TPREL_LO12_NC TLSLE_LDST32_TPREL_LO12 TLSLE_LDST32_TPREL_LO12_NC ' +
      'TLSLE_LDST64_TPREL_LO12 TLSLE_LDST64_TPREL_LO12_NC TLSDESC_LD_PREL19 TLSDESC_ADR_PREL21 ' +
      'TLSDESC_ADR_PAGE21 TLSDESC_LD64_LO12 TLSDESC_ADD_LO12 TLSDESC_OFF_G1 TLSDESC_OFF_G0_NC TLSDESC_LDR ' +
      'TLSDESC_ADD TLSDESC_CALL TLSLE_LDST128_TPREL_LO12 TLSLE_LDST128_TPREL_LO12_NC ' +
      'TLSLD_LDST128_DTPREL_LO12 TLSLD_LDST128_DTPREL_LO12_NC',
  },
  { first: 1024, size: undefined, names: 'COPY' },
  { first: 1025, size: 8, names: 'GLOB_DAT JUMP_SLOT RELATIVE TLS_DTPMOD TLS_DTPREL TLS_TPREL' },
  { first: 1031, size: 16, names: 'TLSDESC' },
  { first: 1032, size: 8, names: 'IRELATIVE' },
];

const TYPES: ReadonlyMap<number, ReadonlyMap<number, RelocationType>> = new Map([
  [EM_386, typeTable('R_386_', I386)],
  [EM_X86_64, typeTable('R_X86_64_', X86_64)],
  [EM_AARCH64, typeTable('R_AARCH64_', AARCH64)],
]);

/** Those that add the load address: R_*_RELATIVE, R_*_IRELATIVE, R_X86_64_RELATIVE64. */
const ADDRESS_TYPES: ReadonlyMap<number, ReadonlySet<number>> = new Map(
  [...TYPES].map(([machine, types]) => [
    machine,
    new Set([...types].filter(([, { name }]) => /_I?RELATIVE(?:64)?$/.test(name)).map(([type]) => type)),
  ]),
);

function typesOf(e_machine: number): ReadonlyMap<number, RelocationType> | undefined {
  return TYPES.get(e_machine);
}

function typeTable(prefix: string, runs: readonly Run[]): ReadonlyMap<number, RelocationType> {
  const table = new Map<number, RelocationType>();
  for (const { first, size, names } of runs) {
    for (const [index, name] of names.split(' ').entries()) {
      if (name !== '-') table.set(first + index, { name: prefix + name, size });
    }
  }
  return table;
}
