import { setTimeout as pause } from 'node:timers/promises';
import { SpoolError } from '../error.js';
import { readProcessStat } from './process-stat.js';

/** Milliseconds between two looks whether it is there, and the most looks at one that does not end. */
const PAUSE = 5;
const MOST_LOOKS = 2000;

/** The first process of a namespace of processes: when it has ended, so have all others (pid_namespaces(7)). */
export interface FirstProcess {
  readonly pid: number;
  /** What tells it from another that is given its number later; undefined where it had ended before that was read. */
  readonly started: string | undefined;
}

/**
 * Reads what bwrap writes to `--info-fd`: JSON with the process's number, or nothing where it came to no process.
 * To be called as soon as that is read.
 */
export function parseFirstProcess(info: string): FirstProcess | undefined {
  const pid = Number(/"child-pid":\s*(\d+)/.exec(info)?.[1] ?? 0);
  return pid === 0 ? undefined : { pid, started: readProcessStat(pid)?.started };
}

/**
 * Waits until it is gone, with all that ran in its namespace.
 * @throws SpoolError for one that does not end
 */
export async function gone({ pid, started }: FirstProcess): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const stat = readProcessStat(pid);
    // It is a zombie only when the others have been waited for (zap_pid_ns_processes in Linux).
    if (stat === undefined || stat.started !== started || stat.state === 'Z' || stat.state === 'X') return;
    await pause(PAUSE);
  }
  throw new SpoolError(`process ${pid}, with which a sealed build ends, does not end`, {}, 'end it first');
}
