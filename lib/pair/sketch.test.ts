import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { LARGEST_SKETCHED, likeness, SKETCH, type Sketch, sketchOf } from './sketch.js';

function sketch(content: Uint8Array): Sketch {
  const found = sketchOf(memoryBytes(content));
  if (found === undefined) throw new Error('it has no sketch');
  return found;
}

/** Bytes that look random, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const out = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    out[i] = state >>> 16;
  }
  return out;
}

/** Stretches of 8 bytes, each once. */
function stretches(content: Uint8Array): Set<string> {
  const out = new Set<string>();
  for (let i = 0; i + 8 <= content.length; i++)
    out.add(Buffer.from(content.subarray(i, i + 8)).toString('hex'));
  return out;
}

const few = fc.array(fc.nat(2), { maxLength: 200 }).map((all) => Uint8Array.from(all));

test('of small contents the likeness is exact: common stretches of 8 bytes by all there are', (t) => {
  fc.assert(
    fc.property(few, few, (a, b) => {
      const [ofA, ofB] = [stretches(a), stretches(b)];
      const common = [...ofA].filter((own) => ofB.has(own)).length;
      const all = ofA.size + ofB.size - common;
      t.is(likeness(sketch(a), sketch(b)), all === 0 ? 0 : common / all);
    }),
  );
});

test('a sketch is ascending, without repeats, and no longer than it may be', (t) => {
  for (const content of [noise(3000, 1), noise(700_000, 2), Buffer.alloc(700_000)]) {
    const values = [...sketch(content)];
    t.deepEqual(
      values,
      [...new Set(values)].sort((x, y) => x - y),
    );
    t.true(values.length <= SKETCH);
  }
  t.is(sketch(noise(700_000, 2)).length, SKETCH);
  t.is(sketch(Buffer.alloc(700_000)).length, 1);
});

test('likeness is the same from either side, and 1 of a content with itself', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (a, b) => {
      t.is(likeness(sketch(a), sketch(b)), likeness(sketch(b), sketch(a)));
      if (a.length >= 8) t.is(likeness(sketch(a), sketch(a)), 1);
    }),
  );
});

test('where a content is cut into blocks to be read changes nothing', (t) => {
  const word = Buffer.from('a word that nobody else has');
  const at = (zeros: number) => Buffer.concat([Buffer.alloc(zeros), word, Buffer.alloc(300_000)]);
  const expected = sketch(at(20));
  for (const zeros of [
    2 ** 18 - 30,
    2 ** 18 - 20,
    2 ** 18 - 8,
    2 ** 18 - 7,
    2 ** 18 - 1,
    2 ** 18,
    2 ** 19 - 5,
  ])
    t.deepEqual(sketch(at(zeros)), expected);
});

test('of large contents the likeness is near to what they share', (t) => {
  const [common, ownA, ownB] = [noise(600_000, 3), noise(200_000, 4), noise(200_000, 5)];
  const found = likeness(sketch(Buffer.concat([ownA, common])), sketch(Buffer.concat([common, ownB])));
  t.true(Math.abs(found - 0.6) < 0.1, String(found));
  t.true(likeness(sketch(ownA), sketch(ownB)) < 0.02);
});

test('a content that is too large has no sketch and is not read', (t) => {
  const bytes = { ...memoryBytes(Buffer.alloc(0)), length: LARGEST_SKETCHED + 1 };
  bytes.readInto = () => {
    throw new Error('it was read');
  };
  t.is(sketchOf(bytes), undefined);
});
