import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type Image, type ImageConstant, linked, relocatable } from './image-fixture.js';

const [HA, HB, HC, HD] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54', '3f938813a675f72e', '99065f1c1aedbb4f'];
const EXTRA = { name: 'extra', code: ['31c0c3'], behind: '90909090909090909090909090' };

function image(constants: readonly ImageConstant[], more = false): Image {
  return { functions: [...(more ? [EXTRA] : []), { name: 'main', code: ['b805000000c3'] }], constants };
}

const le = (digits: string): string => Buffer.from(digits, 'hex').reverse().toString('hex');
const text = (of: string): string => Buffer.from(of).toString('hex');

for (const [kind, write] of [
  ['relocatable', relocatable],
  ['linked', linked],
] as const) {
  test(`sixteen bytes of a type id in data are claims: ${kind}`, (t) => {
    const of = (one: string, two: string): Buffer =>
      write(
        image([
          { name: 'first', bytes: [le(one), le(two)] },
          { name: 'second', bytes: ['0102030405060708', le(one), le(two)] },
        ]),
      );
    const { claims, residue } = tellLedger(of(HA, HC), of(HB, HD));
    t.deepEqual([...claims].sort(), [`type-id ${HA} ↔ ${HB}`, `type-id ${HC} ↔ ${HD}`]);
    t.deepEqual(residue, []);
  });

  test(`numbers that differ in a few bytes are residue: ${kind}`, (t) => {
    const of = (number: string): Buffer => write(image([{ name: 'number', bytes: [number] }]));
    const { claims, residue } = tellLedger(of('0100000000000000'), of('0200000000000000'));
    t.deepEqual(claims, []);
    t.is(residue.length, 1);
    t.is(residue[0]?.aLength, 1);
  });

  test(`text in data is cut as text: ${kind}`, (t) => {
    const of = (path: string): Buffer =>
      write(image([{ name: 'path', bytes: [text(`${path}/src/main.rs`), '00'] }]));
    const { claims } = tellLedger(of('/home/anna/shop'), of('/home/bert/shop'));
    t.is(claims.length, 1);
    t.regex(claims[0] ?? '', /^build-path/);
    t.true(tellLedger(of('/home/anna/shop'), of('/home/annabella/shop')).ledger.claims.cause.length > 0);
  });

  test(`a constant on one side only is residue: ${kind}`, (t) => {
    const one: ImageConstant = { name: 'one', bytes: ['0102030405060708090a0b0c0d0e0f10'] };
    const two: ImageConstant = { name: 'two', bytes: ['1112131415161718191a1b1c1d1e1f20'] };
    t.true(tellLedger(write(image([one])), write(image([one, two]))).open > 0);
    t.true(tellLedger(write(image([one, two])), write(image([two]))).open > 0);
  });

  test(`a constant that lost its zeros, or got some, is residue: ${kind}`, (t) => {
    const of = (zeros: number): Buffer =>
      write(
        image([
          { name: 'tab', bytes: ['0102030405060708', '00'.repeat(zeros)] },
          { name: 'next', bytes: ['aabbccdd'] },
        ]),
      );
    t.true(tellLedger(of(8), of(24)).open > 0);
    t.true(tellLedger(of(24), of(8)).open > 0);
  });
}

test('pointers follow what they lead to: with relocations and in the bytes alike', (t) => {
  const table: ImageConstant = {
    name: 'table',
    bytes: [{ pointer: 'main' }, '0500000000000000', { pointer: 'name' }],
  };
  const name: ImageConstant = { name: 'name', bytes: [text('a name'), '0000'] };
  const { lines, residue } = tellLedger(linked(image([table, name])), linked(image([table, name], true)));
  t.true(lines.includes('.data.rel.ro › table: address-shift derived pointer'));
  t.false(residue.some(({ place }) => /rel/.test(place)));
});

test('a pointer to another function is residue', (t) => {
  const of = (to: string): Buffer =>
    linked({
      functions: [
        { name: 'main', code: ['b805000000c3'] },
        { name: 'other', code: ['b806000000c3'] },
      ],
      constants: [{ name: 'table', bytes: [{ pointer: to }, { pointer: 'main' }] }],
    });
  t.true(tellLedger(of('main'), of('other')).open > 0);
  t.true(tellLedger(of('other'), of('main')).open > 0);
});

/** A jump table of two entries that count from its start, which the code refers to. */
function switched(more: boolean, second = 'two'): Buffer {
  const functions = [
    ...(more ? [EXTRA] : []),
    { name: 'main', code: ['488d05', { to: 'jumps' }, '486314b84801c2ffe2'] },
    { name: 'one', code: ['b801000000c3'] },
    { name: 'two', code: ['b802000000c3'] },
  ];
  const starts = new Map<string, number>();
  let at = 0x1000;
  for (const { name, code, behind } of functions as readonly {
    name: string;
    code: readonly unknown[];
    behind?: string;
  }[]) {
    starts.set(name, at);
    for (const part of code) at += typeof part === 'string' ? part.length / 2 : 4;
    at += (behind ?? '').length / 2;
  }
  const entry = (to: string): string => {
    const out = Buffer.alloc(4);
    out.writeInt32LE((starts.get(to) ?? 0) - 0x2000);
    return out.toString('hex');
  };
  return linked({ functions, constants: [{ name: 'jumps', bytes: [entry('one'), entry(second)] }] });
}

test('the entries of a jump table count from where code refers to it, and follow what they lead to', (t) => {
  const { lines, residue } = tellLedger(switched(false), switched(true));
  t.true(lines.includes('.rodata › jumps: address-shift derived offset'), lines.join('\n'));
  t.false(residue.some(({ place }) => place.startsWith('.rodata')));
});

test('an entry of a jump table that leads elsewhere is residue', (t) => {
  t.true(tellLedger(switched(false), switched(false, 'one')).open > 0);
  const moved = tellLedger(switched(false), switched(true, 'one'));
  t.true(moved.residue.some(({ place }) => place.startsWith('.rodata')));
});

test('two constants of one content under other labels are one; of two contents they are not', (t) => {
  const of = (to: string, second: string): Buffer =>
    linked({
      functions: [{ name: 'main', code: ['488d05', { to }, 'c3'] }],
      constants: [
        { name: 'first', bytes: ['0102030405060708090a0b0c0d0e0f10'] },
        { name: 'second', bytes: [second] },
      ],
    });
  const same = '0102030405060708090a0b0c0d0e0f10';
  const label = tellLedger(of('first', same), of('second', same));
  t.deepEqual(label.residue, []);
  t.like(label.functions, { relabelled: 1 });
  t.deepEqual(label.lines, ['.text › main: local-label shown displacement']);
  const other = '1112131415161718191a1b1c1d1e1f20';
  t.true(tellLedger(of('first', other), of('second', other)).open > 0);
});

test('long data without symbols inside is measured by an alignment of its contents', (t) => {
  const block = (n: number): string =>
    Buffer.from(Array.from({ length: 96 }, (_, i) => (i * 7 + n * 13) & 0xff)).toString('hex');
  const of = (bytes: string): Buffer =>
    linked({
      functions: [{ name: 'main', code: ['488d05', { to: 'blob', addend: 100 }, 'c3'] }],
      constants: [{ name: 'blob', bytes: [bytes] }],
    });
  const a = of(block(1) + block(2));
  t.true(tellLedger(a, of(`${block(1)}ffeeddcc${block(2)}`)).open > 0);
  t.true(tellLedger(a, of(block(1) + block(3))).open > 0);
});

test('variables are compared as variables: two of one content are not one', (t) => {
  const of = (to: string): Buffer =>
    linked({
      functions: [{ name: 'main', code: ['488d05', { to }, 'c3'] }],
      constants: [
        { name: 'left', bytes: ['0000000000000000'] },
        { name: 'right', bytes: ['0000000000000000'] },
      ],
      sections: [],
    });
  // In `.rodata` either will do; a relocatable file has them in `.data`, where it will not.
  t.deepEqual(tellLedger(of('left'), of('right')).residue, []);
  const object = (to: string): Buffer =>
    relocatable({
      functions: [{ name: 'main', code: ['488d05', { to }, 'c3'] }],
      constants: [
        { name: 'left', bytes: ['0000000000000000'], section: '.data' },
        { name: 'right', bytes: ['0000000000000000'], section: '.data' },
      ],
    });
  t.true(tellLedger(object('left'), object('right')).open > 0);
});

test('zeros that a constant without a symbol lost are its own, wherever it ends', (t) => {
  const text = (of: string): string => Buffer.from(of).toString('hex');
  const of = (root: string, pad: number, zeros: number): Buffer =>
    linked({
      functions: [{ name: 'main', code: ['488d05', { to: 'list' }, '488d0d', { to: 'next' }, 'c3'] }],
      constants: [
        { name: 'main.rs', bytes: [text(`${root}/src/main.rs`)] },
        { name: 'other.rs', bytes: [text(`${root}/src/other.rs`)], behind: '00'.repeat(pad) },
        // It ends with an empty text.
        { name: 'list', bytes: [text('one\0two')], behind: '00'.repeat(zeros), nameless: true },
        { name: 'next', bytes: ['0102030405060708'], nameless: true },
        { name: 'last', bytes: ['1112131415161718'] },
      ],
    });
  for (const pad of [1, 5]) {
    const { lines } = tellLedger(of('/home/anna', pad, 3), of('/home/annab', pad, 1));
    t.true(lines.includes('.rodata: unexplained residue'));
    t.false(lines.includes('.rodata: padding derived'));
  }
});
