import test from 'ava';
import fc from 'fast-check';
import { recordingSink } from '../ledger/sink-fixture.js';
import { explainName } from './name.js';

const [HA, HB] = ['17f0b7e2c4d95a86', 'e86b1d0f3a297c54'];
const [LA, LB] = [HA + HA.split('').reverse().join(''), HB + HB.split('').reverse().join('')];

/** What is told of two names, as `kind reason` and the claims. */
function told(
  a: string,
  b: string,
  counted = false,
): { changes: string[]; claims: readonly string[]; same: readonly string[] } {
  const [bytesA, bytesB] = [Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')];
  const sink = recordingSink(bytesA, bytesB);
  explainName(bytesA, bytesB, sink, counted);
  sink.assertClosed();
  return {
    changes: sink.changes.map(
      ({ kind, reason, aLength, bLength }) => `${kind} ${reason} ${aLength} ${bLength}`,
    ),
    claims: sink.claims,
    same: sink.same,
  };
}

test('equal names are equal', (t) => {
  t.deepEqual(told(`_ZN4shop4work17h${HA}E`, `_ZN4shop4work17h${HA}E`).changes, []);
  t.deepEqual(told('', '').changes, []);
});

test('hashes of symbols are claims: legacy, v0, in names of files, of promoted constants', (t) => {
  t.deepEqual(told(`_ZN4shop4work17h${HA}E`, `_ZN4shop4work17h${HB}E`).claims, [`crate-hash ${HA} ↔ ${HB}`]);
  t.deepEqual(told('_RNvCskFybzSCucbF_4shop4work', '_RNvCsaBcDeFgHiJk_4shop4work').claims, [
    'crate-hash kFybzSCucbF ↔ aBcDeFgHiJk',
  ]);
  t.deepEqual(told(`libshop-${HA}.rlib`, `libshop-${HB}.rlib`).claims, [`metadata-hash ${HA} ↔ ${HB}`]);
  t.deepEqual(told(`anon.${LA}.7.llvm.123`, `anon.${LB}.7.llvm.456`).claims, [
    `thinlto-suffix ${LA} ↔ ${LB}`,
    'thinlto-suffix 123 ↔ 456',
  ]);
});

test('a hash that stands unchanged beside another that differs is told as such', (t) => {
  const { claims, same } = told(`_ZN4shop4work17h${HA}E.llvm.1`, `_ZN4shop4work17h${HA}E.llvm.2`);
  t.deepEqual(claims, ['thinlto-suffix 1 ↔ 2']);
  t.deepEqual(same, [HA]);
});

test('names that differ in more than hashes are text', (t) => {
  const { changes, claims } = told(`_ZN4shop4work17h${HA}E`, `_ZN4shop4walk17h${HB}E`);
  t.true(changes.length > 0);
  t.true(changes.some((change) => change.startsWith('change unexplained')));
  t.true(claims.length <= 1);
});

test('hashes that are alike are residue', (t) => {
  const { changes, claims } = told(`_ZN4shop4work17h${HA}E`, `_ZN4shop4work17h${HA.slice(0, 15)}7E`);
  t.deepEqual(claims, []);
  t.true(changes.every((change) => change.includes('unexplained')));
});

test('the number of a local label is shown where what it labels was compared, else it is residue', (t) => {
  t.deepEqual(told('.LCPI41_0', '.LCPI40_0', true).changes, ['shown local-label 2 2']);
  t.deepEqual(told('.LCPI41_0', '.LCPI40_0', false).changes, ['change local-label 2 2']);
  t.deepEqual(told('.LCPI9_0', '.LCPI10_0', true).changes, ['shown local-label 1 2']);
});

test('the same with the NUL that ends a name in a string table', (t) => {
  t.deepEqual(told('GCC_except_table9\0', 'GCC_except_table10\0', true).changes, ['shown local-label 1 2']);
  t.deepEqual(told(`anon.${LA}.7\0`, `anon.${LA}.8\0`, true).changes, ['shown local-label 1 1']);
  t.deepEqual(told('.LCPI41_0\0', '.LCPI40_0\0', true).changes, ['shown local-label 2 2']);
});

test('the name of a function with the same body may be a twin that was merged: that is only its looks', (t) => {
  t.deepEqual(told('alpha\0', 'omega\0', true).changes, ['change merged-function 5 5']);
  t.deepEqual(told('alpha', 'omega', true).changes, ['change merged-function 5 5']);
});

test('lengths before a hash of another length are derived from it: back references of v0 names', (t) => {
  const { changes } = told('_RNvMs5_NtCsAbc_1a1mNtB5_1S1f', '_RNvMs5_NtCsAbcd_1a1mNtB5_1S1f');
  t.true(changes.every((change) => /token|derived/.test(change)));
});

test('any two names are covered exactly once', (t) => {
  const part = fc.constantFrom(
    '_ZN4shop4work17h',
    HA,
    HB,
    'E',
    '.llvm.',
    '12',
    '.LCPI',
    '_',
    'anon.',
    LA,
    LB,
    '.',
    '\0',
    'x',
    '-',
    'libshop',
    '.o',
    'ä',
  );
  const name = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(name, name, fc.boolean(), (a, b, counted) => {
      const { changes } = told(a, b, counted);
      if (a !== b) t.true(changes.length > 0);
      else t.deepEqual(changes, []);
    }),
    { numRuns: 500 },
  );
});
