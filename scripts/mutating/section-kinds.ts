import { EHDR } from '../../lib/format/elf/header.js';
import { SHDR } from '../../lib/format/elf/section.js';
import { PHDR } from '../../lib/format/elf/segment.js';
import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import {
  any,
  flipBit,
  otherByte,
  otherNumber,
  randomBytes,
  readNumber,
  writeNumber,
} from './random-bytes.js';
import type { Site } from './site.js';

/** Changes in sections with a format of their own, and in headers. */
export const SECTION_KINDS = {
  'constant-string': (site, random) => {
    const place = section(site, random, /^\.rodata/);
    if (place === undefined) return [];
    const at = place.start + random.below(place.length);
    const byte = site.bytes[at] ?? 0;
    return byte < 0x20 || byte > 0x7e ? [] : replaced(site.bytes, at, Uint8Array.of(0x61 + random.below(26)));
  },
  constant: (site, random) => change(site, random, /^\.rodata/),
  data: (site, random) => change(site, random, /^\.(data|tdata|init_array|fini_array|got)/),
  'eh-frame': (site, random) => change(site, random, /^\.eh_frame/),
  'exception-table': (site, random) => change(site, random, /^\.gcc_except_table/),
  comment: (site, random) => change(site, random, /^\.comment/),
  note: (site, random) => change(site, random, /^\.note/),
  dynamic: (site, random) => change(site, random, /^\.dynamic/),
  'dynamic-tables': (site, random) => change(site, random, /^\.(gnu\.hash|hash|dynsym|dynstr|gnu\.version)/),
  debug: (site, random) => change(site, random, /^\.debug/),
  rmeta: (site, random) => change(site, random, METADATA),
  'rmeta-hash': (site, random) => {
    const place = section(site, random, METADATA);
    const length = random.pick([8, 16]);
    if (place === undefined || place.length < length) return [];
    return replaced(
      site.bytes,
      place.start + random.below(place.length - length),
      randomBytes(length, random),
    );
  },
  /** A byte of a number that goes on (LEB128) becomes another that goes on. */
  'rmeta-number': (site, random) => {
    const place = section(site, random, METADATA);
    if (place === undefined) return [];
    const at = place.start + random.below(place.length);
    const byte = site.bytes[at] ?? 0;
    return replaced(site.bytes, at, Uint8Array.of((byte & 0x80) | random.below(0x80)));
  },
  bitcode: (site, random) => change(site, random, /^\.llvm(bc|cmd)/),
  'elf-header': (site, random) => headerField(site, random, 'header'),
  'section-header': (site, random) => headerField(site, random, 'section'),
  'program-header': (site, random) => headerField(site, random, 'segment'),
  /** Two stretches of eight bytes change places. */
  'swap-words': (site, random) => {
    const place = section(site, random, /^\.(rodata|data|got|init_array|gcc_except_table|eh_frame)/);
    if (place === undefined || place.length < 16) return [];
    const words = Math.floor(place.length / 8);
    const [x, y] = [place.start + 8 * random.below(words), place.start + 8 * random.below(words)];
    const { bytes } = site;
    if (x === y) return [];
    return [...replaced(bytes, x, bytes.subarray(y, y + 8)), ...replaced(bytes, y, bytes.subarray(x, x + 8))];
  },
} as const satisfies Record<string, Kind>;

/** Crate metadata stands in a section, or is a content of its own, which has no name. */
const METADATA = /^\.(rmeta|rustc)$|^$/;

interface Place {
  readonly start: number;
  readonly length: number;
}

function section({ bytes, elves, members }: Site, random: Random, name: RegExp): Place | undefined {
  const places = elves.flatMap(({ base, elf }) =>
    elf.sections
      .filter((s) => s.fileSize > 0 && s.name !== '' && name.test(s.name))
      .map((s) => ({ start: base + s.sh_offset, length: s.fileSize })),
  );
  // A content without any structure.
  if (places.length === 0 && elves.length === 0 && members.length === 0 && name.test(''))
    return { start: 0, length: bytes.length };
  return any(places, random);
}

function change(site: Site, random: Random, name: RegExp): Edit[] {
  const place = section(site, random, name);
  if (place === undefined) return [];
  const { bytes } = site;
  const at = place.start + random.below(place.length);
  switch (random.below(4)) {
    case 0:
      return flipBit(bytes, at, random);
    case 1:
      return otherByte(bytes, at, random);
    case 2: {
      const word = place.start + (random.below(place.length) & ~3);
      if (word + 4 > place.start + place.length) return otherByte(bytes, at, random);
      return writeNumber(bytes, word, 4, otherNumber(readNumber(bytes, word, 4), random));
    }
    default:
      return replaced(
        bytes,
        at,
        randomBytes(Math.min(random.pick([2, 4, 8]), place.start + place.length - at), random),
      );
  }
}

function headerField({ bytes, elves }: Site, random: Random, of: 'header' | 'section' | 'segment'): Edit[] {
  const part = any(elves, random);
  if (part === undefined) return [];
  const layout = (of === 'header' ? EHDR : of === 'section' ? SHDR : PHDR)[part.elf.header.class];
  const record =
    of === 'header'
      ? undefined
      : any<{ readonly headerOffset: number }>(
          of === 'section' ? part.elf.sections : part.elf.segments,
          random,
        );
  if (of !== 'header' && record === undefined) return [];
  const base = part.base + (record?.headerOffset ?? 0);
  const slot = any(Object.values(layout.slots), random);
  if (slot === undefined) return [];
  const at = base + slot.at;
  if (random.below(2) === 0) return otherByte(bytes, at + random.below(slot.length), random);
  return writeNumber(bytes, at, slot.length, otherNumber(readNumber(bytes, at, slot.length), random));
}
