import { readFileSync } from 'node:fs';
import test from 'ava';
import { COMPARE_FLAGS, INSPECT_FLAGS, ROOT_FLAGS } from '../lib/cli/flag.js';
import { VERSION } from '../lib/comparison/version.js';
import { manPage } from './manual/page.js';

const page = manPage(VERSION);

test('the committed man page is what scripts/man makes', (t) => {
  t.is(readFileSync(new URL('../../docs/trustdiff.1', import.meta.url), 'utf8'), page);
});

test('the man page has every option of every command', (t) => {
  for (const { names } of [...COMPARE_FLAGS, ...INSPECT_FLAGS, ...Object.values(ROOT_FLAGS).flat()]) {
    for (const name of names) t.true(page.includes(`\\fB${name.replaceAll('-', '\\-')}\\fR`), name);
  }
});

test('no line of the man page is taken for a request that it is not', (t) => {
  const requests = new Set([
    'TH',
    'SH',
    'SS',
    'PP',
    'TP',
    'EX',
    'EE',
    'RS',
    'RE',
    'IP',
    'B',
    'I',
    'BR',
    '\\"',
  ]);
  for (const line of page.split('\n')) {
    if (/^[.']/.test(line)) t.true(requests.has(line.slice(1).split(' ')[0] ?? ''), line);
    t.notRegex(line, /[^\x20-\x7e]/, line);
  }
});
