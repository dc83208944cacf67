import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { collectGarbage } from './garbage.js';

/** Something large that nobody holds, and a way to see whether it is still there. */
function dropped(): WeakRef<Uint8Array> {
  return new WeakRef(new Uint8Array(64 * 2 ** 20).fill(1));
}

/** Whether it is gone after some collections: what is being marked meanwhile stays until the next one. */
async function isGone(of: WeakRef<Uint8Array>, last: boolean): Promise<boolean> {
  for (let tries = 0; tries < 4 && of.deref() !== undefined; tries += 1) {
    // What was looked at is held until the next turn.
    await turn();
    collectGarbage(last);
    await turn();
  }
  return of.deref() === undefined;
}

test.serial('what nobody holds is let go at the end of the work, where it is much', async (t) => {
  t.true(await isGone(dropped(), true));
});

test.serial('before other work what nobody holds is let go only where it is very much', async (t) => {
  const of = dropped();
  // Room that is asked for and not used takes no memory.
  const much = Array.from({ length: 9 }, () => new Uint8Array(64 * 2 ** 20));
  t.true(await isGone(of, false));
  t.is(much.length, 9);
});

test.serial('the collector is handed out to nobody else', async (t) => {
  await isGone(dropped(), true);
  t.is((globalThis as { gc?: unknown }).gc, undefined);
});
