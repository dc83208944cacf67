import type { Elf } from '../elf.js';
import { hashSymbols, SYSV_NAME_HASH } from './name-hash.js';
import type { Section } from './section.js';

const SHT_HASH = 5;
/** Two words: nbucket, nchain. */
const HEADER = 8;

export function sysvHashSection(elf: Elf): Section | undefined {
  return elf.sections.find((s) => s.sh_type === SHT_HASH && s.fileSize >= HEADER);
}

/**
 * Whether `.hash` (gABI, "Hash Table") is, byte for byte, what `nbucket` and the names of `.dynsym` make it, where
 * each symbol is put in front of its chain in the table's order, as lld does, or in the reverse order. GNU ld goes
 * through its symbols in an order that the file does not hold, so of a file it wrote this is mostly false.
 * @throws InputError where the symbols cannot be read
 */
export function sysvHashFollows(elf: Elf, section = sysvHashSection(elf)): boolean {
  if (section === undefined) return false;
  const stored = Buffer.from(elf.bytes.read(section.sh_offset, section.fileSize));
  return (['rising', 'falling'] as const).some((order) => {
    const made = recomputeSysvHash(elf, section, order);
    return made?.equals(stored) ?? false;
  });
}

/** @returns undefined where the section is too small or too large for its counts, or they are not the symbols' */
function recomputeSysvHash(elf: Elf, section: Section, order: 'rising' | 'falling'): Buffer | undefined {
  const named = hashSymbols(elf, section, SYSV_NAME_HASH);
  if (named === undefined || section.fileSize < HEADER || section.sh_entsize === 8) return undefined;
  const { littleEndian } = elf.header;
  const head = elf.bytes.read(section.sh_offset, HEADER);
  const nbucket = littleEndian ? head.readUInt32LE(0) : head.readUInt32BE(0);
  const nchain = named.hashes.length;
  if (nbucket === 0 || section.fileSize !== HEADER + 4 * (nbucket + nchain)) return undefined;
  const words = new Uint32Array(2 + nbucket + nchain);
  words[0] = nbucket;
  words[1] = nchain;
  for (let step = 1; step < nchain; step += 1) {
    const symbol = order === 'rising' ? step : nchain - step;
    // Symbol 0 and local ones, which nobody looks for, are in no chain.
    if (named.symbols.bind(symbol) === 0) continue;
    const bucket = 2 + ((named.hashes[symbol] ?? 0) % nbucket);
    words[2 + nbucket + symbol] = words[bucket] ?? 0;
    words[bucket] = symbol;
  }
  const made = Buffer.alloc(section.fileSize);
  for (const [index, value] of words.entries()) {
    if (littleEndian) made.writeUInt32LE(value, 4 * index);
    else made.writeUInt32BE(value, 4 * index);
  }
  return made;
}
