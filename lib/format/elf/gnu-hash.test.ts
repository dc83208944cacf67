import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { type Elf, openElf } from '../elf.js';
import { type FixtureSymbol, Numbers, stringTable, symbolTable, writeElf } from './elf-fixture.js';
import { gnuHashFollows, gnuHashParameters, gnuHashSection, recomputeGnuHash } from './gnu-hash.js';
import { linkedLibrary } from './linked-fixture.js';
import { sysvHashFollows, sysvHashSection } from './sysv-hash.js';

const open = (content: Uint8Array) => openElf(memoryBytes(content));
const SHT_GNU_HASH = 0x6ffffff6;

/** `printf` hashes to 0x156b2bb8, `exit` to 0x7c967e3f (glibc's own test of its hash). */
function libraryOf(
  elfClass: 32 | 64,
  littleEndian: boolean,
  table: Buffer,
  symbols: readonly FixtureSymbol[],
): Elf {
  return open(
    writeElf({
      class: elfClass,
      littleEndian,
      sections: [
        {
          name: '.dynsym',
          type: 11,
          content: symbolTable(elfClass, littleEndian, symbols),
          link: 2,
          entsize: elfClass === 64 ? 24 : 16,
        },
        { name: '.dynstr', type: 3, content: NAMES.table },
        { name: '.gnu.hash', type: SHT_GNU_HASH, content: table, link: 1 },
      ],
    }),
  );
}

const NAMES = stringTable(['printf', 'exit', 'free']);
const defined = (name: string): FixtureSymbol => ({ name: NAMES.indexOf(name), info: 0x12, shndx: 1 });
const undefinedOne: FixtureSymbol = { name: NAMES.indexOf('free'), info: 0x12 };

/** Two buckets: exit (odd hash) is in the second, printf in the first. */
function table(elfClass: 32 | 64, littleEndian: boolean): Buffer {
  const [printf, exit] = [0x156b2bb8, 0x7c967e3f];
  const bit = (hash: number, shift: number) => 1n << BigInt((hash >>> shift) % elfClass);
  const bloom = bit(printf, 0) | bit(printf, 5) | bit(exit, 0) | bit(exit, 5);
  return new Numbers(elfClass === 64, littleEndian)
    .add(4, 2)
    .add(4, 2)
    .add(4, 1)
    .add(4, 5)
    .word(bloom)
    .add(4, 2)
    .add(4, 3)
    .add(4, printf | 1)
    .add(4, exit | 1)
    .bytes();
}

test('the table follows from its parameters and the symbols, in both classes and byte orders', (t) => {
  for (const elfClass of [32, 64] as const) {
    for (const littleEndian of [true, false]) {
      const content = table(elfClass, littleEndian);
      const symbols = [{ name: 0 }, undefinedOne, defined('printf'), defined('exit')];
      const elf = libraryOf(elfClass, littleEndian, content, symbols);
      t.true(gnuHashFollows(elf));
      const section = gnuHashSection(elf);
      if (section === undefined) return t.fail();
      t.deepEqual(gnuHashParameters(elf, section), {
        nbuckets: 2,
        symoffset: 2,
        bloomSize: 1,
        bloomShift: 5,
      });
      t.deepEqual(recomputeGnuHash(elf, section), content);
    }
  }
});

test('the tables of GNU ld, gold and lld follow from the symbols', (t) => {
  for (const linker of ['gnuLd', 'gold', 'lld'] as const)
    t.true(gnuHashFollows(open(linkedLibrary(linker))), linker);
  for (const linker of ['gnuLd', 'lld'] as const)
    t.true(sysvHashFollows(open(linkedLibrary(linker))), linker);
  t.false(sysvHashFollows(open(linkedLibrary('gold'))));
});

test('no byte of a table, and none of a name, can change without being seen', (t) => {
  for (const linker of ['gnuLd', 'gold', 'lld'] as const) {
    const content = linkedLibrary(linker);
    const elf = open(content);
    const section = gnuHashSection(elf);
    const sysv = sysvHashSection(elf);
    const names = elf.section('.dynstr');
    if (section === undefined || names === undefined) return t.fail();
    const places = [
      ...Array.from({ length: section.fileSize }, (_, at) => ({
        at: section.sh_offset + at,
        follows: gnuHashFollows,
      })),
      ...Array.from({ length: sysv?.fileSize ?? 0 }, (_, at) => ({
        at: (sysv?.sh_offset ?? 0) + at,
        follows: sysvHashFollows,
      })),
      ...[1, 2, 3].map((at) => ({ at: names.sh_offset + at, follows: gnuHashFollows })),
    ];
    for (const { at, follows } of places) {
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      t.false(follows(open(changed)), `${linker} ${at}`);
    }
  }
});

test('a defined symbol in front of the table, which nobody would find, is not passed over', (t) => {
  const symbols = [{ name: 0 }, { ...undefinedOne, shndx: 1 }, defined('printf'), defined('exit')];
  t.false(gnuHashFollows(libraryOf(64, true, table(64, true), symbols)));
  const local = [{ name: 0 }, { ...undefinedOne, shndx: 1, info: 2 }, defined('printf'), defined('exit')];
  t.true(gnuHashFollows(libraryOf(64, true, table(64, true), local)));
});

test('symbols that are not grouped by bucket make no table', (t) => {
  const symbols = [{ name: 0 }, undefinedOne, defined('printf'), defined('exit'), defined('printf')];
  const content = Buffer.concat([table(64, true), Buffer.alloc(4)]);
  t.false(gnuHashFollows(libraryOf(64, true, content, symbols)));
});

test('without a defined symbol the table is one empty bucket', (t) => {
  const empty = new Numbers(true, true).add(4, 1).add(4, 1).add(4, 1).add(4, 0).word(0).add(4, 0).bytes();
  t.true(gnuHashFollows(libraryOf(64, true, empty, [{ name: 0 }, undefinedOne, undefinedOne])));
  t.false(gnuHashFollows(libraryOf(64, true, empty, [{ name: 0 }, undefinedOne, defined('exit')])));
});

test('parameters that cannot be are not followed', (t) => {
  const symbols = [{ name: 0 }, undefinedOne, defined('printf'), defined('exit')];
  for (const [at, value] of [
    [0, 0],
    [0, 0xffff_ffff],
    [4, 0xffff_ffff],
    [8, 0],
    [8, 3],
    [8, 0xffff_ffff],
    [12, 0xffff_ffff],
  ] as const) {
    const content = table(64, true);
    content.writeUInt32LE(value, at);
    t.false(gnuHashFollows(libraryOf(64, true, content, symbols)), `${at} ${value}`);
  }
  t.false(gnuHashFollows(open(writeElf({}))));
  t.false(sysvHashFollows(open(writeElf({}))));
});

test('a name that is not in the string table is refused with its place', (t) => {
  const symbols = [{ name: 0 }, { name: 9999 }, defined('printf'), defined('exit')];
  const error = t.throws(() => gnuHashFollows(libraryOf(64, true, table(64, true), symbols)), {
    instanceOf: InputError,
  });
  t.is(error.where.offset, 64 + 24);
});
