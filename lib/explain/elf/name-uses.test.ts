import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../../artefact/bytes.js';
import { symbolTable, writeElf } from '../../format/elf/elf-fixture.js';
import { openElf } from '../../format/elf.js';
import { NameUses } from './name-uses.js';

/** One string a symbol, so that equal names lie in different places as well. */
function usesOf(names: readonly string[]): number[] {
  const starts: number[] = [];
  let strings = '\0';
  for (const name of names) {
    starts.push(strings.length);
    strings += `${name}\0`;
  }
  const elf = writeElf({
    type: 1,
    sections: [
      {
        name: '.symtab',
        type: 2,
        entsize: 24,
        link: 2,
        info: 1,
        content: symbolTable(64, true, [{ name: 0 }, ...starts.map((name) => ({ name, info: 0x10 }))]),
      },
      { name: '.strtab', type: 3, content: Buffer.from(strings, 'latin1') },
    ],
  });
  const table = openElf(memoryBytes(elf)).symbols('full');
  if (table === undefined) throw new Error('no symbols');
  const uses = new NameUses(table);
  return names.map((_, i) => uses.of(i + 1));
}

test('a name is used by as many symbols as are called by it', (t) => {
  t.deepEqual(usesOf(['a', 'ab', 'a', 'b', 'a', 'ab']), [3, 2, 3, 1, 3, 2]);
});

test('the symbol that stands for none is not counted among those without a name', (t) => {
  t.deepEqual(usesOf(['', 'x', '']), [2, 1, 2]);
});

test('names are counted as bytes, whatever their hashes are', (t) => {
  const name = fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', '.') });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 200 }), (names) => {
      t.deepEqual(
        usesOf(names),
        names.map((one) => names.filter((other) => other === one).length),
      );
    }),
    { numRuns: 40 },
  );
});
