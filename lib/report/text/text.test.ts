import test from 'ava';
import { printableName, printableText } from '../../artefact/name.js';
import type { Report } from '../model.js';
import { NO_PAINT, terminalPaint } from '../paint.js';
import { renderReport } from '../render.js';
import { pairOptions, reportOf, withStrings } from '../report-fixture.js';
import { renderText } from './text.js';

const PAIRS = [
  'quickstart',
  'hidden-deb',
  'hidden-ar',
  'tar-mode',
  'gzip-level',
  'noise-and-effect',
  'same-twice',
];

const linesOf = (report: Report, all = false): string[] =>
  [...renderReport(report, { format: 'text', all })].join('').split('\n');

for (const name of PAIRS) {
  test(`no line of the text of ${name} is wider than 80 columns, unless a name in it makes it so`, async (t) => {
    const report = await reportOf(pairOptions(name));
    const names = namesOf(report);
    for (const line of linesOf(report, true)) {
      const without = names.reduce((rest, part) => rest.replaceAll(part, ''), line);
      t.true(without.length <= 80, line);
    }
  });

  test(`nothing that a terminal acts on passes from the inputs of ${name} into the text`, async (t) => {
    const report = await reportOf(pairOptions(name));
    for (const hostile of ['\x1b[2J', '\r', '\n', '\x07', '\x9b31m', '\u202e', '\u2028', '\udc9b']) {
      const plain = 'x'.repeat(printableText(hostile).length);
      const textWith = (part: string): string[] =>
        linesOf(
          withStrings(report, (text) => `${part}${text}${part}`),
          true,
        );
      const lines = textWith(hostile);
      t.is(lines.length, textWith(plain).length, JSON.stringify(hostile));
      for (const line of lines) t.notRegex(line, /[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]/, line);
    }
  });

  test(`the text of ${name} is the same each time, whatever the number of threads`, async (t) => {
    const one = linesOf(await reportOf({ ...pairOptions(name), jobs: 1 }));
    t.deepEqual(linesOf(await reportOf({ ...pairOptions(name), jobs: 3 })), one);
  });
}

test('identical files are listed only where that is asked for', async (t) => {
  const report = await reportOf(pairOptions('gzip-level'));
  const listed = (all: boolean): number =>
    linesOf(report, all).filter((line) => /^identical /.test(line)).length;
  t.is(listed(false), 0);
  t.is(listed(true), report.summary.content.identical + report.summary.package.identical);
});

test('every member that differs has a line, and the verdict closes the text', async (t) => {
  const report = await reportOf(pairOptions('quickstart'));
  const lines = linesOf(report);
  for (const { path } of report.pairs.filter(({ status }) => status === 'content')) {
    t.is(lines.filter((line) => line.startsWith(`differs    ${path}`)).length, 1);
  }
  for (const { path } of report.onlyB) t.true(lines.some((line) => line.startsWith(`only in B  ${path}`)));
  t.true(lines.indexOf(`VERDICT ${report.verdict.id}`) > lines.indexOf('COUNTS'));
});

test('colour marks the text and changes none of it', async (t) => {
  const report = await reportOf(pairOptions('quickstart'));
  const options = { width: 80, all: true };
  const plain = [...renderText(report, { ...options, paint: NO_PAINT })];
  const painted = [...renderText(report, { ...options, paint: await terminalPaint() })];
  t.notDeepEqual(painted, plain);
  t.deepEqual(
    painted.map((line) => line.replace(/\x1b\[\d+m/g, '')),
    plain,
  );
});

/** Every name in a report as it is printed, the longest first. */
function namesOf(report: Report): string[] {
  const names = new Set<string>();
  withStrings(report, (text) => {
    names.add(printableName(text)).add(printableText(text));
    return text;
  });
  return [...names].filter((name) => name.length > 8).sort((x, y) => y.length - x.length);
}
