import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { openElf } from '../elf.js';
import { contradictions, isDebugOnly } from './contradiction.js';
import { Numbers, writeElf } from './elf-fixture.js';
import { linkedLibrary } from './linked-fixture.js';

const LINKERS = ['gnuLd', 'gold', 'lld'] as const;

const said = (file: Buffer): string[] => contradictions(openElf(memoryBytes(file)));

function section(file: Buffer, name: string) {
  const found = openElf(memoryBytes(file)).section(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** A number of eight bytes of the file, made larger. */
function more(file: Buffer, at: number, by: number): Buffer {
  const out = Buffer.from(file);
  out.writeBigUInt64LE(out.readBigUInt64LE(at) + BigInt(by), at);
  return out;
}

function segment(file: Buffer, type: number): number {
  const found = openElf(memoryBytes(file)).segments.find(({ p_type }) => p_type === type);
  if (found === undefined) throw new Error(`there is no program header of type ${type}`);
  return found.headerOffset;
}

/** Where the value of an entry of `.dynamic` stands. */
function entry(file: Buffer, tag: number): number {
  const found = openElf(memoryBytes(file))
    .dynamic()
    ?.entries.find(({ d_tag }) => d_tag === BigInt(tag));
  if (found === undefined) throw new Error(`there is no entry ${tag}`);
  return found.offset + 8;
}

test('What linkers make says one thing of every byte', (t) => {
  for (const linker of LINKERS) t.deepEqual(said(linkedLibrary(linker)), [], linker);
});

for (const linker of LINKERS) {
  test(`A section that is loaded from elsewhere than it is read is told: ${linker}`, (t) => {
    const file = linkedLibrary(linker);
    for (const name of ['.text', '.eh_frame', '.dynsym']) {
      const { headerOffset } = section(file, name);
      t.true(said(more(file, headerOffset + 16, 8)).length > 0, `sh_addr of ${name}`);
      const moved = Buffer.from(file);
      moved.writeBigUInt64LE(BigInt(file.length), headerOffset + 24);
      const longer = Buffer.concat([moved, Buffer.alloc(4096)]);
      t.true(said(longer).includes(`${name} is loaded from elsewhere than its sh_offset`), name);
    }
  });

  test(`A program header that leads elsewhere than its section does is told: ${linker}`, (t) => {
    const file = linkedLibrary(linker);
    for (const type of [2, 0x6474e550])
      for (const at of [8, 16])
        t.true(said(more(file, segment(file, type) + at, 8)).length > 0, `${type} ${at}`);
    for (const at of [8, 16, 32])
      t.true(said(more(file, segment(file, 4) + at, 4)).length > 0, `PT_NOTE ${at}`);
  });

  test(`An entry of the dynamic table that leads elsewhere than the section is told: ${linker}`, (t) => {
    const file = linkedLibrary(linker);
    for (const tag of [5, 6, 10, 0x6ffffef5])
      t.true(said(more(file, entry(file, tag), 1)).length > 0, `${tag}`);
    t.deepEqual(said(more(file, entry(file, 6), 24)), ['DT_SYMTAB is not the section of its type']);
  });

  test(`Sections that are read with other symbols or names than a loader has are told: ${linker}`, (t) => {
    const file = linkedLibrary(linker);
    for (const name of ['.dynsym', '.dynamic', '.gnu.hash']) {
      const out = Buffer.from(file);
      out.writeUInt32LE(section(file, '.shstrtab').index, section(file, name).headerOffset + 40);
      t.true(said(out).length > 0, name);
    }
  });

  test(`A section that is loaded and does not say so is told: ${linker}`, (t) => {
    const file = linkedLibrary(linker);
    const out = Buffer.from(file);
    out[section(file, '.text').headerOffset + 8] = 4;
    t.deepEqual(said(out), ['.text is loaded without SHF_ALLOC']);
  });

  test(`PT_LOADs out of order, or one over another, are told: ${linker}`, (t) => {
    const file = linkedLibrary(linker);
    const loads = openElf(memoryBytes(file)).segments.filter(({ p_type }) => p_type === 1);
    const [x, y] = [loads.at(-2)?.headerOffset ?? 0, loads.at(-1)?.headerOffset ?? 0];
    const out = Buffer.from(file);
    file.copy(out, x, y, y + 56);
    file.copy(out, y, x, x + 56);
    t.true(said(out).some((text) => text.includes('begins below')));
    t.true(said(more(file, x + 40, 0x10000)).some((text) => text.includes('is loaded over')));
  });
}

test('Two sections that the gABI lets stand once are told, in objects too', (t) => {
  const symbols = { name: '.symtab', type: 2, entsize: 24, content: Buffer.alloc(24) };
  t.deepEqual(said(writeElf({ type: 1, sections: [symbols] })), []);
  t.deepEqual(said(writeElf({ type: 1, sections: [symbols, symbols] })), [
    'more than one section is SHT_SYMTAB',
  ]);
});

/** A library with relocations; numbers of `.dynamic` as given. */
function relocated(start: number, size: number, count: number): Buffer {
  const relocation = (type: number) => new Numbers(true, true).word(0x2000).word(type).word(0).bytes();
  const sections = [
    {
      name: '.rela.dyn',
      type: 4,
      flags: 2,
      addr: 0x1000,
      content: Buffer.concat([relocation(8), relocation(6)]),
    },
    {
      name: '.dynamic',
      type: 6,
      flags: 3,
      addr: 0x2000,
      content: [7, start, 8, size, 0x6ffffff9, count, 0, 0]
        .reduce((numbers, value) => numbers.word(value), new Numbers(true, true))
        .bytes(),
    },
  ];
  return writeElf({
    sections,
    segments: sections.map(({ name, addr }) => ({ type: 1, vaddr: addr, section: name })),
  });
}

test('Relocations that a loader reads elsewhere, or for other ones, are told', (t) => {
  t.deepEqual(said(relocated(0x1000, 48, 1)), []);
  t.true(said(relocated(0x1000, 24, 1)).includes('DT_RELA is not sections of relocations'));
  t.true(said(relocated(0x1018, 48, 0)).includes('DT_RELA is not sections of relocations'));
  t.deepEqual(said(relocated(0x1000, 48, 2)), ['DT_RELACOUNT counts others than relative relocations']);
});

test('The debug information of another file has its headers and no code', (t) => {
  const of = (type: number): boolean =>
    isDebugOnly(
      openElf(
        memoryBytes(
          writeElf({ sections: [{ name: '.text', type, flags: 6, size: 8, content: Buffer.alloc(8) }] }),
        ),
      ),
    );
  t.true(of(8));
  t.false(of(1));
});

test('A file with more program headers than any linker writes is not gone through for each of its sections', (t) => {
  const file = linkedLibrary('lld');
  const many = Buffer.concat([file, Buffer.alloc(300 * 56)]);
  many.writeBigUInt64LE(BigInt(file.length), 0x20);
  many.writeUInt16LE(300, 0x38);
  t.deepEqual(said(many), ['it has 300 program headers, more than are held against its sections']);
});
