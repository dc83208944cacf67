import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/** Bytes in use from which on garbage is looked for, where there is other work to follow and where there is none. */
const MUCH = 512 * 2 ** 20;
const MUCH_OF_LAST = 48 * 2 ** 20;

/**
 * Lets threads that are started from now on have V8's collector. The flag stays: it is the process's, and to take it back
 * while another thread starts would take it from that one.
 */
export function exposeCollector(): void {
  setFlagsFromString('--expose-gc');
}

/**
 * Lets go what can no longer be reached, where much is in use. Between two phases of a large task nearly all that the
 * first made is of no use, which V8 does not know: it waits until its heap has doubled, and counts what lies outside it late.
 * Does nothing in the main thread, whose heap is the caller's.
 * @param last no work of the kind follows: with the last object of a class V8 lets go the code that was compiled for it,
 * and to compile that anew for each of many pairs of files takes a quarter more time in all
 */
export function collectGarbage(last: boolean): void {
  const collect = (globalThis as { gc?: unknown }).gc;
  if (isMainThread || typeof collect !== 'function') return;
  const { used_heap_size, external_memory } = getHeapStatistics();
  if (used_heap_size + external_memory >= (last ? MUCH_OF_LAST : MUCH)) collect();
}
