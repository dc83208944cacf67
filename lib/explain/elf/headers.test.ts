import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { type FixtureElf, writeElf } from '../../format/elf/elf-fixture.js';
import { linkedLibrary } from '../../format/elf/linked-fixture.js';
import { openElf } from '../../format/elf.js';
import { tellLedger } from '../told-fixture.js';
import { type Image, linked, relocatable } from './image-fixture.js';

function image(more: boolean): Image {
  return {
    functions: [
      { name: 'main', code: ['4883ec08e8', { to: 'work' }, '4883c408c3'] },
      { name: 'work', code: ['b805000000c3'] },
      ...(more ? [{ name: 'extra', code: ['31c031d231c931f64531c04531c94531d24531dbc3'] }] : []),
    ],
    constants: [{ name: 'text', bytes: ['68656c6c6f2c20776f726c6400000000'] }],
  };
}

const within = (lines: readonly string[], place: RegExp): string[] =>
  lines.filter((line) => place.test(line));

test('fields of the ELF header follow from what they tell of', (t) => {
  t.deepEqual(within(tellLedger(linked(image(false)), linked(image(true))).lines, /^ELF header/), [
    'ELF header: derived derived e_shoff',
  ]);
  t.deepEqual(within(tellLedger(relocatable(image(false)), relocatable(image(true))).lines, /^ELF header/), [
    'ELF header: derived derived e_shnum',
    'ELF header: derived derived e_shoff',
    'ELF header: derived derived e_shstrndx',
  ]);
});

test('fields of section headers follow from what the sections hold and where they are', (t) => {
  const lines = within(tellLedger(linked(image(false)), linked(image(true))).lines, /^section header/);
  t.true(lines.includes('section header of .text: derived derived sh_size'));
  t.true(lines.includes('section header of .rodata: derived derived sh_offset'));
  t.true(lines.includes('section header of .symtab: derived derived sh_size'));
  const object = within(
    tellLedger(relocatable(image(false)), relocatable(image(true))).lines,
    /^section header/,
  );
  t.true(object.includes('section header of .rela.text.main: derived derived sh_link'));
  t.true(object.includes('section header of .symtab: derived derived sh_link'));
  t.true(object.includes('section header of .strtab: derived derived sh_name'));
});

test('fields of program headers follow from the sections they load', (t) => {
  const lines = within(tellLedger(linked(image(false)), linked(image(true))).lines, /^program header/);
  t.true(lines.includes('program header 0: derived derived p_filesz'));
  t.true(lines.includes('program header 0: derived derived p_memsz'));
  t.true(lines.includes('program header 1: derived derived p_offset'));
});

test('every byte of e_ident is a field of its own', (t) => {
  const a = linked(image(false));
  for (const at of [7, 8, 9, 15]) {
    const b = Buffer.from(a);
    b[at] = 0x5a;
    t.deepEqual(tellLedger(a, b).lines, [`ELF header: unexplained residue e_ident[${at}]`]);
  }
});

for (const [field, at, value] of [
  ['e_type', 16, 2],
  ['e_version', 20, 2],
  ['e_entry', 24, 5],
  ['e_flags', 48, 1],
  ['e_ehsize', 52, 60],
] as const) {
  test(`a planted ${field} is residue`, (t) => {
    const a = linked(image(false));
    const b = Buffer.from(a);
    b[at] = value;
    t.true(tellLedger(a, b).open > 0);
    t.true(tellLedger(b, a).open > 0);
    const beside = Buffer.from(linked(image(true)));
    const before = tellLedger(a, beside).open;
    beside[at] = value;
    t.true(tellLedger(a, beside).open > before);
  });
}

test('an entry point follows the function it is', (t) => {
  const of = (more: boolean, offset: number): Buffer => {
    const first = { name: 'first', code: ['31c0c3'] };
    const file = linked({ functions: [...(more ? [first] : []), { name: 'start', code: ['b805000000c3'] }] });
    file.writeBigUInt64LE(BigInt(0x1000 + offset), 24);
    return file;
  };
  t.true(tellLedger(of(false, 0), of(true, 3)).lines.includes('ELF header: derived derived e_entry'));
  t.true(tellLedger(of(false, 0), of(true, 4)).lines.includes('ELF header: unexplained residue e_entry'));
});

for (const [field, at] of [
  ['sh_name', 0],
  ['sh_type', 4],
  ['sh_flags', 8],
  ['sh_addr', 16],
  ['sh_offset', 24],
  ['sh_size', 32],
  ['sh_link', 40],
  ['sh_info', 44],
  ['sh_addralign', 48],
  ['sh_entsize', 56],
] as const) {
  test(`a planted ${field} is residue, whichever section it is of, alone and beside an added function`, (t) => {
    const [a, b] = [linked(image(false)), linked(image(true))];
    const before = tellLedger(a, b).open;
    const headers = Number(b.readBigUInt64LE(40));
    const count = b.readUInt16LE(60);
    for (let i = 0; i < count; i += 1) {
      const own = Buffer.from(a);
      const header = Number(a.readBigUInt64LE(40)) + 64 * i + at;
      own[header] = (own[header] ?? 0) ^ 1;
      t.true(tellLedger(a, own).open > 0, `${i}`);
      t.true(tellLedger(own, a).open > 0, `${i}`);
      const beside = Buffer.from(b);
      const place = headers + 64 * i + at;
      beside[place] = (beside[place] ?? 0) ^ 1;
      t.true(tellLedger(a, beside).open > before, `${i} beside`);
    }
  });
}

for (const [field, at] of [
  ['p_type', 0],
  ['p_flags', 4],
  ['p_offset', 8],
  ['p_vaddr', 16],
  ['p_paddr', 24],
  ['p_filesz', 32],
  ['p_memsz', 40],
  ['p_align', 48],
] as const) {
  test(`a planted ${field} is residue, whichever segment it is of`, (t) => {
    for (const a of [linked(image(false)), linkedLibrary('gnuLd')]) {
      const count = a.readUInt16LE(56);
      for (let i = 0; i < count; i += 1) {
        const b = Buffer.from(a);
        b[64 + 56 * i + at] = (b[64 + 56 * i + at] ?? 0) ^ 2;
        t.true(tellLedger(a, b).open > 0, `${i}`);
        t.true(tellLedger(b, a).open > 0, `${i}`);
      }
    }
  });
}

test('headers on one side only are residue', (t) => {
  const one: FixtureElf = { sections: [{ name: '.text', flags: 6, content: Buffer.from('c3', 'hex') }] };
  const two: FixtureElf = {
    sections: [...(one.sections ?? []), { name: '.debug_info', content: Buffer.from('abcd') }],
    segments: [{ type: 1, section: '.text' }],
  };
  for (const [a, b] of [
    [one, two],
    [two, one],
  ] as const) {
    const { residue } = tellLedger(writeElf(a), writeElf(b));
    t.true(residue.some(({ aLength, bLength }) => Math.max(aLength, bLength) === 56));
    t.true(residue.some(({ aLength, bLength }) => Math.max(aLength, bLength) === 64));
    t.true(residue.some(({ place }) => place === '.debug_info'));
  }
});

test('files without sections, or with a section table of another layout, close and replay', (t) => {
  const a = linked(image(false));
  const stripped = Buffer.from(a.subarray(0, Number(a.readBigUInt64LE(40))));
  stripped.fill(0, 40, 48);
  stripped.fill(0, 58, 64);
  t.true(tellLedger(a, stripped).open > 0);
  t.true(tellLedger(stripped, a).open > 0);
  const changed = Buffer.from(stripped);
  changed[changed.length - 1] = 0x55;
  t.true(tellLedger(stripped, changed).open > 0);
  t.true(tellLedger(writeElf({ extended: true, sections: [] }), writeElf({ sections: [] })).open > 0);
});

test('a segment of another size of entry is told, as are headers behind the sections', (t) => {
  const of = (segmentsLast: boolean): Buffer =>
    writeElf({
      segmentsLast,
      sections: [{ name: '.text', flags: 6, content: Buffer.from('b805000000c3', 'hex') }],
      segments: [{ type: 1, section: '.text' }],
    });
  const { open } = tellLedger(of(false), of(true));
  t.true(open > 0);
});

/** A copy of a section at the end of the file, which its header leads to; where it is loaded from, there are zeros. */
function readElsewhere(file: Buffer, name: string): Buffer {
  const { sectionTable, sections } = openElf(memoryBytes(file));
  const section = sections.find((s) => s.name === name);
  if (section === undefined) throw new Error(`there is no ${name}`);
  const { sh_offset, fileSize, index } = section;
  const table = file.subarray(sectionTable.offset);
  const start = Math.ceil(sectionTable.offset / 64) * 64;
  const out = Buffer.concat([
    file.subarray(0, sectionTable.offset),
    Buffer.alloc(start - sectionTable.offset),
    file.subarray(sh_offset, sh_offset + fileSize),
    Buffer.alloc(-fileSize & 7),
    table,
  ]);
  out.fill(0, sh_offset, sh_offset + fileSize);
  out.writeBigUInt64LE(BigInt(out.length - table.length), 40);
  out.writeBigUInt64LE(BigInt(start), out.length - table.length + 64 * index + 24);
  return out;
}

test('a section that is read from elsewhere than it is loaded is residue, on either side', (t) => {
  const a = linked({ ...image(false), constants: [{ name: 'text', bytes: ['68656c6c6f2c2077'] }] });
  for (const name of ['.text', '.rodata', '.eh_frame']) {
    const b = readElsewhere(a, name);
    t.true(tellLedger(b, a).open > 0, name);
    const { open, notes } = tellLedger(a, b);
    t.true(open > 0, name);
    t.true(notes.includes(`B contradicts itself: ${name} is loaded from elsewhere than its sh_offset`), name);
  }
});

test('program headers in another order are residue', (t) => {
  for (const linker of ['gnuLd', 'gold', 'lld'] as const) {
    const a = linkedLibrary(linker);
    const count = a.readUInt16LE(56);
    for (let i = 0; i + 1 < count; i += 1) {
      const b = Buffer.from(a);
      const [x, y] = [64 + 56 * i, 64 + 56 * (i + 1)];
      a.copy(b, x, y, y + 56);
      a.copy(b, y, x, x + 56);
      t.true(tellLedger(a, b).open > 0, `${linker} ${i}`);
      t.true(tellLedger(b, a).open > 0, `${linker} ${i}`);
    }
  }
});

test('a physical address of its own follows from nothing, whichever side has it, beside an added function', (t) => {
  const [a, b] = [linked(image(false)), linked(image(true))];
  const own = (file: Buffer): Buffer => {
    const out = Buffer.from(file);
    out.writeBigUInt64LE(0x123456n, 64 + 24);
    return out;
  };
  const { open } = tellLedger(a, b);
  t.true(tellLedger(own(a), b).open > open);
  t.true(tellLedger(a, own(b)).open > open);
});
