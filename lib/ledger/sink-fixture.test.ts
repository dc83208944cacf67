import test from 'ava';
import { recordingSink } from './sink-fixture.js';

const a = Buffer.from('one two 0123456789abcdef end');
const b = Buffer.from('one 2 fedcba9876543210 end');

test('segments are recorded with offsets from the start of the files, their place and their tokens', (t) => {
  const sink = recordingSink(a, b);
  sink.equal(0, 0, 4);
  sink.change(4, 3, 4, 1);
  const inner = sink.within(7, 5, 'section', '.text').within(1, 1, 'symbol', 'main');
  inner.token('crate-hash', 'hex', 0, 16, 0, 16, 'st_name');
  sink.equal(24, 22, 4);
  sink.equal(7, 5, 1);
  sink.assertClosed();
  t.deepEqual(sink.claims, ['crate-hash 0123456789abcdef ↔ fedcba9876543210']);
  t.like(sink.changes[1], { a: 8, b: 6, place: ['.text', 'main'], field: 'st_name' });
  t.like(sink.places[2], { parent: 1, kind: 'symbol', name: 'main' });
});

test('a byte without a segment, a byte with two and a byte outside are errors', (t) => {
  const sink = recordingSink(a, b);
  sink.equal(0, 0, 4);
  t.throws(() => sink.assertClosed(), { message: /A: 4..28 has no segment/ });
  sink.change(2, 26, 4, 22);
  t.throws(() => sink.assertClosed(), { message: /A: 2..4 covered twice/ });
  t.throws(() => sink.change(20, 9, 0, 0), { message: /outside of 28 bytes/ });
  t.throws(() => sink.equal(4, 4, 3), { message: /called equal but differs/ });
});

test('what the bytes refute is unexplained: alike hashes, wrong digits, a wrong recomputation', (t) => {
  const sink = recordingSink(Buffer.from('0123456789abcdefxyz'), Buffer.from('0123456789abcde0xyz'));
  sink.token('crate-hash', 'hex', 0, 16, 0, 16);
  sink.token('crate-hash', 'hex', 16, 3, 16, 3);
  sink.derived(0, 4, 0, 4, Buffer.from('0124'), 'nothing');
  t.deepEqual(
    sink.segments.map((s) => s.reason),
    ['unexplained', 'unexplained', 'unexplained'],
  );
  t.deepEqual(sink.claims, []);
});
