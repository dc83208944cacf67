import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { inspectInput } from './input.js';

const MEGABYTE = 2 ** 20;

test('a large archive is work for a thread; a large file that is read as it lies is not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-input-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const looked = (head: string, size: number): string => {
    const file = join(folder, 'file');
    const content = Buffer.alloc(size);
    content.write(head, 'latin1');
    writeFileSync(file, content);
    return inspectInput(file);
  };
  t.is(looked('\x7fELF\x02\x01', MEGABYTE), 'small');
  t.is(looked('!<arch>\n/               ', MEGABYTE), 'small');
  t.is(looked('!<arch>\ndebian-binary   ', MEGABYTE), 'large');
  t.is(looked('\xfd7zXZ\0', MEGABYTE), 'large');
  t.is(looked('\xfd7zXZ\0', 1000), 'small');
});
