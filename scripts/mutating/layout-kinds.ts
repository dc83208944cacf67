import type { Section } from '../../lib/format/elf/section.js';
import { PHDR } from '../../lib/format/elf/segment.js';
import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import { any, otherNumber, writeNumber } from './random-bytes.js';
import type { ElfPart, Site } from './site.js';

const SHF_ALLOC = 2n;
/** Fields of a 64-bit section header that say where and how large a section is: start and length. */
const SECTION = { sh_addr: 16, sh_offset: 24, sh_size: 32 } as const;
const E_SHOFF = 40;
const E_SHSTRNDX = 62;

/** Changes by which linked files say two things at once: of sections, and of what is loaded. */
export const LAYOUT_KINDS = {
  /** A section is read from a copy at the end of the file, and another one, or filling, is loaded in its place. */
  'section-elsewhere': (site, random) => {
    const part = any(linked(site), random);
    const section = any(part?.elf.sections.filter(isLoaded) ?? [], random);
    return part === undefined || section === undefined ? [] : elsewhere(site.bytes, part, section, random);
  },
  'section-addresses': ({ bytes, elves }, random) => {
    const part = any(elves.filter(isWide), random);
    const section = any(part?.elf.sections.slice(1) ?? [], random);
    if (part === undefined || section === undefined) return [];
    const header = part.base + section.headerOffset;
    const by = random.pick([8, -8, 16, 64, 4096, -4096]);
    const { sh_addr, sh_offset, sh_size } = section;
    return [
      ...writeNumber(bytes, header + SECTION.sh_addr, 8, Math.max(0, Number(sh_addr) + by)),
      ...(random.below(2) === 0
        ? writeNumber(bytes, header + SECTION.sh_offset, 8, Math.max(0, sh_offset + by))
        : []),
      ...(random.below(2) === 0
        ? writeNumber(bytes, header + SECTION.sh_size, 8, Math.max(0, sh_size - by))
        : []),
    ];
  },
  'swap-program-headers': (site, random) => {
    const part = any(linked(site), random);
    if (part === undefined) return [];
    const [x, y] = [any(part.elf.segments, random), any(part.elf.segments, random)];
    if (x === undefined || y === undefined) return [];
    return swapped(site.bytes, part.base + x.headerOffset, part.base + y.headerOffset, PHDR[64].size);
  },
  'names-of-sections': ({ bytes, elves }, random) => {
    const part = any(elves.filter(isWide), random);
    if (part === undefined) return [];
    return writeNumber(bytes, part.base + E_SHSTRNDX, 2, random.below(part.elf.sections.length));
  },
  /** A value of `.dynamic` becomes that of another entry, or one near it. */
  'dynamic-value': (site, random) => {
    const part = any(linked(site), random);
    const entries = part?.elf.dynamic()?.entries ?? [];
    const [x, y] = [any(entries, random), any(entries, random)];
    if (part === undefined || x === undefined || y === undefined) return [];
    const value = random.below(2) === 0 ? Number(y.d_val) : otherNumber(Number(x.d_val), random);
    return writeNumber(site.bytes, part.base + x.offset + 8, 8, value);
  },
} as const satisfies Record<string, Kind>;

/** 64-bit files that are loaded and are a content of their own. */
function linked({ elves }: Site): ElfPart[] {
  return elves.filter((part) => isWide(part) && part.base === 0 && part.elf.segments.length > 0);
}

function isWide({ elf }: ElfPart): boolean {
  return elf.header.class === 64 && elf.header.littleEndian;
}

function isLoaded({ sh_flags, fileSize }: Section): boolean {
  return (sh_flags & SHF_ALLOC) !== 0n && fileSize > 0;
}

function elsewhere(bytes: Buffer, { elf }: ElfPart, section: Section, random: Random): Edit[] {
  const { sh_offset, sh_addralign, fileSize, headerOffset } = section;
  const table = elf.sectionTable.offset;
  if (sh_offset + fileSize > table) return [];
  const start = aligned(table, Math.max(1, Number(sh_addralign)));
  const end = aligned(start + fileSize, 8);
  const added = Buffer.alloc(end - table);
  bytes.copy(added, start - table, sh_offset, sh_offset + fileSize);
  const old = bytes.subarray(sh_offset, sh_offset + fileSize);
  const left = Buffer.alloc(fileSize, random.pick([0, 0, 0xcc]));
  if (random.below(3) === 0) {
    old.copy(left);
    const at = random.below(fileSize);
    left[at] = (left[at] ?? 0) ^ (1 << random.below(8));
  }
  return [
    ...replaced(bytes, sh_offset, left),
    { offset: table, length: 0, bytes: added },
    ...writeNumber(bytes, E_SHOFF, 8, end),
    ...writeNumber(bytes, headerOffset + SECTION.sh_offset, 8, start),
  ];
}

function aligned(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}

/** Two records of one length change places. */
export function swapped(bytes: Buffer, x: number, y: number, length: number): Edit[] {
  if (x === y) return [];
  return [
    ...replaced(bytes, x, Buffer.from(bytes.subarray(y, y + length))),
    ...replaced(bytes, y, Buffer.from(bytes.subarray(x, x + length))),
  ];
}
