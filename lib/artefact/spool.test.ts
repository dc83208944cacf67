import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openBytes } from './bytes.js';
import { Spool } from './spool.js';

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('contents come out of a spool as they went in', (t) => {
  const spool = new Spool(folder(t));
  const first = spool.end;
  spool.append(Buffer.from('one'));
  spool.append(Buffer.from(' and more'));
  const one = spool.since(first);
  const second = spool.end;
  const empty = spool.since(second);
  spool.append(Buffer.alloc(300_000, 7));
  const two = spool.since(second);
  spool.append(Buffer.from('small'));
  const three = spool.since(spool.end - 5);
  spool.flush();
  t.deepEqual(openBytes(one).read(0, one.length).toString(), 'one and more');
  t.is(openBytes(three).read(0, 5).toString(), 'small');
  t.is(empty.length, 0);
  t.true(openBytes(two).read(0, two.length).equals(Buffer.alloc(300_000, 7)));
  spool.close();
});

test('a spool has no name in its folder, while it is open and after', (t) => {
  const path = folder(t);
  const spool = new Spool(path);
  spool.append(Buffer.from('x'));
  t.deepEqual(readdirSync(path), []);
  spool.close();
  t.deepEqual(readdirSync(path), []);
});

test('a closed spool cannot be read', (t) => {
  const spool = new Spool(folder(t));
  spool.append(Buffer.from('x'));
  spool.close();
  t.throws(() => readSync(spool.fd, Buffer.alloc(1), 0, 1, 0), { code: 'EBADF' });
});

test('a process that is killed leaves nothing of its spool', (t) => {
  const path = folder(t);
  const script = `
    import { Spool } from ${JSON.stringify(new URL('./spool.js', import.meta.url).href)};
    new Spool(${JSON.stringify(path)}).append(Buffer.alloc(100000));
    process.kill(process.pid, 'SIGKILL');
  `;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  t.is(signal, 'SIGKILL');
  t.deepEqual(readdirSync(path), []);
});

test('a folder that is missing, or no folder, is told with what to do', (t) => {
  const path = folder(t);
  t.throws(() => new Spool(join(path, 'none')), {
    name: 'SpoolError',
    message: `the temporary folder ${join(path, 'none')} does not exist`,
  });
  t.throws(() => new Spool(process.execPath), { name: 'SpoolError', message: /is not a directory/ });
});
