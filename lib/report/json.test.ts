import test from 'ava';
import fc from 'fast-check';
import { renderJson } from './json.js';
import { pairOptions, reportOf, withStrings } from './report-fixture.js';

const json = (report: Parameters<typeof renderJson>[0]): string => [...renderJson(report)].join('');

test('the JSON is the report and nothing else', async (t) => {
  const report = await reportOf(pairOptions('quickstart'));
  t.deepEqual(JSON.parse(json(report)), JSON.parse(JSON.stringify(report)));
});

test('equal inputs give equal bytes, whatever the number of threads', async (t) => {
  for (const name of ['quickstart', 'hidden-deb', 'noise-and-effect']) {
    const one = json(await reportOf({ ...pairOptions(name), jobs: 1 }));
    const four = json(await reportOf({ ...pairOptions(name), jobs: 4 }));
    t.is(one, four, name);
  }
});

test('every pair and every unpaired member has a line of its own', async (t) => {
  const report = await reportOf(pairOptions('quickstart'));
  const lines = json(report).split('\n');
  for (const element of [...report.pairs, ...report.onlyA, ...report.onlyB]) {
    t.is(lines.filter((line) => line.replace(/,$/, '') === `    ${JSON.stringify(element)}`).length, 1);
  }
});

test('the JSON ends with a line feed', async (t) => {
  t.regex(json(await reportOf(pairOptions('same-twice'))), /[^\n]\n$/);
});

test('any name goes through the bytes of the JSON unchanged, also one that is not UTF-8', async (t) => {
  const report = await reportOf(pairOptions('hidden-deb'));
  const byte = fc.integer({ min: 0xdc80, max: 0xdcff }).map((code) => String.fromCharCode(code));
  const character = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }), byte);
  const name = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(name, (text) => {
      const changed = withStrings(report, () => text);
      const bytes = Buffer.from(json(changed), 'utf8');
      t.deepEqual(
        JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
        JSON.parse(JSON.stringify(changed)),
      );
    }),
    { numRuns: 50 },
  );
  t.pass();
});

test('nothing that a terminal acts on stands in the JSON, and all of it comes back', async (t) => {
  const hostile = '\x1b[2J\r\n\x00\x7f\x9b31m\u202e\u2028\ufeff\u{e0041}';
  const report = withStrings(await reportOf(pairOptions('hidden-ar')), (text) => `${text}${hostile}`);
  t.notRegex(json(report), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ufeff]|[\u{e0000}-\u{e0fff}]/u);
  t.deepEqual(JSON.parse(json(report)), JSON.parse(JSON.stringify(report)));
});
