import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import { swapped } from './layout-kinds.js';
import { any, otherByte, otherNumber, randomBytes, readNumber, writeNumber } from './random-bytes.js';
import type { ElfPart, Site } from './site.js';

/** Fields of a 64-bit symbol: start and length (gABI, "Symbol Table"). */
const SYMBOL = {
  st_name: [0, 4],
  st_info: [4, 1],
  st_other: [5, 1],
  st_shndx: [6, 2],
  st_value: [8, 8],
  st_size: [16, 8],
} as const;
const SYMBOL_SIZE = 24;
const RELOCATION = { r_offset: [0, 8], r_type: [8, 4], r_sym: [12, 4], r_addend: [16, 8] } as const;

/** Changes of symbols, of their names and of relocations, in 64-bit files. */
export const SYMBOL_KINDS = {
  st_value: (site, random) => symbolField(site, random, 'st_value'),
  st_size: (site, random) => symbolField(site, random, 'st_size'),
  st_info: (site, random) => symbolField(site, random, 'st_info'),
  st_other: (site, random) => symbolField(site, random, 'st_other'),
  st_shndx: (site, random) => symbolField(site, random, 'st_shndx'),
  /** A symbol takes another one's name. */
  st_name: (site, random) => swapField(site, random, 'st_name', false),
  'swap-names': (site, random) => swapField(site, random, 'st_name', true),
  'swap-values': (site, random) => swapField(site, random, 'st_value', true),
  'name-byte': ({ bytes, elves }, random) => {
    const table = any(elves.flatMap(stringTables), random);
    if (table === undefined) return [];
    const at = table.start + random.below(table.length);
    return bytes[at] === 0
      ? []
      : replaced(bytes, at, Uint8Array.of(random.pick([0x61 + random.below(26), 0x30 + random.below(10)])));
  },
  'hash-digit': ({ bytes, elves }, random) => {
    const hash = any(
      elves.flatMap((part) => hashesIn(bytes, part)),
      random,
    );
    if (hash === undefined) return [];
    return otherDigit(bytes, hash.at + random.below(16), random);
  },
  'hash-in-one-place': ({ bytes, elves }, random) => {
    const hash = any(
      elves.flatMap((part) => hashesIn(bytes, part)),
      random,
    );
    return hash === undefined ? [] : replaced(bytes, hash.at, randomHash(random));
  },
  'hash-in-all-places-but-one': (site, random) => {
    const { bytes } = site;
    const hash = any(
      site.elves.flatMap((part) => hashesIn(bytes, part)),
      random,
    );
    if (hash === undefined) return [];
    const places: number[] = [];
    const text = bytes.toString('latin1', hash.at, hash.at + 16);
    for (let at = bytes.indexOf(text, 0, 'latin1'); at >= 0; at = bytes.indexOf(text, at + 16, 'latin1'))
      places.push(at);
    if (places.length < 2) return [];
    places.splice(random.below(places.length), 1);
    const other = randomHash(random);
    return places.flatMap((at) => replaced(bytes, at, other));
  },
  r_offset: (site, random) => relocationField(site, random, 'r_offset'),
  r_type: (site, random) => relocationField(site, random, 'r_type'),
  r_sym: (site, random) => relocationField(site, random, 'r_sym'),
  r_addend: (site, random) => relocationField(site, random, 'r_addend'),
  /** A call or a pointer goes where another one goes. */
  'relocation-target': (site, random) => {
    const [x, y] = [relocation(site, random), relocation(site, random)];
    if (x === undefined || y === undefined || x.part !== y.part) return [];
    const { bytes } = site;
    return [
      ...replaced(bytes, x.at + 12, bytes.subarray(y.at + 12, y.at + 16)),
      ...replaced(bytes, x.at + 16, bytes.subarray(y.at + 16, y.at + 24)),
    ];
  },
  'swap-relocations': (site, random) => {
    const [x, y] = [relocation(site, random), relocation(site, random)];
    if (x === undefined || y === undefined || x.part !== y.part || x.at === y.at) return [];
    const { bytes } = site;
    return [
      ...replaced(bytes, x.at + 12, bytes.subarray(y.at + 12, y.at + 24)),
      ...replaced(bytes, y.at + 12, bytes.subarray(x.at + 12, x.at + 24)),
    ];
  },
  /** The same records in another order. */
  'reordered-relocations': (site, random) => {
    const [x, y] = [relocation(site, random), relocation(site, random)];
    if (x === undefined || y === undefined || x.part !== y.part) return [];
    return swapped(site.bytes, x.at, y.at, 24);
  },
} as const satisfies Record<string, Kind>;

function symbolField({ bytes, elves }: Site, random: Random, field: keyof typeof SYMBOL): Edit[] {
  const at = symbolAt(any(elves, random), random);
  if (at < 0) return [];
  const [start, length] = SYMBOL[field];
  if (length < 4) return otherByte(bytes, at + start + random.below(length), random);
  return writeNumber(bytes, at + start, length, otherNumber(readNumber(bytes, at + start, length), random));
}

function symbolAt(part: ElfPart | undefined, random: Random): number {
  if (part?.symbols === undefined || part.elf.header.class !== 64) return -1;
  const { offset, entrySize, length } = part.symbols;
  return length < 2 ? -1 : part.base + offset + entrySize * (1 + random.below(length - 1));
}

function swapField(
  { bytes, elves }: Site,
  random: Random,
  field: keyof typeof SYMBOL,
  both: boolean,
): Edit[] {
  const part = any(elves, random);
  const [x, y] = [symbolAt(part, random), symbolAt(part, random)];
  if (x < 0 || x === y) return [];
  const [start, length] = SYMBOL[field];
  const take = (from: number) => bytes.subarray(from + start, from + start + length);
  const rest = (from: number) =>
    Buffer.concat([
      bytes.subarray(from, from + start),
      bytes.subarray(from + start + length, from + SYMBOL_SIZE),
    ]);
  // Two records that are one but for this field would only change places.
  if (both && rest(x).equals(rest(y))) return [];
  return [...replaced(bytes, x + start, take(y)), ...(both ? replaced(bytes, y + start, take(x)) : [])];
}

const SHT_STRTAB = 3;

function stringTables({ base, elf }: ElfPart): { start: number; length: number }[] {
  return elf.sections
    .filter((s) => s.sh_type === SHT_STRTAB && s.fileSize > 0)
    .map((s) => ({ start: base + s.sh_offset, length: s.fileSize }));
}

const HASH = /(?:17h|-)([0-9a-f]{16})/g;

const hashes = new WeakMap<ElfPart, { at: number }[]>();

function hashesIn(bytes: Buffer, part: ElfPart): { at: number }[] {
  let found = hashes.get(part);
  if (found === undefined) {
    found = [];
    for (const { start, length } of stringTables(part)) {
      const text = bytes.toString('latin1', start, start + length);
      for (const match of text.matchAll(HASH)) found.push({ at: start + match.index + match[0].length - 16 });
    }
    hashes.set(part, found);
  }
  return found;
}

function randomHash(random: Random): Buffer {
  return Buffer.from(randomBytes(8, random).toString('hex'), 'latin1');
}

function otherDigit(bytes: Buffer, at: number, random: Random): Edit[] {
  return replaced(bytes, at, Buffer.from('0123456789abcdef'.charAt(random.below(16)), 'latin1'));
}

interface RelocationAt {
  readonly part: ElfPart;
  readonly at: number;
}

function relocation({ elves }: Site, random: Random): RelocationAt | undefined {
  const part = any(elves, random);
  const table = any(
    part?.relocations.filter(({ form, length }) => form === 'rela' && length > 0) ?? [],
    random,
  );
  if (part === undefined || table === undefined || table.entrySize !== 24) return undefined;
  return { part, at: part.base + table.offset + 24 * random.below(table.length) };
}

function relocationField(site: Site, random: Random, field: keyof typeof RELOCATION): Edit[] {
  const chosen = relocation(site, random);
  if (chosen === undefined) return [];
  const { bytes } = site;
  const [start, length] = RELOCATION[field];
  const at = chosen.at + start;
  return writeNumber(bytes, at, length, otherNumber(readNumber(bytes, at, length), random));
}
