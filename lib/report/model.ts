import type { DigestAlgorithm } from '../artefact/digest.js';
import type { Identity } from '../artefact/identity.js';
import type { InputSummary } from '../artefact/input.js';
import type { LayoutFinding } from '../artefact/layout/layout.js';
import type { Limits } from '../artefact/limits.js';
import type { Trouble } from '../error.js';
import type { Difference } from '../pair/difference.js';
import type { MaskableField, MetadataDifference } from '../pair/metadata.js';
import type { PairRule } from '../pair/pair.js';
import type { Reason } from '../verdict/comparable.js';
import type { Verdict } from '../verdict/verdict.js';
import type { CauseReport, CausesReport, FileExplanation } from './explanation.js';

/**
 * The report, version 1: what `--format json` writes and what every other format is made from. It is a function of
 * the inputs, the options and the version of trustdiff: no clock, no place on this machine, no order of chance.
 * Offsets and sizes are in bytes. `docs/report-1.schema.json` is its JSON Schema.
 */
export interface Report {
  readonly schema: typeof REPORT_SCHEMA;
  readonly tool: { readonly name: 'trustdiff'; readonly version: string };
  readonly settings: Settings;
  readonly a: SideReport;
  readonly b: SideReport;
  /** What the two artefacts say of themselves and do not agree on. */
  readonly reasons: readonly Reason[];
  readonly summary: Summary;
  readonly masks: readonly MaskReport[];
  readonly controls: readonly ControlReport[];
  readonly troubles: readonly SideTrouble[];
  readonly verdict: Verdict;
  /** Why the differing files differ, over all of them; only where they were explained. */
  readonly causes?: CausesReport | undefined;
  readonly pairs: readonly PairReport[];
  readonly onlyA: readonly UnpairedReport[];
  readonly onlyB: readonly UnpairedReport[];
  readonly excluded: readonly ExcludedReport[];
}

export const REPORT_SCHEMA = 'trustdiff-report/1';

export interface Settings {
  readonly digest: DigestAlgorithm;
  readonly exclude: readonly string[];
  readonly ignoreMetadata: readonly MaskableField[];
  readonly failOn: readonly string[];
  readonly explain: boolean;
  readonly verify: boolean;
  /** Both sides were built from the same sources, by whoever compared them. */
  readonly sameSources?: true | undefined;
  readonly sharedAncestor?: string | undefined;
  /** The file of masks, and the day by which they expire. */
  readonly masks?: { readonly file: string; readonly today: string } | undefined;
  readonly limits: Limits;
}

export interface SideReport {
  readonly label: string;
  readonly inputs: readonly InputSummary[];
  readonly layouts: readonly LayoutFinding[];
  readonly identity: Identity;
  readonly members: MemberCounts;
  /** What is odd about names: absolute, `..` parts, two files of one artefact on one path. */
  readonly notes: readonly string[];
}

export interface MemberCounts {
  readonly files: number;
  readonly directories: number;
  readonly symlinks: number;
  readonly others: number;
  /** Of all files' contents. */
  readonly bytes: number;
  /** How many of the above are package metadata. */
  readonly packageMetadata: number;
}

export const PAIR_STATUSES = [
  'identical',
  'equivalent',
  'metadata',
  'type',
  'content',
  'unreadable',
] as const;
/**
 * `identical`: same bytes, same metadata (but for owner and times of files on disk, which are not the artefact's).
 * `equivalent`: the same but for metadata that the user masked.
 * `metadata`: same bytes, metadata differs. `type`: a file here, a link or directory there. `content`: bytes differ.
 * `unreadable`: it could not be checked.
 */
export type PairStatus = (typeof PAIR_STATUSES)[number];

export interface PairReport {
  /** The place in the canonical sysroot: A's. */
  readonly path: string;
  readonly role: 'content' | 'package';
  readonly rule: PairRule;
  readonly status: PairStatus;
  readonly a: MemberReport;
  readonly b: MemberReport;
  readonly metadata?: readonly MetadataDifference[] | undefined;
  readonly difference?: Difference | undefined;
  /** Why it differs; only where it was explained. */
  readonly explanation?: FileExplanation | undefined;
  readonly trouble?: SideTrouble | undefined;
}

export interface MemberReport {
  /** Where it was found: the containers inside the input, then the name as stored. */
  readonly name: readonly string[];
  /** Which of the side's inputs it came from, counted from 0. */
  readonly input: number;
  readonly size: number;
  readonly digest?: string | undefined;
}

export interface UnpairedReport {
  readonly path: string;
  readonly role: 'content' | 'package';
  readonly type: string;
  readonly member: MemberReport;
  /** Set where it does not count, since the two sides are packaged in different ways. */
  readonly mask?: 'packaging' | undefined;
  /** A member of either side with the same bytes. */
  readonly sameContentAs?: { readonly side: 'a' | 'b'; readonly path: string } | undefined;
}

export interface ExcludedReport {
  readonly side: 'a' | 'b';
  readonly path: string;
  readonly pattern: string;
}

export interface SideTrouble extends Trouble {
  /** `a`, `b`, or `control 1` and so on. */
  readonly side: string;
}

/** Counts of pairs by status, for what is content and for package metadata apart. */
export interface Summary {
  readonly content: SummaryCounts;
  readonly package: SummaryCounts;
  readonly excluded: number;
  /** Directories that one side stores as members and the other only implies by what lies in them. */
  readonly impliedDirectories: number;
  /** Bytes of differing files that aligned with nothing on the other side. */
  readonly changedA: number;
  readonly changedB: number;
}

export interface SummaryCounts extends Readonly<Record<PairStatus, number>> {
  readonly pairs: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

/** A declared reason not to count a class of differences, with what it covered. */
export interface MaskReport {
  readonly id: 'unpacked-metadata' | 'ignored-metadata' | 'packaging' | 'excluded' | 'explained' | 'declared';
  readonly reason: string;
  /** With `explained`: the cause that is confirmed. */
  readonly cause?: CauseReport['cause'] | undefined;
  /** With `declared`: the id of the user's mask, its last day, and whether that is over. */
  readonly mask?: string | undefined;
  readonly expires?: string | undefined;
  readonly expired?: boolean | undefined;
  /** With `explained` and `declared`: bytes of both sides. */
  readonly bytes?: number | undefined;
  /** Members of either side it touched. */
  readonly members: number;
  /** How often it covered each field. */
  readonly fields?: Readonly<Partial<Record<MaskableField, number>>> | undefined;
}

/** One more build from the root of one side, compared with that side. */
export interface ControlReport {
  readonly of: 'a' | 'b';
  readonly side: SideReport;
  readonly summary: Summary;
  /** Whether it could serve: read whole, comparable, everything paired. */
  readonly usable: boolean;
  readonly why?: string | undefined;
  /** Canonical paths that vary from run to run with the same root. */
  readonly varying: readonly string[];
}
