import test from 'ava';
import { relocatable } from './elf/image-fixture.js';
import { FunctionTally } from './function-tally.js';
import { tellLedger } from './told-fixture.js';

test('a file without functions has no counts', (t) => {
  t.is(new FunctionTally().counts(), undefined);
});

test('each pair counts once, by what became of it', (t) => {
  const tally = new FunctionTally();
  for (const outcome of ['equal', 'equal', 'moved', 'relabelled', 'hashes', 'changed'] as const)
    tally.pair(outcome);
  t.deepEqual(tally.counts(), {
    a: 6,
    b: 6,
    paired: 6,
    equal: 2,
    moved: 1,
    relabelled: 1,
    hashes: 1,
    changed: 1,
    onlyA: [],
    onlyB: [],
    onlyALeftOut: 0,
    onlyBLeftOut: 0,
  });
});

test('functions on one side only are named, two hundred of them; all are counted', (t) => {
  const of = (count: number): Buffer =>
    relocatable({
      functions: Array.from({ length: count }, (_, i) => ({
        name: `f${i}`,
        code: [`b8${i.toString(16).padStart(8, '0')}c3`],
      })),
    });
  const { functions } = tellLedger(of(1), of(212));
  t.like(functions, { a: 1, b: 212, paired: 1, onlyALeftOut: 0, onlyBLeftOut: 11 });
  t.is(functions?.onlyB.length, 200);
  t.like(tellLedger(of(3), of(1)).functions, { onlyA: ['f1', 'f2'], onlyB: [] });
});
