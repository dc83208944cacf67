import { readFileSync } from 'node:fs';

/** A process that is there, as Linux tells in /proc. */
export interface ProcessStat {
  /** proc(5): Z for one that has ended and that nobody has asked how. */
  readonly state: string;
  /** In ticks since the system's start: numbers of processes are given again, and this tells two apart. */
  readonly started: string;
  /** Processor time that it has used, in ticks: 100 a second but on Alpha. */
  readonly ticks: number;
}

/** Undefined where there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  try {
    // proc(5): the name in parentheses may hold spaces; field 3 is the state, 14 and 15 the time, 22 the start.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return {
      state: fields[0] ?? '',
      started: fields[19] ?? '',
      ticks: Number(fields[11]) + Number(fields[12]),
    };
  } catch {
    return undefined;
  }
}
