import { readFileSync } from 'node:fs';

/** A process that is there, as Linux tells in /proc. */
export interface ProcessStat {
  /** proc(5): Z for one that has ended and that nobody has asked how. */
  readonly state: string;
  /** In ticks since the system's start: numbers of processes are given again, and this tells two apart. */
  readonly started: string;
}

/** Undefined where there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  try {
    // proc(5): the name in parentheses may hold spaces; the state is field 3, the start field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
