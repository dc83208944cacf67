import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { scratch } from '../../cli/run-fixture.js';
import { InputError } from '../../error.js';
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

function homeWith(t: ExecutionContext, record: string): string {
  const home = scratch(t);
  mkdirSync(join(home, '.trustdiff-planted'));
  writeFileSync(join(home, '.trustdiff-planted/1-x.json'), record);
  return home;
}

test('what a build wrote in the place of a record is refused, with its name', (t) => {
  for (const text of ['', '{', 'null', '[]', '{"file":"x"}', '{"file":1,"crate":"x"}']) {
    const home = homeWith(t, text);
    const error = t.throws(() => readPlantRecords(home), { instanceOf: InputError }, text);
    t.is(error?.where.file, join(home, '.trustdiff-planted/1-x.json'));
  }
});

test('no link of a build is followed to a record, and no pipe waited for', (t) => {
  const record = JSON.stringify({ file: 'x', crate: 'x', offset: 1, section: '.rodata', text: 'a text' });
  const elsewhere = homeWith(t, record);
  const linked = mkdtempSync(join(elsewhere, 'home-'));
  symlinkSync(join(elsewhere, '.trustdiff-planted'), join(linked, '.trustdiff-planted'));
  t.deepEqual(readPlantRecords(linked), []);
  const file = homeWith(t, record);
  const path = join(file, '.trustdiff-planted/1-x.json');
  renameSync(path, join(file, 'elsewhere'));
  symlinkSync(join(file, 'elsewhere'), path);
  t.throws(() => readPlantRecords(file), { instanceOf: InputError, message: /ELOOP/ });
  const pipe = scratch(t);
  mkdirSync(join(pipe, '.trustdiff-planted'));
  spawnSync('mkfifo', [join(pipe, '.trustdiff-planted/1-x.json')]);
  t.throws(() => readPlantRecords(pipe), { instanceOf: InputError, message: /not a regular file/ });
});
