import test from 'ava';
import fc from 'fast-check';
import { recordingSink } from '../../ledger/sink-fixture.js';
import { StringPairs } from './strings.js';

const HA = '17f0b7e2c4d95a86';
const HB = 'e86b1d0f3a297c54';
const table = (...names: string[]): Buffer => Buffer.from(['', ...names].map((name) => `${name}\0`).join(''));

test('strings in another order are equal, and their places follow', (t) => {
  const [a, b] = [table('alpha', 'beta', 'gamma'), table('gamma', 'alpha', 'beta')];
  const pairs = new StringPairs(a, b);
  pairs.joinRest();
  const sink = recordingSink(a, b);
  pairs.explain(sink);
  sink.assertClosed();
  t.deepEqual(sink.changes, []);
  t.is(pairs.offset(1), 7);
  t.is(pairs.offset(7), 13);
});

test('names that only hashes part are one name, and the hashes are claims', (t) => {
  const name = (hash: string): string => `_ZN4shop4work17h${hash}E`;
  const [a, b] = [table(name(HA), 'beta'), table('beta', name(HB))];
  const pairs = new StringPairs(a, b);
  pairs.joinRest();
  const sink = recordingSink(a, b);
  pairs.explain(sink);
  sink.assertClosed();
  t.deepEqual(sink.claims, [`crate-hash ${HA} ↔ ${HB}`]);
  t.is(sink.changes.length, 1);
});

test('a name that is the end of another is measured from the end', (t) => {
  const pairs = new StringPairs(table('.rela.text'), table('x', '.rela.text'));
  pairs.joinRest();
  t.is(pairs.offset(1), 3);
  t.is(pairs.offset(6), 8);
  t.true(pairs.leadsTo(6, 8));
  t.false(pairs.leadsTo(6, 3));
});

test('another string with the same text is the same name', (t) => {
  const pairs = new StringPairs(table('one', 'two'), table('one', 'two', 'one'));
  pairs.joinRest();
  t.true(pairs.leadsTo(1, 9));
  t.false(pairs.leadsTo(1, 5));
  t.false(pairs.leadsTo(99, 1));
});

test('what was joined by who refers to it stays so, and is compared', (t) => {
  const [a, b] = [table('one', 'two'), table('uno', 'two')];
  const pairs = new StringPairs(a, b);
  pairs.join(1, 1, false, false);
  pairs.join(1, 5, false, false);
  pairs.join(1000, 1, false, false);
  pairs.joinRest();
  const sink = recordingSink(a, b);
  pairs.explain(sink);
  sink.assertClosed();
  t.true(sink.changes.every(({ reason }) => reason === 'unexplained'));
  t.is(pairs.offset(1), 1);
});

test('another number of a local label is shown only where it follows from where the label stands', (t) => {
  const [a, b] = [table('.LCPI41_0', '.LCPI40_0'), table('.LCPI40_0', '.LCPI41_0')];
  for (const [numbered, kind] of [
    [true, 'shown'],
    [false, 'change'],
  ] as const) {
    const pairs = new StringPairs(a, b);
    pairs.join(1, 1, true, numbered);
    pairs.join(11, 11, true, numbered);
    pairs.joinRest();
    const sink = recordingSink(a, b);
    pairs.explain(sink);
    sink.assertClosed();
    t.is(sink.changes.length, 2);
    for (const change of sink.changes) t.like(change, { kind, reason: 'local-label' });
  }
});

test('the name of a twin is residue with its looks', (t) => {
  const [a, b] = [table('first'), table('second')];
  const pairs = new StringPairs(a, b);
  pairs.join(1, 1, true, false);
  pairs.joinRest();
  const sink = recordingSink(a, b);
  pairs.explain(sink);
  sink.assertClosed();
  t.like(sink.changes, [{ kind: 'change', reason: 'merged-function', aLength: 5, bLength: 6 }]);
});

test('strings on one side only are residue, those between two pairs are laid beside each other', (t) => {
  const [a, b] = [table('one', 'mid', 'two'), table('one', 'mad', 'two')];
  const apart = new StringPairs(a, b);
  apart.joinRest();
  const sink = recordingSink(a, b);
  apart.explain(sink);
  sink.assertClosed();
  t.deepEqual(sink.changes.map(({ aLength, bLength }) => [aLength, bLength]).sort(), [
    [0, 4],
    [4, 0],
  ]);
  const beside = new StringPairs(a, b);
  beside.joinRest();
  beside.joinInOrder();
  const second = recordingSink(a, b);
  const seen: string[] = [];
  beside.explain(second, (x, y, inner) => {
    seen.push(`${Buffer.from(x)} ${Buffer.from(y)}`);
    inner.change(0, x.length, 0, y.length);
  });
  second.assertClosed();
  t.deepEqual(seen, ['mid\0 mad\0']);
});

test('whatever two tables hold, every byte of both is told once', (t) => {
  const bytes = fc
    .array(fc.constantFrom(0, 0x61, 0x62, 0x2e, 0x31), { maxLength: 40 })
    .map((of) => Uint8Array.from(of));
  fc.assert(
    fc.property(
      bytes,
      bytes,
      fc.array(fc.tuple(fc.nat({ max: 45 }), fc.nat({ max: 45 }), fc.boolean())),
      (a, b, joins) => {
        const pairs = new StringPairs(a, b);
        for (const [from, to, counted] of joins) pairs.join(from, to, counted, counted);
        pairs.joinRest();
        pairs.joinInOrder();
        const sink = recordingSink(a, b);
        pairs.explain(sink);
        sink.assertClosed();
        for (let at = 0; at < 45; at += 1) t.true(pairs.offset(at) < b.length);
      },
    ),
    { numRuns: 200 },
  );
});
