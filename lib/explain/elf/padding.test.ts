import test from 'ava';
import fc from 'fast-check';
import { recordingSink } from '../../ledger/sink-fixture.js';
import { tellLedger } from '../told-fixture.js';
import { type Image, linked } from './image-fixture.js';
import { explainPadding, isFilling } from './padding.js';

const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));

test('zeros, int3 and the no-ops of the processor are filling; nothing else is', (t) => {
  for (const filling of [
    '',
    '00',
    '0000000000',
    'cccccc',
    '90',
    '6690',
    '0f1f00',
    '0f1f4000',
    '0f1f440000',
    '660f1f440000',
    '0f1f8000000000',
    '0f1f840000000000',
    '662e0f1f840000000000',
    '6666666666662e0f1f840000000000',
    '0f1f840000000000 90',
  ])
    t.true(isFilling(hex(filling)), filling);
  for (const other of [
    '01',
    '00cc',
    'cc00',
    '9090',
    '31c0',
    '0f1f',
    '0f1f01',
    '0f1f4001',
    '0f1f84000000',
    '0f1f8000000001',
    '66',
    '2e',
    '0f0b',
  ])
    t.false(isFilling(hex(other)), other);
  t.true(isFilling(new Uint8Array(4096)));
  t.false(isFilling(new Uint8Array(4097)));
});

test('other filling of another length follows from alignment, if anything follows that had to be aligned', (t) => {
  const told = (a: string, b: string, followed: boolean): string[] => {
    const sink = recordingSink(hex(a), hex(b));
    explainPadding(hex(a), hex(b), sink, followed);
    sink.assertClosed();
    return sink.changes.map(({ kind, reason }) => `${kind} ${reason}`);
  };
  t.deepEqual(told('', '', true), []);
  t.deepEqual(told('0000', '0000', false), []);
  t.deepEqual(told('00', '0000', true), ['derived padding']);
  t.deepEqual(told('00', '0000', false), ['change padding']);
  t.deepEqual(told('', '00', true), ['derived padding']);
  t.deepEqual(told('cccccccc', '0f1f4000', true), ['derived padding']);
});

test('other filling of one length needs three other bytes: one or two may be a change that somebody made', (t) => {
  for (const [a, b, kind] of [
    ['0f1f440000', '0f1f840000', 'change'],
    ['cccccc', 'cccc90', 'change'],
    ['6690', 'cccc', 'change'],
    ['0f1f00', 'cccccc', 'derived'],
  ] as const) {
    const sink = recordingSink(hex(a), hex(b));
    explainPadding(hex(a), hex(b), sink);
    sink.assertClosed();
    t.is(sink.changes[0]?.kind, kind, a);
  }
});

test('whatever is no filling is never derived', (t) => {
  const some = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(some, some, fc.boolean(), (a, b, followed) => {
      const sink = recordingSink(a, b);
      explainPadding(a, b, sink, followed);
      sink.assertClosed();
      const [change] = sink.changes;
      if (change?.kind === 'derived') t.true(followed && isFilling(a) && isFilling(b));
      else t.is(change === undefined, Buffer.compare(a, b) === 0);
    }),
    { numRuns: 500 },
  );
});

const image: Image = {
  functions: [{ name: 'main', code: ['31c0c3'] }],
  constants: [{ name: 'text', bytes: ['68656c6c6f'] }],
  gap: 16,
};

test('a byte in a gap or behind the end is never derived', (t) => {
  const a = linked(image);
  const text = a.indexOf('hello');
  for (const at of [text - 1, text - 9]) {
    t.is(a[at], 0);
    for (const value of [1, 0x90, 0xcc]) {
      const b = Buffer.from(a);
      b[at] = value;
      const { lines, residue } = tellLedger(a, b);
      t.deepEqual(lines, ['gap: padding residue']);
      t.is(residue.length, 1);
    }
  }
  for (const tail of ['x', '\0', '\0\0\0\0', 'hidden here!']) {
    const b = Buffer.concat([a, Buffer.from(tail, 'latin1')]);
    t.deepEqual(tellLedger(a, b).lines, ['bytes after the last structure: padding residue']);
    t.deepEqual(tellLedger(b, a).lines, ['bytes after the last structure: padding residue']);
    t.deepEqual(tellLedger(b, Buffer.concat([a, Buffer.from('other', 'latin1')])).residue.length, 1);
  }
});

test('a gap of another length is derived only with a header that asks for it', (t) => {
  // Sixteen bytes more than the alignment of `.rodata` asks for.
  const { residue } = tellLedger(linked(image), linked({ ...image, gap: 32 }));
  t.deepEqual(
    residue.map(({ place, field }) => [place, field]),
    [['section header of .rodata', 'sh_offset']],
  );
});

test('a gap on one side only is owned as its own part', (t) => {
  const of = (gap: number): Image => ({
    ...image,
    functions: [{ name: 'main', code: ['31c0c3'.padEnd(32, '9')] }],
    gap,
  });
  const [a, b] = [linked(of(0)), linked(of(16))];
  t.true(tellLedger(a, b).lines.includes('gap: padding derived'));
  t.true(tellLedger(b, a).lines.includes('gap: padding derived'));
});
