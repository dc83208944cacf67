import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { emptyRecord, type RunRecord, readRecord, writeRecord } from './run-record.js';

const RECORD: RunRecord = {
  ...emptyRecord('a1', 'key', 'stamp'),
  stages: [
    {
      name: 'one',
      digest: 'digest',
      files: 1,
      bytes: 2,
      seconds: 0.5,
      cpu: { user: 0.25, system: 0 },
      peakBytes: 4096,
    },
  ],
};

test('a record is read as it was written, and nothing is left beside it', (t) => {
  const file = join(scratch(t), 'run.json');
  t.is(readRecord(file), undefined);
  writeRecord(file, RECORD);
  t.deepEqual(readRecord(file), RECORD);
  t.false(existsSync(`${file}.partial`));
});

test('a record that is half written leaves the old one as it was', (t) => {
  const file = join(scratch(t), 'run.json');
  writeRecord(file, RECORD);
  writeFileSync(`${file}.partial`, readFileSync(file, 'utf8').slice(0, 20));
  t.deepEqual(readRecord(file), RECORD);
});

test('what is no record is refused, and never taken for an empty one', (t) => {
  const file = join(scratch(t), 'run.json');
  const text = JSON.stringify(RECORD);
  for (const damaged of [
    '',
    '{}',
    'null',
    '[]',
    text.slice(0, -1),
    text.replace('trustdiff-run-1', 'trustdiff-run-2'),
    text.replace('"key":"key"', '"key":1'),
    text.replace('"digest":"digest"', '"digest":null'),
    text.replace('"interruptions":0', '"interruptions":"0"'),
    JSON.stringify({ ...RECORD, stages: [null] }),
  ]) {
    writeFileSync(file, damaged);
    t.throws(() => readRecord(file), { name: 'InputError', message: 'it is no record of a run' }, damaged);
  }
});

test('a record that cannot be written is told of', (t) => {
  t.throws(() => writeRecord(join(scratch(t), 'missing/run.json'), RECORD), {
    name: 'SpoolError',
    message: 'it cannot be written (ENOENT)',
  });
});
