import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import type { Section } from '../../format/elf/section.js';
import { type Elf, isElf, openElf } from '../../format/elf.js';
import { readRlib } from '../../format/rlib.js';
import { ledgerOf } from '../explain.js';
import { settle } from '../settle.js';
import { summarise } from '../summarise.js';
import { tellLedger } from '../told-fixture.js';

/** Changes that were once taken for a harmless difference: each by `scripts/mutate`. */
const PAIRS = join(dirname(fileURLToPath(import.meta.url)), '../../../../corpus/pairs');
const file = (path: string) => readFileSync(join(PAIRS, path));

/** Bytes that nothing stands behind. */
function residue(a: Buffer, b: Buffer): number {
  const explanation = summarise(ledgerOf(a, b).ledger, { formatA: '', formatB: '', maxResidue: 0 });
  const { accounts } = settle([{ path: '', explanation }]).causes;
  return accounts.unexplained + accounts.suspected;
}

function changed(content: Buffer, at: number, bytes: readonly number[]): Buffer {
  const out = Buffer.from(content);
  out.set(bytes, at);
  return out;
}

/** Seen from either side. */
function seen(a: Buffer, b: Buffer): boolean {
  return residue(a, b) > 0 && residue(b, a) > 0;
}

test('Zeros behind the last structure are no alignment of anything', (t) => {
  const object = file('padding/a/shapes.o');
  t.true(seen(object, Buffer.concat([object, Buffer.alloc(8)])));
});

test('A number of headers of no size is not derived', (t) => {
  const object = file('padding/a/shapes.o');
  t.is(object.readUInt16LE(56), 0);
  t.true(seen(object, changed(object, 56, [4])));
});

test('A header field that breaks its rule on one side is not derived, whichever side that is', (t) => {
  const object = file('padding/a/shapes.o');
  const headers = Number(object.readBigUInt64LE(40));
  const count = object.readUInt16LE(60);
  for (let i = 1; i < count; i += 1) {
    const header = headers + 64 * i;
    if (object.readUInt32LE(header + 4) === 2) t.true(seen(object, changed(object, header + 44, [0x15])));
  }
  const offset = headers + 64 * (count - 1) + 24;
  t.true(seen(object, changed(object, offset, [(object[offset] ?? 0) ^ 0x20])));
});

test('A symbol under another name is not a twin that the compiler merged, however equal its body', (t) => {
  const object = file('padding/a/shapes.o');
  const at = object.lastIndexOf('6shapes');
  t.true(at > 0);
  t.true(seen(object, changed(object, at + 1, [0x63])));
});

test('The frame of one function is not that of another, however equal their bodies', (t) => {
  const library = file('proc-macro-hash/a/libshuffled.rlib');
  t.is(library[3084], 2);
  t.true(seen(library, changed(library, 3084, [3])));
});

test('Functions that look alike are no twins where they refer to other things', (t) => {
  const program = file('twin-crates/a/twins');
  const [first, second] = [program.indexOf('made from'), program.lastIndexOf('made from')];
  t.true(first > 0 && second > first);
  const slots = ['f013000000000000', 'e013000000000000'].map((hex) =>
    program.indexOf(Buffer.from(hex, 'hex'), 740),
  );
  const swapped = (content: Buffer) =>
    changed(changed(content, slots[0] ?? 0, [0xe0, 0x13]), slots[1] ?? 0, [0xf0, 0x13]);
  t.true(seen(changed(program, first, [0x4d]), changed(swapped(program), first, [0x4d])));
  // Two equal texts: but nothing says that what begins there is read no farther than they are equal.
  t.true(seen(program, swapped(program)));
});

test('What the linker chose for .gnu.hash does not follow from the symbols', (t) => {
  const program = file('build-path-program/a/program');
  t.is(program[717], 0);
  t.true(seen(program, changed(program, 717, [0xff])));
});

/** Two libraries of the corpus that differ in a cause of their own, and where each ELF file of the second starts. */
const BESIDE: readonly (readonly [string, string])[] = [
  ['ar-order/a/libshapes.rlib', 'ar-order/b/libshapes.rlib'],
  ['build-path/a/libshape.rlib', 'build-path/b/libshape.rlib'],
  ['c-build-path/a/libshape.rlib', 'c-build-path/b/libshape.rlib'],
];

/** Whether each value in a field of `length` bytes is seen that another one stands in. */
function seenBeside(
  t: ExecutionContext,
  wanted: (
    elf: Elf,
  ) => readonly { readonly at: number; readonly length: 4 | 8; readonly values: readonly number[] }[],
): void {
  let planted = 0;
  for (const [pathA, pathB] of BESIDE) {
    const [a, b] = [file(pathA), file(pathB)];
    const before = residue(a, b);
    for (const { offset, size } of readRlib(memoryBytes(b))) {
      const content = b.subarray(offset, offset + size);
      if (!isElf(memoryBytes(content))) continue;
      for (const { at, length, values } of wanted(openElf(memoryBytes(content)))) {
        for (const value of values) {
          const bytes = Buffer.alloc(8);
          bytes.writeUInt32LE(value);
          const other = changed(b, offset + at, [...bytes.subarray(0, length)]);
          if (other.equals(b)) continue;
          planted += 1;
          t.true(residue(a, other) > before, `${value} at ${at} of what starts at ${offset} of ${pathB}`);
        }
      }
    }
  }
  t.true(planted > 20);
}

test('What has no name has it nowhere, and not at any NUL, beside another cause', (t) => {
  seenBeside(t, (elf) => {
    const names = elf.sections[elf.header.e_shstrndx];
    if (names === undefined) return [];
    const ends = endsOfStrings(elf, names);
    const symbols = elf.symbols('full');
    const nameless = Array.from({ length: symbols?.length ?? 0 }, (_, i) => i).filter(
      (i) => symbols?.st_name[i] === 0,
    );
    return [
      { at: elf.sections[0]?.headerOffset ?? 0, length: 4, values: ends },
      // LLVM keeps names of sections and of symbols in one table.
      ...nameless.map((i) => ({
        at: (symbols?.offset ?? 0) + i * (symbols?.entrySize ?? 0),
        length: 4 as const,
        values: ends.slice(0, 3),
      })),
    ];
  });
});

function endsOfStrings(elf: Elf, { sh_offset, fileSize }: Section): number[] {
  const bytes = elf.bytes.read(sh_offset, fileSize);
  return [...bytes.keys()].filter((i) => i > 0 && bytes[i] === 0);
}

test('The offset of a section without bytes follows from the sections before it alone, beside another cause', (t) => {
  seenBeside(t, (elf) => {
    const ends = elf.sections.map(({ sh_offset, fileSize }) => sh_offset + fileSize);
    return elf.sections
      .filter(({ index, fileSize }) => index > 0 && fileSize === 0)
      .map(({ headerOffset, sh_addralign }) => {
        const align = Math.max(1, Number(sh_addralign));
        return {
          at: headerOffset + 24,
          length: 8,
          values: ends.map((end) => Math.ceil(end / align) * align),
        };
      });
  });
});

test('The offset of a section without bytes is derived where it follows', (t) => {
  const [a, b] = ['added-function/a/libshapes.rlib', 'added-function/b/libshapes.rlib'].map(file);
  const { lines } = tellLedger(a ?? Buffer.alloc(0), b ?? Buffer.alloc(0));
  t.true(lines.some((line) => line.endsWith('section header of .note.GNU-stack: derived derived sh_offset')));
});
