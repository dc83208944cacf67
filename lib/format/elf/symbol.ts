import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { SHN_LORESERVE, SHN_XINDEX, SHT_SYMTAB_SHNDX } from './constant.js';
import { type Encoding, type RecordKind, RecordReader, recordLayout } from './record.js';
import type { Section } from './section.js';
import { StringTable } from './string-table.js';

export type SymbolField = 'st_name' | 'st_value' | 'st_size' | 'st_info' | 'st_other' | 'st_shndx';

const SYM: RecordKind<SymbolField> = {
  what: 'symbol',
  32: recordLayout<SymbolField>(0, [
    ['st_name', 4],
    ['st_value', 4],
    ['st_size', 4],
    ['st_info', 1],
    ['st_other', 1],
    ['st_shndx', 2],
  ]),
  64: recordLayout<SymbolField>(0, [
    ['st_name', 4],
    ['st_info', 1],
    ['st_other', 1],
    ['st_shndx', 2],
    ['st_value', 8],
    ['st_size', 8],
  ]),
};

/**
 * A symbol table as columns: one array a field, one element a symbol. Names are read when asked for.
 * Section indices are the true ones (SHN_XINDEX is resolved); reserved ones stay as they are, from 0xff00 on,
 * so ask `isReserved` where a file may have more than 65,279 sections.
 */
export class SymbolTable {
  readonly st_name: Uint32Array;
  /** Exact up to 2^53; `exactValue` gives the rest. */
  readonly st_value: Float64Array;
  readonly st_size: Float64Array;
  readonly st_info: Uint8Array;
  readonly st_other: Uint8Array;
  readonly st_shndx: Uint32Array;
  private readonly reader: RecordReader<SymbolField>;

  constructor(
    /** Where the table lies in the file. */
    readonly offset: number,
    readonly entrySize: number,
    readonly length: number,
    private readonly strings: StringTable,
    encoding: Encoding,
    stored: Buffer,
    extended: (index: number) => number,
  ) {
    this.reader = new RecordReader(SYM, encoding, stored);
    this.st_name = new Uint32Array(length);
    this.st_value = new Float64Array(length);
    this.st_size = new Float64Array(length);
    this.st_info = new Uint8Array(length);
    this.st_other = new Uint8Array(length);
    this.st_shndx = new Uint32Array(length);
    for (let index = 0; index < length; index += 1) this.fill(index, encoding.class, extended);
  }

  /** The name of a symbol; @throws InputError where it is not in the string table */
  name(index: number): string {
    return this.strings.at(this.st_name[index] ?? 0, this.offset + index * this.entrySize);
  }

  /** Whether a symbol of another table has this name, byte for byte. */
  isNamedAs(index: number, other: SymbolTable, otherIndex: number): boolean {
    return this.strings.isSame(this.st_name[index] ?? 0, other.strings, other.st_name[otherIndex] ?? 0);
  }

  /** A number that all symbols of this name share, and a few of other names. */
  nameHash(index: number): number {
    return this.strings.hash(this.st_name[index] ?? 0);
  }

  /** Every name in stored order, each symbol's once. */
  *names(): Generator<string, void, undefined> {
    const nameAt = this.strings.budgeted();
    for (let index = 0; index < this.length; index += 1) {
      yield nameAt(this.st_name[index] ?? 0, this.offset + index * this.entrySize);
    }
  }

  exactValue(index: number): bigint {
    return this.at(index).exact('st_value');
  }

  /** ELF_ST_BIND: 0 local, 1 global, 2 weak. */
  bind(index: number): number {
    return (this.st_info[index] ?? 0) >> 4;
  }

  /** ELF_ST_TYPE: 0 none, 1 object, 2 function, 3 section, 4 file, 6 thread-local. */
  type(index: number): number {
    return (this.st_info[index] ?? 0) & 15;
  }

  /** Whether `st_shndx` is no section but a reserved number: SHN_ABS 0xfff1, SHN_COMMON 0xfff2, … */
  isReserved(index: number): boolean {
    const stored = this.at(index).number('st_shndx');
    return stored >= SHN_LORESERVE && stored !== SHN_XINDEX;
  }

  private fill(index: number, elfClass: 32 | 64, extended: (index: number) => number): void {
    const r = this.at(index);
    const shndx = r.number('st_shndx');
    this.st_name[index] = r.number('st_name');
    this.st_info[index] = r.number('st_info');
    this.st_other[index] = r.number('st_other');
    this.st_value[index] = elfClass === 32 ? r.number('st_value') : r.approximate('st_value');
    this.st_size[index] = r.size('st_size');
    this.st_shndx[index] = shndx === SHN_XINDEX ? extended(index) : shndx;
  }

  private at(index: number): RecordReader<SymbolField> {
    const at = index * this.entrySize;
    return this.reader.seek(at, this.offset + at);
  }
}

/** @throws InputError where the entries are too small, or a section index has no entry in SHT_SYMTAB_SHNDX */
export function readSymbols(
  bytes: Bytes,
  encoding: Encoding,
  sections: readonly Section[],
  section: Section,
): SymbolTable {
  const smallest = SYM[encoding.class].size;
  if (section.sh_entsize < smallest) {
    throw new InputError(
      `a symbol of ${section.name} has ${section.sh_entsize} bytes, fewer than ${smallest}`,
      {
        offset: section.headerOffset,
      },
    );
  }
  const strings = sections[section.sh_link];
  if (strings === undefined) {
    throw new InputError(
      `the names of ${section.name} are in section ${section.sh_link}, which is not there`,
      {
        offset: section.headerOffset,
      },
    );
  }
  const count = Math.floor(section.fileSize / section.sh_entsize);
  const names = new StringTable(bytes, strings.sh_offset, strings.fileSize, strings.name || 'string table');
  const stored = Buffer.from(bytes.read(section.sh_offset, count * section.sh_entsize));
  const extended = extendedIndices(bytes, encoding, sections, section);
  return new SymbolTable(section.sh_offset, section.sh_entsize, count, names, encoding, stored, extended);
}

function extendedIndices(
  bytes: Bytes,
  encoding: Encoding,
  sections: readonly Section[],
  symtab: Section,
): (index: number) => number {
  const holder = sections.find((s) => s.sh_type === SHT_SYMTAB_SHNDX && s.sh_link === symtab.index);
  let words: Buffer | undefined;
  return (index) => {
    if (holder === undefined || 4 * index + 4 > holder.fileSize) {
      throw new InputError(`symbol ${index} of ${symtab.name} has no extended section index`, {
        offset: symtab.sh_offset + index * symtab.sh_entsize,
      });
    }
    words ??= Buffer.from(bytes.read(holder.sh_offset, holder.fileSize));
    return encoding.littleEndian ? words.readUInt32LE(4 * index) : words.readUInt32BE(4 * index);
  };
}
