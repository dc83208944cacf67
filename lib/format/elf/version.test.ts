import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { openElf } from '../elf.js';
import { type FixtureElf, Numbers, stringTable, writeElf } from './elf-fixture.js';
import { readFields } from './record.js';
import { readVersions, VERDAUX, VERDEF, VERNAUX, VERNEED } from './version.js';

const NAMES = stringTable(['libc.so.6', 'GLIBC_2.2.5', 'GLIBC_2.34', 'libx.so', 'X_1', 'X_0']);
/** The System V hash of GLIBC_2.2.5, as every x86-64 program has it. */
const GLIBC_2_2_5 = 0x09691a75;

interface Parts {
  readonly versym?: Buffer;
  readonly verneed?: Buffer;
  readonly verdef?: Buffer;
}

function library(parts: Parts, more: Partial<FixtureElf> = {}) {
  const { versym = Buffer.alloc(0), verneed = Buffer.alloc(0), verdef = Buffer.alloc(0) } = parts;
  return openElf(
    memoryBytes(
      writeElf({
        sections: [
          { name: '.dynstr', type: 3, content: NAMES.table },
          { name: '.gnu.version', type: 0x6fffffff, content: versym },
          { name: '.gnu.version_r', type: 0x6ffffffe, content: verneed, link: 1 },
          { name: '.gnu.version_d', type: 0x6ffffffd, content: verdef, link: 1 },
        ],
        ...more,
      }),
    ),
  );
}

function needs(littleEndian: boolean): Buffer {
  const out = new Numbers(true, littleEndian);
  out.add(2, 1).add(2, 2).add(4, NAMES.indexOf('libc.so.6')).add(4, 16).add(4, 0);
  out.add(4, GLIBC_2_2_5).add(2, 0).add(2, 3).add(4, NAMES.indexOf('GLIBC_2.2.5')).add(4, 16);
  out.add(4, 12345).add(2, 2).add(2, 2).add(4, NAMES.indexOf('GLIBC_2.34')).add(4, 0);
  return out.bytes();
}

function definitions(littleEndian: boolean): Buffer {
  const out = new Numbers(true, littleEndian);
  out.add(2, 1).add(2, 1).add(2, 1).add(2, 1).add(4, 0).add(4, 20).add(4, 28);
  out.add(4, NAMES.indexOf('libx.so')).add(4, 0);
  out
    .add(2, 1)
    .add(2, 0)
    .add(2, 2)
    .add(2, 2)
    .add(4, 0x5f31 + 0x5800)
    .add(4, 20)
    .add(4, 0);
  out.add(4, NAMES.indexOf('X_1')).add(4, 8).add(4, NAMES.indexOf('X_0')).add(4, 0);
  return out.bytes();
}

test('needed and defined versions, and which symbol has which, are read in both classes and byte orders', (t) => {
  for (const elfClass of [32, 64] as const) {
    for (const littleEndian of [true, false]) {
      const versym = new Numbers(true, littleEndian).add(2, 0).add(2, 3).add(2, 0x8002).bytes();
      const parts = { versym, verneed: needs(littleEndian), verdef: definitions(littleEndian) };
      const elf = library(parts, { class: elfClass, littleEndian });
      const versions = readVersions(elf);
      t.deepEqual([...(versions.symbols?.index ?? [])], [0, 3, 0x8002]);
      const at = elf.section('.gnu.version_r')?.sh_offset ?? 0;
      t.deepEqual(versions.needs, [
        {
          offset: at,
          file: 'libc.so.6',
          versions: [
            { offset: at + 16, name: 'GLIBC_2.2.5', flags: 0, index: 3, hashFollows: true },
            { offset: at + 32, name: 'GLIBC_2.34', flags: 2, index: 2, hashFollows: false },
          ],
        },
      ]);
      t.deepEqual(
        versions.definitions.map((d) => [d.index, d.flags, d.names.map((n) => n.name), d.hashFollows]),
        [
          [1, 1, ['libx.so'], false],
          [2, 0, ['X_1', 'X_0'], false],
        ],
      );
      const fields = readFields(elf.bytes, VERNAUX, elf.header, at + 16);
      t.deepEqual(fields[0], { name: 'vna_hash', offset: at + 16, length: 4, value: BigInt(GLIBC_2_2_5) });
    }
  }
});

test('the fields of each structure are placed one behind the other', (t) => {
  for (const [kind, size] of [
    [VERNEED, 16],
    [VERNAUX, 16],
    [VERDEF, 20],
    [VERDAUX, 8],
  ] as const) {
    t.deepEqual([kind[32].size, kind[64].size], [size, size]);
  }
});

test('a file without versions has none', (t) => {
  t.deepEqual(readVersions(library({})), { symbols: undefined, needs: [], definitions: [] });
});

test('records that overlap, or lead beyond the section, are refused', (t) => {
  const changed = (at: number, value: number) => {
    const verneed = needs(true);
    verneed.writeUInt32LE(value, at);
    return () => readVersions(library({ verneed }));
  };
  t.throws(changed(12, 1), { instanceOf: InputError, message: /overlap/ });
  t.throws(changed(28, 0xffff_fff0), { instanceOf: InputError, message: /beyond/ });
  t.throws(changed(8, 40), { instanceOf: InputError, message: /beyond/ });
  t.throws(changed(0, 0xffff_0001), { instanceOf: InputError });
  t.throws(changed(4, 9999), { instanceOf: InputError });
  t.throws(() => readVersions(library({ verdef: definitions(true).subarray(0, 30) })), {
    instanceOf: InputError,
  });
});

test('whatever bytes the sections have, they are read or refused', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), (verneed, verdef) => {
      try {
        readVersions(library({ verneed: Buffer.from(verneed), verdef: Buffer.from(verdef) }));
      } catch (error) {
        return error instanceof InputError;
      }
      return true;
    }),
    { numRuns: 500 },
  );
  t.pass();
});
