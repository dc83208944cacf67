import test from 'ava';
import {
  type FixtureSection,
  Numbers,
  stringTable,
  symbolTable,
  writeElf,
} from '../../format/elf/elf-fixture.js';
import { tellLedger } from '../told-fixture.js';
import { type Image, type ImageFunction, linked, relocatable } from './image-fixture.js';

/*
 * Two different programs that hold the same things: what is exchanged is which of them is meant. Every one of these was
 * once told as the same things in another order.
 */

/** Seen from either side. */
function seen(a: Buffer, b: Buffer): boolean {
  return tellLedger(a, b).open > 0 && tellLedger(b, a).open > 0;
}

function swappedText(content: Buffer, x: string, y: string): Buffer {
  const out = Buffer.from(content);
  const [atX, atY] = [content.indexOf(x, 0, 'latin1'), content.indexOf(y, 0, 'latin1')];
  if (atX < 0 || atY < 0 || x.length !== y.length) throw new Error(`${x} and ${y} cannot be exchanged`);
  out.write(y, atX, 'latin1');
  out.write(x, atY, 'latin1');
  return out;
}

/** A library that needs two versions of another one; the words of its records name them by offset. */
function versioned(): Buffer {
  const { table, indexOf } = stringTable(['work', 'libc.so.6', 'LIBC_2.33', 'LIBC_2.34']);
  const need = new Numbers(true, true);
  need.add(2, 1).add(2, 2).add(4, indexOf('libc.so.6')).add(4, 16).add(4, 0);
  need.add(4, 0x11).add(2, 0).add(2, 2).add(4, indexOf('LIBC_2.33')).add(4, 16);
  need.add(4, 0x22).add(2, 0).add(2, 3).add(4, indexOf('LIBC_2.34')).add(4, 0);
  const names = [{ name: 0 }, { name: indexOf('work'), info: 0x12 }];
  return writeElf({
    type: 3,
    sections: [
      { name: '.dynstr', type: 3, flags: 2, addr: 0x1000, content: table },
      {
        name: '.dynsym',
        type: 11,
        flags: 2,
        addr: 0x2000,
        link: 1,
        info: 1,
        entsize: 24,
        content: symbolTable(64, true, names),
      },
      { name: '.gnu.version_r', type: 0x6ffffffe, flags: 2, addr: 0x3000, link: 1, content: need.bytes() },
    ],
  });
}

test('a version that is needed stays the one it is when its name moves, and is another one when only the name does', (t) => {
  const a = versioned();
  const names = swappedText(a, 'LIBC_2.33', 'LIBC_2.34');
  t.true(seen(a, names));
  // The offsets of the two names, exchanged as well.
  const both = Buffer.from(names);
  const [first, second] = ['1100000000000200', '2200000000000300'].map(
    (hex) => a.indexOf(Buffer.from(hex, 'hex')) + 8,
  ) as [number, number];
  a.copy(both, first, second, second + 4);
  a.copy(both, second, first, first + 4);
  const { lines, open } = tellLedger(a, both);
  t.true(lines.includes('.gnu.version_r: derived derived name'), lines.join('\n'));
  t.is(open, 0);
});

test('a word of the record of a version that is no name follows from nothing', (t) => {
  const a = versioned();
  const record = a.indexOf(Buffer.from('1100000000000200', 'hex'));
  for (let at = 0; at < 16; at += 1) {
    const b = Buffer.from(a);
    b[record + at] = (b[record + at] ?? 0) ^ 1;
    t.true(seen(a, b), `byte ${at}`);
  }
});

test('debug strings in another order are called by other names in a linked file', (t) => {
  const of = (strings: string): Buffer =>
    linked({
      functions: [{ name: 'main', code: ['c3'] }],
      sections: [
        { name: '.debug_info', content: Buffer.from('0000000006000000', 'hex') },
        { name: '.debug_str', flags: 0x30, content: Buffer.from(strings, 'latin1') },
      ],
    });
  t.true(seen(of('first\0later\0'), of('later\0first\0')));
});

const EXTRA: ImageFunction = { name: 'extra', code: ['31c0c3'], behind: '90909090909090909090909090' };

test('an offset in the storage of a thread is no address, though it may look like one', (t) => {
  const of = (shifted: boolean, offset: number): Buffer => {
    const rela = new Numbers(true, true).word(0x7000).word(18).word(offset).bytes();
    return linked({
      functions: [...(shifted ? [EXTRA] : []), { name: 'main', code: ['4883ec08', '4883c408', 'c3'] }],
      sections: [{ name: '.rela.plt', type: 4, flags: 2, addr: 0x8000, content: rela, entsize: 24 }],
    });
  };
  // Where `main` lies, and where it went.
  const { residue } = tellLedger(of(false, 0x1004), of(true, 0x1014));
  t.true(residue.some(({ place, field }) => place === '.rela.plt' && field === 'r_addend'));
});

const ONE: ImageFunction = { name: 'one', code: ['b801000000c3'], behind: '9090' };
const TWO: ImageFunction = { name: 'two', code: ['b802000000c3'], behind: '9090' };

test('in an executable at fixed addresses a number that stayed is no proof where anything moved', (t) => {
  const table = '00100000000000000810000000000000';
  const of = (...functions: ImageFunction[]): Buffer => {
    const file = linked({ functions, constants: [{ name: 'table', bytes: [table] }] });
    file.writeUInt16LE(2, 16);
    return file;
  };
  t.true(seen(of(ONE, TWO), of(TWO, ONE)));
  t.true(tellLedger(of(ONE, TWO), of(TWO, ONE)).lines.includes('ELF header: address-shift residue e_type'));
  // Where nothing moved, what differs is explained as ever.
  const other = of(ONE, { ...TWO, code: ['b803000000c3'] });
  t.true(tellLedger(of(ONE, TWO), other).lines.includes('.text › two: code residue'));
});

/** Two functions that jump through a table each; `entries` are those of the first and then of the second. */
function jumping(order: readonly ('first' | 'second')[], entries: readonly number[]): Buffer {
  const code = (name: string, n: string): ImageFunction => ({
    name,
    // lea table(%rip), %rax; movslq (%rax,%rdi,4), %rdx; add %rax, %rdx; jmp *%rdx; two ways to return.
    code: ['488d05', { to: `${name} table` }, '486314b8', '4801c2', 'ffe2', `b8${n}100000c3b8${n}200000c3`],
  });
  const functions = { first: code('first', '01'), second: code('second', '02') };
  const bytes = entries.map((entry) => {
    const out = Buffer.alloc(4);
    out.writeInt32LE(entry);
    return out.toString('hex');
  });
  return linked({
    functions: order.map((name) => functions[name]),
    constants: [
      { name: 'first table', bytes: bytes.slice(0, 2), nameless: true },
      { name: 'second table', bytes: bytes.slice(2), nameless: true },
    ],
  });
}

test('a table of jumps that stayed while its function moved leads elsewhere', (t) => {
  const LENGTH = 28;
  const into = (start: number, table: number): number[] => [
    0x1000 + start + 16 - table,
    0x1000 + start + 22 - table,
  ];
  const stale = [...into(0, 0x2000), ...into(LENGTH, 0x2008)];
  const a = jumping(['first', 'second'], stale);
  const b = jumping(['second', 'first'], [...into(LENGTH, 0x2000), ...into(0, 0x2008)]);
  t.is(tellLedger(a, b).open, 0);
  t.true(seen(a, jumping(['second', 'first'], stale)));
});

test('constructors are called in the order of their sections', (t) => {
  const of = (first: number, second: number): Buffer => {
    const { table, indexOf } = stringTable(['one', 'two']);
    const rela = (symbol: number) => new Numbers(true, true).word(0).add(4, 1).add(4, symbol).word(0).bytes();
    const array: FixtureSection = { name: '.init_array', type: 14, flags: 3, content: Buffer.alloc(8) };
    const symbols = ['one', 'two'].map((name, i) => ({
      name: indexOf(name),
      info: 0x12,
      shndx: i + 1,
      size: 6,
    }));
    return writeElf({
      type: 1,
      sections: [
        { name: '.text.one', flags: 6, content: Buffer.from('b801000000c3', 'hex') },
        { name: '.text.two', flags: 6, content: Buffer.from('b802000000c3', 'hex') },
        array,
        array,
        { name: '.rela.init_array', type: 4, content: rela(first), info: 3, link: 7, entsize: 24 },
        { name: '.rela.init_array', type: 4, content: rela(second), info: 4, link: 7, entsize: 24 },
        {
          name: '.symtab',
          type: 2,
          content: symbolTable(64, true, [{ name: 0 }, ...symbols]),
          link: 8,
          info: 1,
          entsize: 24,
        },
        { name: '.strtab', type: 3, content: table },
      ],
    });
  };
  t.true(seen(of(1, 2), of(2, 1)));
});

test('code that runs before and after `main` runs in the order of its sections', (t) => {
  for (const name of ['.init', '.fini']) {
    const section = (code: string): FixtureSection => ({ name, flags: 6, content: Buffer.from(code, 'hex') });
    const of = (...codes: readonly string[]): Buffer => writeElf({ type: 1, sections: codes.map(section) });
    t.true(seen(of('90', '50'), of('50', '90')), name);
    const a = of('90', '50');
    // The headers alone: the bytes stay where they are.
    const b = Buffer.from(a);
    const table = Number(a.readBigUInt64LE(40));
    a.copy(b, table + 64, table + 128, table + 192);
    a.copy(b, table + 128, table + 64, table + 128);
    t.true(seen(a, b), name);
  }
});

/** Two tables that begin alike and go on otherwise; the place where they do is referred to as well. */
function reading(table: 'one' | 'two'): Image {
  const lea = (to: string, register: string, addend = 0) => [`488d${register}`, { to, addend }] as const;
  return {
    functions: [
      { name: 'reader', code: [...lea(table, '05'), '488b04f8', 'c3'] },
      {
        name: 'other',
        code: [
          ...lea('one', '05', 8),
          ...lea('two', '15', 8),
          ...lea('two', '0d'),
          ...lea('one', '35'),
          'c3',
        ],
      },
    ],
    constants: ['one', 'two'].map((name, i) => ({
      name,
      nameless: true,
      bytes: ['0700000000000000', `1${i}00000000000000`, `2${i}00000000000000`],
    })),
  };
}

test('a constant of unknown length is not another one that begins alike', (t) => {
  for (const stripped of [false, true]) {
    const [a, b] = [linked({ ...reading('one'), stripped }), linked({ ...reading('two'), stripped })];
    t.true(seen(a, b), stripped ? 'stripped' : 'with symbols');
  }
});

test('the same constants in another order are suspected where they were cut apart, and not where they were not', (t) => {
  const of = (order: readonly number[]): Buffer =>
    linked({
      functions: [
        {
          name: 'main',
          code: ['488d05', { to: 'c0' }, '488d15', { to: 'c1' }, '488d0d', { to: 'c2' }, 'c3'],
        },
      ],
      constants: order.map((i) => ({ name: `c${i}`, nameless: true, bytes: [`1${i}22334455667788`] })),
    });
  const { residue } = tellLedger(of([0, 1, 2]), of([1, 2, 0]));
  t.deepEqual(
    residue.map(({ place, reason, field }) => [place, reason, field]),
    [
      ['.rodata', 'object-order', 'what follows'],
      ['.rodata', 'object-order', 'what follows'],
    ],
  );
});

const [HA, HB] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54'];
const [KEY, OTHER] = [
  ['3f938813a675f72e', 'c4d95a8617f0b7e2'],
  ['99065f1c1aedbb4f', '2b7e151628aed2a6'],
] as const;

test('a constant of 128 bits that changed in all its places is no type id, beside whatever hashes', (t) => {
  const movabs = ([low, high]: readonly [string, string]) => [`48b8${low}`, `48ba${high}`, 'c3'];
  const of = (hash: string, constant: readonly [string, string], reader: string): Buffer =>
    relocatable({
      functions: [
        { name: `_ZN3one4work17h${hash}E`, code: ['31c0c3'] },
        { name: reader, code: movabs(constant) },
        { name: 'decode', code: ['31c9', ...movabs(constant)] },
        { name: 'encode', code: ['31f6', ...movabs(constant)] },
      ],
    });
  t.is(tellLedger(of(HA, KEY, 'key'), of(HB, KEY, 'key')).open, 0);
  t.true(seen(of(HA, KEY, 'key'), of(HB, OTHER, 'key')));
  t.true(seen(of(HA, KEY, 'type_id'), of(HB, OTHER, 'type_id')));
  const any = '_ZN36_$LT$T$u20$as$u20$core..any..Any$GT$7type_id';
  t.is(tellLedger(of(HA, KEY, any), of(HB, OTHER, any)).open, 0);
});

test('an id that `type_id` reads from a constant is one, and a constant beside it is not', (t) => {
  const of = (hash: string, id: readonly [string, string], key: readonly [string, string]): Buffer =>
    relocatable({
      functions: [
        { name: `_ZN3one4work17h${hash}E`, code: ['31c0c3'] },
        {
          name: '_ZN36_$LT$T$u20$as$u20$core..any..Any$GT$7type_id',
          code: ['4889f80f1005', { to: 'id' }, '0f1107c3'],
        },
        {
          name: 'reads',
          code: ['0f1005', { to: 'same' }, '0f1005', { to: 'key' }, '0f1005', { to: 'again' }, 'c3'],
        },
      ],
      constants: [
        { name: 'id', bytes: [...id] },
        { name: 'same', bytes: [...id] },
        { name: 'key', bytes: [...key] },
        { name: 'again', bytes: [...key] },
      ],
    });
  const NUMBERS = ['0011223344556677', '8899aabbccddeeff'] as const;
  t.is(tellLedger(of(HA, KEY, NUMBERS), of(HB, OTHER, NUMBERS)).open, 0);
  t.true(seen(of(HA, KEY, NUMBERS), of(HB, KEY, ['f0e1d2c3b4a59687', '78695a4b3c2d1e0f'])));
});
