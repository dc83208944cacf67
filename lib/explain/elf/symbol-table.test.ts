import test from 'ava';
import { stringTable, symbolTable, writeElf } from '../../format/elf/elf-fixture.js';
import { tellLedger } from '../told-fixture.js';
import { type Image, linked, relocatable } from './image-fixture.js';

function image(more: boolean): Image {
  return {
    functions: [
      ...(more ? [{ name: 'extra', code: ['31c0c3'], behind: '0f1f8000000000660f1f' }] : []),
      { name: 'main', code: ['4883ec08e8', { to: 'work' }, '4883c408c3'] },
      { name: 'work', code: ['b805000000c3'] },
    ],
    constants: [{ name: 'text', bytes: ['68656c6c6f2c20776f726c6400000000'] }],
  };
}

const symtab = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('.symtab'));

test('fields of symbols follow from what they name: st_name, st_value, st_shndx', (t) => {
  t.deepEqual(symtab(tellLedger(linked(image(false)), linked(image(true))).lines), [
    '.symtab: derived derived st_name',
    '.symtab: derived derived st_value',
    '.symtab: unexplained residue',
  ]);
  t.deepEqual(symtab(tellLedger(relocatable(image(false)), relocatable(image(true))).lines), [
    '.symtab: derived derived st_name',
    '.symtab: derived derived st_shndx',
    '.symtab: unexplained residue',
  ]);
});

test('a symbol on one side only is residue with all its bytes', (t) => {
  const { residue } = tellLedger(linked(image(false)), linked(image(true)));
  t.like(
    residue.filter(({ place }) => place === '.symtab'),
    [{ aLength: 0, bLength: 24 }],
  );
});

test('the size of a function that became longer follows from the function', (t) => {
  const of = (code: string): Buffer =>
    linked({
      functions: [
        { name: 'main', code: [code] },
        { name: 'last', code: ['b805000000c3'] },
      ],
    });
  const { lines, residue } = tellLedger(of('31c0c3'), of('31c031d2c3'));
  t.true(lines.includes('.symtab: derived derived st_size'));
  t.true(residue.every(({ place }) => place === '.text › main'));
});

for (const [field, at, value] of [
  ['st_info', 4, 0x22],
  ['st_other', 5, 2],
  ['st_shndx', 6, 2],
  ['st_value', 8, 0x04],
  ['st_size', 16, 0x44],
] as const) {
  test(`a planted ${field} is residue`, (t) => {
    const a = linked(image(false));
    const b = Buffer.from(a);
    // `work`: the third symbol.
    const start = Number(a.readBigUInt64LE(40));
    const symtabHeader = start + 64 * 6;
    t.is(a.readUInt32LE(symtabHeader + 4), 2);
    const symbol = Number(a.readBigUInt64LE(symtabHeader + 24)) + 2 * 24;
    b[symbol + at] = value;
    t.true(tellLedger(a, b).residue.length > 0);
    t.true(tellLedger(b, a).residue.length > 0);
  });
}

/** Data whose symbols say how long it is, and `.bss`. */
function objects(of: { readonly data?: number; readonly bss?: number; readonly bssAt?: bigint }): Buffer {
  const { table, indexOf } = stringTable(['data', 'next', 'zero']);
  return writeElf({
    type: 1,
    sections: [
      { name: '.data', flags: 3, content: Buffer.from('0102030405060708'.padEnd(64, '0'), 'hex') },
      { name: '.bss', type: 8, flags: 3, size: 64 },
      {
        name: '.symtab',
        type: 2,
        entsize: 24,
        link: 4,
        info: 1,
        content: symbolTable(64, true, [
          { name: 0 },
          { name: indexOf('data'), info: 0x11, shndx: 1, size: of.data ?? 8 },
          { name: indexOf('next'), info: 0x11, shndx: 1, value: 16n, size: 8 },
          { name: indexOf('zero'), info: 0x11, shndx: 2, value: of.bssAt ?? 0n, size: of.bss ?? 8 },
        ]),
      },
      { name: '.strtab', type: 3, content: table },
    ],
  });
}

for (const [what, of] of [
  ['larger size of data whose bytes are equal', { data: 16 }],
  ['smaller size of data whose bytes are equal', { data: 4 }],
  ['larger size of a variable without bytes', { bss: 64 }],
  ['other place of a variable without bytes', { bssAt: 8n }],
] as const) {
  test(`nothing shows the ${what}: residue`, (t) => {
    t.true(tellLedger(objects({}), objects(of)).residue.length > 0);
  });
}

test('a symbol of no section has its own words: SHN_ABS and SHN_COMMON are no sections', (t) => {
  const of = (shndx: number, value: bigint): Buffer => {
    const { table, indexOf } = stringTable(['abs']);
    return writeElf({
      type: 1,
      sections: [
        {
          name: '.symtab',
          type: 2,
          entsize: 24,
          link: 2,
          info: 1,
          content: symbolTable(64, true, [{ name: 0 }, { name: indexOf('abs'), info: 0x10, shndx, value }]),
        },
        { name: '.strtab', type: 3, content: table },
      ],
    });
  };
  t.deepEqual(tellLedger(of(0xfff1, 1n), of(0xfff1, 2n)).lines, ['.symtab: unexplained residue st_value']);
  t.deepEqual(tellLedger(of(0xfff1, 1n), of(0xfff2, 1n)).lines, ['.symtab: unexplained residue st_shndx']);
});

test('entries of another size, and bytes behind the last, are residue', (t) => {
  const of = (entsize: number, tail: number): Buffer =>
    writeElf({
      type: 1,
      sections: [
        {
          name: '.symtab',
          type: 2,
          entsize,
          link: 2,
          info: 1,
          content: Buffer.concat([Buffer.alloc(entsize * 2), Buffer.alloc(tail, 7)]),
        },
        { name: '.strtab', type: 3, content: Buffer.from('\0') },
      ],
    });
  t.true(tellLedger(of(24, 0), of(32, 0)).residue.length > 0);
  t.true(tellLedger(of(32, 0), of(24, 0)).residue.length > 0);
  t.true(tellLedger(of(24, 0), of(24, 3)).residue.length > 0);
});
