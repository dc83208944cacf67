import {
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type Bytes, memoryBytes } from '../artefact/bytes.js';
import type { ContentRef } from '../artefact/member.js';
import { InputError } from '../error.js';
import { Content } from '../ledger/content.js';
import { ledgerOf } from './explain.js';
import { explainPair } from './task.js';

const HEADER = 60;

/** An archive of one member. */
function archiveOf(content: string): Buffer {
  const name = `a.txt/${' '.repeat(10)}0           0     0     644     `;
  return Buffer.from(`!<arch>\n${name}${String(content.length).padEnd(10)}\`\n${content}`, 'latin1');
}

function listed(path: string): ContentRef {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
  return { kind: 'path', path, length: size, stamp: { dev, ino, size, mtimeMs, ctimeMs } };
}

/** How often this process has a file open; undefined where the system does not tell. */
function timesOpen(path: string): number | undefined {
  try {
    return readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    }).length;
  } catch {
    return undefined;
  }
}

for (const left of [0, 8, 8 + HEADER, 8 + HEADER + 10, 8 + HEADER + 40])
  test(`an archive that is cut to ${left} bytes after it was listed is refused, and closed`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'trustdiff-task-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(a, archiveOf('x'.repeat(100)));
    writeFileSync(b, archiveOf(`${'x'.repeat(99)}y`));
    const task = {
      path: 'lib/x.a',
      a: listed(a),
      b: listed(b),
      verify: true,
      maxResidue: 1,
      maxHex: 1,
      maxInstructions: 1,
      withRegions: true,
      masks: undefined,
      alone: true,
    };
    t.is((await explainPair(task)).explanation.lengthB, 8 + HEADER + 100);
    truncateSync(b, left);
    await t.throwsAsync(explainPair(task), { instanceOf: InputError });
    await t.throwsAsync(explainPair({ ...task, a: task.b, b: task.a }), { instanceOf: InputError });
    for (const path of [a, b]) t.true([0, undefined].includes(timesOpen(path)), path);
  });

test('what the system cannot read is no fault of trustdiff, and is not read again', (t) => {
  const { whole: _, ...memory } = memoryBytes(archiveOf('some text'.repeat(10)));
  let failed = false;
  const source: Bytes = {
    ...memory,
    readInto(target, offset) {
      if (failed) return memory.readInto(target, offset);
      failed = true;
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
    },
  };
  const b = archiveOf('other text'.repeat(9));
  t.throws(() => ledgerOf(new Content(source), b), { message: /EIO/ });
  t.true(failed);
  t.deepEqual(ledgerOf(new Content(source), b).ledger.notes, []);
});
