import test from 'ava';
import fc from 'fast-check';
import type { Bytes } from '../artefact/bytes.js';
import { Content, sameBytes } from './content.js';

/** A content that is read, not held; `reads` lists what was read. */
function stored(bytes: Buffer): { content: Content; reads: [start: number, end: number][] } {
  const reads: [number, number][] = [];
  const source: Bytes = {
    length: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    readInto(target, offset) {
      reads.push([offset, offset + target.length]);
      return bytes.copy(target, 0, offset, offset + target.length);
    },
    close() {},
  };
  return { content: new Content(source), reads };
}

const KIB = 1024;
const numbered = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7919) >> 8));

test('whatever is asked for in whatever order is what stands there, divided, scattered or whole', (t) => {
  const bytes = numbered(700 * KIB);
  const range = fc.tuple(
    fc.nat({ max: bytes.length }),
    fc.oneof(fc.nat({ max: 9 }), fc.nat({ max: 300 * KIB })),
  );
  const cuts = fc
    .array(fc.nat({ max: bytes.length }), { maxLength: 12 })
    .map((at) => at.sort((x, y) => x - y));
  fc.assert(
    fc.property(
      fc.array(range, { maxLength: 12 }),
      fc.option(cuts),
      fc.boolean(),
      (ranges, at, scattered) => {
        const { content } = stored(bytes);
        if (at !== null) content.divide(at);
        if (scattered) content.scatter();
        const views = ranges.map(
          ([start, length]) => [start, length, content.subarray(start, start + length)] as const,
        );
        for (const [start, length, view] of views) {
          const expected = bytes.subarray(start, start + length);
          t.true(expected.equals(view), 'views stay as they are while others are read');
          if (length > 0 && start < bytes.length) t.is(content.placeOf(view), start);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a part is read once while it is worked on, and nothing else is', (t) => {
  const { content, reads } = stored(numbered(300 * KIB));
  content.divide([100 * KIB, 100 * KIB + 20, 200 * KIB]);
  for (const start of [150 * KIB, 101 * KIB, 199 * KIB]) content.subarray(start, start + 10);
  t.deepEqual(reads, [[100 * KIB, 200 * KIB]], 'short parts are joined');
  content.hold(190 * KIB, 210 * KIB);
  t.deepEqual(
    reads.at(-1),
    [100 * KIB, 210 * KIB],
    'a range over two parts is held from the start of the first',
  );
});

test('of what is scattered several short parts are held', (t) => {
  const { content, reads } = stored(numbered(3000 * KIB));
  content.scatter();
  for (let turn = 0; turn < 5; turn += 1)
    for (let part = 0; part < 8; part += 1) content.subarray(part * 320 * KIB, part * 320 * KIB + 10);
  t.is(reads.length, 8);
  t.true(reads.every(([start, end]) => end - start === 64 * KIB));
});

test('what is in memory is never read again', (t) => {
  const bytes = numbered(10);
  const content = Content.of(bytes);
  content.divide([5]);
  content.scatter();
  t.is(content.hold(3, 7), 3);
  t.is(content.bytes.buffer, bytes.buffer);
  t.is(content.whole().length, 10);
});

test('a view of other memory has no place, nor has a range outside', (t) => {
  const content = Content.of(numbered(100));
  t.is(content.placeOf(new Uint8Array(10)), undefined);
  t.throws(() => content.hold(90, 101), { instanceOf: RangeError });
  t.is(stored(numbered(5)).content.subarray(3, 99).length, 2);
  t.throws(() => stored(numbered(5)).content.hold(3, 6), { instanceOf: RangeError });
});

test('bytes are the same where both have them', (t) => {
  const [a, b] = [stored(numbered(100)).content, Content.of(numbered(100))];
  t.true(sameBytes(a, 0, b, 0, 100));
  t.true(sameBytes(a, 10, b, 10, 8));
  t.false(sameBytes(a, 0, b, 1, 99));
  t.false(sameBytes(a, 99, b, 99, 2));
});
