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
export type CaseId = (typeof CASE_IDS)[number];

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
  readonly unit: '×' | 'MB';
  readonly value: Spread;
  /** The most it should be, by its median. */
  readonly target?: number | undefined;
  readonly met?: boolean | undefined;
  /** The peer had to be stopped: the value is at most this. */
  readonly atMost?: true | undefined;
}

/** Thrown by a case that cannot run here; the bench goes on. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** The most memory trustdiff should take, whatever its input. Megabytes (10^6 bytes). */
const MEMORY_TARGET = 250;

/** How many times the peer's time a command took: wall time, against the target, and processor time. */
export function timeFindings(runs: Runs, peer: Runs, target?: number): Finding[] {
  const name = `${runs.command.name} : ${peer.command.name}`;
  const stopped = peer.samples.some((sample) => sample.stopped);
  const ratios = (of: 'wall' | 'cpu'): number[] =>
    pairwiseRatios(
      runs.samples.map((sample) => sample[of]),
      peer.samples.map((sample) => sample[of]),
    );
  return [
    ...finding(`${name}, wall time`, '×', ratios('wall'), target),
    ...finding(`${name}, processor time`, '×', ratios('cpu')),
  ].map((found) => (stopped ? { ...found, atMost: true } : found));
}

export function memoryFinding(runs: Runs): Finding[] {
  const peaks = runs.samples.flatMap(({ peak }) => (peak === undefined ? [] : [peak / 1e6]));
  return finding(`${runs.command.name}, peak memory`, 'MB', peaks, MEMORY_TARGET);
}

/** None where there are no values. */
export function finding(
  what: string,
  unit: Finding['unit'],
  values: readonly number[],
  target?: number,
): Finding[] {
  if (values.length === 0) return [];
  const value = spreadOf(values);
  return [{ what, unit, value, ...(target !== undefined && { target, met: value.median <= target }) }];
}
