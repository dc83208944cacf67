import type { CaseId, Finding } from './case.js';
import type { Machine } from './machine.js';
import type { Sample } from './measurement.js';

/** Everything one run of the bench found, as `--json` writes it. */
export interface BenchResult {
  readonly schema: 'trustdiff-bench-1';
  readonly trustdiff: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly cases: readonly CaseResult[];
}

export type CaseResult = {
  readonly id: CaseId;
  readonly title: string;
} & (
  | { readonly status: 'measured'; readonly groups: readonly GroupResult[] }
  | { readonly status: 'skipped' | 'failed'; readonly reason: string }
);

export interface GroupResult {
  readonly subject: string;
  readonly runs: readonly {
    readonly name: string;
    readonly argv: readonly string[];
    readonly samples: readonly Sample[];
  }[];
  readonly findings: readonly Finding[];
}
