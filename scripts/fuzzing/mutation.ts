import type { Random } from './random.js';

/** A damaged copy of `seed`: one to four changes, of kinds that readers of binary formats stumble over. */
export function mutate(seed: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let count = 1 + random.below(4); count > 0; count -= 1) bytes = random.pick(MUTATIONS)(bytes, random);
  return bytes;
}

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  flipBit,
  flipBit,
  setByte,
  setNumber,
  setNumber,
  setDigits,
  setDigits,
  truncate,
  removeStretch,
  repeatStretch,
  moveStretch,
  append,
];

function flipBit(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length);
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
}

function setByte(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length);
  if (at < bytes.length) bytes[at] = random.pick([0, 1, 0x20, 0x2f, 0x30, 0x7f, 0x80, 0xff]);
  return bytes;
}

/** Writes an extreme number over whatever is there, of any width and byte order. */
function setNumber(bytes: Buffer, random: Random): Buffer {
  const width = random.pick([1, 2, 4, 8, 12]);
  const number = random.pick(NUMBERS).slice();
  if (random.below(2) === 0) number.reverse();
  const at = random.below(bytes.length);
  bytes.set(number.subarray(0, Math.min(width, bytes.length - at)), at);
  return bytes;
}

const NUMBERS: readonly [Uint8Array, ...Uint8Array[]] = [
  Buffer.alloc(12),
  Buffer.alloc(12, 0xff),
  Buffer.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  Buffer.of(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Buffer.of(0x80, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0),
  Buffer.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1),
  Buffer.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0),
];

/** Replaces a number in text, which is how tar, ar and cpio write theirs, by an extreme one as wide. */
function setDigits(bytes: Buffer, random: Random): Buffer {
  const runs = [...bytes.toString('latin1').matchAll(/[0-9a-fA-F]{3,}/g)];
  const run = runs[random.below(runs.length)];
  if (run === undefined) return flipBit(bytes, random);
  const width = run[0].length;
  const text = random.pick([
    '0'.repeat(width),
    '7'.repeat(width),
    '9'.repeat(width),
    'f'.repeat(width),
    ' '.repeat(width),
    '-1'.padStart(width),
    `1${'0'.repeat(width - 1)}`,
    `${random.below(1000)}`.padStart(width, '0').slice(0, width),
    `${random.below(1000)}`.padEnd(width).slice(0, width),
  ]);
  bytes.write(text, run.index, 'latin1');
  return bytes;
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.below(bytes.length));
}

function removeStretch(bytes: Buffer, random: Random): Buffer {
  const [from, to] = stretch(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function repeatStretch(bytes: Buffer, random: Random): Buffer {
  const [from, to] = stretch(bytes, random);
  const copies = Array<Buffer>(1 + random.below(3)).fill(bytes.subarray(from, to));
  return Buffer.concat([bytes.subarray(0, to), ...copies, bytes.subarray(to)]);
}

function moveStretch(bytes: Buffer, random: Random): Buffer {
  const [from, to] = stretch(bytes, random);
  const copy = Buffer.from(bytes.subarray(from, to));
  copy.copy(bytes, random.below(bytes.length));
  return bytes;
}

function append(bytes: Buffer, random: Random): Buffer {
  const tail =
    random.below(2) === 0 ? Buffer.alloc(random.below(1024)) : bytes.subarray(random.below(bytes.length));
  return Buffer.concat([bytes, tail]);
}

/** Mostly aligned to blocks or words, as the parts of archives are. */
function stretch(bytes: Buffer, random: Random): readonly [number, number] {
  const align = random.pick([1, 4, 512]);
  const from = Math.floor(random.below(bytes.length) / align) * align;
  const length = align * (1 + random.below(align === 512 ? 3 : 64));
  return [from, Math.min(bytes.length, from + length)];
}
