import test from 'ava';
import type { CauseId } from '../cause/cause-id.js';
import { claimsOf } from './claims-fixture.js';
import { ledgerOf } from './explain.js';
import { MergedClaims } from './merged-claims.js';
import { summarise } from './summarise.js';

const equal = new Uint8Array(8);
const nothing = summarise(ledgerOf(equal, equal).ledger, { formatA: '', formatB: '', maxResidue: 0 });

/** @param typed tokens that are the id of a type for sure */
function doubtsOf(typed: readonly string[], ...causes: readonly (readonly [CauseId, places: number])[]) {
  const claims = causes.map(([cause, places], i) => ({
    cause,
    domain: 'hash',
    a: `${i}a`,
    b: `${i}b`,
    places,
  }));
  return new MergedClaims([{ ...nothing, claims: claimsOf(claims), typed }], []).list.map(
    ({ doubt }) => doubt,
  );
}

const doubts = (...causes: readonly (readonly [CauseId, places: number])[]) => doubtsOf(['0a'], ...causes);

test('Two hashes that were exchanged are contradicted, and so are the roots of two paths', (t) => {
  for (const [cause, domain] of [
    ['crate-hash', 'hash'],
    ['build-path', 'build-path'],
  ] as const) {
    const claim = (a: string, b: string) => ({ cause, domain, a, b, places: 3 });
    const of = (...claims: ReturnType<typeof claim>[]) =>
      new MergedClaims([{ ...nothing, claims: claimsOf(claims) }], []).list.map(({ doubt }) => doubt);
    t.deepEqual(of(claim('/etc', '/opt'), claim('/opt', '/etc')), ['contradicted', 'contradicted'], domain);
    t.deepEqual(of(claim('/etc', '/opt'), claim('/var', '/srv')), [undefined, undefined], domain);
  }
});

test('A constant of 128 bits that changed wherever it stands is no type id, whatever else changed', (t) => {
  t.deepEqual(doubtsOf([], ['type-id', 9], ['crate-hash', 2]), ['of no type', undefined]);
  t.deepEqual(doubtsOf(['1a'], ['type-id', 9], ['type-id', 2], ['crate-hash', 2]), [
    'of no type',
    undefined,
    undefined,
  ]);
});

test('A type id stands only where the hash of a crate does', (t) => {
  t.deepEqual(doubts(['type-id', 2]), ['attested once']);
  t.deepEqual(doubts(['type-id', 2], ['crate-hash', 1]), ['attested once', 'attested once']);
  t.deepEqual(doubts(['type-id', 2], ['crate-hash', 2]), [undefined, undefined]);
  t.deepEqual(doubts(['type-id', 2], ['metadata-hash', 3]), [undefined, undefined]);
});
