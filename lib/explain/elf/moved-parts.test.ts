import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { linked } from './image-fixture.js';

const EXTRA = { name: 'extra', code: ['31c0c3'], behind: '90909090909090909090909090' };
const MAIN = 0x1000;

function word(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}

interface Side {
  /** Whether `main` stands 16 bytes farther. */
  readonly moved?: boolean;
  /** Added to what the slot holds. */
  readonly by?: number;
  /** What follows `main` and has no size. */
  readonly behind?: string;
}

/** A library with a slot of `.got.plt` that holds the address of `main`. */
function library({ moved = false, by = 0, behind = '' }: Side): Buffer {
  const at = MAIN + (moved ? 16 : 0) + by;
  return linked({
    functions: [...(moved ? [EXTRA] : []), { name: 'main', code: ['b805000000c3'], behind }],
    sections: [{ name: '.got.plt', flags: 3, addr: 0x7000, content: word(at), align: 8 }],
  });
}

test('a slot of .got.plt follows the code it leads to, and is residue where it leads elsewhere', (t) => {
  const { lines, open } = tellLedger(library({}), library({ moved: true }));
  t.true(lines.includes('.got.plt: address-shift derived pointer'), lines.join('\n'));
  const residue = tellLedger(library({}), library({ moved: true })).residue;
  t.false(residue.some(({ place }) => place === '.got.plt'));
  for (const by of [1, -1, -16, 6]) {
    const other = tellLedger(library({}), library({ moved: true, by }));
    t.true(
      other.residue.some(({ place }) => place === '.got.plt'),
      `${by}`,
    );
    t.true(other.open > open);
  }
});

test('a place behind a function, which has no size of its own, is as far behind it', (t) => {
  const behind = '0f05c331ffc30f05c3';
  const of = (side: Side) => library({ ...side, behind, by: 6 + 3 + (side.by ?? 0) });
  t.true(tellLedger(of({}), of({ moved: true })).lines.includes('.got.plt: address-shift derived pointer'));
  const other = tellLedger(of({}), of({ moved: true, by: 3 }));
  t.true(other.residue.some(({ place }) => place === '.got.plt'));
  // Where what stands there is longer, nothing is as far behind.
  const longer = library({ moved: true, behind: `${behind}31c0c3`, by: 9 });
  t.true(tellLedger(of({}), longer).residue.some(({ place }) => place === '.got.plt'));
});

/** A library whose last section is lld's padding up to the next page. */
function padded(address: number, size: number): Buffer {
  return linked({
    functions: [{ name: 'main', code: ['b805000000c3'] }],
    sections: [{ name: '.relro_padding', type: 8, flags: 3, addr: address, size }],
  });
}

test('the padding of RELRO reaches to the next page, and no other size follows', (t) => {
  const size = 'section header of .relro_padding: derived derived sh_size';
  t.true(tellLedger(padded(0x7010, 0xff0), padded(0x7030, 0xfd0)).lines.includes(size));
  for (const [a, b] of [
    [padded(0x7010, 0xff0), padded(0x7030, 0xfd8)],
    [padded(0x7010, 0xff8), padded(0x7030, 0xfd0)],
    [padded(0x7010, 0xff0), padded(0x7030, 0x1fd0)],
  ] as const) {
    const { lines } = tellLedger(a, b);
    t.false(lines.includes(size));
    t.true(lines.some((line) => line === 'section header of .relro_padding: unexplained residue sh_size'));
  }
});
