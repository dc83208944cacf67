import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { ContentRef } from '../artefact/member.js';
import { Spool } from '../artefact/spool.js';
import { ContentComparer, isContentFailure } from './contents.js';

const comparer = new ContentComparer('sha256');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Puts contents on disk: into files of their own, or one after another into a spool. */
function disk(t: ExecutionContext): Readonly<Record<'file' | 'spool', (bytes: Uint8Array) => ContentRef>> {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  const spool = new Spool(folder);
  t.teardown(() => {
    spool.close();
    rmSync(folder, { recursive: true });
  });
  let files = 0;
  return {
    file(bytes) {
      const path = join(folder, `${files++}`);
      writeFileSync(path, bytes);
      const { size, dev, ino, mtimeMs, ctimeMs } = statSync(path);
      return { kind: 'path', path, length: size, stamp: { size, dev, ino, mtimeMs, ctimeMs } };
    },
    spool(bytes) {
      const start = spool.end;
      spool.append(bytes);
      spool.flush();
      return spool.since(start);
    },
  };
}

test('contents are equal when all their bytes are, wherever they lie, and get their digests', (t) => {
  const on = disk(t);
  const kind = fc.constantFrom('file' as const, 'spool' as const);
  const bytes = fc.uint8Array({ maxLength: 50 });
  fc.assert(
    fc.property(bytes, bytes, fc.boolean(), kind, kind, (a, other, same, kindA, kindB) => {
      const b = same ? a : other;
      t.deepEqual(comparer.compare(on[kindA](a), on[kindB](b)), {
        equal: Buffer.from(a).equals(b),
        digestA: sha256(a),
        digestB: sha256(b),
      });
    }),
  );
});

test('one byte that differs is seen anywhere in a content of several blocks', (t) => {
  const on = disk(t);
  const a = Buffer.alloc(2 * 256 * 1024 + 100, 'content ');
  const refA = on.file(a);
  for (const at of [0, 1, 262_143, 262_144, 262_145, 524_287, 524_288, a.length - 1]) {
    const b = Buffer.from(a);
    b.writeUInt8((b[at] ?? 0) ^ 0x80, at);
    for (const refB of [on.file(b), on.spool(b)]) {
      const { equal, digestB } = comparer.compare(refA, refB);
      t.false(equal, `byte ${at}`);
      t.is(digestB, sha256(b));
    }
  }
  t.true(comparer.compare(refA, on.spool(a)).equal);
});

test('a digest that is known is not computed again, and does not decide', (t) => {
  const on = disk(t);
  const [one, two] = [on.spool(Buffer.from('one')), on.spool(Buffer.from('two'))];
  t.deepEqual(comparer.compare(one, two, 'claimed', 'claimed'), {
    equal: false,
    digestA: 'claimed',
    digestB: 'claimed',
  });
  t.true(comparer.compare(one, on.file(Buffer.from('one')), 'claimed').equal);
});

test('a digest begun for one pair does not run into the next', (t) => {
  const on = disk(t);
  const long = Buffer.alloc(600_000, 'x');
  const end = Buffer.from(long);
  end.write('y', 599_999);
  comparer.compare(on.file(long), on.file(end));
  t.is(comparer.digest(on.file(Buffer.from('next'))), sha256(Buffer.from('next')));
});

const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  grew: (path) => writeFileSync(path, 'more\n', { flag: 'a' }),
  'became shorter': (path) => truncateSync(path, 3),
  'is gone': (path) => rmSync(path),
  'was written anew with the same bytes': (path) => utimesSync(path, 1, 1),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`a listed file that ${what} is a failure of its side, never equal and never different`, (t) => {
    const on = disk(t);
    const content = Buffer.from('the content of it');
    const [good, bad] = [on.file(content), on.file(content)];
    if (bad.kind === 'path') change(bad.path);
    for (const [a, b, side] of [
      [bad, good, 'a'],
      [good, bad, 'b'],
    ] as const) {
      try {
        comparer.compare(a, b);
        t.fail();
      } catch (thrown) {
        if (!isContentFailure(thrown)) throw thrown;
        t.is(thrown.side, side);
        t.is(thrown.error.name, 'InputError');
        t.is(thrown.error.where.file, bad.kind === 'path' ? bad.path : '');
      }
    }
  });
}
