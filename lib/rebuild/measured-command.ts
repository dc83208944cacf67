import type { Surroundings } from './place.js';

/**
 * The file descriptor on which the shell around a command tells how much processor time it took: `times` of POSIX
 * counts all that was waited for, and nothing outside a sandbox can ask as exactly.
 */
const TIMES_FD = 3;

/** A command with its umask and processors, which tells its times at the end and keeps its exit status. */
export function measured(run: readonly string[], { umask, cores }: Surroundings): string[] {
  const script = `umask ${umask}; "$@" ${TIMES_FD}>&-; status=$?; times >&${TIMES_FD}; exit $status`;
  return ['/bin/sh', '-c', script, 'sh', 'taskset', '--cpu-list', `0-${cores - 1}`, ...run];
}

/** Processor time of a command and all that it waited for, in seconds. */
export interface CpuSeconds {
  readonly user: number;
  readonly system: number;
}

/** Reads what `times` printed: two lines, the second of which is that of the children. */
export function parseTimes(text: string): CpuSeconds | undefined {
  const [, children = ''] = text.trim().split('\n');
  const [user, system] = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return user === undefined || system === undefined ? undefined : { user, system };
}
