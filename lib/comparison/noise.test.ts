import test from 'ava';
import type { Regions } from '../pair/difference.js';
import { bytesOutsideNoise, Noise } from './noise.js';

/** aStart, aLength, bStart, bLength of each region. */
function regions(...rows: readonly (readonly [number, number, number, number])[]): Regions {
  const column = (i: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(rows.map((row) => row[i]));
  const [aStart, aLength, bStart, bLength] = [column(0), column(1), column(2), column(3)];
  return { count: rows.length, aStart, aLength, bStart, bLength, truncated: false };
}

/** What of the cross pair lies outside the noise of A's controls. */
function outside(cross: Regions, ...controls: readonly Regions[]): number | undefined {
  const noise = new Noise();
  for (const control of controls) noise.addRegions('file', control);
  return bytesOutsideNoise(cross, noise.spansOf('file'), []);
}

test('a region that a control changes too is noise', (t) => {
  t.is(outside(regions([100, 8, 100, 8]), regions([100, 8, 100, 8])), 0);
  t.is(outside(regions([102, 3, 102, 3]), regions([100, 8, 100, 8])), 0);
});

test('a region that no control changes counts with the longer of its two lengths', (t) => {
  t.is(outside(regions([100, 8, 100, 8])), 8);
  t.is(outside(regions([100, 2, 100, 8]), regions([500, 8, 500, 8])), 8);
});

test('a region that reaches over the end of a varying one is not noise', (t) => {
  t.is(outside(regions([104, 8, 104, 8]), regions([100, 8, 100, 8])), 8);
  t.is(outside(regions([98, 4, 98, 4]), regions([100, 8, 100, 8])), 4);
});

test('regions of a control with few equal bytes between them are one token', (t) => {
  t.is(outside(regions([100, 16, 100, 16]), regions([100, 7, 100, 7], [108, 8, 108, 8])), 0);
  t.is(outside(regions([100, 60, 100, 60]), regions([100, 7, 100, 7], [150, 10, 150, 10])), 60);
});

test('an insertion is noise where a control inserts as much in the same place, and not where more is inserted', (t) => {
  const control = regions([100, 0, 100, 5]);
  t.is(outside(regions([100, 0, 100, 5]), control), 0);
  t.is(outside(regions([100, 0, 100, 4]), control), 0);
  t.is(outside(regions([100, 0, 100, 6]), control), 6);
  t.is(outside(regions([101, 0, 101, 5]), control), 5);
});

test('many insertions into one varying region are together no more noise than the control made', (t) => {
  const control = regions([100, 50, 100, 58]);
  t.is(outside(regions([110, 0, 110, 8]), control), 0);
  t.is(outside(regions([110, 0, 110, 8], [120, 0, 128, 8]), control), 16);
});

test('the noise of two controls does not add up: each may vary in the same token', (t) => {
  const [first, second] = [regions([100, 8, 100, 16]), regions([100, 8, 100, 12])];
  t.is(outside(regions([100, 8, 100, 16]), first, second), 0);
  t.is(outside(regions([100, 8, 100, 20]), first, second), 20);
});

test('bytes that two controls vary between them are one region', (t) => {
  t.is(outside(regions([100, 16, 100, 16]), regions([100, 8, 100, 8]), regions([108, 8, 108, 8])), 0);
});

test('a region is noise when the controls of either side show it, in the offsets of that side', (t) => {
  const noise = new Noise();
  noise.addRegions('file', regions([200, 8, 200, 8]));
  const spans = noise.spansOf('file');
  t.is(bytesOutsideNoise(regions([100, 8, 200, 8]), [], spans), 0);
  t.is(bytesOutsideNoise(regions([200, 8, 300, 8]), [], spans), 8);
});

test('nothing is shown to be noise where the regions of the pair were too many to keep', (t) => {
  const noise = new Noise();
  noise.addRegions('file', regions([0, 100, 0, 100]));
  t.is(
    bytesOutsideNoise({ ...regions([0, 1, 0, 1]), truncated: true }, noise.spansOf('file'), []),
    undefined,
  );
});

test('noise of one file is no noise of another', (t) => {
  const noise = new Noise();
  noise.addRegions('file', regions([0, 100, 0, 100]));
  noise.addMetadata('file', 'mode', '0750');
  noise.addMetadata('file', 'mtime', '1');
  noise.addUnpaired('gone');
  t.deepEqual(noise.spansOf('other'), []);
  t.true(noise.hasMetadata('file', 'mode', '0750'));
  t.false(noise.hasMetadata('file', 'mode', '4755'), 'another mode is more than noise');
  t.true(noise.hasMetadata('file', 'mtime', '2'), 'a time may be any');
  t.false(noise.hasMetadata('file', 'owner', 'root'));
  t.false(noise.hasMetadata('other', 'mode', '0750'));
  t.true(noise.hasUnpaired('gone'));
  t.false(noise.hasUnpaired('file'));
});
