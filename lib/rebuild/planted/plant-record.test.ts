import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { mayBeCopy, readPlantRecords } from './plant-record.js';

test('a file that cargo copied is known without its hash, and no other one is', (t) => {
  t.true(mayBeCopy('moon-tool', 'moon_tool-c7d68ce85898be50'));
  t.true(mayBeCopy('libmoon_tool.rlib', 'libmoon_tool-d109a7446d8ffb90.rlib'));
  t.true(mayBeCopy('libstd-8f1c0d5a1f2b3c4d.so', 'libstd-8f1c0d5a1f2b3c4d.so'));
  for (const [output, changed] of [
    ['libmoon_tool.so', 'libmoon_tool-d109a7446d8ffb90.rlib'],
    ['moon', 'moon_tool-c7d68ce85898be50'],
    ['libcore.rlib', 'libstd.rlib'],
  ] as const)
    t.false(mayBeCopy(output, changed));
});

test('only whole records are read, and none where nothing was changed', (t) => {
  const home = scratch(t);
  t.deepEqual(readPlantRecords(home), []);
  const folder = join(home, '.trustdiff-planted');
  mkdirSync(folder);
  const record = { file: 'x', crate: 'x', offset: 1, section: '.rodata', text: 'a text' };
  writeFileSync(join(folder, '1-x.json'), JSON.stringify(record));
  writeFileSync(join(folder, '.start-1'), '');
  t.deepEqual(readPlantRecords(home), [record]);
});
