import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use from which on garbage is looked for, where there is other work to follow and where there is none. */
const MUCH = 512 * 2 ** 20;
const MUCH_OF_LAST = 48 * 2 ** 20;

let collect: (() => void) | undefined;

/**
 * Lets go what can no longer be reached, where much is in use. Between two phases of a large task nearly all that the
 * first made is of no use, which V8 does not know: it waits until its heap has doubled, and counts what lies outside it late.
 * @param last no work of the kind follows: with the last object of a class V8 lets go the code that was compiled for it,
 * and to compile that anew for each of many pairs of files takes a quarter more time in all
 */
export function collectGarbage(last: boolean): void {
  const { used_heap_size, external_memory } = getHeapStatistics();
  if (used_heap_size + external_memory < (last ? MUCH_OF_LAST : MUCH)) return;
  collect ??= collector();
  collect();
}

/** V8 hands its collector out only to contexts that are made while the flag is set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as () => void;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
