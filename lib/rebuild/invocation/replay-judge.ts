import { type InvocationName, type JudgedPair, nameOf, outputsByName } from './divergence.js';
import { compilerDigest } from './input-difference.js';
import type { Invocation } from './invocation.js';
import type { ReplayPlan, ReplayRequest, ReplayVariable, Side } from './replay-plan.js';

/** How a call went that was made again: what the wrapper wrote of it, or why it could not be made. */
export type ReplayOutcome =
  | { readonly kind: 'ran'; readonly invocation: Invocation }
  | { readonly kind: 'failed'; readonly reason: string };

/** What a call's outputs were when it was made again: those of A's log, of B's, neither, or none at all. */
export type ReplayResult = 'as-a' | 'as-b' | 'other' | 'failed';

/**
 * `confirmed`: with A's value B gives what A gave, and with B's value A gives what B gave. `refuted`: neither call gives
 * anything but what it gave before. `partial`: outputs change, but not both ways into the other's. `failed`: a call
 * could not be made with it, so nothing is known.
 */
export type Standing = 'confirmed' | 'refuted' | 'partial' | 'failed';

export interface JudgedVariable {
  readonly id: string;
  readonly group: boolean;
  readonly standing: Standing;
  /** The result on B with A's value, and on A with B's. */
  readonly onB: ReplayResult;
  readonly onA: ReplayResult;
  /** The names of the differences that it takes from the other side. */
  readonly parts: readonly string[];
  /** The values, where it is one difference. */
  readonly a: string | null;
  readonly b: string | null;
  /** Why a call could not be made. */
  readonly reason?: string | undefined;
}

/**
 * `cause-confirmed`: one variable alone makes the difference vanish. `causes-together`: only a group of them does.
 * `noise`: a call made again as it was gives other outputs. `not-logged`: with everything that the log knows taken from the
 * other side the outputs are still not the other's, so something that it does not know matters. `undecided`: calls
 * failed that would have told. `failed`: a call could not be made again at all.
 */
export type ReplayVerdict =
  | 'cause-confirmed'
  | 'causes-together'
  | 'noise'
  | 'not-logged'
  | 'undecided'
  | 'failed';

/** What came of making one call again. */
export interface ReplayReport {
  readonly schema: 'trustdiff-replay-1';
  readonly invocation: InvocationName;
  readonly verdict: ReplayVerdict;
  /** The calls as they were: `same` outputs as in the log, `different` ones, or the call failed. */
  readonly reproduction: { readonly a: Reproduction; readonly b: Reproduction };
  readonly variables: readonly JudgedVariable[];
  /** The variables that are the cause. */
  readonly causes: readonly string[];
}

export interface Reproduction {
  readonly state: 'same' | 'different' | 'failed';
  readonly reason?: string | undefined;
}

/** Judges what the calls of a plan gave; `outcomes` by the id of the request. Pure. */
export function judgeReplay(
  pair: JudgedPair,
  plan: ReplayPlan,
  outcomes: ReadonlyMap<string, ReplayOutcome>,
): ReplayReport {
  const reproduction = {
    a: reproductionOf(pair, 'a', plan.asIs.a, outcomes),
    b: reproductionOf(pair, 'b', plan.asIs.b, outcomes),
  };
  const states = [reproduction.a.state, reproduction.b.state];
  const told = { schema: 'trustdiff-replay-1' as const, invocation: nameOf(pair.a, pair.b), reproduction };
  if (states.includes('failed')) return { ...told, verdict: 'failed', variables: [], causes: [] };
  // What varies by itself cannot be pinned on a variable.
  if (states.includes('different')) return { ...told, verdict: 'noise', variables: [], causes: [] };
  const variables = plan.variables.map((variable) => judgeVariable(pair, variable, outcomes));
  return { ...told, ...verdictOf(variables), variables };
}

function verdictOf(variables: readonly JudgedVariable[]): Pick<ReplayReport, 'verdict' | 'causes'> {
  const confirmed = variables.filter(({ standing }) => standing === 'confirmed');
  const alone = confirmed.filter(({ group }) => !group);
  if (alone.length > 0) return { verdict: 'cause-confirmed', causes: alone.map(({ id }) => id) };
  const [together] = confirmed.sort((x, y) => x.parts.length - y.parts.length);
  if (together !== undefined) return { verdict: 'causes-together', causes: [together.id] };
  if (variables.some(({ standing }) => standing === 'failed')) return { verdict: 'undecided', causes: [] };
  return { verdict: 'not-logged', causes: [] };
}

function judgeVariable(
  pair: JudgedPair,
  variable: ReplayVariable,
  outcomes: ReadonlyMap<string, ReplayOutcome>,
): JudgedVariable {
  const [onB, onA] = [variable.onB, variable.onA].map((request) => resultOf(pair, outcomes.get(request.id)));
  const [one] = variable.differences.length === 1 ? variable.differences : [];
  const reasons = [onB, onA].flatMap((found) => (found?.reason === undefined ? [] : [found.reason]));
  const [x, y] = [onB?.result ?? 'failed', onA?.result ?? 'failed'];
  return {
    id: variable.id,
    group: variable.group,
    parts: variable.differences.map(({ name }) => name),
    standing: standingOf(x, y),
    onB: x,
    onA: y,
    a: one?.a ?? null,
    b: one?.b ?? null,
    ...(reasons.length > 0 && { reason: reasons[0] }),
  };
}

function standingOf(onB: ReplayResult, onA: ReplayResult): Standing {
  if (onB === 'failed' || onA === 'failed') return 'failed';
  if (onB === 'as-a' && onA === 'as-b') return 'confirmed';
  return onB === 'as-b' && onA === 'as-a' ? 'refuted' : 'partial';
}

function resultOf(
  pair: JudgedPair,
  outcome: ReplayOutcome | undefined,
): { readonly result: ReplayResult; readonly reason?: string } {
  if (outcome === undefined) return { result: 'failed', reason: 'it was not run' };
  if (outcome.kind === 'failed') return { result: 'failed', reason: outcome.reason };
  const { invocation } = outcome;
  if (invocation.exit.code !== 0)
    return { result: 'failed', reason: `rustc ended with ${ended(invocation)}` };
  if (invocation.outputs.length === 0) return { result: 'failed', reason: 'rustc wrote nothing' };
  const given = signature(invocation);
  if (given === signature(pair.a)) return { result: 'as-a' };
  return { result: given === signature(pair.b) ? 'as-b' : 'other' };
}

/** A call as it was must also have seen what it saw then, else it says nothing of that call. */
function reproductionOf(
  pair: JudgedPair,
  side: Side,
  request: ReplayRequest,
  outcomes: ReadonlyMap<string, ReplayOutcome>,
): Reproduction {
  const outcome = outcomes.get(request.id);
  const { result, reason } = resultOf(pair, outcome);
  if (result === 'failed' || outcome?.kind !== 'ran') return { state: 'failed', reason };
  const changed = changedInput(pair[side], outcome.invocation);
  if (changed !== undefined) return { state: 'failed', reason: `${changed} is not what it was in the run` };
  return { state: signature(outcome.invocation) === signature(pair[side]) ? 'same' : 'different' };
}

function changedInput(before: Invocation, now: Invocation): string | undefined {
  if (compilerDigest(before.compiler) !== compilerDigest(now.compiler)) return before.rustc;
  const digests = new Map(now.inputs.map(({ path, digest }) => [path, digest]));
  return before.inputs.find(({ path, digest }) => digests.has(path) && digests.get(path) !== digest)?.path;
}

/** Names without the extra filename, and digests: names alone differ wherever cargo's hash does. */
function signature(invocation: Invocation): string {
  const files = [...outputsByName(invocation)].map(([name, { digest }]) => [name, digest]);
  return JSON.stringify(files.sort());
}

function ended({ exit }: Invocation): string {
  return exit.code === null ? `signal ${exit.signal}` : `exit status ${exit.code}`;
}
