import test from 'ava';
import { Content } from '../ledger/content.js';
import { LedgerBuilder } from '../ledger/ledger.js';
import type { Sink } from '../ledger/sink.js';
import { BEHIND } from './explanation.js';
import { segmentsOf } from './segments.js';

/** Rows of `[aStart, aLength, bStart, bLength, behind]`. */
function rowsOf(a: Buffer, b: Buffer, say: (sink: Sink) => void): number[][] {
  const builder = new LedgerBuilder(a, b);
  say(builder.sink());
  const { count, aStart, aLength, bStart, bLength, behind } = segmentsOf(
    builder.finish(),
    Content.of(a),
    Content.of(b),
  );
  return Array.from({ length: count }, (_, i) =>
    [aStart, aLength, bStart, bLength, behind].map((column) => column[i] ?? -99),
  );
}

test('each segment is told with what stands behind it: a claim, a recomputation, a proof, or nothing', (t) => {
  const [a, b] = [Buffer.from('17f0b7e2c4d95a86aaaabbbbcccc'), Buffer.from('e86b1d0f3a297c54AAAABBBBCCC')];
  const rows = rowsOf(a, b, (sink) => {
    sink.token('crate-hash', 'hex', 0, 16, 0, 16);
    sink.derived(16, 4, 16, 4, Buffer.from('AAAA'), 'the rest');
    sink.shown('compression', 20, 4, 20, 4);
    sink.change(24, 4, 24, 3);
  });
  t.deepEqual(rows, [
    [0, 16, 0, 16, 0],
    [16, 4, 16, 4, BEHIND.derived],
    [20, 4, 20, 4, BEHIND.shown],
    [24, 4, 24, 3, BEHIND.nothing],
  ]);
});

test('what moved is told with its order', (t) => {
  const rows = rowsOf(Buffer.from('abcXYZ1'), Buffer.from('XYZ1abc'), (sink) => {
    sink.equal(0, 4, 3);
    sink.equal(3, 0, 4);
  });
  t.is(rows.length, 1);
});

test('a stretch of one length is told as narrowly as its bytes allow: equal bytes part it', (t) => {
  const a = Buffer.from(`x${'.'.repeat(20)}y...z`);
  const b = Buffer.from(`X${'.'.repeat(20)}Y...Z`);
  t.deepEqual(
    rowsOf(a, b, (sink) => sink.change(0, 26, 0, 26)),
    [
      [0, 1, 0, 1, BEHIND.nothing],
      [21, 5, 21, 5, BEHIND.nothing],
    ],
  );
});

test('thousands of segments are told in the order given', (t) => {
  const a = Buffer.alloc(3000, 1);
  const b = Buffer.alloc(3000, 2);
  const rows = rowsOf(a, b, (sink) => {
    for (let i = 0; i < 3000; i += 1) sink.change(i, 1, i, 1);
  });
  t.is(rows.length, 3000);
  t.deepEqual(rows[2999], [2999, 1, 2999, 1, BEHIND.nothing]);
});
