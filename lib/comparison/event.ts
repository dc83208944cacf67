import type { Trouble } from '../error.js';
import type { MemberCounts, PairReport, Report, SideReport, UnpairedReport } from '../report/model.js';

/** What happens while a comparison runs, in the order in which it happens. The report is in an order of its own. */
export type ComparisonEvent =
  | { readonly type: 'side'; readonly side: string; readonly report: SideIntroduction }
  | { readonly type: 'pair'; readonly pair: PairReport }
  | { readonly type: 'unpaired'; readonly side: 'a' | 'b'; readonly member: UnpairedReport }
  | { readonly type: 'trouble'; readonly side: string; readonly trouble: Trouble }
  | ProgressEvent
  | { readonly type: 'report'; readonly report: Report };

/** A side before its files have been opened: how many bytes they hold is known only then. */
export interface SideIntroduction extends Omit<SideReport, 'members'> {
  readonly members: Omit<MemberCounts, 'bytes'>;
}

/** How far a phase is. A total is 0 as long as it is not known. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly phase: 'reading' | 'comparing' | 'describing' | 'explaining';
  readonly members: number;
  readonly membersTotal: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

export type Emit = (event: ComparisonEvent) => void;
