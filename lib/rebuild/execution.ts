import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { AbortedError, SpoolError } from '../error.js';
import { gone, parseFirstProcess } from './first-process.js';
import { type CpuSeconds, parseTimes } from './measured-command.js';
import { startGroup, stopGroup } from './process-group.js';
import { TreeMemory } from './process-tree.js';
import { INFO_FD, type SealedCommand } from './sandbox.js';

/** How a command ended and what it took. */
export interface Execution {
  /** Its exit status; undefined where a signal ended it. */
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Elapsed. */
  readonly seconds: number;
  /** Undefined where the command ended before it could tell. */
  readonly cpu: CpuSeconds | undefined;
  /** The most that all its processes held at one look, in bytes; a look a second. */
  readonly peakBytes: number | undefined;
}

export interface ExecutionOptions {
  readonly log: string;
  readonly signal: AbortSignal;
  /** Called about once a second with the seconds since the start. */
  readonly onTick?: ((seconds: number) => void) | undefined;
}

const LOOK = 1000;
const ROOM = 'make room, or name another folder with --out';

/**
 * Runs a command; its output goes to a log, behind what stands there already. When the signal is given, the command
 * and all that it started are killed. What a sandbox ends with the command has ended when this returns.
 * @throws AbortedError, SpoolError where the log cannot be written or the program cannot be started
 */
export async function execute(command: SealedCommand, options: ExecutionOptions): Promise<Execution> {
  const { log, signal, onTick } = options;
  if (signal.aborted) throw new AbortedError();
  const fd = openLog(log);
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const child = startLogged(command, fd);
  const stop = (): void => stopGroup(child);
  signal.addEventListener('abort', stop, { once: true });
  const first = read(child.stdio[INFO_FD]).then(parseFirstProcess);
  const memory = new TreeMemory(child.pid ?? 0);
  const looks = setInterval(() => {
    memory.look();
    onTick?.(elapsed());
  }, LOOK);
  try {
    const times = read(child.stdio[3]);
    const [status, by] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, killer) => resolve([code, killer]));
      memory.look();
    });
    if (signal.aborted) throw new AbortedError();
    return {
      status: status ?? undefined,
      signal: by ?? undefined,
      seconds: elapsed(),
      cpu: parseTimes(await times),
      peakBytes: memory.peak,
    };
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    throw notStarted(command, error);
  } finally {
    clearInterval(looks);
    signal.removeEventListener('abort', stop);
    // What was left behind in the background would go on writing into the output.
    stopGroup(child);
    // The command may be told to have ended a moment before its namespace has, and its signal is only sent.
    const last = await first;
    if (last !== undefined) await gone(last);
  }
}

/** @param fd Of the log; closed here. @throws SpoolError for what no program can be started with */
function startLogged(command: SealedCommand, fd: number): ChildProcess {
  try {
    const info = command.tellsFirst === true ? (['pipe'] as const) : [];
    return startGroup(command.program, command.args, ['ignore', fd, fd, 'pipe', ...info], {
      // Node hands this one on to every child unless it is said to be undefined.
      env: { ...command.environment, NODE_V8_COVERAGE: undefined },
      cwd: command.cwd,
    });
  } catch (error) {
    throw notStarted(command, error);
  } finally {
    closeSync(fd);
  }
}

function notStarted({ program }: SealedCommand, error: unknown): SpoolError {
  const hint =
    (error as NodeJS.ErrnoException).code === 'E2BIG'
      ? 'the command or a variable of its environment is longer than the system takes'
      : 'is it installed';
  return new SpoolError(`${program} cannot be started (${String(error)})`, {}, hint);
}

function openLog(log: string): number {
  try {
    return openSync(log, 'a');
  } catch (error) {
    throw new SpoolError(
      `the log cannot be written (${(error as NodeJS.ErrnoException).code})`,
      { file: log },
      ROOM,
    );
  }
}

async function read(pipe: ChildProcess['stdio'][number] | undefined): Promise<string> {
  let text = '';
  if (!(pipe instanceof Readable)) return text;
  pipe.setEncoding('latin1');
  try {
    for await (const chunk of pipe) text += chunk;
  } catch {
    // Killed: there are no times.
  }
  return text;
}

/** Bytes at the end of a log that are looked at for its last lines. */
const TAIL = 16 * 1024;

/** Characters of one line that are shown. */
const WIDEST = 240;

/** The last lines of a log, shortened; none where it is empty or cannot be read. */
export function lastLines(log: string, count: number): readonly string[] {
  let text: string;
  try {
    text = tailOf(log).replace(/\n+$/, '');
  } catch {
    return [];
  }
  if (text === '') return [];
  const lines = text.split('\n').slice(-count);
  return lines.map((line) => (line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line));
}

function tailOf(log: string): string {
  const fd = openSync(log, 'r');
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    const length = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}
