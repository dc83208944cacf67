import test from 'ava';
import { fuzz, tryOnce } from './fuzzing/campaign.js';
import { SEEDS } from './fuzzing/seed.js';
import { faultOf, inputOf, isRead, TARGETS } from './fuzzing/target.js';

for (const target of TARGETS) {
  test.serial(
    `The reader of ${target} reads each seed, and reads or refuses each of 200 mutations of them`,
    async (t) => {
      for (const seed of SEEDS[target]) {
        t.true(await isRead(target, seed));
        t.is(await faultOf(target, seed), undefined);
      }
      const { runs, finding } = await fuzz({ target, seed: 1, runs: 200 });
      t.is(finding?.fault, undefined, `${target}, seed ${finding?.seed}, run ${finding?.run}`);
      t.is(runs, 200);
    },
  );
}

test('The same seed and run give the same input, another run another one', (t) => {
  for (const target of TARGETS) {
    t.deepEqual(inputOf(target, 7, 11), inputOf(target, 7, 11));
    t.notDeepEqual(inputOf(target, 7, 11), inputOf(target, 7, 12));
    t.notDeepEqual(inputOf(target, 7, 11), inputOf(target, 8, 11));
  }
});

test('Some mutations are still read, so that what lies behind the first checks is tried too', async (t) => {
  let read = 0;
  for (let run = 0; run < 100; run += 1) if (await isRead('tar', inputOf('tar', 1, run))) read += 1;
  t.true(read >= 10 && read <= 90, `${read} of 100`);
});

test.serial('A reader that hangs, dies, fails or takes too much memory is found out', async (t) => {
  const fault = (wrong: string, hang?: number) =>
    tryOnce('tar', Buffer.from(wrong), hang, './runner-fixture.js');
  t.is(await fault('nothing'), undefined);
  t.regex((await fault('hang', 500)) ?? '', /no answer/);
  t.regex((await fault('die')) ?? '', /SIGSEGV/);
  t.regex((await fault('grow')) ?? '', /201 MiB more memory/);
  t.is(await fault('throw'), 'a TypeError');
});
