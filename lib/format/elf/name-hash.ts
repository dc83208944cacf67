import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import type { Section } from './section.js';
import { readSymbols, type SymbolTable } from './symbol.js';

/** How many times its own length a string table may be hashed through names that share their tails. */
const TAIL_SHARING = 16;

/** A symbol table and the hash of each of its names. */
export interface HashedSymbols {
  readonly symbols: SymbolTable;
  readonly hashes: Uint32Array;
}

/**
 * The hashes of the names in the symbol table that a hash section is for (its `sh_link`), from their bytes.
 * @returns undefined where the section names no symbol table
 * @throws InputError where a name is not in the string table
 */
export function hashSymbols(elf: Elf, section: Section, step: NameHash): HashedSymbols | undefined {
  const table = elf.sections[section.sh_link];
  const strings = table === undefined ? undefined : elf.sections[table.sh_link];
  if (table === undefined || strings === undefined || table.sh_entsize === 0) return undefined;
  if (table.fileSize === 0 || strings.fileSize === 0) return undefined;
  const symbols = readSymbols(elf.bytes, elf.header, elf.sections, table);
  const names = Buffer.from(elf.bytes.read(strings.sh_offset, strings.fileSize));
  const hashes = new Uint32Array(symbols.length);
  let budget = TAIL_SHARING * names.length + (1 << 16);
  for (let index = 0; index < symbols.length; index += 1) {
    let at = symbols.st_name[index] ?? 0;
    let hash = step.first;
    for (;;) {
      const byte = names[at];
      at += 1;
      budget -= 1;
      if (byte === undefined || budget < 0) {
        throw new InputError(
          `a name of ${table.name} has no end, or names repeat more than a linker writes`,
          {
            offset: symbols.offset + index * symbols.entrySize,
          },
        );
      }
      if (byte === 0) break;
      hash = step.next(hash, byte);
    }
    hashes[index] = hash;
  }
  return { symbols, hashes };
}

export interface NameHash {
  readonly first: number;
  next(hash: number, byte: number): number;
}

/** The hash of DT_GNU_HASH. */
export const GNU_NAME_HASH: NameHash = {
  first: 5381,
  next: (hash, byte) => (Math.imul(hash, 33) + byte) >>> 0,
};

/** The hash of DT_HASH (gABI, "Hash Table"). */
export const SYSV_NAME_HASH: NameHash = {
  first: 0,
  next(hash, byte) {
    const sum = ((hash << 4) + byte) >>> 0;
    const high = sum & 0xf0000000;
    return (sum ^ (high >>> 24)) & ~high;
  },
};
