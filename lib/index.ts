/**
 * trustdiff: compares two rustc artefacts and says whether the trust root affected the output.
 *
 * @example
 * ```ts
 * import { compare } from 'trustdiff';
 *
 * const comparison = compare({ a: 'rustc_1.85.deb', b: ['rustc.tar.xz', 'rust-std.tar.xz'] });
 * for await (const event of comparison) if (event.type === 'pair') console.log(event.pair.status, event.pair.path);
 * const { verdict } = await comparison.report;
 * ```
 * @packageDocumentation
 */
export type { DigestAlgorithm } from './artefact/digest.js';
export type { Fact, FactName, Identity } from './artefact/identity.js';
export type { InputSummary } from './artefact/input.js';
export type { LayoutFinding, LayoutId } from './artefact/layout/layout.js';
export type { Limits } from './artefact/limits.js';
export { type Comparison, compare } from './comparison/comparison.js';
export type { ComparisonEvent, ProgressEvent, SideIntroduction } from './comparison/event.js';
export { type InspectedMember, type Inspection, type InspectOptions, inspect } from './comparison/inspect.js';
export type { CompareOptions, ControlOption } from './comparison/options.js';
export { VERSION } from './comparison/version.js';
export { type ErrorKind, type Trouble, TrustdiffError, type Where } from './error.js';
export type {
  FunctionCounts,
  InstructionDiff,
  InstructionRow,
  ResidueSegment,
} from './explain/explanation.js';
export type { MaskFile } from './explain/user-mask.js';
export type { Range } from './ledger/ranges.js';
export type { DiffLine, Hunk, ShownDiff } from './ledger/text-diff.js';
export type { ChangedRanges, Difference } from './pair/difference.js';
export type { Inside, InsidePair } from './pair/inside.js';
export type { MaskableField, MetadataDifference, MetadataField } from './pair/metadata.js';
export type { PairRule } from './pair/pair.js';
export type { RebuildEvent } from './rebuild/event.js';
export { type Experiment, readExperiment } from './rebuild/experiment.js';
export { type Rebuild, type RebuildOptions, rebuild } from './rebuild/rebuild.js';
export type * from './report/experiment-model.js';
export type * from './report/explanation.js';
export type { HexBytes, HexMark, HexOmitted, HexRow, HexView } from './report/hex.js';
export type * from './report/model.js';
export { type RenderOptions, renderExperiment, renderReport } from './report/render.js';
export type { AncestryFinding } from './root/ancestry/ancestry.js';
export type { Ancestor, Ancestry, Evidence, EvidenceStanding } from './root/ancestry/evidence.js';
export type { RootRelation, SharedAncestor } from './root/ancestry/relation.js';
export { type MaterialisedRoot, materialiseRoot } from './root/materialise.js';
export { type Plan, type PlannedRoot, planRoots, type Reset, type RootPlan } from './root/plan.js';
export type { RootReadOptions } from './root/reading.js';
export {
  type Holdings,
  type InspectRootOptions,
  inspectRoots,
  type RootInputReport,
  type RootInspection,
  type RootReport,
  type RootSpec,
  type SourceReport,
} from './root/root.js';
export type { SignatureCheck, SignatureOutcome } from './root/signature/check.js';
export type { FileCheck, ListCheck } from './root/signature/file-check.js';
export type { TrustOptions } from './root/signature/verifier.js';
export { type Verification, verifyFiles } from './root/signature/verify.js';
export {
  digestTree,
  type TreeChanges,
  type TreeDigest,
  type TreeDigestOptions,
  type TreeEntry,
  treeChanges,
} from './root/tree-digest.js';
export { parseVersion, type RootFit, type RustVersion } from './root/version-rule.js';
export type { Reason } from './verdict/comparable.js';
export type { FailOn, Verdict, VerdictId } from './verdict/verdict.js';
