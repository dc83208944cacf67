import type { Random } from '../fuzzing/random.js';
import { randomBytes } from './random-bytes.js';
import type { SlotClass } from './slot.js';

interface Text {
  readonly name: string;
  /**
   * Where its cause writes such a text. There another one is what the cause makes of it, and whatever else holds the same
   * text follows: a constant that names a library of the other name. Nothing is planted there.
   */
  readonly home?: readonly SlotClass[];
  /** Whether text that follows at once would be a part of it. */
  readonly open?: boolean;
  /** Two texts of one length that may stand for each other. */
  two(random: Random): [string, string];
}

/** What causes look like, and what they do not. */
export const TEXTS: readonly [Text, ...Text[]] = [
  {
    name: 'words',
    two: (random) => [of(random, LETTERS, 12), of(random, LETTERS, 12)],
  },
  {
    name: 'digits',
    two: (random) => pair(random, ['', ''], HEX, random.pick([8, 16, 32, 64])),
  },
  {
    name: 'file-of-cargo',
    home: ['name', 'metadata'],
    two: (random) => pair(random, ['tool-', random.pick(['', '.tar', '.rlib'])], HEX, 16),
  },
  {
    name: 'hash-of-cargo',
    home: ['name', 'metadata'],
    two: (random) => pair(random, ['-', ''], HEX, 16),
  },
  {
    name: 'out-dir',
    home: ['name'],
    two: (random) => pair(random, ['build/key-', '/out/k'], HEX, 16),
  },
  {
    name: 'commit',
    two: (random) => pair(random, ['', ''], HEX, 40),
  },
  {
    name: 'temporary-folder',
    home: ['name'],
    two: (random) => pair(random, [random.pick(['/tmp/rustc', '/tmp/.tmp']), '/key'], LETTERS, 6),
  },
  {
    name: 'legacy-symbol',
    home: ['name'],
    two: (random) => pair(random, ['_ZN4evil17h', 'E'], HEX, 16),
  },
  {
    name: 'v0-symbol',
    home: ['name'],
    two: (random) => pair(random, ['_RNvCs', '_4evil4main'], LETTERS, 11),
  },
  {
    name: 'llvm-suffix',
    home: ['name'],
    two: (random) => pair(random, ['evil.llvm.', ''], DIGITS, 19),
  },
  {
    name: 'codegen-unit',
    home: ['name'],
    two: (random) => pair(random, ['evil.', '-cgu.0'], HEX, 16),
  },
  {
    name: 'version',
    home: ['comment', 'metadata', 'name'],
    two: (random) => [version(random), version(random)],
  },
  {
    name: 'version-of-rustc',
    home: ['comment', 'metadata', 'name'],
    two: (random) => [`rustc ${version(random)}`, `rustc ${version(random)}`],
  },
  {
    name: 'path',
    open: true,
    two: (random) => {
      const rest = random.pick(['/keys/one', '/key.pem', '/bin/sh']);
      return [`/home/${of(random, LETTERS, 4)}${rest}`, `/home/${of(random, LETTERS, 4)}${rest}`];
    },
  },
  {
    name: 'time',
    two: (random) => [day(random), day(random)],
  },
  {
    name: 'seconds',
    two: (random) => [
      `1${of(random, '234567', 1)}${of(random, DIGITS, 8)}`,
      `1${of(random, '234567', 1)}${of(random, DIGITS, 8)}`,
    ],
  },
  {
    // Eight are a hash of a crate, sixteen the id of a type.
    name: 'bytes',
    home: ['metadata'],
    two: (random) => {
      const length = random.pick([8, 16]);
      return [randomBytes(length, random).toString('latin1'), randomBytes(length, random).toString('latin1')];
    },
  },
];

/** Names of all of them. */
export const TEXT_KINDS: readonly string[] = TEXTS.map(({ name }) => name);

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';

function pair(
  random: Random,
  [before, after]: readonly [string, string],
  from: string,
  length: number,
): [string, string] {
  return [before + of(random, from, length) + after, before + of(random, from, length) + after];
}

function of(random: Random, from: string, length: number): string {
  return Array.from({ length }, () => from.charAt(random.below(from.length))).join('');
}

function version(random: Random): string {
  return `1.${of(random, '123456789', 2)}.${of(random, DIGITS, 1)}`;
}

function day(random: Random): string {
  return `20${of(random, '012', 1)}${of(random, DIGITS, 1)}-0${of(random, '123456789', 1)}-1${of(random, DIGITS, 1)}T10:00:00Z`;
}
