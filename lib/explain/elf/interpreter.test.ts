import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { compare } from '../../comparison/comparison.js';
import { writeElf } from '../../format/elf/elf-fixture.js';
import { tellLedger } from '../told-fixture.js';

const PT_INTERP = 3;
const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;
const SHF_ALLOC = 2;

interface Program {
  /** The folder that it was built in, and that its interpreter is said to lie in. */
  readonly root: string;
  /** Of the section that PT_INTERP leads to. */
  readonly section: string;
  readonly type?: number;
  readonly interpreter?: string;
  readonly noSectionHeaders?: boolean;
}

/** A program with the paths of two sources among its constants, and one that PT_INTERP leads to. */
function program({ root, section, type = SHT_PROGBITS, interpreter, noSectionHeaders }: Program): Buffer {
  return writeElf({
    sections: [
      {
        name: section,
        type,
        flags: SHF_ALLOC,
        addr: 0x1000,
        content: Buffer.from(`${interpreter ?? `${root}/lib/ld.so`}\0`),
      },
      ...['main', 'lib'].map((source, i) => ({
        name: `.rodata.${source}`,
        flags: SHF_ALLOC,
        addr: 0x2000 + 0x100 * i,
        content: Buffer.from(`${root}/src/${source}.rs\0`),
      })),
    ],
    segments: [{ type: PT_INTERP, vaddr: 0x1000, section }],
    ...(noSectionHeaders === true && { noSectionHeaders }),
  });
}

const [ANNA, BERT] = ['/home/anna/shop', '/srv/bert1/shop'];

for (const of of [
  { section: '.interp' },
  { section: '.rodata' },
  { section: '.data' },
  { section: '.debug_str' },
  { section: '.comment' },
  { section: '.dynstr', type: SHT_STRTAB },
  { section: '' },
  { section: '.interp', noSectionHeaders: true },
]) {
  const name = `${of.section}${of.noSectionHeaders === true ? ' without section headers' : ''}`;

  test(`What PT_INTERP leads to is no build path in ${name}, though sources lie in the same folder`, (t) => {
    const [a, b] = [program({ root: ANNA, ...of }), program({ root: BERT, ...of })];
    t.true(tellLedger(a, b).open > 0);
    t.true(tellLedger(b, a).open > 0);
  });

  test(`Another folder of sources alone is one, beside an interpreter in ${name}`, (t) => {
    const interpreter = '/lib64/ld-linux-x86-64.so.2';
    const [a, b] = [program({ root: ANNA, ...of, interpreter }), program({ root: BERT, ...of, interpreter })];
    // Without section headers no bytes are told from others.
    t.is(tellLedger(a, b).open > 0, of.noSectionHeaders === true);
  });
}

test('Another interpreter is a difference', async (t) => {
  const folder = scratch(t);
  for (const section of ['.interp', '.rodata']) {
    writeFileSync(join(folder, 'a'), program({ root: ANNA, section }));
    writeFileSync(join(folder, 'b'), program({ root: BERT, section }));
    const { verdict } = await compare({ a: join(folder, 'a'), b: join(folder, 'b'), jobs: 1 }).report;
    t.is(verdict.exit, 1);
    t.is(verdict.id, 'inconclusive');
  }
});
