import type { Runs } from './rounds.js';
import { pairwiseRatios, type Spread, spreadOf } from './statistics.js';
import type { Workshop } from './workshop.js';

/** One question the bench answers. */
export interface Case {
  readonly id: CaseId;
  readonly title: string;
  run(workshop: Workshop): Promise<readonly Group[]>;
}

export const CASE_IDS = ['a', 'b', 'c', 'd', 'e'] as const;
/** Those of `scripts/bench explain`. */
export const EXPLAIN_CASE_IDS = ['f', 'g'] as const;
export type CaseId = (typeof CASE_IDS)[number] | (typeof EXPLAIN_CASE_IDS)[number];

/** Commands that were measured on the same input, in the same rounds. */
export interface Group {
  /** What it was measured on: without this no two results can be compared. */
  readonly subject: string;
  readonly runs: readonly Runs[];
  readonly findings: readonly Finding[];
}

/** What follows from the runs of a group, and whether that is what is aimed at. */
export interface Finding {
  readonly what: string;
  readonly unit: '×' | 'MB' | '%';
  readonly value: Spread;
  /** The most it should be, by its median. */
  readonly target?: number | undefined;
  /** Absent where there is no target, or where a run that was stopped leaves it open. */
  readonly met?: boolean | undefined;
  /** A run had to be stopped: the peer's, and the value is at most this, or the command's own, and it is at least this. */
  readonly bound?: Bound | undefined;
}

export type Bound = 'at most' | 'at least';

/** Thrown by a case that cannot run here; the bench goes on. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** The most memory trustdiff should take, whatever its input. Megabytes (10^6 bytes). */
const MEMORY_TARGET = 250;

/** How many times the peer's time a command took: wall time, against the target, and processor time. */
export function timeFindings(runs: Runs, peer: Runs, target?: number): Finding[] {
  const name = `${runs.command.name} : ${peer.command.name}`;
  const bound = isStopped(runs) ? 'at least' : isStopped(peer) ? 'at most' : undefined;
  // Where both were stopped nothing is known of their ratio.
  if (isStopped(runs) && isStopped(peer)) return [];
  const ratios = (of: 'wall' | 'cpu'): number[] =>
    pairwiseRatios(
      runs.samples.map((sample) => sample[of]),
      peer.samples.map((sample) => sample[of]),
    );
  return [
    ...finding(`${name}, wall time`, '×', ratios('wall'), target, bound),
    ...finding(`${name}, processor time`, '×', ratios('cpu')),
  ];
}

function isStopped({ samples }: Runs): boolean {
  return samples.some(({ stopped }) => stopped);
}

export function memoryFinding(runs: Runs): Finding[] {
  const peaks = runs.samples.flatMap(({ peak }) => (peak === undefined ? [] : [peak / 1e6]));
  return finding(
    `${runs.command.name}, peak memory`,
    'MB',
    peaks,
    MEMORY_TARGET,
    isStopped(runs) ? 'at least' : undefined,
  );
}

/** How many times the peer's peak memory a command took. */
export function memoryRatio(runs: Runs, peer: Runs, target?: number): Finding[] {
  const peaks = (of: Runs) => of.samples.map((sample) => sample.peak);
  const ratios = pairwiseRatios(peaks(runs), peaks(peer));
  return finding(`${runs.command.name} : ${peer.command.name}, peak memory`, '×', ratios, target);
}

/** What a command wrote to its standard output. */
export function outputFinding(runs: Runs, target?: number): Finding[] {
  const sizes = runs.samples.flatMap(({ output }) => (output === undefined ? [] : [output / 1e6]));
  return finding(`${runs.command.name}, report`, 'MB', sizes, target);
}

/** None where there are no values. */
export function finding(
  what: string,
  unit: Finding['unit'],
  values: readonly number[],
  target?: number,
  bound?: Bound,
): Finding[] {
  if (values.length === 0) return [];
  const value = spreadOf(values);
  return [{ what, unit, value, target, bound, met: isMet(value.median, target, bound) }];
}

/** A bound decides only one way: at least 2 is not at most 1, but at least 1 may be. */
function isMet(value: number, target: number | undefined, bound: Bound | undefined): boolean | undefined {
  if (target === undefined) return undefined;
  const met = value <= target;
  if ((bound === 'at least' && met) || (bound === 'at most' && !met)) return undefined;
  return met;
}
