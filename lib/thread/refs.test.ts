import test from 'ava';
import fc from 'fast-check';
import type { ContentRef } from '../artefact/member.js';
import { packRefs, unpackRef } from './refs.js';

const count = fc.nat(Number.MAX_SAFE_INTEGER);
const time = fc.double({ min: 0, max: 1e13, noNaN: true }).map((value) => value + 0);
const ref: fc.Arbitrary<ContentRef> = fc.oneof(
  fc.record({ kind: fc.constant('spool' as const), fd: fc.nat(), offset: count, length: count }),
  fc
    .record({
      path: fc.string({ minLength: 1 }),
      length: count,
      dev: count,
      ino: count,
      mtimeMs: time,
      ctimeMs: time,
    })
    .map(({ path, length, ...stamp }) => ({
      kind: 'path' as const,
      path,
      length,
      stamp: { ...stamp, size: length },
    })),
);

test('references to contents come out of their columns as they went in', (t) => {
  fc.assert(
    fc.property(fc.array(ref, { maxLength: 20 }), (refs) => {
      const packed = structuredClone(packRefs(refs));
      t.deepEqual(
        refs.map((_, i) => unpackRef(packed, i)),
        refs,
      );
    }),
  );
});

test('names that are not UTF-8 come through', (t) => {
  const path = '/x/\udcff';
  const stamp = { dev: 1, ino: 2, size: 3, mtimeMs: 4.5, ctimeMs: 5.25 };
  const packed = structuredClone(packRefs([{ kind: 'path', path, length: 3, stamp }]));
  t.deepEqual(unpackRef(packed, 0), { kind: 'path', path, length: 3, stamp });
});
