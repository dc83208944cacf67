import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { placed } from './kept-runs.js';
import { folderEnd, type PlannedRun } from './plan.js';
import { emptyRecord, writeRecord } from './run-record.js';

const KEY = 'ab'.repeat(32);
const OTHER = `${'ab'.repeat(8)}${'cd'.repeat(24)}`;

function run(id: string, key = KEY): PlannedRun {
  return {
    id,
    side: 'a',
    role: 'cross',
    root: '',
    rustcRoot: '',
    cargoRoot: '',
    surroundings: { cores: 1, epoch: 0, locale: '', timeZone: '', umask: '', hostname: '' },
    varied: [],
    top: '',
    stages: [{ name: 'one', run: [], claim: true, environment: {} }],
    key,
    folder: `${id}${folderEnd(key)}`,
  };
}

/** A folder with runs in it: how many stages of each are there. */
function folderWith(t: ExecutionContext, runs: Readonly<Record<string, number>>, key = KEY): string {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-kept-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [id, stages] of Object.entries(runs)) {
    const name = join(folder, `${id}${folderEnd(key)}`);
    mkdirSync(name);
    const stage = { name: 'one', digest: '', files: 1, bytes: 1, seconds: 1, cpu: undefined, peakBytes: 1 };
    writeRecord(join(name, 'run.json'), { ...emptyRecord(id, key, ''), stages: Array(stages).fill(stage) });
  }
  return folder;
}

const ids = (runs: readonly PlannedRun[]): string[] => runs.map(({ folder }) => folder.replace(/-.*/, ''));

test('a run lies where one of its key lies, whatever that was called', (t) => {
  t.deepEqual(ids(placed([run('swap')], folderWith(t, { a1: 1 }))), ['a1']);
  t.deepEqual(ids(placed([run('a1')], folderWith(t, {}))), ['a1']);
  t.deepEqual(ids(placed([run('a1')], join(tmpdir(), 'trustdiff-not-there'))), ['a1']);
});

test('its own folder comes first, even if it is half done', (t) => {
  t.deepEqual(ids(placed([run('b1')], folderWith(t, { a1: 1, b1: 0 }))), ['b1']);
});

test('no folder serves two runs, since a control is a build of its own', (t) => {
  t.deepEqual(ids(placed([run('b1'), run('b2')], folderWith(t, { a1: 1 }))), ['a1', 'b2']);
  t.deepEqual(ids(placed([run('b1'), run('b2')], folderWith(t, { b2: 1 }))), ['b1', 'b2']);
});

test('a run that was cut off is nobody else’s, and the whole key counts, not what the name holds of it', (t) => {
  t.deepEqual(ids(placed([run('b1')], folderWith(t, { a1: 0 }))), ['b1']);
  t.deepEqual(ids(placed([run('b1')], folderWith(t, { a1: 1 }, OTHER))), ['b1']);
});
