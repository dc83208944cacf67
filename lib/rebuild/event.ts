import type { ExperimentReport, StageComparison } from '../report/experiment-model.js';
import type { StageEvent } from './run.js';

/** What `rebuild` tells while it works. */
export type RebuildEvent =
  /** What it turns to. */
  | { readonly type: 'step'; readonly text: string }
  /** A stage begins, goes on, ends, or is kept from an earlier time. */
  | ({ readonly type: 'stage' } & StageEvent)
  /** A stage runs; about once a second. */
  | ({ readonly type: 'progress' } & StageEvent)
  | { readonly type: 'comparison'; readonly comparison: StageComparison }
  | { readonly type: 'report'; readonly report: ExperimentReport };
