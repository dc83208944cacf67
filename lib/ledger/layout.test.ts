import test from 'ava';
import fc from 'fast-check';
import { Content } from './content.js';
import { layoutOf } from './layout.js';
import { type Ledger, LedgerBuilder } from './ledger.js';
import { type Ranges, rangeAt } from './ranges.js';
import type { Sink } from './sink.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function ledgerOf(a: Buffer, b: Buffer, say: (sink: Sink) => void): Ledger {
  const builder = new LedgerBuilder(a, b);
  say(builder.sink());
  return builder.finish();
}

function replayed(ranges: Ranges, a: Buffer, b: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < ranges.count; i += 1) {
    const { aStart, aLength, bStart, bLength } = rangeAt(ranges, i);
    parts.push(a.subarray(at, aStart), b.subarray(bStart, bStart + bLength));
    at = aStart + aLength;
  }
  return Buffer.concat([...parts, a.subarray(at)]);
}

/** Of the single ranges so many are kept. */
const kept = (maxRanges: number) => ({ gap: 1, largest: 2, first: 1000, maxRanges });

test('what is equal and in order stays, what moved or changed does not', (t) => {
  const a = bytes('head-one-two-tail');
  const b = bytes('head-two-one-tail');
  const ledger = ledgerOf(a, b, (sink) => {
    sink.equal(0, 0, 5);
    sink.equal(5, 9, 4);
    sink.equal(9, 5, 4);
    sink.equal(13, 13, 4);
  });
  const { first, equal, changedA, changedB, ranges, total } = layoutOf(
    ledger,
    Content.of(a),
    Content.of(b),
    kept(10),
  );
  t.deepEqual([first, equal, changedA, changedB, total], [5, 13, 4, 4, 2]);
  t.deepEqual(replayed(ranges, a, b), b);
});

test('a short changed stretch is told without the bytes that agree in it', (t) => {
  const a = bytes('xx17f0b7e2c4d95a86yy');
  const b = bytes('xx1790b7e2c4d95a86yy');
  const ledger = ledgerOf(a, b, (sink) => {
    sink.equal(0, 0, 2);
    sink.change(2, 16, 2, 16);
    sink.equal(18, 18, 2);
  });
  const { first, equal, changedA, ranges } = layoutOf(ledger, Content.of(a), Content.of(b), kept(10));
  t.deepEqual([first, equal, changedA], [4, 19, 1]);
  t.deepEqual(rangeAt(ranges, 0), { aStart: 4, aLength: 1, bStart: 4, bLength: 1 });
});

test('a long stretch in which little agrees is changed as a whole', (t) => {
  const a = Buffer.alloc(200, 'ab');
  const b = Buffer.alloc(200, 'ac');
  const ledger = ledgerOf(a, b, (sink) => sink.change(0, 200, 0, 200));
  const { first, changedA, total } = layoutOf(ledger, Content.of(a), Content.of(b), kept(10));
  t.deepEqual([first, changedA, total], [1, 200, 1]);
});

test('ranges beyond those that are kept are counted', (t) => {
  const a = bytes('a1b2c3');
  const b = bytes('a4b5c6');
  const ledger = ledgerOf(a, b, (sink) => {
    for (const at of [0, 2, 4]) {
      sink.equal(at, at, 1);
      sink.change(at + 1, 1, at + 1, 1);
    }
  });
  const { ranges, total, truncated, changedA } = layoutOf(ledger, Content.of(a), Content.of(b), kept(2));
  t.deepEqual([ranges.count, total, truncated, changedA], [2, 3, true, 3]);
});

test('the layout closes and replays, whatever the order of the segments', (t) => {
  const piece = fc.record({
    same: fc.string({ maxLength: 6 }),
    fromA: fc.string({ maxLength: 6 }),
    fromB: fc.string({ maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (pieces, order) => {
      const a = Buffer.concat(pieces.map(({ same, fromA }) => bytes(same + fromA)));
      const inB = pieces.map((of) => ({ of, at: order.next().value as number })).sort((x, y) => x.at - y.at);
      const b = Buffer.concat(inB.map(({ of }) => bytes(of.same + of.fromB)));
      const startsB = new Map<(typeof pieces)[number], number>();
      let to = 0;
      for (const { of } of inB) {
        startsB.set(of, to);
        to += of.same.length + of.fromB.length;
      }
      const ledger = ledgerOf(a, b, (sink) => {
        let from = 0;
        for (const of of pieces) {
          const at = startsB.get(of) ?? 0;
          const { length } = of.same;
          sink.equal(from, at, length);
          sink.change(from + length, of.fromA.length, at + length, of.fromB.length);
          from += length + of.fromA.length;
        }
      });
      const { equal, changedA, changedB, ranges } = layoutOf(ledger, Content.of(a), Content.of(b), kept(100));
      t.deepEqual(replayed(ranges, a, b), b);
      t.is(equal + changedA, a.length);
      t.is(equal + changedB, b.length);
    }),
  );
});
