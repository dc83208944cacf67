import { setFlagsFromString } from 'node:v8';

/**
 * How glibc shall allocate (mallopt(3)): from one arena, with what is larger than 64 kB by itself, so that it goes back to
 * the system when it is let go. Bytes, but for the number of arenas.
 */
export const ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/** What node is told at its start. Megabytes that the main thread fills before it looks for what is still needed, in three. */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=1'];

/**
 * Takes back what was for the start of this program alone: the programs that it runs, compilers that build among them,
 * see the environment that the user gave, and threads have their own limits.
 */
export function settleLaunch(): void {
  if (!NODE_FLAGS.every((flag) => process.execArgv.includes(flag))) return;
  for (const [name, value] of Object.entries(ALLOCATOR))
    if (process.env[name] === value) delete process.env[name];
  setFlagsFromString('--max-semi-space-size=0');
}
