import test from 'ava';
import fc from 'fast-check';
import { recordingSink } from '../ledger/sink-fixture.js';
import { changedRanges, explainBytes } from './bytes.js';

function told(
  a: string | Uint8Array,
  b: string | Uint8Array,
): { changes: string[]; claims: readonly string[] } {
  const bytes = (of: string | Uint8Array): Uint8Array =>
    typeof of === 'string' ? Buffer.from(of, 'latin1') : of;
  const sink = recordingSink(bytes(a), bytes(b));
  explainBytes(bytes(a), bytes(b), sink);
  sink.assertClosed();
  return {
    changes: sink.changes.map(
      ({ kind, reason, aLength, bLength }) => `${kind} ${reason} ${aLength} ${bLength}`,
    ),
    claims: sink.claims,
  };
}

test('bytes that differ are unexplained, one by one; equal ones are equal', (t) => {
  t.deepEqual(told(Uint8Array.from([1, 2, 3, 4]), Uint8Array.from([1, 9, 3, 4])).changes, [
    'change unexplained 1 1',
  ]);
  t.deepEqual(told('', 'abc').changes.length, 1);
  t.deepEqual(told('', '').changes, []);
  t.deepEqual(told('abc', 'abc').changes, []);
});

test('bytes on one side only are inserted or deleted', (t) => {
  const block = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 89 + (i >> 3)) & 0xff));
  const longer = Buffer.concat([block.subarray(0, 150), Buffer.from([1, 2, 3]), block.subarray(150)]);
  t.deepEqual(told(block, longer).changes, ['change unexplained 0 3']);
  t.deepEqual(told(longer, block).changes, ['change unexplained 3 0']);
});

test('text around a change is read for what it is: a path, a version, a hash', (t) => {
  const [HA, HB] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54'];
  t.deepEqual(told(`\0\x01_ZN4shop4work17h${HA}E\0\x02`, `\0\x01_ZN4shop4work17h${HB}E\0\x02`).claims, [
    `crate-hash ${HA} ↔ ${HB}`,
  ]);
  const path = (root: string): string => `\0\x01\0/home/${root}/shop/src/main.rs\0\x03`;
  t.regex(told(path('anna'), path('bert')).claims.join(), /^build-path/);
  t.regex(told(path('anna'), path('annabella')).claims.join(), /^build-path/);
});

test('a run of text without end is looked at piece by piece', (t) => {
  const line = (n: number, hash: string): string => `${n}: _ZN4shop4work17h${hash}E, `;
  const long = (hash: string): string => Array.from({ length: 400 }, (_, i) => line(i, hash)).join('');
  const { claims } = told(long('17f0b7e2c4d95a86'), long('e86b1d0f3a297c54'));
  t.true(claims.length > 0);
});

test('the changed ranges are in order and apart', (t) => {
  const { ranges, truncated } = changedRanges(Buffer.from('abcdefgh'), Buffer.from('abXdefYh'));
  t.false(truncated);
  t.deepEqual(
    ranges.map(({ aStart, aLength, bStart, bLength }) => [aStart, aLength, bStart, bLength]),
    [
      [2, 1, 2, 1],
      [6, 1, 6, 1],
    ],
  );
});

test('any two stretches are covered exactly once', (t) => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .string({ unit: fc.constantFrom('a', 'b', '/', '-', '1', '\0', ' '), maxLength: 80 })
      .map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(
      some,
      some,
      fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 255 })), { maxLength: 4 }),
      (a, b, flips) => {
        const c = Uint8Array.from(a);
        for (const [at, value] of flips) if (at < c.length) c[at] = value;
        for (const other of [b, c]) t.is(told(a, other).changes.length === 0, Buffer.compare(a, other) === 0);
      },
    ),
    { numRuns: 300 },
  );
});
