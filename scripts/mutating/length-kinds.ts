import { patchTarget } from '../../lib/explain/elf/patch.js';
import { ElfView } from '../../lib/explain/elf/view.js';
import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import { any, readNumber, writeNumber } from './random-bytes.js';
import type { ElfPart, Site } from './site.js';

/** Changes of words that tell how long the text is which the pointer before them leads to. */
export const LENGTH_KINDS = {
  /** By one, or by what a path is longer than another one. */
  'text-length': (site, random) => {
    const at = any(lengthWords(site), random);
    return at === undefined ? [] : grown(site, at, by(random));
  },
  'text-length-by-one': (site, random) => {
    const at = any(lengthWords(site), random);
    return at === undefined ? [] : grown(site, at, random.pick([-1, 1]));
  },
  /** The same change in two or three places. */
  'text-length-consistent': (site, random) => {
    const words = lengthWords(site);
    const change = by(random);
    const chosen = new Set(Array.from({ length: 2 + random.below(2) }, () => any(words, random)));
    return [...chosen].flatMap((at) => (at === undefined ? [] : grown(site, at, change)));
  },
  /** Every word of one length gets another one. */
  'text-length-everywhere': (site, random) => {
    const words = lengthWords(site);
    const one = any(words, random);
    if (one === undefined) return [];
    const change = by(random);
    const length = readNumber(site.bytes, one, WORD);
    return words
      .filter((at) => readNumber(site.bytes, at, WORD) === length)
      .flatMap((at) => grown(site, at, change));
  },
  /** The constant that code loads right behind an address. */
  'text-length-in-code': (site, random) => {
    const at = any(lengthConstants(site), random);
    if (at === undefined) return [];
    return writeNumber(site.bytes, at, 4, Math.max(0, readNumber(site.bytes, at, 4) + by(random)));
  },
  'swap-text-lengths': ({ bytes, ...site }, random) => {
    const words = lengthWords({ bytes, ...site });
    const [x, y] = [any(words, random), any(words, random)];
    if (x === undefined || y === undefined || x === y) return [];
    return [
      ...replaced(bytes, x, bytes.subarray(y, y + WORD)),
      ...replaced(bytes, y, bytes.subarray(x, x + WORD)),
    ];
  },
} as const satisfies Record<string, Kind>;

const WORD = 8;
/** A text that is longer is none that anybody measures. Bytes. */
const LONGEST = 4096;

const known = new WeakMap<Buffer, readonly number[]>();

/** Where such words stand in a content. */
function lengthWords(site: Site): readonly number[] {
  let words = known.get(site.bytes);
  if (words === undefined) {
    words = site.elves.flatMap((part) => wordsOf(site.bytes, part));
    known.set(site.bytes, words);
  }
  return words;
}

function wordsOf(bytes: Buffer, { base, elf, member }: ElfPart): number[] {
  if (elf.header.class !== 64 || !elf.header.littleEndian) return [];
  const view = new ElfView(bytes.subarray(base, member === undefined ? bytes.length : base + member.size));
  return view.elf.sections.flatMap((section) => {
    const patches = section.fileSize === 0 ? undefined : view.patches(section.index);
    const rows = Array.from({ length: patches?.length ?? 0 }, (_, i) => i);
    return rows.flatMap((i) => {
      const at = (patches?.offset[i] ?? 0) + WORD;
      if (patches?.size[i] !== WORD || patches.offset[i + 1] === at || at + WORD > section.fileSize)
        return [];
      const length = readNumber(bytes, base + section.sh_offset + at, WORD);
      return isText(view, patchTarget(view, patches, i), length) ? [base + section.sh_offset + at] : [];
    });
  });
}

/** Constants of `lea r64, [rip + …]` and `mov r32, …` behind it: where they stand in a content. */
function lengthConstants({ bytes, elves }: Site): number[] {
  const out: number[] = [];
  for (const { offset, length } of elves.flatMap(({ functions }) => functions)) {
    const code = bytes.subarray(offset, offset + length);
    for (let at = code.indexOf(0x8d); at >= 0; at = code.indexOf(0x8d, at + 1)) {
      const move = code[at + 6] === 0x41 ? at + 7 : at + 6;
      const follows = ((code[at + 1] ?? 0) & 0xc7) === 5 && ((code[move] ?? 0) & 0xf8) === 0xb8;
      if (follows && move + 5 <= length && code.readUInt32LE(move + 1) <= LONGEST)
        out.push(offset + move + 1);
    }
  }
  return out;
}

function isText(view: ElfView, location: number, length: number): boolean {
  const section = location < 0 ? undefined : view.section(Math.floor(location / 2 ** 32));
  if (section === undefined || length === 0 || length > LONGEST) return false;
  const text = view.content(section).subarray(location % 2 ** 32, (location % 2 ** 32) + length);
  return text.length === length && text.every((byte) => byte >= 0x20 && byte < 0x7f);
}

function by(random: Random): number {
  return random.pick([-1, 1]) * (1 + random.below(random.pick([1, 4, 32])));
}

function grown({ bytes }: Site, at: number, change: number): Edit[] {
  return writeNumber(bytes, at, WORD, Math.max(0, readNumber(bytes, at, WORD) + change));
}
