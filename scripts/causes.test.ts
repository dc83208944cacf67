import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { causePages } from './cause-pages/page.js';

const FOLDER = new URL('../../docs/causes/', import.meta.url);
const pages = causePages();

test('the committed pages are what scripts/causes makes, and there are no others', (t) => {
  t.deepEqual(readdirSync(FOLDER).sort(), [...pages.keys()].sort());
  for (const [name, text] of pages) t.is(readFileSync(new URL(name, FOLDER), 'utf8'), text, name);
});

test('every link between the pages leads to one', (t) => {
  for (const [name, text] of pages) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      t.true(/^https:\/\//.test(target) || pages.has(target), `${name}: ${target}`);
    }
  }
});
