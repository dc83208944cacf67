import test from 'ava';
import fc from 'fast-check';
import { readMasks } from '../cause/mask.js';
import { Content } from '../ledger/content.js';
import { type Ledger, LedgerBuilder, replay } from '../ledger/ledger.js';
import { applyMasks } from './user-mask.js';

const TODAY = '2026-01-01';

function masks(target: object) {
  const mask = { id: 'one', reason: 'a reason', path: '**', ...target };
  return readMasks(JSON.stringify({ masks: [mask] }), 'masks.json', TODAY);
}

/** Two contents of one length: runs of equal bytes, and runs that nothing explains. */
function ledgerOf(a: Uint8Array, b: Uint8Array): Ledger {
  const builder = new LedgerBuilder(a, b);
  const sink = builder.sink();
  for (let at = 0; at < a.length; ) {
    const same = a[at] === b[at];
    let end = at + 1;
    while (end < a.length && (a[end] === b[end]) === same) end += 1;
    if (same) sink.equal(at, at, end - at);
    else sink.change(at, end - at, at, end - at);
    at = end;
  }
  return builder.finish();
}

/** Each byte of A by what owns it: `.` equal, `m` masked, `x` anything else. */
function map(ledger: Ledger): string {
  const out = Array.from({ length: ledger.lengthA }, () => '?');
  for (const { owner, aStart, aLength } of ledger.segments) {
    const mark = owner === 0 ? '.' : ledger.owners.state(owner) === 'masked' ? 'm' : 'x';
    out.fill(mark, aStart, aStart + aLength);
  }
  return out.join('');
}

const A = Buffer.from('..11..1111..');
const B = Buffer.from('..22..2222..');

test('a mask takes what it covers, and leaves the rest of a stretch as it was', (t) => {
  const of = (start: number, length: number): string =>
    map(
      applyMasks(ledgerOf(A, B), masks({ range: { start, length } }), Content.of(A), Content.of(B), 'lib/x'),
    );
  t.is(of(0, 12), '..mm..mmmm..');
  t.is(of(7, 2), '..xx..xmmx..');
  t.is(of(3, 4), '..xm..mxxx..');
  t.is(of(4, 2), '..xx..xxxx..');
});

test('a pattern masks where both sides match it as often', (t) => {
  const of = (a: Buffer, b: Buffer): string =>
    map(applyMasks(ledgerOf(a, b), masks({ pattern: '[0-9]{4}' }), Content.of(a), Content.of(b), 'lib/x'));
  t.is(of(A, B), '..xx..mmmm..');
  const c = Buffer.from('..22..22..22');
  t.is(of(A, c), '..xx..xxxxxx');
});

test('a mask that expired, or is for other files, masks nothing', (t) => {
  const all = { range: { start: 0, length: 12 } };
  const of = (more: object): string =>
    map(applyMasks(ledgerOf(A, B), masks({ ...all, ...more }), Content.of(A), Content.of(B), 'lib/x'));
  t.is(of({ expires: '2025-12-31' }), '..xx..xxxx..');
  t.is(of({ expires: TODAY }), '..mm..mmmm..');
  t.is(of({ path: 'bin/*' }), '..xx..xxxx..');
});

test('whatever is masked, the ledger covers both sides once and replays', (t) => {
  const content = fc.uint8Array({ minLength: 20, maxLength: 20, max: 3 });
  const range = fc.record({ start: fc.nat(25), length: fc.integer({ min: 1, max: 25 }) });
  fc.assert(
    fc.property(content, content, range, (a, b, stretch) => {
      const ledger = applyMasks(ledgerOf(a, b), masks({ range: stretch }), Content.of(a), Content.of(b), 'x');
      const marks = map(ledger);
      t.false(marks.includes('?'));
      t.deepEqual(Buffer.from(replay(ledger, a, b)), Buffer.from(b));
      for (const [i, mark] of [...marks].entries()) {
        const inside = i >= stretch.start && i < stretch.start + stretch.length;
        t.is(mark, a[i] === b[i] ? '.' : inside ? 'm' : 'x');
      }
    }),
  );
});
