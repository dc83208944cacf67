import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readProcessStat } from '../../lib/rebuild/process-stat.js';
import type { Answer, Order } from './runner.js';
import { inputOf, type TargetName } from './target.js';

/** What a reader did wrong, and the input that shows it. */
export interface Finding {
  readonly target: TargetName;
  readonly seed: number;
  readonly run: number;
  readonly fault: string;
  readonly input: Buffer;
}

export interface CampaignOptions {
  readonly target: TargetName;
  readonly seed: number;
  /** Mutations to try; without it, as many as there is time for. */
  readonly runs?: number | undefined;
  /** Milliseconds. */
  readonly time?: number | undefined;
}

/** A run that takes longer, in milliseconds, hangs: half of it of the processor, for a busy machine may give no more. */
const HANG = 5000;

/** How many times as long one may take that does not use the processor. */
const PATIENCE = 12;

/** Milliseconds. */
const TICK = 10;

/** What one small input may cost, in bytes. */
const GROWTH_MAX = 200 * 2 ** 20;

/** Runs one reader over mutation after mutation, in a child process, until something is wrong or time is up. */
export async function fuzz(
  options: CampaignOptions,
): Promise<{ readonly runs: number; readonly finding?: Finding }> {
  const { target, seed, runs = Number.POSITIVE_INFINITY, time = Number.POSITIVE_INFINITY } = options;
  const end = performance.now() + time;
  const runner = await startRunner();
  try {
    let run = 0;
    for (; run < runs && performance.now() < end; run += 1) {
      const input = inputOf(target, seed, run);
      const fault = await tryInput(runner, target, input);
      if (fault !== undefined) return { runs: run + 1, finding: { target, seed, run, fault, input } };
    }
    return { runs: run };
  } finally {
    runner.kill('SIGKILL');
  }
}

/**
 * Runs one reader over one input, such as a finding of earlier.
 * @param hang Milliseconds after which it hangs, half of them of the processor.
 * @param name Of the module that the child process runs.
 */
export async function tryOnce(
  target: TargetName,
  input: Buffer,
  hang: number = HANG,
  name = './runner.js',
): Promise<string | undefined> {
  const runner = await startRunner(name);
  try {
    return await tryInput(runner, target, input, hang);
  } finally {
    runner.kill('SIGKILL');
  }
}

/** Its start does not count as a run: on a busy machine it alone takes seconds. */
async function startRunner(name = './runner.js'): Promise<ChildProcess> {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const runner = fork(path, { serialization: 'advanced', execArgv: [] });
  await new Promise((resolve, reject) => {
    runner.once('message', resolve);
    runner.once('exit', () => reject(new Error('the process that is to run the readers does not start')));
  });
  runner.removeAllListeners();
  return runner;
}

function tryInput(
  runner: ChildProcess,
  target: TargetName,
  input: Buffer,
  hang: number = HANG,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const used = (): number => readProcessStat(runner.pid ?? 0)?.ticks ?? Number.POSITIVE_INFINITY;
    const before = used();
    let looks = 0;
    const settle = (fault: string | undefined): void => {
      clearInterval(timer);
      runner.removeAllListeners();
      resolve(fault);
    };
    const timer = setInterval(() => {
      looks += 1;
      const waits = used() - before < hang / 2 / TICK;
      if (!waits || looks === PATIENCE) settle(`no answer after ${(looks * hang) / 1000} s`);
    }, hang);
    runner.once('message', ({ fault, growth }: Answer) => {
      const large = growth > GROWTH_MAX ? `${Math.round(growth / 2 ** 20)} MiB more memory` : undefined;
      settle(fault ?? large);
    });
    runner.once('exit', (code, signal) => settle(`the process ended (${signal ?? `exit status ${code}`})`));
    runner.send({ target, input } satisfies Order);
  });
}
