import type { Elf } from '../elf.js';
import { GNU_NAME_HASH, type HashedSymbols, hashSymbols } from './name-hash.js';
import type { Section } from './section.js';

const SHT_GNU_HASH = 0x6ffffff6;
/** Four words: nbuckets, symoffset, bloom_size, bloom_shift. */
const HEADER = 16;

/** What the linker chose; the rest of the table follows from it and from the symbols. */
export interface GnuHashParameters {
  readonly nbuckets: number;
  /** The first symbol in the table; those before it are undefined or local. */
  readonly symoffset: number;
  /** Words of the Bloom filter. */
  readonly bloomSize: number;
  readonly bloomShift: number;
}

export function gnuHashSection(elf: Elf): Section | undefined {
  return elf.sections.find((s) => s.sh_type === SHT_GNU_HASH && s.fileSize >= HEADER);
}

/** The first four words of the table, in stored order. */
export function gnuHashParameters(elf: Elf, section: Section): GnuHashParameters | undefined {
  if (section.fileSize < HEADER) return undefined;
  const head = elf.bytes.read(section.sh_offset, HEADER);
  const word = (at: number) => (elf.header.littleEndian ? head.readUInt32LE(at) : head.readUInt32BE(at));
  return { nbuckets: word(0), symoffset: word(4), bloomSize: word(8), bloomShift: word(12) };
}

/**
 * Whether `.gnu.hash` is, byte for byte, what its four parameters and `.dynsym` make it: so that every difference in
 * it but those in the parameters comes from the symbols' names and order.
 * @throws InputError where the symbols cannot be read
 */
export function gnuHashFollows(elf: Elf, section = gnuHashSection(elf)): boolean {
  if (section === undefined) return false;
  const made = recomputeGnuHash(elf, section);
  return made !== undefined && elf.bytes.read(section.sh_offset, section.fileSize).equals(made);
}

/**
 * The table made anew from its parameters and the symbols, as GNU ld and lld write it: Bloom filter, buckets, chains.
 * @returns undefined where no table of this size can hold them, a symbol before `symoffset` would have to be in it, or
 * the symbols are not grouped by bucket
 */
export function recomputeGnuHash(elf: Elf, section: Section): Buffer | undefined {
  const parameters = gnuHashParameters(elf, section);
  const named = hashSymbols(elf, section, GNU_NAME_HASH);
  if (parameters === undefined || named === undefined) return undefined;
  const { nbuckets, symoffset, bloomSize } = parameters;
  const word = elf.header.class / 8;
  const chainsAt = HEADER + bloomSize * word + nbuckets * 4;
  const count = named.symbols.length - symoffset;
  const empty = section.fileSize === chainsAt && !hasDefined(named, 0, named.symbols.length);
  if (nbuckets === 0 || bloomSize === 0 || (bloomSize & (bloomSize - 1)) !== 0) return undefined;
  if (!empty && (count < 0 || section.fileSize !== chainsAt + 4 * count)) return undefined;
  if (!empty && hasDefined(named, 0, symoffset)) return undefined;
  const table = new GnuTable(elf, parameters, section.fileSize);
  // Without a symbol to find, GNU ld writes symoffset 1 and no chains, however many undefined ones there are.
  return empty || table.fill(named.hashes) ? table.content : undefined;
}

/** Whether one of the symbols is one that others could look for. */
function hasDefined({ symbols }: HashedSymbols, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    if (symbols.st_shndx[index] !== 0 && symbols.bind(index) !== 0) return true;
  }
  return false;
}

class GnuTable {
  readonly content: Buffer;
  private readonly view: DataView;
  private readonly littleEndian: boolean;
  private readonly bits: 32 | 64;

  constructor(
    elf: Elf,
    private readonly parameters: GnuHashParameters,
    size: number,
  ) {
    this.content = Buffer.alloc(size);
    this.view = new DataView(this.content.buffer, this.content.byteOffset, size);
    this.littleEndian = elf.header.littleEndian;
    this.bits = elf.header.class;
    const { nbuckets, symoffset, bloomSize, bloomShift } = parameters;
    for (const [index, value] of [nbuckets, symoffset, bloomSize, bloomShift].entries())
      this.put(4 * index, value);
  }

  /** @returns whether the symbols are grouped by bucket, as the chains need them */
  fill(hashes: Uint32Array): boolean {
    const { nbuckets, symoffset, bloomSize } = this.parameters;
    const bucketsAt = HEADER + (bloomSize * this.bits) / 8;
    const chainsAt = bucketsAt + 4 * nbuckets;
    for (let index = symoffset; index < hashes.length; index += 1) {
      const hash = hashes[index] ?? 0;
      const bucket = hash % nbuckets;
      this.addToBloom(hash);
      const starts = index === symoffset || (hashes[index - 1] ?? 0) % nbuckets !== bucket;
      const ends = index + 1 === hashes.length || (hashes[index + 1] ?? 0) % nbuckets !== bucket;
      if (starts && this.get(bucketsAt + 4 * bucket) !== 0) return false;
      if (starts) this.put(bucketsAt + 4 * bucket, index);
      this.put(chainsAt + 4 * (index - symoffset), ((hash & ~1) | (ends ? 1 : 0)) >>> 0);
    }
    return true;
  }

  private addToBloom(hash: number): void {
    const { bloomSize, bloomShift } = this.parameters;
    const word = Math.floor(hash / this.bits) & (bloomSize - 1);
    const start = HEADER + (word * this.bits) / 8;
    const shifted = bloomShift < 32 ? hash >>> bloomShift : 0;
    for (const bit of [hash % this.bits, shifted % this.bits]) {
      const half = this.bits === 32 ? 0 : bit >= 32 === this.littleEndian ? 4 : 0;
      this.put(start + half, (this.get(start + half) | (1 << (bit & 31))) >>> 0);
    }
  }

  private get(at: number): number {
    return this.view.getUint32(at, this.littleEndian);
  }

  private put(at: number, value: number): void {
    this.view.setUint32(at, value, this.littleEndian);
  }
}
