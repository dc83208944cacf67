import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { REPOSITORY } from '../../cli/run-fixture.js';
import { writeElf } from '../../format/elf/elf-fixture.js';
import { changed, findConstant } from './constant.js';

const RLIB = readFileSync(join(REPOSITORY, 'corpus/pairs/constant/a/libshape.rlib'));

/** Positions at which two contents of one length differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  return [...a.keys()].filter((i) => a[i] !== b[i]);
}

test('one letter of a sentence in the read-only data of an rlib is changed, and no other byte', (t) => {
  const constant = findConstant(RLIB);
  if (constant === undefined) return t.fail();
  t.is(constant.text, 'made from shape');
  t.regex(constant.member ?? '', /\.rcgu\.o$/);
  t.regex(constant.section, /^\.rodata/);
  const planted = changed(RLIB, constant);
  t.deepEqual(differences(RLIB, planted), [constant.offset]);
  t.is(planted.toString('latin1').split('made frOm shape').length, 2);
});

test('a file has one constant: the same one always', (t) => {
  t.deepEqual(findConstant(RLIB), findConstant(Buffer.from(RLIB)));
});

function object(sections: Readonly<Record<string, string>>): Buffer {
  return writeElf({
    sections: Object.entries(sections).map(([name, text]) => ({
      name,
      content: Buffer.from(text, 'latin1'),
    })),
  });
}

test('a sentence is taken before a longer text that may be anything', (t) => {
  const constant = findConstant(
    object({ '.rodata': '0123456789abcdefABCDEF_0123456789abcdef\0this was a dark night\0' }),
  );
  t.is(constant?.text, 'this was a dark night');
});

test('any text is taken where there is no sentence', (t) => {
  t.is(findConstant(object({ '.rodata.str1.1': 'short\0src/main.rs\0' }))?.text, 'src/main.rs');
});

test('nothing is found in code, in data that can be written, or in what is no compiled file', (t) => {
  t.is(
    findConstant(object({ '.text': 'this was a dark night', '.data': 'and a stormy one too' })),
    undefined,
  );
  t.is(findConstant(Buffer.from('it was a dark and stormy night')), undefined);
  t.is(findConstant(object({ '.rodata': '123456789 0\0' })), undefined);
});

test('whatever the file holds, no other byte is changed, and nothing is thrown', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(RLIB.length - 1), { maxLength: 40 }), fc.nat(255), (places, value) => {
      const damaged = Buffer.from(RLIB);
      for (const place of places) damaged[place] = value;
      let constant: ReturnType<typeof findConstant>;
      try {
        constant = findConstant(damaged);
      } catch (error) {
        return error instanceof Error && error.name === 'InputError';
      }
      return (
        constant === undefined ||
        JSON.stringify(differences(damaged, changed(damaged, constant))) === `[${constant.offset}]`
      );
    }),
    { numRuns: 200 },
  );
  t.pass();
});
