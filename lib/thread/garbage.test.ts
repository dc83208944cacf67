import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { collectGarbage, exposeCollector, saveMemory } from './garbage.js';

/** In a thread: whether something large that nobody holds is gone after some collections; what is being marked stays until the next. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const turn = () => new Promise((resolve) => setImmediate(resolve));
import(workerData.module).then(async ({ collectGarbage, saveMemory }) => {
  const of = (() => new WeakRef(new Uint8Array(64 * 2 ** 20).fill(1)))();
  // Room that is asked for and not used takes no memory.
  const more = Array.from({ length: workerData.more }, () => new Uint8Array(64 * 2 ** 20));
  for (let tries = 0; tries < 4 && of.deref() !== undefined; tries += 1) {
    await turn();
    saveMemory(workerData.last);collectGarbage();
    await turn();
  }
  parentPort.postMessage(of.deref() === undefined && more.length === workerData.more);
});`;

async function isGone(last: boolean, more: number): Promise<unknown> {
  exposeCollector();
  const module = new URL('./garbage.js', import.meta.url).href;
  const thread = new Worker(THREAD, { eval: true, workerData: { module, last, more } });
  const [gone] = await once(thread, 'message');
  await thread.terminate();
  return gone;
}

test.serial('what nobody holds is let go at the end of the work, where it is much', async (t) => {
  t.true(await isGone(true, 0));
});

test.serial('before other work it is let go where it is very much', async (t) => {
  t.true(await isGone(false, 9));
});

test.serial("the heap of the main thread is the caller's", async (t) => {
  exposeCollector();
  let collected = false;
  Object.assign(globalThis, {
    gc: () => {
      collected = true;
    },
  });
  const much = Array.from({ length: 9 }, () => new Uint8Array(64 * 2 ** 20));
  saveMemory(true);
  collectGarbage();
  saveMemory(false);
  collectGarbage();
  t.false(collected);
  t.is(much.length, 9);
});
