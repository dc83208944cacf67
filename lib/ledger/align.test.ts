import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { type Alignment, type AlignOptions, alignBytes } from './align.js';
import { longestRising } from './anchors.js';
import { coarseRanges, rangeAt } from './ranges.js';

test('equal contents have no ranges, and the first difference is their end', (t) => {
  const result = align(noise(1, 5000), noise(1, 5000));
  t.is(result.first, 5000);
  t.is(result.total, 0);
  t.is(result.equal, 5000);
  t.is(align(Buffer.alloc(0), Buffer.alloc(0)).first, 0);
});

test('of a content and its beginning, the rest is one range', (t) => {
  const content = noise(2, 300_000);
  const result = align(content, content.subarray(0, 200_000));
  t.is(result.first, 200_000);
  t.deepEqual(all(result), [[200_000, 100_000, 200_000, 0]]);
  t.deepEqual(all(align(Buffer.alloc(0), content)), [[0, 0, 0, 300_000]]);
});

test('a changed byte in the last place, or at a block boundary, is found', (t) => {
  for (const at of [0, 63, 64, 65535, 65536, 2 ** 18 - 1, 2 ** 18, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 4999]) {
    const a = noise(3, 2 ** 20 + 5000);
    const b = Buffer.from(a);
    b[at] = (b[at] ?? 0) ^ 1;
    t.deepEqual(all(align(a, b)), [[at, 1, at, 1]], `at ${at}`);
  }
});

test('ten bytes inserted at the front are one range of ten bytes', (t) => {
  const a = noise(4, 3_000_000);
  const result = align(a, Buffer.concat([noise(5, 10), a]));
  t.deepEqual(all(result), [[0, 0, 0, 10]]);
  t.is(result.equal, 3_000_000);
});

test('bytes inserted here and removed there leave what is between them equal', (t) => {
  const a = noise(6, 1_000_000);
  const b = Buffer.concat([
    a.subarray(0, 100_000),
    noise(7, 33),
    a.subarray(100_000, 700_000),
    a.subarray(700_033),
  ]);
  const result = align(a, b);
  t.is(b.length, a.length);
  t.is(result.total, 2);
  t.is(result.changedA, 33);
  t.is(result.changedB, 33);
});

test('bytes changed in place are exact ranges', (t) => {
  const a = noise(8, 500_000);
  const b = Buffer.from(a);
  const expected: number[][] = [];
  for (let at = 1000; at < 499_000; at += 997) {
    for (let i = 0; i < 3; i++) b[at + i] = (a[at + i] ?? 0) ^ 0x55;
    expected.push([at, 3, at, 3]);
  }
  t.deepEqual(all(align(a, b)), expected);
});

test('a large block replaced in place does not disturb what is around it', (t) => {
  const a = noise(9, 800_000);
  const b = Buffer.from(a);
  noise(10, 40_000).copy(b, 300_000);
  const result = align(a, b);
  t.true(result.changedA > 39_000 && result.changedA <= 40_000);
  t.is(result.first, 300_000);
});

test('code whose displacements changed throughout, with instructions added and removed, is aligned', (t) => {
  const a = noise(11, 400_000);
  const { b, removed, added } = displaced(a, 12);
  const result = align(a, b);
  assertCloses(t, a, b, result);
  t.true(result.changedA <= removed * 1.02, `${result.changedA} of ${removed}`);
  t.true(result.changedB <= added * 1.02, `${result.changedB} of ${added}`);
});

test('a repeated block does not derail the alignment', (t) => {
  const block = noise(13, 4096);
  const parts = Array.from({ length: 60 }, (_, i) => [block, noise(100 + i, 500)]).flat();
  const a = Buffer.concat(parts);
  const b = Buffer.concat([block, block, ...parts]);
  t.is(align(a, b).changedA, 0);
  t.is(align(a, b).changedB, 8192);
});

test('contents that repeat with a short period, or have nothing in common, still close', (t) => {
  const period = (length: number, ...bytes: number[]) => Buffer.alloc(length, Buffer.from(bytes));
  const pairs: [Buffer, Buffer][] = [
    [period(300_000, 0), period(200_000, 0)],
    [period(300_000, 0, 1), period(299_999, 1, 0)],
    [period(300_000, 0, 1), period(250_000, 0, 1, 2)],
    [noise(14, 300_000), noise(15, 299_999)],
    [noise(14, 300_000), noise(15, 300_000)],
    [noise(14, 300_000), period(300_000, 0)],
    [noise(14, 300_000), Buffer.from('x')],
    [period(300_000, 0), Buffer.concat([period(100_000, 0), Buffer.from([7]), period(150_000, 0)])],
  ];
  for (const [a, b] of pairs) {
    assertCloses(t, a, b, align(a, b));
    assertCloses(t, b, a, align(b, a));
  }
});

test('a period with bytes changed here and there is followed without anchors', (t) => {
  const a = Buffer.alloc(400_000, Buffer.from([1, 2]));
  const b = Buffer.from(a.subarray(0, 399_000));
  for (let at = 5000; at < 390_000; at += 3001) b[at] = 9;
  const result = align(a, b);
  assertCloses(t, a, b, result);
  t.true(result.changedB < 400, `${result.changedB}`);
});

test('beyond the limit ranges are counted but not kept', (t) => {
  const a = noise(16, 100_000);
  const b = Buffer.from(a);
  for (let at = 0; at < 100_000; at += 100) b[at] = (b[at] ?? 0) ^ 1;
  const full = align(a, b);
  const cut = align(a, b, { maxRanges: 70 });
  t.is(full.total, 1000);
  t.false(full.truncated);
  t.true(cut.truncated);
  t.deepEqual(all(cut), all(full).slice(0, 70));
  t.deepEqual(
    [cut.total, cut.changedA, cut.changedB, cut.equal],
    [full.total, full.changedA, full.changedB, full.equal],
  );
  t.is(align(a, b, { maxRanges: 0 }).total, 1000);
});

test('replaying the ranges on A gives B, for any two contents', (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(0, 1)).map((x) => Uint8Array.from(x)),
  );
  fc.assert(
    fc.property(bytes, bytes, (x, y) => {
      const [a, b] = [Buffer.from(x), Buffer.from(y)];
      assertCloses(t, a, b, align(a, b));
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test('replaying the ranges on A gives B, for any edits of any content', (t) => {
  const base = fc
    .tuple(fc.nat(), fc.constantFrom(2, 4, 256), fc.integer({ min: 0, max: 60_000 }))
    .map(([seed, alphabet, length]) => noise(seed, length).map((byte) => byte % alphabet));
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.oneof(fc.nat(8), fc.nat(20_000)),
    insert: fc.oneof(fc.nat(8), fc.nat(20_000)),
    copyFrom: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  });
  fc.assert(
    fc.property(base, fc.array(edit, { maxLength: 30 }), (content, edits) => {
      const a = Buffer.from(content);
      let b = a;
      for (const { at, remove, insert, copyFrom } of edits) {
        const start = Math.floor(at * b.length);
        const from = Math.floor((copyFrom ?? 0) * a.length);
        const put = copyFrom === null ? noise(insert, insert) : a.subarray(from, from + insert);
        b = Buffer.concat([b.subarray(0, start), put, b.subarray(start + remove)]);
      }
      assertCloses(t, a, b, align(a, b));
    }),
    { numRuns: 150 },
  );
  t.pass();
});

test('the same contents are aligned alike however they are read', (t) => {
  const a = noise(17, 200_000);
  const { b } = displaced(a, 18);
  t.deepEqual(all(align(a, b)), all(align(Buffer.from(a), Buffer.from(b))));
});

test('a longest rising subsequence rises and is as long as the quadratic one', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (values) => {
      const kept = Array.from(longestRising(values), (index) => values[index] ?? -1);
      const best: number[] = [];
      for (const [i, value] of values.entries())
        best.push(1 + Math.max(0, ...best.filter((_, j) => j < i && (values[j] ?? 0) < value)));
      return (
        kept.length === Math.max(0, ...best) &&
        kept.every((value, i) => i === 0 || (kept[i - 1] ?? 0) < value)
      );
    }),
  );
  t.pass();
});

test('coarse ranges join neighbours, keep the largest and count the rest', (t) => {
  const a = Buffer.alloc(10_000);
  const b = Buffer.alloc(10_000);
  const put = (at: number, length: number) => b.fill(1, at, at + length);
  put(100, 2);
  put(106, 2);
  put(1000, 50);
  put(3000, 1);
  put(5000, 7);
  const { ranges } = align(a, b);
  t.deepEqual(coarseRanges(ranges, 4, 2), {
    ranges: [
      { aStart: 1000, aLength: 50, bStart: 1000, bLength: 50, parts: 1, changedA: 50, changedB: 50 },
      { aStart: 5000, aLength: 7, bStart: 5000, bLength: 7, parts: 1, changedA: 7, changedB: 7 },
    ],
    leftOut: 2,
    leftOutA: 9,
    leftOutB: 9,
  });
  const first = coarseRanges(ranges, 4, 1, 'first');
  t.deepEqual(first.ranges[0], {
    aStart: 100,
    aLength: 8,
    bStart: 100,
    bLength: 8,
    parts: 2,
    changedA: 4,
    changedB: 4,
  });
  t.is(first.leftOut, 3);
  t.is(coarseRanges(ranges, 3, 10).ranges.length, 5);
});

function align(a: Uint8Array, b: Uint8Array, options?: AlignOptions): Alignment {
  return alignBytes(memoryBytes(a), memoryBytes(b), options);
}

function all({ ranges }: Alignment): number[][] {
  return Array.from({ length: ranges.count }, (_, i) => {
    const { aStart, aLength, bStart, bLength } = rangeAt(ranges, i);
    return [aStart, aLength, bStart, bLength];
  });
}

/** Replays the ranges on A and compares with B, and holds the counts to the contents. */
function assertCloses(
  t: { is(x: unknown, y: unknown, message?: string): void },
  a: Buffer,
  b: Buffer,
  got: Alignment,
) {
  const parts: Buffer[] = [];
  let at = 0;
  let end = 0;
  let changedA = 0;
  let changedB = 0;
  for (const [aStart = 0, aLength = 0, bStart = 0, bLength = 0] of all(got)) {
    if (aStart < at || aStart - at !== bStart - end) throw new Error(`a range out of place at ${aStart}`);
    if (aStart === at && at > 0) throw new Error(`two ranges touch at ${aStart}`);
    if (aLength === 0 && bLength === 0) throw new Error(`an empty range at ${aStart}`);
    parts.push(a.subarray(at, aStart), b.subarray(bStart, bStart + bLength));
    at = aStart + aLength;
    end = bStart + bLength;
    changedA += aLength;
    changedB += bLength;
  }
  parts.push(a.subarray(at));
  const replayed = Buffer.concat(parts);
  if (!replayed.equals(b)) throw new Error('the replay is not B');
  let first = 0;
  while (first < a.length && first < b.length && a[first] === b[first]) first += 1;
  const counts = [got.first, got.changedA, got.changedB, got.equal].join();
  if (counts !== [first, changedA, changedB, a.length - changedA].join()) throw new Error(`counts ${counts}`);
  t.is(got.truncated, false);
}

/** Bytes without a pattern, the same for a seed. */
function noise(seed: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

/** Changes four bytes in every twenty, and inserts or removes up to forty about every two thousand. */
function displaced(a: Buffer, seed: number): { b: Buffer; removed: number; added: number } {
  const random = noise(seed, a.length);
  const parts: Buffer[] = [];
  let removed = 0;
  let added = 0;
  let at = 0;
  for (let step = 0; at < a.length; step++) {
    const size = (random[step] ?? 0) % 41;
    if (step % 200 === 199) {
      parts.push(random.subarray(at, at + size));
      added += Math.min(size, a.length - at);
    } else if (step % 200 === 99) {
      at += size;
      removed += size;
    }
    const code = Buffer.from(a.subarray(at, at + 20));
    for (let i = 16; i < code.length; i++) {
      code[i] = (code[i] ?? 0) ^ (1 + (size % 255));
      removed += 1;
      added += 1;
    }
    parts.push(code);
    at += 20;
  }
  return { b: Buffer.concat(parts), removed, added };
}
