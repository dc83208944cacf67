import { regions } from '../../lib/format/elf.js';
import type { Random } from '../fuzzing/random.js';
import { type Edit, replaced } from './edit.js';
import type { Kind } from './kind.js';
import { any, flipBit, otherByte, randomBytes } from './random-bytes.js';
import type { Site } from './site.js';

/** Changes that know nothing of what they change. */
export const BYTE_KINDS = {
  'bit-anywhere': ({ bytes }, random) => flipBit(bytes, random.below(bytes.length), random),
  'byte-anywhere': ({ bytes }, random) => otherByte(bytes, random.below(bytes.length), random),
  'swap-bytes': ({ bytes }, random) => {
    const [x, y] = [random.below(bytes.length), random.below(bytes.length)];
    const [atX, atY] = [bytes[x] ?? 0, bytes[y] ?? 0];
    return atX === atY
      ? []
      : [...replaced(bytes, x, Uint8Array.of(atY)), ...replaced(bytes, y, Uint8Array.of(atX))];
  },
  'swap-neighbours': ({ bytes }, random) => {
    const at = random.below(bytes.length - 1);
    return replaced(bytes, at, Uint8Array.of(bytes[at + 1] ?? 0, bytes[at] ?? 0));
  },
  'bytes-anywhere': ({ bytes }, random) => {
    const length = random.pick([2, 4, 8, 16]);
    return replaced(bytes, random.below(bytes.length - length), randomBytes(length, random));
  },
  /** Each structure is as likely as every other, whatever its size. */
  'bit-in-region': (site, random) => inRegion(site, random, (bytes, at) => flipBit(bytes, at, random)),
  'byte-in-region': (site, random) => inRegion(site, random, (bytes, at) => otherByte(bytes, at, random)),
  padding: ({ bytes, elves }, random) => {
    const part = any(elves, random);
    const gaps = part === undefined ? [] : regions(part.elf).filter(({ kind }) => kind === 'gap');
    const gap = any(gaps, random);
    return part === undefined || gap === undefined
      ? []
      : otherByte(bytes, part.base + gap.start + random.below(gap.length), random);
  },
  append: ({ bytes }, random) => [
    { offset: bytes.length, length: 0, bytes: randomBytes(random.pick([1, 2, 12, 60]), random) },
  ],
  'append-zeros': ({ bytes }, random) => [
    { offset: bytes.length, length: 0, bytes: new Uint8Array(random.pick([1, 2, 16])) },
  ],
  'cut-off': ({ bytes }, random) => {
    const length = Math.min(bytes.length, random.pick([1, 2, 16]));
    return [{ offset: bytes.length - length, length, bytes: new Uint8Array(0) }];
  },
} as const satisfies Record<string, Kind>;

function inRegion(
  { bytes, elves }: Site,
  random: Random,
  change: (bytes: Buffer, at: number) => Edit[],
): Edit[] {
  const part = any(elves, random);
  const region = part === undefined ? undefined : any(regions(part.elf), random);
  if (part === undefined || region === undefined) return change(bytes, random.below(bytes.length));
  return change(bytes, part.base + region.start + random.below(region.length));
}
