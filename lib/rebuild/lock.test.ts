import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { lockFolder } from './lock.js';

test('a folder is locked once, and free again when it was released', (t) => {
  const folder = scratch(t);
  const lock = lockFolder(folder);
  t.throws(() => lockFolder(folder), {
    name: 'UsageError',
    message: `process ${process.pid} works in ${folder}`,
  });
  lock.release();
  lockFolder(folder).release();
  t.deepEqual(readdirSync(folder), []);
});

test('the lock of a process that is no more is taken over', (t) => {
  const folder = scratch(t);
  for (const left of ['', 'nonsense', '4194305 1', '-1 1', `${process.pid} 1`]) {
    writeFileSync(join(folder, 'lock'), left);
    const lock = lockFolder(folder);
    t.throws(() => lockFolder(folder), { name: 'UsageError' });
    lock.release();
  }
  t.false(existsSync(join(folder, 'lock')));
});

test('a folder that is not there cannot be locked', (t) => {
  t.throws(() => lockFolder(join(scratch(t), 'missing')), {
    name: 'SpoolError',
    message: 'it cannot be written (ENOENT)',
  });
});
