import { AbortedError, toTrouble } from '../../error.js';
import type { JudgedPair } from './divergence.js';
import { judgeReplay, type ReplayOutcome, type ReplayReport } from './replay-judge.js';
import { planReplay, type ReplayRequest } from './replay-plan.js';

/**
 * Makes one call of rustc as a request says, and tells what the wrapper wrote of it (`Invocation`).
 *
 * What a run must have kept for that, per side: the build directory with the externs, the outputs of build scripts and
 * the compilers that the run built; the sources; the root. They must be seen at the paths they had, and nothing kept may
 * be written to: rustc writes to the same paths as before, so whoever implements this gives it a copy or an overlay.
 */
export interface Replayer {
  /**
   * @throws InputError where a file of `needs` or `files` is gone or has another digest: then the run did not keep what
   *   a replay takes. A rustc that fails is no error; its record says so.
   */
  run(request: ReplayRequest, signal: AbortSignal): Promise<ReplayOutcome>;
}

/**
 * Runs one call again from both sides, then with one variable at a time taken from the other, and says which of them is
 * the cause. When the calls as they were do not give what they gave, nothing else is run.
 * @throws InputError where what the calls read is gone; AbortedError
 */
export async function replayInvocation(
  pair: JudgedPair,
  replayer: Replayer,
  signal: AbortSignal,
): Promise<ReplayReport> {
  const plan = planReplay(pair);
  const outcomes = new Map<string, ReplayOutcome>();
  const run = async (request: ReplayRequest): Promise<void> => {
    if (signal.aborted) throw new AbortedError();
    outcomes.set(request.id, await replayer.run(request, signal));
  };
  await run(plan.asIs.a);
  await run(plan.asIs.b);
  const { reproduction } = judgeReplay(pair, plan, outcomes);
  if (reproduction.a.state === 'same' && reproduction.b.state === 'same') {
    for (const { onB, onA } of plan.variables) {
      for (const request of [onB, onA]) {
        // A variant may need what the other run no longer has; that is told, and the others still run.
        await run(request).catch((error: unknown) => {
          if (error instanceof AbortedError) throw error;
          const { what, file } = toTrouble(error);
          outcomes.set(request.id, {
            kind: 'failed',
            reason: `${file ?? ''}${file === undefined ? '' : ': '}${what}`,
          });
        });
      }
    }
  }
  return judgeReplay(pair, plan, outcomes);
}
