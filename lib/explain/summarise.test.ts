import test from 'ava';
import { LedgerBuilder } from '../ledger/ledger.js';
import type { Sink } from '../ledger/sink.js';
import type { PairExplanation } from './explanation.js';
import { summarise } from './summarise.js';

const HASH = '17f0b7e2c4d95a86';
const name = (of: string): string => `_ZN4shop${of.length}${of}17h${HASH}E`;

/** Two contents of a hundred bytes each, all of them other bytes. */
function summary(say: (sink: Sink) => void, maxResidue = 10): PairExplanation {
  const [a, b] = [Buffer.alloc(100, 1), Buffer.alloc(100, 2)];
  const builder = new LedgerBuilder(a, b);
  const sink = builder.sink();
  say(sink);
  if (builder.segments.count === 0) sink.change(0, 100, 0, 100);
  return summarise(builder.finish(), { formatA: 'X', formatB: 'Y', maxResidue });
}

test('totals are those of sections: symbols are folded into them, hashes are left out of their names', (t) => {
  const { totals, formatA, formatB, lengthA, lengthB, segments, equal } = summary((sink) => {
    const section = sink.within(0, 0, 'section', `.text.${name('work')}`);
    section.within(0, 0, 'symbol', name('work')).change(0, 40, 0, 40, { reason: 'code' });
    section.within(40, 40, 'symbol', name('play')).change(0, 60, 0, 60, { reason: 'code' });
  });
  t.deepEqual([formatA, formatB, lengthA, lengthB, segments, equal], ['X', 'Y', 100, 100, 2, 0]);
  t.like(totals, [
    { place: ['.text._ZN4shop4work17h*E'], reason: 'code', state: 'residue', segments: 2, bytesA: 100 },
  ]);
});

test('totals of other reasons, fields or sources are other totals', (t) => {
  const { totals } = summary((sink) => {
    sink.change(0, 10, 0, 10, { field: 'sh_flags' });
    sink.change(10, 10, 10, 10, { field: 'sh_type' });
    sink.change(20, 10, 20, 10);
    sink.shown('compression', 30, 10, 30, 10);
    sink.derived(40, 60, 40, 60, Buffer.alloc(60, 2), 'the rest', 'e_shoff');
  });
  t.deepEqual(
    totals.map(({ reason, state, field, from }) => [reason, state, field, from]),
    [
      ['unexplained', 'residue', 'sh_flags', undefined],
      ['unexplained', 'residue', 'sh_type', undefined],
      ['unexplained', 'residue', undefined, undefined],
      ['compression', 'shown', undefined, undefined],
      ['derived', 'derived', 'e_shoff', 'the rest'],
    ],
  );
});

test('residue of one place that lies near each other is told as one', (t) => {
  const { residue, residueLeftOut } = summary((sink) => {
    sink.change(0, 10, 0, 10);
    sink.shown('compression', 10, 16, 10, 16);
    sink.change(26, 4, 26, 4);
    sink.shown('compression', 30, 17, 30, 17);
    sink.change(47, 3, 47, 3);
    sink.change(50, 50, 50, 50, { field: 'sh_flags' });
  });
  t.deepEqual(
    residue.map(({ aStart, aLength, segments, field }) => [aStart, aLength, segments, field]).sort(),
    [
      [0, 30, 2, undefined],
      [47, 3, 1, undefined],
      [50, 50, 1, 'sh_flags'],
    ],
  );
  t.is(residueLeftOut, 0);
});

test('residue is listed with the symbol it lies in, and no more of it than asked for', (t) => {
  const say = (sink: Sink): void => {
    const section = sink.within(0, 0, 'section', '.text');
    section.within(0, 0, 'symbol', name('work'), name('walk')).change(0, 40, 0, 40, { reason: 'code' });
    sink.change(40, 30, 40, 30, { field: 'a' });
    sink.change(70, 30, 70, 30, { field: 'b' });
  };
  const all = summary(say);
  t.is(all.residue.length, 3);
  const code = all.residue.find(({ reason }) => reason === 'code');
  t.like(code, { place: ['.text'], symbolA: name('work'), symbolB: name('walk') });
  const some = summary(say, 1);
  t.is(some.residue.length, 1);
  t.is(some.residueLeftOut, 2);
  t.is(summary(say, 0).residueLeftOut, 3);
});

test('claims are listed with their places; notes are told once', (t) => {
  const [a, b] = [Buffer.from(`${HASH}${HASH}`), Buffer.from('e86b1d0f3a297c54'.repeat(2))];
  const builder = new LedgerBuilder(a, b);
  const sink = builder.sink();
  for (const at of [0, 16])
    sink.within(0, 0, 'section', `.s${at}`).token('crate-hash', 'hex', at, 16, at, 16);
  for (const text of ['once', 'once', 'twice']) sink.note(text);
  sink.unchanged('0123456789abcdef');
  const { claims, notes, kept, totals } = summarise(builder.finish(), {
    formatA: '',
    formatB: '',
    maxResidue: 0,
  });
  t.deepEqual(claims, {
    a: [HASH],
    b: ['e86b1d0f3a297c54'],
    kind: Uint16Array.of(0),
    kinds: [{ cause: 'crate-hash', domain: 'hash' }],
    places: Uint32Array.of(2),
    vouched: Uint8Array.of(0),
    place: Uint32Array.of(0),
    paths: [['.s0']],
  });
  t.deepEqual(notes, ['once', 'twice']);
  t.deepEqual(kept, ['0123456789abcdef']);
  t.deepEqual(
    totals.map(({ shares }) => [...(shares?.claim ?? [])]),
    [[0], [0]],
  );
});
