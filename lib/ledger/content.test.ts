import test from 'ava';
import fc from 'fast-check';
import { type Bytes, memoryBytes } from '../artefact/bytes.js';
import { Content, sameAt } from './content.js';

/** A content as a file is: none of it is in memory, and what is read is counted. */
function counted(bytes: Uint8Array): { readonly source: Bytes; read: number } {
  const { whole: _, ...memory } = memoryBytes(bytes);
  const of = {
    read: 0,
    source: {
      ...memory,
      readInto(target: Uint8Array, offset: number): number {
        of.read += target.length;
        return memory.readInto(target, offset);
      },
    },
  };
  return of;
}

test('whatever is asked for in whatever order comes back, in parts or in memory', (t) => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >>> 5);
  const place = fc.nat({ max: bytes.length });
  fc.assert(
    fc.property(
      fc.uniqueArray(place, { maxLength: 40 }),
      fc.array(fc.tuple(place, fc.oneof(fc.nat({ max: 100 }), place), fc.boolean()), { maxLength: 80 }),
      fc.boolean(),
      fc.nat({ max: 20 }),
      (cuts, asked, inMemory, scatterAt) => {
        const content = inMemory ? Content.of(bytes) : new Content(counted(bytes).source);
        content.divide(cuts.sort((x, y) => x - y));
        const views: { readonly start: number; readonly view: Uint8Array; readonly length: number }[] = [];
        for (const [i, [start, wanted, lent]] of asked.entries()) {
          if (i === scatterAt) content.scatter();
          const length = Math.min(wanted, bytes.length - start);
          if (lent) views.push({ start, view: content.subarray(start, start + wanted), length });
          else {
            const at = content.hold(start, start + length);
            if (!sameAt(content.bytes, at, bytes, start, length)) t.fail(`${start} + ${length}`);
          }
        }
        // Whatever was read after them.
        for (const { start, view, length } of views) {
          t.is(view.length, length);
          if (!sameAt(view, 0, bytes, start, length)) t.fail(`the view of ${start} + ${length}`);
          if (length > 0) t.is(content.placeOf(view), start);
        }
      },
    ),
    { numRuns: 100 },
  );
  t.pass();
});

test('who goes to and fro between short parts does not read the long one beside them', (t) => {
  const bytes = new Uint8Array(20_000_000);
  const cuts = Array.from({ length: 500 }, (_, i) => 8 + i * 100);
  const end = bytes.length - 500 * 100;
  for (let i = 0; i < 500; i += 1) cuts.push(end + i * 100);
  cuts.splice(500, 0, 8 + 500 * 100);
  const of = counted(bytes);
  const content = new Content(of.source);
  content.divide(cuts);
  for (let i = 0; i < 500; i += 1) {
    content.hold(8 + i * 100, 108 + i * 100);
    content.hold(end + i * 100, end + 100 + i * 100);
  }
  t.true(of.read < bytes.length, `${of.read}`);
});

test('a small buffer has its place, and one that shares its memory has none', (t) => {
  const [other, bytes] = [Buffer.from('other bytes'), Buffer.from('some bytes')];
  const content = Content.of(bytes);
  t.is(content.placeOf(bytes.subarray(5)), 5);
  if (other.buffer === bytes.buffer) t.is(content.placeOf(other), undefined);
  t.is(content.placeOf(Uint8Array.from(bytes)), undefined);
});

test('what lies outside is refused', (t) => {
  const content = new Content(counted(new Uint8Array(100)).source);
  for (const [start, end] of [
    [-1, 3],
    [90, 101],
    [5, 4],
  ] as const)
    t.throws(() => content.hold(start, end), { instanceOf: RangeError });
  t.is(content.subarray(98, 120).length, 2);
  t.is(content.subarray(100, 120).length, 0);
});

test('a part that nobody has a view of is read over, one that was lent is not', (t) => {
  const bytes = Uint8Array.from({ length: 5_000_000 }, (_, i) => i >>> 8);
  const content = new Content(counted(bytes).source);
  content.scatter();
  const buffers = new Set<ArrayBufferLike>();
  const view = content.subarray(0, 16);
  for (let at = 0; at < bytes.length; at += 1000) {
    content.hold(at, Math.min(at + 1000, bytes.length));
    buffers.add(content.bytes.buffer);
  }
  t.deepEqual([...view], new Array(16).fill(0));
  t.true(buffers.size < 40, `${buffers.size} buffers`);
});
