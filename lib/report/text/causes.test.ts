import test from 'ava';
import { renderReport } from '../render.js';
import { pairOptions, reportOf } from '../report-fixture.js';

async function textOf(name: string): Promise<string> {
  const report = await reportOf({ ...pairOptions(name), jobs: 1 });
  return [...renderReport(report, { format: 'text' })].join('');
}

test('a flipped jump stands on the first screen, with its function', async (t) => {
  const lines = (await textOf('flipped-jump')).split('\n');
  const first = lines.slice(0, 24).join('\n');
  t.regex(first, /^RESIDUE: .* in 1 file without a confirmed cause$/m);
  t.regex(first, /shapes::table::find\n {4}code: \d+ bytes? at 0x69/);
});

test('the causes are a table, and what share of the bytes they explain is said', async (t) => {
  const text = await textOf('type-id');
  t.regex(text, /^CAUSES\n +bytes +files +standing\n/m);
  t.regex(text, /^crate-hash +[\d,]+ +1 +confirmed +\d+ tokens?$/m);
  t.regex(
    text.replaceAll('\n', ' '),
    /Of [\d.]+ k?B that differ \(both sides\) [\d.]+ % have a confirmed cause/,
  );
  t.regex(text, /^Functions: 2 functions on both sides: /m);
});

test('where everything is explained there is no residue, and nothing is left to do', async (t) => {
  const text = await textOf('tar-mtime');
  t.notRegex(text, /RESIDUE|HOW TO GO ON/);
  t.regex(text, /^VERDICT equivalent$/m);
});
