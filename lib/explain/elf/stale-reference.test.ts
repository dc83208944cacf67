import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type Image, linked, relocatable } from './image-fixture.js';

/*
 * Where numbers and addresses shifted, a field that did not shift with them leads elsewhere: its bytes are equal, and
 * it is a difference all the same.
 */

/** `work` and `text` stand behind `extra`, so that every number and address of theirs shifts. */
function image(extra: boolean): Image {
  return {
    functions: [
      ...(extra ? [{ name: 'extra', code: ['31c0c3'], behind: '90909090909090909090909090' }] : []),
      { name: 'main', code: ['4883ec08e8', { to: 'work' }, '488d3d', { to: 'text' }, '4883c408c3'] },
      { name: 'work', code: ['b805000000c3'], behind: '0f1f8000000000' },
      { name: 'last', code: ['4889f8c3'] },
    ],
    constants: [
      { name: 'text', bytes: ['68656c6c6f2c20776f726c6400000000'] },
      { name: 'table', bytes: [{ pointer: 'work' }, { pointer: 'text' }] },
    ],
  };
}

/** What is residue at these bytes of B, whatever else is. */
function residueAt(a: Buffer, b: Buffer, at: number, length: number): boolean {
  return tellLedger(a, b).residue.some(
    ({ bStart, bLength }) => bStart < at + length && at < bStart + bLength,
  );
}

function indexOf(content: Buffer, hex: string): number {
  const bytes = Buffer.from(hex, 'hex');
  const at = content.indexOf(bytes);
  if (at < 0 || content.indexOf(bytes, at + 1) >= 0) throw new Error(`${hex} stands there not exactly once`);
  return at;
}

test('a pointer that went with what it leads to is no residue', (t) => {
  const [a, b] = [linked(image(false)), linked(image(true))];
  const { lines } = tellLedger(a, b);
  t.true(lines.includes('.rela.dyn: derived derived r_addend'));
  t.true(lines.includes('.data.rel.ro › table: address-shift derived pointer'));
  t.false(lines.some((line) => /rel.*residue/.test(line)));
});

test('a pointer that stayed while the function it led to moved is residue', (t) => {
  const [a, b] = [linked(image(false)), linked(image(true))];
  // The slot in `.data.rel.ro` is followed by that of `text`, the addend by the next entry's offset.
  const slot = indexOf(b, '25100000000000000020000000000000');
  const addend = indexOf(b, '251000000000000008400000');
  for (const at of [slot, addend]) {
    const stale = Buffer.from(b);
    stale[at] = 0x15;
    t.true(residueAt(a, stale, at, 8));
  }
  const both = Buffer.from(b);
  both[slot] = 0x15;
  both[addend] = 0x15;
  t.true(residueAt(a, both, slot, 8) || residueAt(a, both, addend, 8));
});

test('a relocation that names the symbol with the old number is residue', (t) => {
  const [a, b] = [relocatable(image(false)), relocatable(image(true))];
  // r_offset 0, R_X86_64_64, `work`.
  const entry = indexOf(b, '00000000000000000100000003000000');
  const stale = Buffer.from(b);
  stale[entry + 12] = 2;
  t.true(residueAt(a, stale, entry, 24));
});

test('a symbol that stayed in the section with the old number is residue', (t) => {
  const [a, b] = [relocatable(image(false)), relocatable(image(true))];
  // STT_OBJECT, global, section 5, value 0, 16 bytes: `text`.
  const symbol = indexOf(b, '110005000000000000000000100000000000');
  const stale = Buffer.from(b);
  stale[symbol + 2] = 4;
  t.true(residueAt(a, stale, symbol, 4));
});
