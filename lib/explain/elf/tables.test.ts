import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { readEhFrame } from '../../format/elf/eh-frame.js';
import { recomputeEhFrameHdr } from '../../format/elf/eh-frame-hdr.js';
import {
  type FixtureSection,
  Numbers,
  note,
  stringTable,
  symbolTable,
  writeElf,
} from '../../format/elf/elf-fixture.js';
import { gnuHashSection, recomputeGnuHash } from '../../format/elf/gnu-hash.js';
import { linkedLibrary } from '../../format/elf/linked-fixture.js';
import { openElf } from '../../format/elf.js';
import { tellLedger } from '../told-fixture.js';

interface Library {
  /** Functions of `mov $n, %eax; ret`, in order; the name says the number. */
  readonly names?: readonly string[];
  readonly needed?: string;
  readonly comment?: string;
  /** Bytes before `.text`. */
  readonly shift?: number;
  readonly sections?: readonly FixtureSection[];
  readonly versions?: readonly number[];
  readonly flags?: number;
}

const [TEXT, FRAMES, HEADER, DYNSTR, DYNSYM, GNU_HASH, DYNAMIC] = [
  0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0x6000, 0x7000,
];

/** A stripped library with all that a dynamic linker reads, each table as a linker computes it. */
function library(of: Library = {}): Buffer {
  const names = of.names ?? ['one', 'two', 'three'];
  const shift = of.shift ?? 0;
  const strings = stringTable([...names, of.needed ?? 'libc.so.6']);
  const text = Buffer.concat(
    names.map((name) => Buffer.from([0xb8, name.charCodeAt(0), name.length, 0, 0, 0xc3])),
  );
  const frames = new Numbers(true, true)
    .add(4, 20)
    .add(4, 0)
    .raw(Buffer.from([1, 0x7a, 0x52, 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1, 0, 0]));
  let at = 24;
  for (const [i] of names.entries()) {
    frames
      .add(4, 16)
      .add(4, at + 4)
      .add(4, (TEXT + shift + 6 * i - (FRAMES + at + 8)) >>> 0)
      .add(4, 6)
      .add(4, 0);
    at += 20;
  }
  frames.add(4, 0);
  const sections = (hash: Uint8Array, header: Uint8Array): FixtureSection[] => {
    const dynamic = new Numbers(true, true)
      .word(1)
      .word(strings.indexOf(of.needed ?? 'libc.so.6'))
      .word(5)
      .word(DYNSTR)
      .word(10)
      .word(strings.table.length)
      .word(30)
      .word(of.flags ?? 8)
      .word(0)
      .word(0);
    return [
      { name: '.text', flags: 6, addr: TEXT + shift, content: text },
      { name: '.eh_frame', flags: 2, addr: FRAMES, content: frames.bytes() },
      { name: '.eh_frame_hdr', flags: 2, addr: HEADER, content: header },
      { name: '.dynstr', type: 3, flags: 2, addr: DYNSTR, content: strings.table },
      {
        name: '.dynsym',
        type: 11,
        flags: 2,
        addr: DYNSYM,
        link: 4,
        info: 1,
        entsize: 24,
        content: symbolTable(64, true, [
          { name: 0 },
          ...names.map((name, i) => ({
            name: strings.indexOf(name),
            info: 0x12,
            shndx: 1,
            value: BigInt(TEXT + shift + 6 * i),
            size: 6,
          })),
        ]),
      },
      { name: '.gnu.hash', type: 0x6ffffff6, flags: 2, addr: GNU_HASH, link: 5, content: hash },
      { name: '.dynamic', type: 6, flags: 3, addr: DYNAMIC, link: 4, entsize: 16, content: dynamic.bytes() },
      { name: '.comment', flags: 0x30, content: Buffer.from(`${of.comment ?? 'GCC: (GNU) 12'}\0`) },
      ...(of.versions === undefined
        ? []
        : [
            {
              name: '.gnu.version',
              type: 0x6fffffff,
              link: 5,
              content: of.versions.reduce((out, n) => out.add(2, n), new Numbers(true, true)).bytes(),
            },
          ]),
      ...(of.sections ?? []),
    ];
  };
  // One bucket, one word of the filter.
  const emptyHash = new Numbers(true, true).add(4, 1).add(4, 1).add(4, 1).add(4, 6);
  emptyHash.word(0).add(4, 1);
  for (const _ of names) emptyHash.add(4, 0);
  const emptyHeader = Buffer.alloc(12 + 8 * names.length);
  emptyHeader.set([1, 0x1b, 0x03, 0x3b]);
  emptyHeader.writeUInt32LE(names.length, 8);
  const draft = openElf(memoryBytes(writeElf({ sections: sections(emptyHash.bytes(), emptyHeader) })));
  const hash = recomputeGnuHash(draft, gnuHashSection(draft) as never);
  const header = recomputeEhFrameHdr(draft, readEhFrame(draft) as never);
  if (hash === undefined || header === undefined) throw new Error('the tables of the fixture cannot be made');
  return writeElf({ sections: sections(hash, header) });
}

function sectionAt(content: Buffer, name: string): number {
  const section = openElf(memoryBytes(content)).section(name);
  if (section === undefined) throw new Error(`no section ${name}`);
  return section.sh_offset;
}

function planted(content: Buffer, section: string, at: number, value: number): Buffer {
  const out = Buffer.from(content);
  const offset = sectionAt(content, section) + at;
  out[offset] = (out[offset] ?? 0) ^ value;
  return out;
}

const ORDER = ['two', 'three', 'one'];

test('the hash table and the table of frames follow from symbols and frames that were ordered otherwise', (t) => {
  const { lines, residue } = tellLedger(library(), library({ names: ORDER }));
  t.deepEqual(residue, []);
  t.true(lines.includes('.gnu.hash: derived derived'));
  t.true(lines.includes(': object-order moved'));
});

test('where code moved, the table of frames, the frames and the symbols follow', (t) => {
  const { lines, residue } = tellLedger(library(), library({ shift: 0x20 }));
  t.true(lines.includes('.eh_frame_hdr: derived derived'));
  t.true(lines.includes('.eh_frame: derived derived PC_begin'));
  t.true(lines.includes('.dynsym: derived derived st_value'));
  t.true(residue.every(({ field }) => field === 'sh_addr'));
});

test('a table that does not follow on one side explains nothing', (t) => {
  for (const section of ['.gnu.hash', '.eh_frame_hdr']) {
    for (const at of [20, 30]) {
      const b = planted(library({ names: ORDER }), section, at, 0x10);
      t.true(
        tellLedger(library(), b).residue.some(({ place }) => place === section),
        `${section} ${at}`,
      );
      t.true(
        tellLedger(b, library()).residue.some(({ place }) => place === section),
        `${section} ${at}`,
      );
    }
  }
});

test('any byte planted in a table that could be recomputed is residue', (t) => {
  const a = library();
  for (const [section, length] of [
    ['.gnu.hash', 40],
    ['.eh_frame_hdr', 36],
  ] as const) {
    for (let at = 0; at < length; at += 1) {
      const b = planted(library({ names: ORDER }), section, at, 0x01);
      t.true(
        tellLedger(a, b).residue.some(({ place }) => place === section),
        `${section}+${at}`,
      );
    }
  }
});

test('a name added to the string table shifts the offsets of others, which follow', (t) => {
  const { lines } = tellLedger(library(), library({ names: ['one', 'twice', 'three'] }));
  t.true(lines.includes('.dynamic: derived derived d_val'));
  t.true(lines.includes('.dynsym: derived derived st_name'));
});

test('another library, another flag and another tag are residue', (t) => {
  const { residue } = tellLedger(library(), library({ needed: 'libm.so.6' }));
  t.true(residue.some(({ place }) => place === '.dynstr'));
  const flags = tellLedger(library(), library({ flags: 0x10 }));
  t.deepEqual(
    flags.residue.map(({ place, field }) => [place, field]),
    [['.dynamic', 'd_val']],
  );
  const tag = tellLedger(library(), planted(library(), '.dynamic', 48, 0x01));
  t.deepEqual(
    tag.residue.map(({ field }) => field),
    ['d_tag'],
  );
});

test('a dynamic section of another length is compared as bytes', (t) => {
  const a = writeElf({
    sections: [{ name: '.dynamic', type: 6, entsize: 16, content: Buffer.alloc(32, 1) }],
  });
  const b = writeElf({
    sections: [{ name: '.dynamic', type: 6, entsize: 16, content: Buffer.alloc(48, 1) }],
  });
  t.true(tellLedger(a, b).residue.some(({ place }) => place === '.dynamic'));
});

test('the versions of symbols go with their symbols', (t) => {
  const a = library({ versions: [0, 2, 3, 4] });
  const moved = tellLedger(a, library({ names: ORDER, versions: [0, 3, 4, 2] }));
  t.false(moved.residue.some(({ place }) => place === '.gnu.version'));
  const changed = tellLedger(a, library({ versions: [0, 2, 3, 5] }));
  t.deepEqual(
    changed.residue.map(({ place }) => place),
    ['.gnu.version'],
  );
  t.true(tellLedger(a, library({ versions: [0, 2, 3, 4, 5] })).residue.length > 0);
  t.true(tellLedger(a, library({ versions: [0, 2] })).residue.length > 0);
});

test('needed versions are words of which those that differ are offsets of names', (t) => {
  const need = (name: number): FixtureSection => ({
    name: '.gnu.version_r',
    type: 0x6ffffffe,
    link: 4,
    content: new Numbers(true, true).add(4, 0x10001).add(4, name).add(4, 16).add(4, 0).bytes(),
  });
  const a = library({ sections: [need(stringTable(['one', 'two', 'three']).table.length)] });
  const names = ['first', 'two', 'three'];
  const b = library({ names, sections: [need(stringTable(names).table.length)] });
  t.true(tellLedger(a, b).lines.includes('.gnu.version_r: derived derived name'));
  const elsewhere = library({ names, sections: [need(1)] });
  t.true(tellLedger(a, elsewhere).residue.some(({ place }) => place === '.gnu.version_r'));
});

for (const linker of ['gnuLd', 'gold', 'lld'] as const) {
  test(`a build-id is derived only where it is that of the contents: ${linker}`, (t) => {
    const a = linkedLibrary(linker);
    const b = planted(a, '.note.gnu.build-id', 16, 0xff);
    const { lines, notes } = tellLedger(a, b);
    t.deepEqual(lines, ['.note.gnu.build-id: build-id residue desc']);
    t.true(notes.some((text) => text.includes('could not be recomputed')));
  });

  test(`any one bit of a linked library stays open: ${linker}`, (t) => {
    const a = linkedLibrary(linker);
    for (let at = 0; at < a.length; at += 37) {
      const b = Buffer.from(a);
      b[at] = (b[at] ?? 0) ^ 0x04;
      t.true(tellLedger(a, b).open > 0, `${at}`);
    }
  });
}

test('a build-id of two files that were both linked with theirs is derived', (t) => {
  const name = (hex: string): Buffer => note(true, 'GNU', 3, Buffer.from(hex, 'hex'));
  const of = (hex: string): Buffer =>
    library({ sections: [{ name: '.note.gnu.build-id', type: 7, content: name(hex) }] });
  const { residue, notes } = tellLedger(of('00'.repeat(20)), of('11'.repeat(20)));
  t.true(residue.every(({ reason }) => reason === 'build-id'));
  t.is(notes.length, 1);
});

test('strings of comments are text: another compiler is told by its version', (t) => {
  const version = (v: string): string => `rustc version ${v} (4d91de4e4 2025-02-17)`;
  const { lines } = tellLedger(
    library({ comment: version('1.84.0') }),
    library({ comment: version('1.85.0') }),
  );
  t.true(lines.some((line) => line.startsWith('.comment: ')));
  t.false(lines.some((line) => !line.startsWith('.comment')));
});

test('a compressed section is not opened, and the reader is told so', (t) => {
  const of = (byte: number): Buffer =>
    writeElf({ sections: [{ name: '.debug_str', flags: 0x800, content: Buffer.alloc(40, byte) }] });
  const { notes, residue } = tellLedger(of(1), of(2));
  t.true(notes.some((text) => /\.debug_str is compressed/.test(text)));
  t.is(residue.length, 1);
});

test('sections with bitcode or metadata that cannot be read are compared as bytes', (t) => {
  for (const name of ['.llvmbc', '.rmeta', '.rustc', '.llvmcmd']) {
    const of = (text: string): Buffer => writeElf({ sections: [{ name, content: Buffer.from(text) }] });
    t.true(tellLedger(of('nothing of the kind'), of('something of a kind')).residue.length > 0, name);
  }
});
