import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { type Elf, openElf } from '../elf.js';
import { readDwarfStrings } from './dwarf-strings.js';
import {
  type FixtureElf,
  type FixtureSection,
  Numbers,
  stringTable,
  symbolTable,
  writeElf,
} from './elf-fixture.js';

const STR = stringTable(['rustc 1.85.0', 'lib.rs', '/build']);
const LINE_STR = stringTable(['/build/src', 'core', 'mod.rs']);

const numbers = (littleEndian = true) => new Numbers(true, littleEndian);
const bytes = (...values: number[]) => Buffer.from(values);

const open = (sections: readonly FixtureSection[], more: Partial<FixtureElf> = {}): Elf =>
  openElf(memoryBytes(writeElf({ sections, ...more })));

/** producer strp, language data2, name string, stmt_list sec_offset, comp_dir strp. */
const ABBREV4 = bytes(1, 0x11, 1, 0x25, 0x0e, 0x13, 0x05, 0x03, 0x08, 0x10, 0x17, 0x1b, 0x0e, 0, 0, 0);
/** producer strx1, name strx, comp_dir line_strp, str_offsets_base sec_offset, an implicit constant. */
const ABBREV5 = bytes(7, 0x11, 0, 0x25, 0x25, 0x03, 0x1a, 0x1b, 0x1f, 0x72, 0x17, 0x33, 0x21, 5, 0, 0, 0);

function unit(littleEndian: boolean, body: Buffer, wide = false): Buffer {
  const out = numbers(littleEndian);
  if (wide) out.add(4, 0xffff_ffff).add(8, body.length);
  else out.add(4, body.length);
  return out.raw(body).bytes();
}

function unit4(littleEndian: boolean): Buffer {
  const body = numbers(littleEndian).add(2, 4).add(4, 0).add(1, 8).add(1, 1);
  body.add(4, STR.indexOf('rustc 1.85.0')).add(2, 0x1c).raw(Buffer.from('main.rs\0')).add(4, 0);
  return unit(littleEndian, body.add(4, STR.indexOf('/build')).bytes());
}

function unit5(littleEndian: boolean): Buffer {
  const body = numbers(littleEndian).add(2, 5).add(1, 1).add(1, 8).add(8, ABBREV4.length).add(1, 7);
  return unit(
    littleEndian,
    body.add(1, 0).add(1, 1).add(8, LINE_STR.indexOf('/build/src')).add(8, 16).bytes(),
    true,
  );
}

const offsets5 = (littleEndian: boolean) =>
  numbers(littleEndian)
    .raw(Buffer.alloc(16))
    .add(8, STR.indexOf('rustc 1.85.0'))
    .add(8, STR.indexOf('lib.rs'))
    .bytes();

function line4(littleEndian: boolean): Buffer {
  const header = bytes(1, 1, 1, 0xfb, 14, 3, 0, 1);
  const tables = Buffer.from('/src\0\0a.rs\0\x01\0\0b.rs\0\0\0\0\0', 'latin1');
  const body = numbers(littleEndian)
    .add(2, 4)
    .add(4, header.length + tables.length)
    .raw(header)
    .raw(tables);
  return unit(littleEndian, body.raw(bytes(0, 1, 1)).bytes());
}

function line5(littleEndian: boolean): Buffer {
  const tables = numbers(littleEndian)
    .raw(bytes(1, 1, 1, 0xfb, 14, 1))
    .raw(bytes(1, 1, 0x1f, 2))
    .add(4, LINE_STR.indexOf('/build/src'))
    .add(4, LINE_STR.indexOf('core'))
    .raw(bytes(3, 1, 0x1f, 2, 0x0b, 5, 0x1e, 1))
    .add(4, LINE_STR.indexOf('mod.rs'))
    .add(1, 1)
    .raw(Buffer.alloc(16, 9))
    .bytes();
  const body = numbers(littleEndian).add(2, 5).add(1, 8).add(1, 0).add(4, tables.length).raw(tables);
  return unit(littleEndian, body.bytes());
}

function debugSections(littleEndian: boolean): FixtureSection[] {
  return [
    { name: '.debug_info', content: Buffer.concat([unit4(littleEndian), unit5(littleEndian)]) },
    { name: '.debug_abbrev', content: Buffer.concat([ABBREV4, ABBREV5]) },
    { name: '.debug_str', content: STR.table },
    { name: '.debug_line_str', content: LINE_STR.table },
    { name: '.debug_str_offsets', content: offsets5(littleEndian) },
    { name: '.debug_line', content: Buffer.concat([line4(littleEndian), line5(littleEndian)]) },
  ];
}

test('producer, name and directory of units of DWARF 4 and 5 are read in both byte orders', (t) => {
  for (const littleEndian of [true, false]) {
    const elf = open(debugSections(littleEndian), { littleEndian });
    const { units } = readDwarfStrings(elf);
    t.deepEqual(
      units.map((u) => [u.version, u.producer?.text, u.name?.text, u.compDir?.text]),
      [
        [4, 'rustc 1.85.0', 'main.rs', '/build'],
        [5, 'rustc 1.85.0', 'lib.rs', '/build/src'],
      ],
    );
    const info = elf.section('.debug_info')?.sh_offset ?? 0;
    t.deepEqual(units[0]?.producer?.reference, { offset: info + 12, length: 4 });
    t.is(units[0]?.name?.reference, undefined);
    t.is(units[0]?.name?.section, '.debug_info');
    const all = units.flatMap((u) => [u.producer, u.name, u.compDir]);
    for (const string of all) {
      const stored = elf.bytes.read(string?.offset ?? 0, string?.text.length ?? 0).toString();
      t.is(stored, string?.text ?? '');
    }
    t.is((units[0]?.length ?? 0) + (units[1]?.length ?? 0), elf.section('.debug_info')?.fileSize ?? 0);
  }
});

test('the tables of directories and files of DWARF 4 and 5 are read in both byte orders', (t) => {
  for (const littleEndian of [true, false]) {
    const { lineTables } = readDwarfStrings(open(debugSections(littleEndian), { littleEndian }));
    t.deepEqual(
      lineTables.map((l) => [
        l.version,
        l.directories.map((d) => d.text),
        l.files.map((f) => [f.path.text, f.directory]),
      ]),
      [
        [
          4,
          ['/src'],
          [
            ['a.rs', 1],
            ['b.rs', 0],
          ],
        ],
        [5, ['/build/src', 'core'], [['mod.rs', 1]]],
      ],
    );
  }
});

test('in a relocatable file the relocations say where a string is', (t) => {
  const body = numbers().add(2, 4).add(4, 0).add(1, 8).add(1, 1);
  body.add(4, 0).add(2, 0x1c).raw(Buffer.from('main.rs\0')).add(4, 0).add(4, 0);
  const info = unit(true, body.bytes());
  const relocation = (at: number, text: string) =>
    numbers()
      .word(at)
      .word((1n << 32n) | 10n)
      .word(STR.indexOf(text))
      .bytes();
  const elf = open(
    [
      { name: '.debug_info', content: info },
      { name: '.debug_abbrev', content: ABBREV4 },
      { name: '.debug_str', content: STR.table },
      {
        name: '.rela.debug_info',
        type: 4,
        content: Buffer.concat([relocation(12, 'rustc 1.85.0'), relocation(30, '/build')]),
        link: 5,
        info: 1,
      },
      {
        name: '.symtab',
        type: 2,
        content: symbolTable(64, true, [{ name: 0 }, { name: 0, info: 3, shndx: 3 }]),
        link: 3,
        entsize: 24,
      },
    ],
    { type: 1 },
  );
  const [unitRead] = readDwarfStrings(elf).units;
  t.deepEqual([unitRead?.producer?.text, unitRead?.compDir?.text], ['rustc 1.85.0', '/build']);
});

test('compressed debug sections are told and not read', (t) => {
  const compressed = debugSections(true).map((s) => (s.name === '.debug_line' ? s : { ...s, flags: 0x800 }));
  const strings = readDwarfStrings(open([...compressed, { name: '.zdebug_ranges', content: bytes(1) }]));
  t.is(strings.compressed.length, 6);
  t.true(strings.compressed.includes('.zdebug_ranges'));
  t.deepEqual(strings.units, []);
  t.is(strings.lineTables.length, 2);
});

test('forged counts, forms and offsets are refused with their place', (t) => {
  const [info, line] = [unit4(true), line5(true)];
  const refused = (sections: readonly FixtureSection[], message?: RegExp) =>
    t.throws(() => readDwarfStrings(open(sections)), { instanceOf: InputError, ...(message && { message }) });
  const withInfo = (content: Buffer, abbrev = ABBREV4) => [
    { name: '.debug_info', content },
    { name: '.debug_abbrev', content: abbrev },
    { name: '.debug_str', content: STR.table },
  ];
  const patched = (content: Buffer, at: number, value: number) => {
    const copy = Buffer.from(content);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  refused(withInfo(patched(info, 0, 0xffff_fff0)), /beyond the end/);
  refused(withInfo(patched(info, 6, 9999)), /abbreviations at 9999/);
  refused(withInfo(patched(info, 12, 9999)), /9999/);
  refused(withInfo(info, bytes(2, 0x11, 0, 0, 0, 0)), /no abbreviation 1/);
  refused(withInfo(info, bytes(1, 0x11, 0, 0x25, 0x7e, 1, 0, 0, 0)), /form 0x7e/);
  refused(withInfo(patched(info, 12, 0x16), bytes(1, 0x11, 0, 0x25, 0x16, 0, 0, 0)), /twice/);
  refused(withInfo(info.subarray(0, 9)), undefined);
  refused([{ name: '.debug_line', content: patched(line, 0, 0x7fff_ffff) }], /beyond the end/);
  const many = unit(
    true,
    numbers()
      .add(2, 5)
      .add(2, 8)
      .add(4, 12)
      .raw(bytes(1, 1, 1, 0, 14, 1, 0, 0xff, 0xff, 0x7f, 0, 0))
      .bytes(),
  );
  refused([{ name: '.debug_line', content: many }], /no room/);
});

test('units that each go through one long table of abbreviations, from places of their own, are refused', (t) => {
  const abbreviations = Buffer.concat([
    ...Array.from({ length: 20_000 }, () => bytes(2, 0x11, 0, 0, 0)),
    bytes(1, 0x11, 0, 0, 0, 0),
  ]);
  const start = (index: number) =>
    numbers()
      .add(2, 4)
      .add(4, 5 * index)
      .add(1, 8)
      .add(1, 1)
      .bytes();
  const info = Buffer.concat(Array.from({ length: 100 }, (_, index) => unit(true, start(index))));
  const elf = open([
    { name: '.debug_info', content: info },
    { name: '.debug_abbrev', content: abbreviations },
  ]);
  t.throws(() => readDwarfStrings(elf), { instanceOf: InputError, message: /repeat more/ });
});

test('a directory that thousands of units name is no reason to refuse them', (t) => {
  const table = Buffer.from(`${'d'.repeat(200)}\0`);
  const body = numbers().add(2, 4).add(4, 0).add(1, 8).add(1, 1).add(4, 0).bytes();
  const elf = open([
    { name: '.debug_info', content: Buffer.concat(Array.from({ length: 3000 }, () => unit(true, body))) },
    { name: '.debug_abbrev', content: bytes(1, 0x11, 0, 0x1b, 0x0e, 0, 0, 0) },
    { name: '.debug_str', content: table },
  ]);
  const { units } = readDwarfStrings(elf);
  t.is(units.length, 3000);
  t.is(units.at(-1)?.compDir?.text.length, 200);
});

test('a unit of an unknown version, or without an entry, says nothing', (t) => {
  const sections = (content: Buffer) => [
    { name: '.debug_info', content },
    { name: '.debug_abbrev', content: ABBREV4 },
    { name: '.debug_line', content: unit(true, numbers().add(2, 9).bytes()) },
  ];
  const nine = readDwarfStrings(open(sections(unit(true, numbers().add(2, 9).bytes()))));
  t.deepEqual([nine.units[0]?.version, nine.units[0]?.name, nine.lineTables[0]?.files], [9, undefined, []]);
  const empty = unit(true, numbers().add(2, 4).add(4, 0).add(1, 8).add(1, 0).bytes());
  t.is(readDwarfStrings(open(sections(empty))).units[0]?.producer, undefined);
});

test('whatever bytes are changed, the sections are read or refused', (t) => {
  const sections = debugSections(true);
  const edit = fc.tuple(fc.nat(5), fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
      const changed = sections.map((s) => ({ ...s, content: Buffer.from(s.content ?? []) }));
      for (const [which, at, value] of edits) {
        const content = changed[which]?.content;
        if (content !== undefined) content[at % content.length] = value;
      }
      try {
        readDwarfStrings(open(changed));
      } catch (error) {
        return error instanceof InputError;
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.pass();
});
