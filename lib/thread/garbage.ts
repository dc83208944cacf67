import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/** Bytes in use from which on garbage is looked for where there is other work to follow. */
const MUCH = 512 * 2 ** 20;
/** Bytes that have come to be in use since garbage was last looked for, where memory is saved. */
const STEP = 12 * 2 ** 20;

let saving = false;
/** Bytes in use when garbage was last looked for. */
let kept = 0;

/**
 * Lets threads that are started from now on have V8's collector. The flag stays: it is the process's, and to take it back
 * while another thread starts would take it from that one.
 */
export function exposeCollector(): void {
  setFlagsFromString('--expose-gc');
}

/** Whether this thread's garbage is let go between any two phases, or only where it is much. */
export function saveMemory(on: boolean): void {
  saving = on;
  kept = 0;
}

/**
 * Lets go what can no longer be reached, where there may be much of it. Between two phases of a large task nearly all that the
 * first made is of no use, which V8 does not know; what lies outside its heap it counts late. Does nothing in the main thread,
 * whose heap is the caller's.
 */
export function collectGarbage(): void {
  if (inUse() >= (saving ? kept + STEP : MUCH)) collect();
}

/** As `collectGarbage`, where memory is saved, however little there may be: before a result is copied into another thread. */
export function collectLastGarbage(): void {
  if (saving) collect();
}

function collect(): void {
  const { gc } = globalThis as { gc?: unknown };
  if (isMainThread || typeof gc !== 'function') return;
  gc();
  kept = inUse();
}

function inUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
