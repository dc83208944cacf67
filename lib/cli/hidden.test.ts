import { join } from 'node:path';
import test from 'ava';
import { compare } from '../comparison/comparison.js';
import type { Report } from '../report/model.js';
import { renderReport } from '../report/render.js';
import { REPOSITORY } from './run-fixture.js';

/*
 * Three ways to make a structural diff show a harmless difference and hide a real one. In each, the bytes that
 * really changed have to be named in what a person reads.
 */

async function compared(pair: string, suffix = ''): Promise<{ report: Report; text: string }> {
  const folder = join(REPOSITORY, 'corpus/pairs', pair);
  const report = await compare({ a: join(folder, `a${suffix}`), b: join(folder, `b${suffix}`), jobs: 1 })
    .report;
  return { report, text: [...renderReport(report, { format: 'text' })].join('') };
}

test('forged md5sums and another time do not hide a changed file in a deb', async (t) => {
  const { report, text } = await compared('hidden-deb', '.deb');
  t.is(report.verdict.exit, 1);
  t.regex(text, /^differs {4}lib\/rustlib\/x86_64-unknown-linux-gnu\/lib\/libshape\.rlib/m);
  t.regex(text, /^metadata {3}share\/doc\/shape\/copyright {2}\(mtime 1703980800 against 1703894400\)/m);
  t.regex(text, /libshape\.shape\.\*-cgu\.0\.rcgu\.o › \.text › shape::area\n {4}code: 4 bytes/);
});

test('a member name that stands twice does not hide another changed member of an ar archive', async (t) => {
  const { report, text } = await compared('hidden-ar');
  t.is(report.verdict.exit, 1);
  t.regex(text, / other\.o › \.text › shape::area\n {4}code: 4 bytes/);
  const owners = report.pairs[0]?.explanation?.owners ?? [];
  t.deepEqual(owners.map(({ place }) => place[0]).sort(), ['other.o', 'twice.o']);
});

test('bytes after the section headers and a changed .comment of an ELF file are both shown', async (t) => {
  const { report, text } = await compared('hidden-elf');
  t.is(report.verdict.exit, 1);
  t.deepEqual(
    report.pairs[0]?.difference?.ranges.shown.map(({ aStart, aLength, bLength }) => [
      aStart,
      aLength,
      bLength,
    ]),
    [
      [241, 1, 1],
      [1944, 0, 12],
    ],
  );
  t.regex(text, /hidden h\|\n.*\|ere!\|/);
});
