import {
  appendFileSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { type Bytes, memoryBytes, openBytes, sliceBytes } from './bytes.js';
import type { ContentRef } from './member.js';

function fileWith(t: ExecutionContext, content: string): { path: string; ref: ContentRef } {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-test-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const { size, dev, ino, mtimeMs, ctimeMs } = statSync(path);
  return { path, ref: { kind: 'path', path, length: size, stamp: { size, dev, ino, mtimeMs, ctimeMs } } };
}

const TEXT = 'a text of some forty bytes, for all kinds!';

function everyKind(t: ExecutionContext): Readonly<Record<string, Bytes>> {
  const whole = memoryBytes(Buffer.from(`before${TEXT}after`));
  return {
    'a file': openBytes(fileWith(t, TEXT).ref),
    memory: memoryBytes(Buffer.from(TEXT)),
    'a slice': sliceBytes(whole, 6, TEXT.length),
    'a slice of a file': sliceBytes(openBytes(fileWith(t, `before${TEXT}after`).ref), 6, TEXT.length),
  };
}

test('any range of a content reads the same from a file, from memory and from a slice', (t) => {
  for (const [kind, bytes] of Object.entries(everyKind(t))) {
    t.is(bytes.length, TEXT.length, kind);
    fc.assert(
      fc.property(fc.nat(TEXT.length), fc.nat(TEXT.length), (offset, most) => {
        const length = Math.min(most, TEXT.length - offset);
        return bytes.read(offset, length).toString() === TEXT.slice(offset, offset + length);
      }),
    );
  }
});

test('a target is filled as far as there is content', (t) => {
  for (const [kind, bytes] of Object.entries(everyKind(t))) {
    const target = Buffer.alloc(10, '.');
    t.is(bytes.readInto(target, TEXT.length - 4), 4, kind);
    t.is(target.toString(), `${TEXT.slice(-4)}......`, kind);
    t.is(bytes.readInto(target, TEXT.length), 0, kind);
  }
});

test('a range outside the content is an error with its offset, and never reads what lies around a slice', (t) => {
  for (const bytes of Object.values(everyKind(t))) {
    for (const [offset, length] of [
      [0, TEXT.length + 1],
      [TEXT.length, 1],
      [-1, 2],
      [5, -1],
      [Number.NaN, 1],
      [2 ** 53, 1],
    ] as const) {
      t.throws(() => bytes.read(offset, length), { name: 'InputError' });
    }
  }
});

test('a slice lies within its whole', (t) => {
  t.throws(() => sliceBytes(memoryBytes(Buffer.alloc(10)), 8, 3), { name: 'InputError' });
});

test('a file that grew is told when it is closed', (t) => {
  const { path, ref } = fileWith(t, TEXT);
  const bytes = openBytes(ref);
  bytes.read(0, 4);
  appendFileSync(path, 'more');
  const error = t.throws(() => bytes.close(), { name: 'InputError' });
  t.is(error?.message, 'the file changed while it was being read');
});

test('a file that shrank is told when what is gone is read', (t) => {
  const { path, ref } = fileWith(t, TEXT);
  const bytes = openBytes(ref);
  truncateSync(path, 10);
  t.throws(() => bytes.read(5, 20), { name: 'InputError', message: /became shorter/ });
});

test('a file that was listed with another stamp is told', (t) => {
  const { ref } = fileWith(t, TEXT);
  if (ref.kind !== 'path') return t.fail();
  const bytes = openBytes({ ...ref, stamp: { ...ref.stamp, mtimeMs: ref.stamp.mtimeMs - 1 } });
  t.throws(() => bytes.close(), { name: 'InputError', message: /changed/ });
});

test('a link in the place of a listed file is not followed', (t) => {
  const { path, ref } = fileWith(t, TEXT);
  symlinkSync(path, `${path}-link`);
  t.throws(() => openBytes({ ...ref, path: `${path}-link` } as ContentRef), {
    name: 'InputError',
    message: 'a link took the place of the file',
  });
});

test('a file that is gone is told', (t) => {
  const { path, ref } = fileWith(t, TEXT);
  rmSync(path);
  t.throws(() => openBytes(ref), { name: 'InputError', message: 'the file is gone' });
});
