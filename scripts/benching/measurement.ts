import { type ChildProcess, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGroup, stopGroup } from '../../lib/rebuild/process-group.js';
import { TreeMemory } from '../../lib/rebuild/process-tree.js';

/** A program to run, as a whole process. */
export interface Command {
  /** What tables call it. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /** Exit statuses of a run that did its work; any other ends the bench. */
  readonly statuses: readonly number[];
}

/** One run of a command, all the processes it started included. */
export interface Sample {
  /** Seconds from start to end. */
  readonly wall: number;
  /** Seconds of processor time, user and system. Absent where the run was stopped. */
  readonly cpu?: number | undefined;
  /** Bytes; absent where the system does not tell. */
  readonly peak?: number | undefined;
  /** Bytes written to standard output. Absent where the run was stopped. */
  readonly output?: number | undefined;
  /** The run was stopped: it would have taken longer. */
  readonly stopped?: true | undefined;
}

export class RunError extends Error {
  override readonly name = 'RunError';
}

/** Milliseconds between two looks at memory. */
const LOOK = 10;

/**
 * Bash tells processor time in milliseconds, other shells in hundredths of a second. `times` counts everything that
 * was waited for: the command, and what it started and waited for itself.
 */
const SHELL = spawnSync('bash', ['-c', 'true']).status === 0 ? 'bash' : '/bin/sh';
const SCRIPT = '"$@"; status=$?; times >&3; exit $status';

/**
 * Runs a command once. Its output goes to a file in `folder`: some programs do less work for /dev/null.
 * @param limit seconds after which it is stopped
 * @throws RunError when it fails
 */
export async function measure(command: Command, folder: string, limit?: number): Promise<Sample> {
  const errors = join(folder, 'standard-error');
  const out = openSync(join(folder, 'standard-output'), 'w');
  const err = openSync(errors, 'w');
  try {
    const start = process.hrtime.bigint();
    const child = startGroup(SHELL, ['-c', SCRIPT, SHELL, ...command.argv], ['ignore', out, err, 'pipe']);
    const { status, times, memory, stopped, end } = await follow(child, limit);
    const wall = Number(end - start) / 1e9;
    if (stopped) return { wall, stopped: true, peak: memory.peak };
    if (status === null || !command.statuses.includes(status)) {
      const said = readFileSync(errors, 'utf8').trim().slice(-1000);
      throw new RunError(`${command.argv.join(' ')}: exit status ${status}${said === '' ? '' : `\n${said}`}`);
    }
    return { wall, cpu: childTime(times), peak: memory.peak, output: fstatSync(out).size };
  } finally {
    closeSync(out);
    closeSync(err);
  }
}

async function follow(
  child: ChildProcess,
  limit: number | undefined,
): Promise<{ status: number | null; times: string; memory: TreeMemory; stopped: boolean; end: bigint }> {
  let times = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    times += chunk.toString('latin1');
  });
  const memory = new TreeMemory(child.pid ?? 0);
  const looks = setInterval(() => memory.look(), LOOK);
  let stopped = false;
  const alarm =
    limit === undefined
      ? undefined
      : setTimeout(() => {
          stopped = true;
          stopGroup(child);
        }, limit * 1000);
  try {
    let end = 0n;
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (error) => reject(new RunError(`${SHELL}: ${error.message}`)));
      child.on('exit', () => {
        end = process.hrtime.bigint();
      });
      child.on('close', resolve);
    });
    return { status, times, memory, stopped, end };
  } finally {
    clearInterval(looks);
    clearTimeout(alarm);
  }
}

/** The second line that `times` prints: user and system time of children, as in `0m1.234s 0m0.050s`. */
function childTime(times: string): number | undefined {
  const fields = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m(\d+)[.,](\d+)s/g)];
  if (fields.length !== 2) return undefined;
  return fields.reduce((sum, [, m, s, fraction]) => sum + Number(m) * 60 + Number(`${s}.${fraction}`), 0);
}
