import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { ELFCLASS32, ELFCLASS64, ELFDATA2LSB, ELFDATA2MSB } from './constant.js';
import { type Encoding, type RecordKind, RecordReader, recordLayout } from './record.js';

/** Bytes of `e_ident`. */
const EI_NIDENT = 16;

/** The ELF header as stored; the counts are those of the header, which section 0 may overrule. */
export interface ElfHeader extends Encoding {
  /** `e_ident[EI_OSABI]` and `e_ident[EI_ABIVERSION]`. */
  readonly osabi: number;
  readonly abiversion: number;
  readonly e_type: number;
  readonly e_machine: number;
  readonly e_version: number;
  readonly e_entry: bigint;
  readonly e_phoff: number;
  readonly e_shoff: number;
  readonly e_flags: number;
  readonly e_ehsize: number;
  readonly e_phentsize: number;
  readonly e_phnum: number;
  readonly e_shentsize: number;
  readonly e_shnum: number;
  readonly e_shstrndx: number;
  /** Bytes the header itself takes in this class: 52 or 64. */
  readonly size: number;
}

export type HeaderField =
  | 'e_type'
  | 'e_machine'
  | 'e_version'
  | 'e_entry'
  | 'e_phoff'
  | 'e_shoff'
  | 'e_flags'
  | 'e_ehsize'
  | 'e_phentsize'
  | 'e_phnum'
  | 'e_shentsize'
  | 'e_shnum'
  | 'e_shstrndx';

export const EHDR: RecordKind<HeaderField> = {
  what: 'ELF header',
  32: headerLayout(4),
  64: headerLayout(8),
};

/** Whether a content starts as an ELF file does. */
export function isElf(bytes: Bytes): boolean {
  return bytes.length >= 4 && bytes.read(0, 4).toString('latin1') === '\x7fELF';
}

/** @throws InputError where the content is not an ELF file of a class and byte order that exist */
export function readHeader(bytes: Bytes): ElfHeader {
  if (!isElf(bytes)) throw new InputError('the content does not start as an ELF file does', { offset: 0 });
  if (bytes.length < EHDR[32].size) {
    throw new InputError(`the ELF header is cut off: the file has ${bytes.length} bytes`, { offset: 0 });
  }
  const ident = Buffer.from(bytes.read(0, EI_NIDENT));
  const encoding = readEncoding(ident);
  const size = EHDR[encoding.class].size;
  if (bytes.length < size) {
    throw new InputError(`the ELF header is cut off: the file has ${bytes.length} bytes`, { offset: 0 });
  }
  const r = new RecordReader(EHDR, encoding, Buffer.from(bytes.read(0, size)));
  return {
    ...encoding,
    osabi: ident[7] ?? 0,
    abiversion: ident[8] ?? 0,
    e_type: r.number('e_type'),
    e_machine: r.number('e_machine'),
    e_version: r.number('e_version'),
    e_entry: r.exact('e_entry'),
    e_phoff: r.size('e_phoff'),
    e_shoff: r.size('e_shoff'),
    e_flags: r.number('e_flags'),
    e_ehsize: r.number('e_ehsize'),
    e_phentsize: r.number('e_phentsize'),
    e_phnum: r.number('e_phnum'),
    e_shentsize: r.number('e_shentsize'),
    e_shnum: r.number('e_shnum'),
    e_shstrndx: r.number('e_shstrndx'),
    size,
  };
}

function readEncoding(ident: Buffer): Encoding {
  const [elfClass, data, version] = [ident[4], ident[5], ident[6]];
  if (elfClass !== ELFCLASS32 && elfClass !== ELFCLASS64) {
    throw new InputError(`e_ident[EI_CLASS] is ${elfClass}: neither 32 nor 64 bit`, { offset: 4 });
  }
  if (data !== ELFDATA2LSB && data !== ELFDATA2MSB) {
    throw new InputError(`e_ident[EI_DATA] is ${data}: neither little nor big endian`, { offset: 5 });
  }
  if (version !== 1) throw new InputError(`e_ident[EI_VERSION] is ${version}, not 1`, { offset: 6 });
  return { class: elfClass === ELFCLASS64 ? 64 : 32, littleEndian: data === ELFDATA2LSB };
}

function headerLayout(word: 4 | 8) {
  return recordLayout<HeaderField>(EI_NIDENT, [
    ['e_type', 2],
    ['e_machine', 2],
    ['e_version', 4],
    ['e_entry', word],
    ['e_phoff', word],
    ['e_shoff', word],
    ['e_flags', 4],
    ['e_ehsize', 2],
    ['e_phentsize', 2],
    ['e_phnum', 2],
    ['e_shentsize', 2],
    ['e_shnum', 2],
    ['e_shstrndx', 2],
  ]);
}
