import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { openElf } from '../elf.js';
import { type FixtureElf, type FixtureSection, Numbers, writeElf } from './elf-fixture.js';
import {
  fieldSize,
  isRelocationSection,
  type RelocationOptions,
  type Relocations,
  readRelocations,
  relocationField,
  relocationFinder,
  relocationName,
} from './relocation.js';

const [EM_386, EM_MIPS, EM_X86_64, EM_AARCH64] = [3, 8, 62, 183];
const [SHT_RELA, SHT_REL, SHT_RELR] = [4, 9, 19];

const KINDS = [
  { class: 64, littleEndian: true },
  { class: 64, littleEndian: false },
  { class: 32, littleEndian: true },
  { class: 32, littleEndian: false },
] as const;

interface Entry {
  readonly at: number;
  readonly type: number;
  readonly symbol: number;
  readonly addend?: number;
}

function stored(elfClass: 32 | 64, littleEndian: boolean, entries: readonly Entry[]): Buffer {
  const out = new Numbers(elfClass === 64, littleEndian);
  for (const { at, type, symbol, addend } of entries) {
    const shift = elfClass === 64 ? 32n : 8n;
    out.word(at).word((BigInt(symbol) << shift) | BigInt(type));
    if (addend !== undefined) out.word(BigInt.asUintN(elfClass, BigInt(addend)));
  }
  return out.bytes();
}

function relocationsOf(fixture: FixtureElf, options?: RelocationOptions): Relocations {
  const elf = openElf(memoryBytes(writeElf(fixture)));
  const section = elf.sections.find(isRelocationSection);
  if (section === undefined) throw new Error('the fixture has no relocations');
  return readRelocations(elf, section, options);
}

const only = (section: Omit<FixtureSection, 'name'>, more: Partial<FixtureElf> = {}): FixtureElf => ({
  sections: [{ name: '.rel', ...section }],
  ...more,
});

test('relocations with addends are read in both classes and byte orders', (t) => {
  for (const kind of KINDS) {
    const word = kind.class / 8;
    const entries = [
      { at: 0x1234, type: 2, symbol: 7, addend: -4 },
      { at: 0x7fff_fff0, type: 255, symbol: 0x80_0001, addend: 0x7fff_ffff },
      { at: 0, type: 0, symbol: 0, addend: 0 },
    ];
    const r = relocationsOf({
      ...kind,
      type: 1,
      sections: [
        {
          name: '.rela.text',
          type: SHT_RELA,
          content: stored(kind.class, kind.littleEndian, entries),
          info: 5,
          link: 2,
        },
      ],
    });
    t.is(r.form, 'rela');
    t.deepEqual([r.length, r.entries, r.entrySize, r.target, r.symtab], [3, 3, 3 * word, 5, 2]);
    t.deepEqual([...r.r_offset], [0x1234, 0x7fff_fff0, 0]);
    t.deepEqual([...r.r_type], [2, 255, 0]);
    t.deepEqual([...r.r_sym], [7, 0x80_0001, 0]);
    t.deepEqual([...r.r_addend], [-4, 0x7fff_ffff, 0]);
    t.deepEqual(relocationField(r, 1, 'r_addend'), { offset: r.offset + 5 * word, length: word });
    t.deepEqual(relocationField(r, 2, 'r_info'), { offset: r.offset + 7 * word, length: word });
  }
});

test('any addend below 2^53 is exact, and one beyond it is equal to nothing', (t) => {
  const read = (addend: bigint) => {
    const content = new Numbers(true, true).word(0).word(0).word(BigInt.asUintN(64, addend)).bytes();
    return relocationsOf(only({ type: SHT_RELA, content })).r_addend[0];
  };
  fc.assert(
    fc.property(fc.maxSafeInteger(), (addend) => read(BigInt(addend)) === addend),
    { numRuns: 200 },
  );
  t.is(read(2n ** 53n), Number.NaN);
  t.is(read(-(2n ** 53n) - 1n), Number.NaN);
  t.is(read(-(2n ** 63n)), Number.NaN);
  t.is(read(-1n), -1);
});

test('an offset that is no place in any file is equal to nothing', (t) => {
  const content = new Numbers(true, true)
    .word(2n ** 64n - 1n)
    .word(0)
    .word(0)
    .bytes();
  t.is(relocationsOf(only({ type: SHT_RELA, content })).r_offset[0], Number.NaN);
});

test('of relocations without addends, the addend is read from the patched field only when asked for', (t) => {
  for (const kind of KINDS.filter((k) => k.class === 32)) {
    const text = new Numbers(false, kind.littleEndian)
      .add(4, 0xffff_fffc)
      .add(4, 0x1000)
      .add(2, 0xfffe)
      .bytes();
    const entries = [
      { at: 0, type: 2, symbol: 1 },
      { at: 4, type: 1, symbol: 1 },
      { at: 8, type: 20, symbol: 1 },
      { at: 9, type: 1, symbol: 1 },
      { at: 0, type: 200, symbol: 1 },
    ];
    const fixture: FixtureElf = {
      ...kind,
      type: 1,
      machine: EM_386,
      sections: [
        { name: '.text', content: text },
        { name: '.rel.text', type: SHT_REL, content: stored(32, kind.littleEndian, entries), info: 1 },
      ],
    };
    t.deepEqual([...relocationsOf(fixture).r_addend], [0, 0, 0, 0, 0]);
    t.deepEqual(
      [...relocationsOf(fixture, { implicitAddends: true }).r_addend],
      [-4, 0x1000, -2, Number.NaN, Number.NaN],
    );
    t.is(relocationField(relocationsOf(fixture), 0, 'r_addend'), undefined);
  }
});

test('packed relative relocations are an address and bitmaps over the words behind it', (t) => {
  for (const kind of KINDS) {
    const word = kind.class / 8;
    const bits = kind.class - 1;
    const content = new Numbers(kind.class === 64, kind.littleEndian)
      .word(0x1000)
      .word(0b1011n)
      .word(1n | (1n << BigInt(kind.class - 1)))
      .word(0x9000)
      .bytes();
    const r = relocationsOf(only({ type: SHT_RELR, content }, { ...kind, tail: Buffer.alloc(64) }));
    const next = 0x1000 + word;
    t.is(r.form, 'relr');
    t.deepEqual(
      [...r.r_offset],
      [0x1000, next, next + 2 * word, next + bits * word + (bits - 1) * word, 0x9000],
    );
    t.deepEqual([...(r.entryOf ?? [])], [0, 1, 1, 2, 3]);
    t.deepEqual([...new Set(r.r_type)], [8]);
    t.deepEqual(relocationField(r, 2, 'r_offset'), { offset: r.offset + word, length: word });
    t.is(relocationField(r, 0, 'r_info'), undefined);
  }
});

test('the addend of a packed relocation is the word it patches, found through the segments', (t) => {
  const data = new Numbers(true, true)
    .word(0x4444)
    .word(-1n & 0xffff_ffff_ffff_ffffn)
    .bytes();
  const fixture: FixtureElf = {
    sections: [
      { name: '.data', content: data, addr: 0x1000 },
      {
        name: '.relr.dyn',
        type: SHT_RELR,
        content: new Numbers(true, true).word(0x1000).word(3).word(0x8000).bytes(),
      },
    ],
    segments: [{ type: 1, vaddr: 0x1000, section: '.data' }],
  };
  t.deepEqual([...relocationsOf(fixture, { implicitAddends: true }).r_addend], [0x4444, -1, Number.NaN]);
});

test('bitmaps that claim more relocations than the file has words are refused', (t) => {
  const content = Buffer.alloc(8000, 0xff);
  t.throws(() => relocationsOf(only({ type: SHT_RELR, content })), {
    instanceOf: InputError,
    message: /more relocations than/,
  });
});

test('a section that ends inside an entry, or has entries of another size, is refused with its place', (t) => {
  const cut = only({ type: SHT_RELA, content: Buffer.alloc(47) });
  const odd = only({ type: SHT_RELA, content: Buffer.alloc(64), entsize: 16 });
  t.is(t.throws(() => relocationsOf(cut), { instanceOf: InputError }).where.offset, 64 + 24);
  t.regex(t.throws(() => relocationsOf(odd), { instanceOf: InputError }).message, /16 bytes/);
  const elf = openElf(memoryBytes(writeElf({ sections: [{ name: '.text', content: Buffer.alloc(4) }] })));
  const text = elf.section('.text');
  if (text !== undefined) t.throws(() => readRelocations(elf, text), { instanceOf: InputError });
  t.is(relocationsOf(only({ type: SHT_RELA })).length, 0);
});

test('little-endian MIPS stores its three types behind the symbol', (t) => {
  const content = new Numbers(true, true)
    .word(16)
    .add(4, 77)
    .raw(Buffer.from([0, 0, 18, 3]))
    .word(0)
    .bytes();
  const r = relocationsOf(only({ type: SHT_RELA, content }, { machine: EM_MIPS }));
  t.deepEqual([r.r_sym[0], r.r_type[0]], [77, 0x1203]);
});

test('a relocation is found by its exact offset, in whatever order they are stored', (t) => {
  const at = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
  fc.assert(
    fc.property(at, (offsets) => {
      const entries = offsets.map((o) => ({ at: o, type: 1, symbol: 0, addend: 0 }));
      const find = relocationFinder(
        relocationsOf(only({ type: SHT_RELA, content: stored(64, true, entries) })),
      );
      for (let wanted = 0; wanted <= 61; wanted += 1)
        if (find(wanted) !== offsets.indexOf(wanted)) return false;
      return true;
    }),
  );
  t.pass();
});

test('names and widths are those of the processor specifications', (t) => {
  const all: [number, number, string, number | undefined][] = [
    [EM_X86_64, 1, 'R_X86_64_64', 8],
    [EM_X86_64, 2, 'R_X86_64_PC32', 4],
    [EM_X86_64, 4, 'R_X86_64_PLT32', 4],
    [EM_X86_64, 5, 'R_X86_64_COPY', undefined],
    [EM_X86_64, 8, 'R_X86_64_RELATIVE', 8],
    [EM_X86_64, 14, 'R_X86_64_8', 1],
    [EM_X86_64, 35, 'R_X86_64_TLSDESC_CALL', 0],
    [EM_X86_64, 42, 'R_X86_64_REX_GOTPCRELX', 4],
    [EM_X86_64, 99, 'type 99', undefined],
    [EM_AARCH64, 257, 'R_AARCH64_ABS64', 8],
    [EM_AARCH64, 275, 'R_AARCH64_ADR_PREL_PG_HI21', 4],
    [EM_AARCH64, 281, 'type 281', undefined],
    [EM_AARCH64, 283, 'R_AARCH64_CALL26', 4],
    [EM_AARCH64, 299, 'R_AARCH64_LDST128_ABS_LO12_NC', 4],
    [EM_AARCH64, 569, 'R_AARCH64_TLSDESC_CALL', 4],
    [EM_AARCH64, 1027, 'R_AARCH64_RELATIVE', 8],
    [243, 2, 'type 2', undefined],
  ];
  for (const [machine, type, name, size] of all) {
    t.is(relocationName(machine, type), name);
    t.is(fieldSize(machine, type), size);
  }
});
