import test from 'ava';
import { Numbers, stringTable, symbolTable, writeElf } from '../../format/elf/elf-fixture.js';
import { tellLedger } from '../told-fixture.js';
import { type Image, linked, relocatable } from './image-fixture.js';

const EXTRA = { name: 'extra', code: ['31c0c3'], behind: '90909090909090909090909090' };

function image(more: boolean, imports: readonly string[] = ['outside']): Image {
  return {
    functions: [
      ...(more ? [EXTRA] : []),
      { name: 'main', code: ['4883ec08e8', { to: 'work' }, 'e8', { to: imports[0] ?? '' }, '4883c408c3'] },
      { name: 'work', code: ['b805000000488d3d', { to: 'text' }, 'c3'] },
    ],
    constants: [
      { name: 'text', bytes: ['68656c6c6f2c20776f726c6400000000'] },
      { name: 'table', bytes: [{ pointer: 'work' }, { pointer: 'text' }, { pointer: imports[0] ?? '' }] },
    ],
    imports,
  };
}

const relas = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('.rela'));

test('the number of a symbol in r_info follows from the symbols', (t) => {
  t.deepEqual(relas(tellLedger(relocatable(image(false)), relocatable(image(true))).lines), [
    '.rela.data.rel.ro.table: derived derived r_info',
    '.rela.text.main: derived derived r_info',
    '.rela.text.work: derived derived r_info',
  ]);
});

test('the address in r_addend follows from what it leads to, r_offset from what it patches', (t) => {
  const of = (more: boolean, pointers: number): Buffer =>
    linked({
      functions: [...(more ? [EXTRA] : []), { name: 'main', code: ['b805000000c3'] }],
      constants: [
        ...(pointers > 1 ? [{ name: 'first', bytes: [{ pointer: 'main' }] }] : []),
        { name: 'table', bytes: [{ pointer: 'main' }] },
      ],
    });
  t.deepEqual(relas(tellLedger(of(false, 1), of(true, 1)).lines), ['.rela.dyn: derived derived r_addend']);
  const more = relas(tellLedger(of(true, 1), of(true, 2)).lines);
  t.true(more.includes('.rela.dyn: derived derived r_offset'), more.join());
  t.true(more.includes('.rela.dyn: unexplained residue'));
});

test('a relocation of another type, to another symbol, with another addend, or elsewhere is residue', (t) => {
  const a = relocatable(image(false));
  // r_offset 0, R_X86_64_64, the symbol of `work`.
  const entry = a.indexOf(Buffer.from('00000000000000000100000002000000', 'hex'));
  t.true(entry > 0);
  for (const [at, value] of [
    [0, 1],
    [8, 2],
    [12, 1],
    [12, 3],
    [16, 8],
  ] as const) {
    const b = Buffer.from(a);
    b[entry + at] = value;
    t.true(tellLedger(a, b).open > 0, `${at}`);
    t.true(tellLedger(b, a).open > 0, `${at}`);
  }
});

test('an undefined symbol under a name with another hash is the same, under another name it is not', (t) => {
  const name = (hash: string): string => `_ZN4shop7outside17h${hash}E`;
  const [one, two] = [name('17f0b7e2c4d95a86'), name('e86b1d0f3a297c54')];
  const hashes = tellLedger(relocatable(image(false, [one])), relocatable(image(false, [two])));
  t.deepEqual(hashes.residue, []);
  t.deepEqual(hashes.claims, ['crate-hash 17f0b7e2c4d95a86 ↔ e86b1d0f3a297c54']);
  const other = tellLedger(relocatable(image(false, ['system'])), relocatable(image(false, ['strlen'])));
  t.true(other.open > 0);
});

test('two calls that changed places between two undefined symbols are residue', (t) => {
  const of = (first: string, second: string): Buffer =>
    relocatable({
      functions: [{ name: 'main', code: ['e8', { to: first }, 'e8', { to: second }, 'c3'] }],
      imports: ['left', 'right'],
    });
  t.true(tellLedger(of('left', 'right'), of('right', 'left')).open > 0);
});

test('relocations to a section count from where the thing is that they lead to', (t) => {
  /** One `.text`, whose functions are named by offset in the section. */
  const of = (functions: readonly (readonly [name: string, code: string])[], call: string): Buffer => {
    const { table, indexOf } = stringTable(functions.map(([name]) => name));
    const starts = new Map<string, number>();
    let at = 0;
    for (const [name, code] of functions) {
      starts.set(name, at);
      at += code.length / 2;
    }
    return writeElf({
      type: 1,
      sections: [
        { name: '.text', flags: 6, content: Buffer.from(functions.map(([, code]) => code).join(''), 'hex') },
        {
          name: '.rela.text',
          type: 4,
          link: 3,
          info: 1,
          entsize: 24,
          content: new Numbers(true, true)
            .word((starts.get('main') ?? 0) + 1)
            .add(4, 2)
            .add(4, 1)
            .word(BigInt.asUintN(64, BigInt((starts.get(call) ?? 0) - 4)))
            .bytes(),
        },
        {
          name: '.symtab',
          type: 2,
          link: 4,
          info: 2,
          entsize: 24,
          content: symbolTable(64, true, [
            { name: 0 },
            { name: 0, info: 3, shndx: 1 },
            ...functions.map(([name, code]) => ({
              name: indexOf(name),
              info: 0x12,
              shndx: 1,
              value: BigInt(starts.get(name) ?? 0),
              size: code.length / 2,
            })),
          ]),
        },
        { name: '.strtab', type: 3, content: table },
      ],
    });
  };
  const main = ['main', 'e800000000c3'] as const;
  const left = ['left', 'b801000000c3'] as const;
  const right = ['right', 'b802000000c3'] as const;
  const a = of([main, left, right], 'left');
  const moved = tellLedger(a, of([right, main, left], 'left'));
  t.deepEqual(moved.residue, []);
  t.true(moved.lines.includes('.rela.text: derived derived r_addend'));
  t.true(moved.lines.includes('.rela.text: derived derived r_offset'));
  t.true(tellLedger(a, of([main, left, right], 'right')).open > 0);
  t.true(tellLedger(a, of([right, main, left], 'right')).open > 0);
});

test('relocations without addends, and of another size, are compared as bytes', (t) => {
  const of = (type: number, entsize: number, byte: number): Buffer =>
    writeElf({
      type: 1,
      sections: [
        { name: '.text', flags: 6, content: Buffer.from('b800000000c3', 'hex') },
        { name: '.rel.text', type, link: 3, info: 1, entsize, content: Buffer.alloc(48, byte) },
        {
          name: '.symtab',
          type: 2,
          link: 4,
          info: 1,
          entsize: 24,
          content: symbolTable(64, true, [{ name: 0 }]),
        },
        { name: '.strtab', type: 3, content: Buffer.from('\0') },
      ],
    });
  t.deepEqual(tellLedger(of(9, 16, 0), of(9, 16, 0)).lines, []);
  t.true(tellLedger(of(9, 16, 0), of(9, 16, 1)).open > 0);
  t.true(tellLedger(of(4, 24, 0), of(9, 16, 0)).open > 0);
});

test('relocations that code tells by their number stand in one order, but where all are bound at the start', (t) => {
  const slots = [0x7010, 0x7018, 0x7020];
  const of = (order: readonly number[], flags: number): Buffer =>
    linked({
      functions: [{ name: 'main', code: ['31c0c3'] }],
      sections: [
        {
          name: '.rela.plt',
          type: 4,
          flags: 2,
          addr: 0x6800,
          entsize: 24,
          align: 8,
          content: order
            .reduce(
              (out, i) =>
                out
                  .word(slots[i] ?? 0)
                  .word(7)
                  .word(0),
              new Numbers(true, true),
            )
            .bytes(),
        },
        { name: '.got.plt', flags: 3, addr: 0x7000, align: 8, content: Buffer.alloc(0x28) },
        {
          name: '.dynamic',
          type: 6,
          flags: 3,
          addr: 0x8000,
          entsize: 16,
          align: 8,
          content: [23, 0x6800, 2, 72, 7, 0x5000, 8, 0, 30, flags, 0, 0]
            .reduce((out, value) => out.word(value), new Numbers(true, true))
            .bytes(),
        },
      ],
    });
  const now = tellLedger(of([0, 1, 2], 8), of([0, 2, 1], 8));
  t.deepEqual(now.lines, [': object-order moved']);
  const lazy = tellLedger(of([0, 1, 2], 0), of([0, 2, 1], 0));
  t.deepEqual(lazy.lines, ['.rela.plt: unexplained residue order']);
  t.true(
    tellLedger(of([0, 1, 2], 8), of([0, 2, 1], 0)).lines.includes('.rela.plt: unexplained residue order'),
  );
});
