import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type CodePart, type Image, type ImageFunction, linked, relocatable } from './image-fixture.js';

const [HA, HB, HC, HD] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54', '3f938813a675f72e', '99065f1c1aedbb4f'];

function named(crate: string, name: string, hash: string): string {
  return `_ZN${crate.length}${crate}${name.length}${name}17h${hash}E`;
}

/** Three functions and a text; `more` in front. */
function image(more: readonly ImageFunction[] = [], imm = '05000000', hash = HA): Image {
  const work = named('shop', 'work', hash);
  return {
    functions: [
      ...more,
      { name: 'main', code: ['4883ec08e8', { to: work }, '488d3d', { to: 'text' }, '4883c408c3'] },
      { name: work, code: [`b8${imm}c3`], behind: '0f1f8000000000' },
      { name: 'last', code: ['4889f8c3'] },
    ],
    constants: [{ name: 'text', bytes: ['68656c6c6f2c20776f726c6400000000'] }],
  };
}

/** Two constants of eight bytes, as a comparison with a type id has them. */
function typeId(first: string, second: string): CodePart[] {
  const le = (digits: string): string => Buffer.from(digits, 'hex').reverse().toString('hex');
  return [`48b8${le(first)}`, '4839c7', `48b9${le(second)}`, '4839ce', 'c3'];
}

for (const [kind, write] of [
  ['relocatable', relocatable],
  ['linked', linked],
] as const) {
  test(`a changed immediate is code, and nothing else is: ${kind}`, (t) => {
    const { lines, residue, functions } = tellLedger(write(image()), write(image([], '06000000')));
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /work17h\w+E: code residue$/);
    t.is(residue.length, 1);
    t.like(functions, { a: 3, b: 3, paired: 3, equal: 2, changed: 1, onlyA: [], onlyB: [] });
  });

  test(`a function on one side only is named and its bytes are code: ${kind}`, (t) => {
    const extra: ImageFunction = { name: 'extra', code: ['31c031d2c3'], behind: '0f1f8000000000660f1f00' };
    const [a, b] = [write(image()), write(image([extra]))];
    const there = tellLedger(a, b);
    t.deepEqual(there.functions?.onlyB, ['extra']);
    t.like(there.functions, { a: 3, b: 4, paired: 3, changed: 0 });
    t.true(there.lines.some((line) => /› extra: code residue$/.test(line)));
    const back = tellLedger(b, a);
    t.deepEqual(back.functions?.onlyA, ['extra']);
    t.true(back.lines.some((line) => /› extra: code residue$/.test(line)));
  });

  test(`functions in another order are moved, not changed: ${kind}`, (t) => {
    const [first, second, third] = image().functions ?? [];
    const turned = { ...image(), functions: [third, first, second] as ImageFunction[] };
    const { lines, residue, functions } = tellLedger(write(image()), write(turned));
    t.deepEqual(residue, []);
    t.true(lines.includes(': object-order moved'));
    t.like(functions, { paired: 3, changed: 0 });
  });

  test(`a name with another hash is the same function; the hash is a claim: ${kind}`, (t) => {
    const { claims, residue, functions } = tellLedger(write(image()), write(image([], '05000000', HB)));
    t.deepEqual(claims, [`crate-hash ${HA} ↔ ${HB}`]);
    t.deepEqual(residue, []);
    t.like(functions, { paired: 3, equal: 3, onlyA: [], onlyB: [] });
  });

  test(`type ids among the constants are claims, and such functions count as hashes: ${kind}`, (t) => {
    const of = (first: string, second: string): Image => ({
      functions: [
        { name: 'one', code: typeId(first, second) },
        { name: 'two', code: ['31d2', ...typeId(first, second)] },
      ],
    });
    const { claims, functions, residue, ledger } = tellLedger(write(of(HA, HC)), write(of(HB, HD)));
    t.deepEqual([...claims].sort(), [`type-id ${HA} ↔ ${HB}`, `type-id ${HC} ↔ ${HD}`]);
    t.deepEqual(residue, []);
    t.deepEqual(ledger.claims.places, [2, 2]);
    t.like(functions, { paired: 2, hashes: 2, changed: 0 });
  });

  test(`a constant that is alike, or that holds a small number, is no type id: ${kind}`, (t) => {
    const of = (value: string): Image => ({
      functions: [{ name: 'one', code: ['48b8', Buffer.from(value, 'hex').reverse().toString('hex'), 'c3'] }],
    });
    const alike = tellLedger(write(of(HA)), write(of(`${HA.slice(0, 15)}7`)));
    t.deepEqual(alike.claims, []);
    t.like(alike.functions, { changed: 1 });
    t.true(alike.residue.length > 0);
  });

  test(`a conditional jump that was turned round is code: ${kind}`, (t) => {
    const of = (jump: string): Image => ({
      functions: [{ name: 'one', code: ['85ff', jump, '31c0c3', 'b801000000c3'] }],
    });
    const { lines } = tellLedger(write(of('7403')), write(of('7503')));
    t.is(lines.length, 1);
    t.regex(lines[0] ?? '', /› one: code residue$/);
  });

  test(`a call that leads to another function is code, though the bytes around it are equal: ${kind}`, (t) => {
    const of = (to: string): Image => ({
      functions: [
        { name: 'main', code: ['e8', { to }, 'c3'] },
        { name: 'left', code: ['b801000000c3'] },
        { name: 'right', code: ['b802000000c3'] },
      ],
    });
    const { residue, functions } = tellLedger(write(of('left')), write(of('right')));
    t.true(residue.length > 0);
    t.true(residue.some(({ place, reason }) => place.endsWith('main') && reason === 'code'));
    t.like(functions, { changed: 1, equal: 2 });
  });
}

test('references to what moved are derived as an address shift', (t) => {
  const extra: ImageFunction = { name: 'extra', code: ['31c0c3'], behind: '0f1f8000000000' };
  const { lines, functions } = tellLedger(linked(image()), linked(image([extra])));
  t.true(lines.includes('.text › main: address-shift derived displacement'));
  t.like(functions, { equal: 2, moved: 1 });
});

test('a call that leads between functions, or out of the file, is code when it changes', (t) => {
  const of = (displacement: string): Image => ({
    functions: [
      { name: 'main', code: [`e8${displacement}`, 'c3'], behind: '0f1f8000000000660f1f00' },
      { name: 'other', code: ['b801000000c3'] },
    ],
  });
  for (const displacement of ['ffff0f00', '07000000', 'fcffffff'])
    t.true(tellLedger(linked(of('00000000')), linked(of(displacement))).residue.length > 0);
});

test('padding between functions is owned as padding, other bytes there are not', (t) => {
  const of = (behind: string): Image => ({
    functions: [
      { name: 'one', code: ['31c0c3'], behind },
      { name: 'two', code: ['b801000000c3'] },
    ],
  });
  const zeros = tellLedger(linked(of('900f1f4400000f1f8000000000')), linked(of('cc'.repeat(13))));
  t.deepEqual(zeros.lines, ['.text › one: padding derived']);
  const one = tellLedger(linked(of('cc'.repeat(13))), linked(of(`${'cc'.repeat(12)}90`)));
  t.true(one.residue.length > 0);
  const planted = tellLedger(
    linked(of('cc'.repeat(13))),
    linked(of(`${'cc'.repeat(5)}31c0${'cc'.repeat(6)}`)),
  );
  t.true(planted.residue.length > 0);
});

test('machines whose instructions are not read are compared as bytes', (t) => {
  const of = (code: string): Buffer =>
    relocatable({ machine: 8, functions: [{ name: 'one', code: [code] }] });
  const { lines, functions } = tellLedger(of('0102030405060708'), of('0102030405060798'));
  t.true(lines.every((line) => /residue/.test(line)));
  t.like(functions, { changed: 1 });
  const moved = (more: boolean): Buffer =>
    relocatable({
      machine: 8,
      functions: [
        ...(more ? [{ name: 'extra', code: ['aabbccdd'] }] : []),
        { name: 'one', code: ['0102030405060708'] },
      ],
    });
  t.like(tellLedger(moved(false), moved(true)).functions, { equal: 1, onlyB: ['extra'] });
});

test('two files for different machines are compared as bytes', (t) => {
  const of = (machine: number): Buffer =>
    relocatable({ machine, functions: [{ name: 'one', code: ['e8000000'] }] });
  t.true(tellLedger(of(62), of(183)).residue.length > 0);
});

test('aarch64: a changed word is code', (t) => {
  const of = (word: string): Buffer =>
    relocatable({ machine: 183, functions: [{ name: 'one', code: ['200080d2', word, 'c0035fd6'] }] });
  const { lines } = tellLedger(of('410080d2'), of('610080d2'));
  t.deepEqual(lines, ['.text.one › one: code residue']);
});

for (const [what, shape] of [
  ['32-bit', { class: 32, machine: 3 }],
  ['big-endian', { littleEndian: false, machine: 22 }],
  ['32-bit big-endian', { class: 32, littleEndian: false, machine: 8 }],
] as const) {
  test(`a ${what} pair closes and replays`, (t) => {
    const of = (imm: string, more: boolean): Buffer =>
      relocatable({ ...image(more ? [{ name: 'extra', code: ['31c0c3'] }] : [], imm), ...shape });
    t.deepEqual(tellLedger(of('05000000', false), of('05000000', false)).lines, []);
    const changed = tellLedger(of('05000000', false), of('06000000', false));
    t.true(changed.residue.length > 0);
    t.like(changed.functions, { paired: 3, changed: 1 });
    const added = tellLedger(of('05000000', false), of('05000000', true));
    t.deepEqual(added.functions?.onlyB, ['extra']);
    t.true(added.lines.includes('.symtab: derived derived st_shndx'));
    t.true(added.lines.includes('.symtab: derived derived st_name'));
  });
}

test('two classes or byte orders are compared as bytes', (t) => {
  const one = relocatable(image());
  const other = relocatable({ ...image(), class: 32 });
  t.true(tellLedger(one, other).residue.length > 0);
  t.true(tellLedger(one, relocatable({ ...image(), littleEndian: false })).residue.length > 0);
});
