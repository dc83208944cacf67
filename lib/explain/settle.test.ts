import test from 'ava';
import fc from 'fast-check';
import type { CauseId } from '../cause/cause-id.js';
import { type ClaimRow, claimsOf } from './claims-fixture.js';
import type { OwnerTotal, PairExplanation } from './explanation.js';
import { nameClaims } from './file-name.js';
import { type ExplainedPair, settle } from './settle.js';

const [X, Y, Z, W] = ['1111111111111111', '2222222222222222', '3333333333333333', '4444444444444444'];

interface Claim {
  readonly a: string;
  readonly b: string;
  readonly places?: number;
  readonly cause?: CauseId;
  readonly domain?: string;
  readonly vouched?: boolean;
}

/** A pair whose claims own 16 bytes on each side, with more totals and tokens that stand unchanged. */
function pair(
  path: string,
  claims: readonly Claim[],
  more: Partial<PairExplanation> & { readonly others?: readonly OwnerTotal[] } = {},
): ExplainedPair {
  const rows = claims.map(
    ({ a, b, places = 1, cause = 'crate-hash', domain = 'hash', vouched = true }): ClaimRow => ({
      cause,
      domain,
      a,
      b,
      places,
      vouched,
    }),
  );
  const totals: OwnerTotal[] = [
    ...rows.map(({ cause }, claim) => total({ reason: cause, state: 'claimed', shares: share(claim) })),
    ...(more.others ?? []),
  ];
  const sum = (of: 'bytesA' | 'bytesB'): number => totals.reduce((n, one) => n + one[of], 100);
  const { others: _, ...given } = more;
  return {
    path,
    explanation: {
      formatA: 'ELF',
      formatB: 'ELF',
      lengthA: sum('bytesA'),
      lengthB: sum('bytesB'),
      segments: totals.length,
      equal: 100,
      totals,
      claims: claimsOf(rows),
      kept: [],
      typed: rows.map(({ a }) => a),
      residue: [],
      residueLeftOut: 0,
      notes: [],
      ...given,
    },
  };
}

/** All that `total` counts, for one claim. */
function share(claim: number): OwnerTotal['shares'] {
  const [of, sixteen] = [Uint32Array.of(claim), Uint32Array.of(16)];
  return { claim: of, segments: Uint32Array.of(1), bytesA: sixteen, bytesB: sixteen };
}

function total(of: Partial<OwnerTotal>): OwnerTotal {
  return {
    place: ['x.o', '.text'],
    reason: 'unexplained',
    state: 'residue',
    segments: 1,
    bytesA: 16,
    bytesB: 16,
    ...of,
  };
}

/** How the causes stand: `crate-hash confirmed`. */
function standings(pairs: readonly ExplainedPair[]): string[] {
  return settle(pairs)
    .causes.causes.map(({ cause, standing, why }) => `${cause} ${why ?? standing}`)
    .sort();
}

test('a claim that two places attest is confirmed, in one pair or in two', (t) => {
  t.deepEqual(standings([pair('p', [{ a: X, b: Y, places: 2 }])]), ['crate-hash confirmed']);
  t.deepEqual(standings([pair('p', [{ a: X, b: Y }]), pair('q', [{ a: X, b: Y }])]), [
    'crate-hash confirmed',
  ]);
});

test('a claim that one place attests is suspected', (t) => {
  t.deepEqual(standings([pair('p', [{ a: X, b: Y }])]), ['crate-hash attested once']);
});

test('a token with two partners confirms neither, however often each is attested', (t) => {
  const twice = [
    { a: X, b: Y, places: 9 },
    { a: X, b: Z, places: 9 },
  ];
  t.deepEqual(standings([pair('p', twice)]), ['crate-hash contradicted']);
  t.deepEqual(standings([pair('p', [{ a: X, b: Y, places: 9 }]), pair('q', [{ a: Z, b: Y, places: 9 }])]), [
    'crate-hash contradicted',
  ]);
});

test('a contradiction leaves other claims as they are', (t) => {
  const claims = [
    { a: X, b: Y, places: 2 },
    { a: X, b: Z, places: 2 },
    { a: W, b: '5555555555555555', places: 2, cause: 'metadata-hash' },
  ] as const;
  t.deepEqual(standings([pair('p', claims)]), ['crate-hash contradicted', 'metadata-hash confirmed']);
});

test('a hash that stands unchanged anywhere is no other hash elsewhere: not in A, and not in B', (t) => {
  for (const kept of [X, Y]) {
    const pairs = [pair('p', [{ a: X, b: Y, places: 9 }]), pair('q', [], { kept: [kept] })];
    t.deepEqual(standings(pairs), ['crate-hash contradicted']);
  }
});

test('texts of different causes do not contradict each other, hashes of different causes do', (t) => {
  const as = (domain: readonly [string, string]) => [
    pair('p', [{ a: X, b: Y, places: 2, cause: 'build-path', domain: domain[0] }]),
    pair('q', [{ a: X, b: Z, places: 2, cause: 'rustc-version', domain: domain[1] }]),
  ];
  t.deepEqual(standings(as(['build-path', 'rustc-version'])), [
    'build-path confirmed',
    'rustc-version confirmed',
  ]);
  t.deepEqual(standings(as(['hash', 'hash'])), ['build-path contradicted', 'rustc-version contradicted']);
});

test('tokens are held apart whatever bytes they hold', (t) => {
  const claims = [
    { a: 'x', b: 'y\0z', places: 2, domain: 'build-path', cause: 'build-path' },
    { a: 'x\0y', b: 'z', places: 2, domain: 'build-path', cause: 'build-path' },
  ] as const;
  t.deepEqual(standings([pair('p', claims)]), ['build-path confirmed']);
});

test('a claim of a cause that no mask can show is never confirmed', (t) => {
  t.deepEqual(standings([pair('p', [{ a: X, b: Y, places: 9, cause: 'llvm' }])]), ['llvm no mask shows it']);
  const shown = total({ reason: 'linker', state: 'shown' });
  t.deepEqual(standings([pair('p', [], { others: [shown] })]), ['linker no mask shows it']);
});

test('residue that has the looks of a cause is suspected, and code, padding and the rest are unexplained', (t) => {
  const others = (['bitcode', 'code', 'padding', 'unexplained'] as const).map((reason) => total({ reason }));
  t.deepEqual(standings([pair('p', [], { others })]), [
    'bitcode no mask shows it',
    'code unexplained',
    'padding unexplained',
    'unexplained unexplained',
  ]);
});

test('what was derived beside something else is derived; where all is derived, nothing is', (t) => {
  const derived = total({ reason: 'derived', state: 'derived' });
  const shown = total({ reason: 'compression', state: 'shown' });
  t.deepEqual(standings([pair('p', [], { others: [derived, shown] })]), [
    'compression confirmed',
    'derived derived',
  ]);
  t.deepEqual(standings([pair('p', [], { others: [derived] })]), ['derived unexplained']);
});

test('bytes that no total counts are unexplained, and said to be', (t) => {
  const { files } = settle([pair('p', [], { lengthA: 105, lengthB: 100 })]);
  t.is(files[0]?.accounts.unexplained, 5);
  t.regex(files[0]?.notes.join() ?? '', /do not add up/);
});

test('a name attests a claim that a file makes', (t) => {
  const names = nameClaims(`lib/libx-${X}.rlib`, `lib/libx-${Y}.rlib`);
  const { causes } = settle([pair('p', [{ a: X, b: Y, cause: 'metadata-hash' }])], { names }).causes;
  t.deepEqual(
    causes.map(({ standing, files }) => [standing, files]),
    [['confirmed', 1]],
  );
  t.regex(settle([pair('p', [{ a: X, b: Y }])], { names }).causes.origin ?? '', /compiler|metadata/);
});

test('only a name that rustc gives vouches for a hash', (t) => {
  const claims: Claim[] = [{ a: X, b: Y, cause: 'metadata-hash', vouched: false }];
  for (const [name, standing] of [
    ['lib/libx-HASH.rlib', 'confirmed'],
    ['tool-HASH.tar.gz', 'suspected'],
    ['etc/key-HASH.pem', 'suspected'],
  ] as const) {
    const names = nameClaims(name.replace('HASH', X), name.replace('HASH', Y));
    t.is(settle([pair('p', claims)], { names }).causes.causes[0]?.standing, standing, name);
  }
});

test('a name makes a claim only where nothing but hashes differs', (t) => {
  t.deepEqual(nameClaims('a', 'a'), []);
  t.is(nameClaims('liba.so', 'libb.so'), undefined);
  t.is(nameClaims(`liba-${X}.so`, 'liba.so'), undefined);
  t.is(nameClaims(`liba-${X}.so`, `libb-${Y}.so`), undefined);
  t.is(nameClaims(`liba-${X}0.so`, `liba-${Y}0.so`), undefined);
});

test('where the hashes begin is said: the metadata hash before the version, and nothing where no hash stands', (t) => {
  const origin = (claims: readonly Claim[]): string | undefined => settle([pair('p', claims)]).causes.origin;
  const hash = { a: X, b: Y, places: 2 };
  const version: Claim = { a: '1.84', b: '1.85', cause: 'rustc-version', domain: 'rustc-version' };
  const metadata: Claim = { a: Z, b: W, places: 2, cause: 'metadata-hash' };
  t.regex(origin([hash, version, metadata]) ?? '', /metadata hash .* 1 crate: 3+ ↔ 4+.*1\.84 ↔ 1\.85/);
  t.regex(origin([hash, version]) ?? '', /^Another version of the compiler: 1\.84 ↔ 1\.85/);
  t.regex(origin([hash]) ?? '', /one to one throughout/);
  t.is(origin([version]), undefined);
  t.is(origin([{ a: X, b: Y }]), undefined);
});

test('functions are summed over files', (t) => {
  const counts = { a: 3, b: 4, paired: 3, equal: 2, moved: 0, relabelled: 1, hashes: 0, changed: 0 };
  const functions = { ...counts, onlyA: [], onlyB: ['f'], onlyALeftOut: 0, onlyBLeftOut: 0 };
  const { causes } = settle([pair('p', [], { functions }), pair('q', [], { functions }), pair('r', [])]);
  t.like(causes.functions, { a: 6, b: 8, equal: 4, relabelled: 2, onlyB: ['f', 'f'], onlyBLeftOut: 0 });
});

test('what is listed is bounded, what is counted is not', (t) => {
  const others = Array.from({ length: 1000 }, (_, i) => total({ place: [`${i}`], reason: 'code' }));
  const segment = {
    place: [],
    reason: 'code',
    aStart: 0,
    aLength: 1,
    bStart: 0,
    bLength: 1,
    segments: 1,
  } as const;
  const residue = Array.from({ length: 1000 }, () => segment);
  const [file] = settle([pair('p', [], { others, residue })], { rows: 50 }).files;
  t.is(file?.owners.length, 50);
  t.is(file?.ownersLeftOut, 950);
  t.is(file?.residue.length, 50);
  t.is(file?.residueLeftOut, 950);
  t.is(file?.accounts.unexplained, 32_000);
  const [undetailed] = settle([pair('p', [], { others, residue })], { detailed: 0 }).files;
  t.is(undetailed?.owners.length, 0);
  t.is(undetailed?.accounts.unexplained, 32_000);
});

test('two hundred thousand claims are settled', (t) => {
  const claims = Array.from({ length: 200_000 }, (_, i) => ({ a: `a${i}`, b: `b${i}`, places: 2 }));
  const { causes } = settle([pair('p', claims)]);
  t.is(causes.causes[0]?.tokens?.count, 200_000);
});

const token = fc.constantFrom(X, Y, Z, W);
const anyPair = fc
  .tuple(
    fc.array(fc.record({ a: token, b: token, places: fc.integer({ min: 1, max: 3 }) }), { maxLength: 4 }),
    fc.subarray([X, Y, Z, W]),
    fc.array(
      fc.constantFrom(
        total({ reason: 'code' }),
        total({ reason: 'derived', state: 'derived' }),
        total({ reason: 'compression', state: 'shown', bytesB: 3 }),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([claims, kept, others]) => pair('p', claims, { kept, others }));

test('every byte of both sides is in one account', (t) => {
  fc.assert(
    fc.property(fc.array(anyPair, { maxLength: 4 }), (pairs) => {
      const { files, causes } = settle(pairs);
      for (const [i, { accounts }] of files.entries()) {
        const { lengthA = 0, lengthB = 0 } = pairs[i]?.explanation ?? {};
        const { equal, confirmed, derived, suspected, unexplained } = accounts;
        t.is(2 * equal + confirmed + derived + suspected + unexplained, lengthA + lengthB);
      }
      const counted = causes.causes.reduce((sum, of) => sum + of.bytesA + of.bytesB, 0);
      const { confirmed, derived, suspected, unexplained } = causes.accounts;
      t.is(counted, confirmed + derived + suspected + unexplained);
    }),
  );
});

test('one more pair never confirms what is contradicted', (t) => {
  fc.assert(
    fc.property(fc.array(anyPair, { maxLength: 3 }), anyPair, (pairs, more) => {
      const before = settle(pairs).claims;
      const after = settle([...pairs, more]).claims;
      for (const claim of before.list)
        if (claim.doubt === 'contradicted') t.is(after.find(claim)?.doubt, 'contradicted');
    }),
  );
});
