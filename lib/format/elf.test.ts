import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { InputError } from '../error.js';
import { type FixtureElf, Numbers, note, stringTable, symbolTable, writeElf } from './elf/elf-fixture.js';
import { EHDR } from './elf/header.js';
import { readFields } from './elf/record.js';
import { SHDR } from './elf/section.js';
import { PHDR } from './elf/segment.js';
import { type Elf, openElf, regions } from './elf.js';

const KINDS = [
  { class: 64, littleEndian: true },
  { class: 64, littleEndian: false },
  { class: 32, littleEndian: true },
  { class: 32, littleEndian: false },
] as const;

const open = (content: Uint8Array) => openElf(memoryBytes(content));

/** A shared library with one of everything. */
function library(elfClass: 32 | 64, littleEndian: boolean, more: Partial<FixtureElf> = {}): FixtureElf {
  const names = stringTable(['libLLVM.so.19.1', 'libx.so', '$ORIGIN/../lib', 'main', 'größe', 'abs']);
  const strings = names.table;
  const dynamic = new Numbers(elfClass === 64, littleEndian);
  for (const [tag, name] of [
    [1, 'libLLVM.so.19.1'],
    [14, 'libx.so'],
    [29, '$ORIGIN/../lib'],
  ] as const) {
    dynamic.word(tag).word(names.indexOf(name));
  }
  dynamic.word(0).word(0).word(1).word(names.indexOf('libx.so'));
  const symbols = symbolTable(elfClass, littleEndian, [
    { name: 0 },
    { name: names.indexOf('main'), value: 0x1234n, size: 16, info: 0x12, shndx: 1 },
    { name: names.indexOf('größe'), value: 0xffff_fff0n, info: 0x21, other: 2, shndx: 2 },
    { name: names.indexOf('abs'), value: 7n, shndx: 0xfff1 },
  ]);
  return {
    class: elfClass,
    littleEndian,
    entry: 0x4000,
    sections: [
      { name: '.text', content: Buffer.alloc(32, 0x90), flags: 6, addr: 0x1000, align: 16 },
      { name: '.bss', type: 8, size: 4096, flags: 3 },
      { name: '.interp', content: Buffer.from('/lib/ld.so\0'), gap: 3 },
      {
        name: '.note.gnu.build-id',
        type: 7,
        content: note(littleEndian, 'GNU', 3, Buffer.from('c0ffee', 'hex')),
        align: 4,
      },
      {
        name: '.comment',
        content: Buffer.from('\0rustc version 1.85.0 (4d91de4e4 2025-02-17)\0GCC: (GNU) 9.5.0\0'),
      },
      { name: '.dynstr', type: 3, content: strings },
      { name: '.dynamic', type: 6, content: dynamic.bytes(), link: 6, entsize: elfClass === 64 ? 16 : 8 },
      { name: '.symtab', type: 2, content: symbols, link: 6, entsize: elfClass === 64 ? 24 : 16 },
    ],
    segments: [
      { type: 1, flags: 5, vaddr: 0x1000, section: '.text' },
      { type: 3, section: '.interp' },
      { type: 2, section: '.dynamic' },
    ],
    ...more,
  };
}

/** Reads all there is to read. */
function readAll(elf: Elf): void {
  regions(elf);
  elf.buildId();
  elf.comments();
  elf.dynamic();
  elf.interpreter();
  for (const which of ['full', 'dynamic'] as const) {
    const symbols = elf.symbols(which);
    if (symbols !== undefined) for (const name of symbols.names()) void name;
  }
}

for (const kind of KINDS) {
  const name = `${kind.class} bit, ${kind.littleEndian ? 'little' : 'big'} endian`;

  test(`a shared library is read: ${name}`, (t) => {
    const elf = open(writeElf(library(kind.class, kind.littleEndian)));
    t.is(elf.header.class, kind.class);
    t.is(elf.header.e_entry, 0x4000n);
    t.deepEqual(
      elf.sections.map((s) => s.name),
      [
        '',
        '.text',
        '.bss',
        '.interp',
        '.note.gnu.build-id',
        '.comment',
        '.dynstr',
        '.dynamic',
        '.symtab',
        '.shstrtab',
      ],
    );
    t.like(elf.section('.text'), { sh_addr: 0x1000n, sh_size: 32, sh_flags: 6n, sh_addralign: 16n });
    t.like(elf.section('.bss'), { sh_size: 4096, fileSize: 0 });
    t.like(elf.segments[0], { p_type: 1, p_flags: 5, p_vaddr: 0x1000n, p_filesz: 32 });
    t.is(elf.interpreter(), '/lib/ld.so');
    t.is(elf.buildId()?.hex, 'c0ffee');
    t.deepEqual(
      elf.comments().map((c) => c.text),
      ['rustc version 1.85.0 (4d91de4e4 2025-02-17)', 'GCC: (GNU) 9.5.0'],
    );
    t.like(elf.dynamic(), { needed: ['libLLVM.so.19.1'], soname: 'libx.so', runpath: '$ORIGIN/../lib' });
    t.false(elf.stripped());
    const symbols = elf.symbols();
    t.deepEqual([...(symbols?.names() ?? [])], ['', 'main', 'größe', 'abs']);
    t.deepEqual(
      [symbols?.st_value[1], symbols?.st_size[1], symbols?.bind(1), symbols?.type(1)],
      [0x1234, 16, 1, 2],
    );
    t.deepEqual([symbols?.st_shndx[2], symbols?.st_other[2], symbols?.isReserved(2)], [2, 2, false]);
    t.deepEqual([symbols?.st_shndx[3], symbols?.isReserved(3)], [0xfff1, true]);
  });

  test(`every field of a header has its name, place and value: ${name}`, (t) => {
    const content = writeElf(library(kind.class, kind.littleEndian));
    const elf = open(content);
    const header = readFields(elf.bytes, EHDR, elf.header, 0);
    t.is(header.at(0)?.name, 'e_type');
    t.deepEqual(
      header.find((f) => f.name === 'e_machine'),
      { name: 'e_machine', offset: 18, length: 2, value: 62n },
    );
    t.is((header.at(-1)?.offset ?? 0) + (header.at(-1)?.length ?? 0), elf.header.e_ehsize);
    for (const section of elf.sections) {
      const fields = readFields(elf.bytes, SHDR, elf.header, section.headerOffset);
      t.is(Number(fields.find((f) => f.name === 'sh_offset')?.value), section.sh_offset);
    }
    for (const segment of elf.segments) {
      const fields = readFields(elf.bytes, PHDR, elf.header, segment.headerOffset);
      t.is(fields.find((f) => f.name === 'p_vaddr')?.value, segment.p_vaddr);
    }
  });
}

test('program headers are found behind the sections, where BOLT puts them', (t) => {
  const elf = open(writeElf(library(64, true, { segmentsLast: true })));
  t.is(elf.segments.length, 3);
  t.true(elf.segmentTable.offset > (elf.section('.symtab')?.sh_offset ?? Infinity));
  t.is(elf.interpreter(), '/lib/ld.so');
});

test('counts that do not fit the header are read from section 0', (t) => {
  const elf = open(writeElf(library(64, true, { extended: true })));
  t.is(elf.header.e_shnum, 0);
  t.is(elf.sections.length, 10);
  t.is(elf.section('.comment')?.index, 5);
  t.is(elf.segments.length, 3);
});

test('a symbol whose section index is SHN_XINDEX has it in SHT_SYMTAB_SHNDX', (t) => {
  const strings = stringTable(['f']);
  const symbols = symbolTable(64, true, [{ name: 0 }, { name: 1, shndx: 0xffff }]);
  const sections = [
    { name: '.strtab', type: 3, content: strings.table },
    { name: '.symtab', type: 2, content: symbols, link: 1, entsize: 24 },
    { name: '.symtab_shndx', type: 18, content: Buffer.from([0, 0, 0, 0, 0x34, 0x12, 1, 0]), link: 2 },
  ];
  const table = open(writeElf({ sections })).symbols();
  t.is(table?.st_shndx[1], 0x11234);
  t.false(table?.isReserved(1));
  const without = open(writeElf({ sections: sections.slice(0, 2) }));
  t.throws(() => without.symbols(), { instanceOf: InputError });
});

test('a 64-bit value is exact however large it is', (t) => {
  const symbols = symbolTable(64, true, [{ name: 0, value: 0xffff_ffff_8000_0001n }]);
  const sections = [
    { name: '.strtab', type: 3, content: Buffer.alloc(1) },
    { name: '.symtab', type: 2, content: symbols, link: 1, entsize: 24 },
  ];
  t.is(open(writeElf({ sections })).symbols()?.exactValue(0), 0xffff_ffff_8000_0001n);
});

test('without section headers, the loader’s view is enough', (t) => {
  const dynstr = Buffer.from('\0libc.so.6\0');
  const dynamic = new Numbers(true, true)
    .word(5)
    .word(0x2000)
    .word(10)
    .word(dynstr.length)
    .word(1)
    .word(1)
    .word(0)
    .word(0);
  const elf = open(
    writeElf({
      noSectionHeaders: true,
      sections: [
        { name: 's', content: dynstr },
        { name: 'd', content: dynamic.bytes() },
        { name: 'n', content: note(true, 'GNU', 3, Buffer.from('ab', 'hex')) },
      ],
      segments: [
        { type: 1, vaddr: 0x2000, section: 's' },
        { type: 2, section: 'd' },
        { type: 4, section: 'n' },
      ],
    }),
  );
  t.deepEqual(elf.sections, []);
  t.deepEqual(elf.dynamic()?.needed, ['libc.so.6']);
  t.is(elf.buildId()?.hex, 'ab');
  t.true(elf.stripped());
});

test('notes aligned to 8 are read as such', (t) => {
  const content = Buffer.concat([
    note(true, 'GNU', 5, Buffer.alloc(12), 8),
    note(true, 'GNU', 5, Buffer.alloc(4), 8),
  ]);
  const elf = open(writeElf({ sections: [{ name: '.note.gnu.property', type: 7, content, align: 8 }] }));
  t.deepEqual(
    elf.notes().map((n) => [n.name, n.type, n.descLength]),
    [
      ['GNU', 5, 12],
      ['GNU', 5, 4],
    ],
  );
});

test('debug sections and stripping are told from the section headers', (t) => {
  const sections = [{ name: '.debug_info' }, { name: '.zdebug_str' }, { name: '.debugger' }];
  const elf = open(writeElf({ sections }));
  t.deepEqual(elf.debugSections(), ['.debug_info', '.zdebug_str']);
  t.true(elf.stripped());
});

test('regions name gaps and what is behind the last structure', (t) => {
  const elf = open(writeElf(library(64, true, { tail: Buffer.from('twelve bytes') })));
  const all = regions(elf);
  t.deepEqual(
    all.filter((r) => r.kind === 'gap').map((r) => r.length),
    [3],
  );
  t.like(all.at(-1), { kind: 'trailing', length: 12 });
  t.like(all[0], { start: 0, length: 64, kind: 'elf-header' });
});

const fixture: fc.Arbitrary<FixtureElf> = fc.record({
  class: fc.constantFrom(32, 64),
  littleEndian: fc.boolean(),
  segmentsLast: fc.boolean(),
  extended: fc.boolean(),
  sections: fc.array(
    fc.record({
      name: fc.string({ unit: fc.constantFrom('.', 'a', 'b', 'ü'), maxLength: 6 }),
      type: fc.constantFrom(1, 8),
      size: fc.nat(1 << 20),
      gap: fc.nat(9),
      content: fc.uint8Array({ maxLength: 40 }),
    }),
    { maxLength: 12 },
  ),
  segments: fc.array(fc.record({ type: fc.constantFrom(1, 6), section: fc.constantFrom('.a', 'b') }), {
    maxLength: 4,
  }),
  tail: fc.uint8Array({ maxLength: 20 }),
});

test('regions cover every file exactly once, in order', (t) => {
  fc.assert(
    fc.property(fixture, (given) => {
      const content = writeElf(given);
      const elf = open(content);
      t.deepEqual(
        elf.sections.slice(1, -1).map((s) => s.name),
        (given.sections ?? []).map((s) => s.name),
      );
      let at = 0;
      for (const region of regions(elf)) {
        if (region.start !== at || region.length <= 0) return false;
        at += region.length;
      }
      return at === content.length;
    }),
  );
});

test('whatever is done to a file, reading it gives a result or a typed error', (t) => {
  const edge = [
    0n,
    1n,
    0x7fn,
    0xffn,
    0xffffn,
    0x7fff_ffffn,
    0xffff_ffffn,
    0x7fff_ffff_ffff_ffffn,
    0xffff_ffff_ffff_ffffn,
  ];
  const files = KINDS.flatMap((kind) => [
    writeElf(library(kind.class, kind.littleEndian)),
    writeElf(library(kind.class, kind.littleEndian, { segmentsLast: true, extended: true })),
  ]);
  const outcome = { read: 0, refused: 0 };
  const attempt = (content: Buffer) => {
    try {
      readAll(open(content));
      outcome.read += 1;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      outcome.refused += 1;
    }
  };
  for (const file of files) {
    for (let at = 0; at < file.length; at += 1) {
      for (const value of [0x00, 0xff]) {
        const content = Buffer.from(file);
        content[at] = value;
        attempt(content);
      }
    }
    for (let length = 0; length <= file.length; length += 7) attempt(file.subarray(0, length));
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(1, 2, 4, 8), fc.constantFrom(...edge), fc.boolean()), {
        minLength: 1,
        maxLength: 6,
      }),
      (file, changes) => {
        const content = Buffer.from(file);
        for (const [where, width, value, littleEndian] of changes) {
          new Numbers(false, littleEndian)
            .add(width, value)
            .bytes()
            .copy(content, where % file.length);
        }
        attempt(content);
      },
    ),
    { numRuns: 3000, seed: 1 },
  );
  t.true(outcome.read > 1000 && outcome.refused > 1000, JSON.stringify(outcome));
});

test('a file of 0xff behind a sound magic is refused with the place', (t) => {
  for (const elfClass of [1, 2]) {
    const content = Buffer.alloc(4096, 0xff);
    content.set([0x7f, 0x45, 0x4c, 0x46, elfClass, 1, 1]);
    const error = t.throws(() => open(content), { instanceOf: InputError });
    t.not(error.where.offset, undefined);
  }
});

test('two sections that claim the same byte are refused', (t) => {
  const content = writeElf({
    sections: [
      { name: 'a', content: Buffer.alloc(16) },
      { name: 'b', content: Buffer.alloc(16) },
    ],
  });
  const elf = open(content);
  const [a, b] = [elf.section('a'), elf.section('b')];
  content.writeBigUInt64LE(BigInt((a?.sh_offset ?? 0) + 8), (b?.headerOffset ?? 0) + 24);
  const error = t.throws(() => open(content), { instanceOf: InputError });
  t.is(error.where.offset, b?.headerOffset);
});

test('a section that claims the ELF header is no region', (t) => {
  const content = writeElf({ sections: [{ name: 'a', content: Buffer.alloc(16) }] });
  content.writeBigUInt64LE(8n, (open(content).section('a')?.headerOffset ?? 0) + 24);
  const elf = open(content);
  t.throws(() => regions(elf), { instanceOf: InputError, message: /starts inside ELF header/ });
});

test('a forged count costs nothing', (t) => {
  const content = writeElf({ extended: true });
  const at = Number(content.readBigUInt64LE(40));
  for (const count of [2n ** 40n, 2n ** 52n, 2n ** 63n, 500_000n]) {
    content.writeBigUInt64LE(count, at + 32);
    t.throws(() => open(content), { instanceOf: InputError });
  }
});

test('a string table without a NUL is refused where the name starts', (t) => {
  const symbols = symbolTable(64, true, [{ name: 1 }]);
  const sections = [
    { name: '.strtab', type: 3, content: Buffer.from('\0abc') },
    { name: '.symtab', type: 2, content: symbols, link: 1, entsize: 24 },
  ];
  const elf = open(writeElf({ sections }));
  const error = t.throws(() => elf.symbols()?.name(0), { instanceOf: InputError, message: /has no end/ });
  t.is(error.where.offset, (elf.section('.strtab')?.sh_offset ?? 0) + 1);
});

test('names that are all tails of one long string are refused before they take hours', (t) => {
  const strings = Buffer.concat([Buffer.alloc(100_000, 0x61), Buffer.alloc(1)]);
  const symbols = symbolTable(
    64,
    true,
    Array.from({ length: 1000 }, (_, name) => ({ name })),
  );
  const sections = [
    { name: '.strtab', type: 3, content: strings },
    { name: '.symtab', type: 2, content: symbols, link: 1, entsize: 24 },
  ];
  const table = open(writeElf({ sections })).symbols();
  t.throws(() => [...(table?.names() ?? [])], { instanceOf: InputError, message: /repeat more/ });
  t.is(table?.name(999).length, 99_001);
});

test('more notes than any linker writes are refused', (t) => {
  const content = Buffer.alloc(12 * 70_000);
  const elf = open(writeElf({ sections: [{ name: '.note', type: 7, content }] }));
  t.throws(() => elf.notes(), { instanceOf: InputError, message: /more than 65536 notes/ });
});
