import type { FactName } from '../artefact/identity.js';
import type { Divergence } from '../rebuild/invocation/divergence.js';
import type { ReplayReport } from '../rebuild/invocation/replay-judge.js';
import type { Ancestry, EvidenceStanding } from '../root/ancestry/evidence.js';
import type { SignatureOutcome } from '../root/signature/check.js';
import type { Verdict } from '../verdict/verdict.js';
import type { Report } from './model.js';

/**
 * The report of an experiment, version 1: what was built from which roots, what it took, and what came of comparing
 * it. Times and memory are what this run took; all else is the same for the same inputs. Sizes are in bytes.
 * `docs/experiment-report-1.schema.json` is its JSON Schema.
 */
export interface ExperimentReport {
  readonly schema: typeof EXPERIMENT_REPORT_SCHEMA;
  readonly tool: { readonly name: 'trustdiff'; readonly version: string };
  readonly name: string;
  readonly source: SourceReport;
  readonly recipe: { readonly use: string; readonly stages: readonly StageReport[] };
  readonly roots: { readonly a: ExperimentRootReport; readonly b: ExperimentRootReport };
  /** What both roots are known to be, or to descend from; nothing known is not nothing shared. */
  readonly sharedAncestors: readonly { readonly what: string; readonly standing: EvidenceStanding }[];
  /** Whose tool both sides used. */
  readonly tools: Readonly<Record<string, 'a' | 'b'>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox: SandboxReport;
  readonly shared: SharedReport;
  readonly runs: readonly RunReport[];
  readonly comparisons: readonly StageComparison[];
  readonly planted?: PlantedReport | undefined;
  /** What single tools do; where some were to be swapped. */
  readonly swapped?: readonly SwappedReport[] | undefined;
  /** Where the calls of rustc in the two runs part; where outputs differ and calls were written down. */
  readonly divergence?: Divergence | undefined;
  /** What making the first of these calls again showed. */
  readonly replay?: ReplayReport | undefined;
  readonly verdict: Verdict;
}

export const EXPERIMENT_REPORT_SCHEMA = 'trustdiff-experiment-report/1';

export interface SourceReport {
  /** As the experiment's file names it. */
  readonly path: string;
  /** BLAKE3 of the tree. */
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  /** Of sources that are an archive. */
  readonly signature?: Omit<FileTrust, 'file'> | undefined;
}

/** What stands behind a file. */
export interface FileTrust {
  readonly file: string;
  readonly sha256: string;
  readonly outcome: SignatureOutcome;
  readonly why: string;
}

export interface StageReport {
  readonly name: string;
  readonly run: readonly string[];
  readonly claim: boolean;
}

export interface ExperimentRootReport {
  readonly name: string;
  readonly paths: readonly string[];
  /** BLAKE3 of its tree as the builds saw it. */
  readonly digest: string;
  readonly bytes: number;
  /** What it says of itself: version, commit, host, LLVM, … */
  readonly facts: Readonly<Partial<Record<FactName, readonly string[]>>>;
  readonly ancestry: AncestryReport;
  /** Of each of its files. */
  readonly signatures: readonly FileTrust[];
  /** What was left out of it. */
  readonly notes: readonly string[];
}

/** Where a root comes from, with what speaks for it. */
export interface AncestryReport {
  readonly kind: Ancestry;
  readonly standing?: EvidenceStanding | undefined;
  readonly why: string;
  readonly evidence: readonly {
    readonly says: string;
    readonly standing: EvidenceStanding;
    readonly file: string;
  }[];
}

export interface SandboxReport {
  readonly use: 'bubblewrap' | 'none';
  readonly version: string;
  /** What was not sealed, a sentence each. */
  readonly open: readonly string[];
}

/** What all builds used alike: a fault of it shows on both sides and is seen by no comparison. */
export interface SharedReport {
  readonly kernel: string;
  readonly architecture: string;
  readonly processor: string;
  readonly tools: readonly { readonly name: string; readonly path: string; readonly digest: string }[];
}

export interface RunReport {
  readonly id: string;
  readonly side: 'a' | 'b';
  readonly role: 'cross' | 'control' | 'planted' | 'swapped';
  /** What it did otherwise than the run it repeats. */
  readonly varied: readonly string[];
  /** BLAKE3 over all that went in. */
  readonly key: string;
  /** How often it was cut off and went on. */
  readonly interruptions: number;
  readonly stages: readonly RunStageReport[];
}

export interface RunStageReport {
  readonly name: string;
  /** BLAKE3 of the tree of its output. */
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  /** Elapsed. */
  readonly seconds: number;
  /** Seconds of processor time. */
  readonly cpu?: { readonly user: number; readonly system: number } | undefined;
  /** The most memory that all its processes held at one look, bytes. */
  readonly peakBytes?: number | undefined;
}

/** One stage of both roots, compared. */
export interface StageComparison {
  readonly stage: string;
  /** Whether it is judged; what the root itself compiled is only told. */
  readonly claim: boolean;
  readonly report: Report;
}

/** Root A, built from once more with one tool of root B. */
export interface SwappedReport {
  readonly tool: 'cargo' | 'rustc';
  /** The id of the run. */
  readonly run: string;
  readonly stages: readonly SwappedStage[];
}

/** A stage of that run beside the same stage from each root. */
export interface SwappedStage {
  readonly stage: string;
  readonly claim: boolean;
  readonly toA: Likeness;
  readonly toB: Likeness;
}

export interface Likeness {
  /** Whether the trees are the same: every name, mode, link and byte. */
  readonly equal: boolean;
  /** Files and directories that differ, and those of one side alone. */
  readonly differing: number;
}

/** The positive control: a change that was planted in one root. */
export interface PlantedReport {
  readonly of: 'a' | 'b';
  /** Whether it showed in some stage. */
  readonly found: boolean;
  /** The stages in which it showed. */
  readonly stages: readonly string[];
  /** The stages that came out byte for byte as without it: it says nothing of what is found there. */
  readonly unreached: readonly string[];
  /** What the planted compiler changed: file, member, section and text. Empty where a command planted. */
  readonly places: readonly string[];
}
