import { AbortedError, toTrouble } from '../../error.js';
import type { JudgedPair } from './divergence.js';
import { judgeReplay, type ReplayOutcome, type ReplayReport } from './replay-judge.js';
import { planReplay, type ReplayRequest, type ReplayVariable, together } from './replay-plan.js';

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
  let plan = planReplay(pair);
  const outcomes = new Map<string, ReplayOutcome>();
  const run = async (request: ReplayRequest): Promise<void> => {
    if (signal.aborted) throw new AbortedError();
    outcomes.set(request.id, await replayer.run(request, signal));
  };
  const vary = async ({ onB, onA }: ReplayVariable): Promise<void> => {
    for (const request of [onB, onA]) {
      // A variant may need what the other run no longer has; that is told, and the others still run.
      await run(request).catch((error: unknown) => {
        if (error instanceof AbortedError) throw error;
        const { what, file } = toTrouble(error);
        outcomes.set(request.id, { kind: 'failed', reason: file === undefined ? what : `${file}: ${what}` });
      });
    }
  };
  await run(plan.asIs.a);
  await run(plan.asIs.b);
  const { reproduction } = judgeReplay(pair, plan, outcomes);
  if (reproduction.a.state !== 'same' || reproduction.b.state !== 'same')
    return judgeReplay(pair, plan, outcomes);
  for (const variable of plan.variables) await vary(variable);
  const report = judgeReplay(pair, plan, outcomes);
  if (report.verdict !== 'causes-together') return report;
  // Which of the many: those that changed anything.
  const influential = report.variables.filter(({ group, standing }) => !group && standing === 'partial');
  const refined = together(
    pair,
    plan,
    plan.variables.filter(({ id }) => influential.some((one) => one.id === id)),
  );
  if (refined === undefined) return report;
  await vary(refined);
  plan = { ...plan, variables: [...plan.variables, refined] };
  return judgeReplay(pair, plan, outcomes);
}
