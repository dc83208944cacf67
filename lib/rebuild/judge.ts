import type { PlantedReport, StageComparison, SwappedReport } from '../report/experiment-model.js';
import type { Verdict, VerdictId } from '../verdict/verdict.js';
import type { Parting } from './parting.js';
import { partingReasons } from './parting-reasons.js';
import { swapSentences } from './swap-sentence.js';

/** What an experiment's verdict may rest on. */
export interface ExperimentEvidence {
  readonly comparisons: readonly StageComparison[];
  readonly planted: PlantedReport | undefined;
  /** What single tools do. */
  readonly swapped?: readonly SwappedReport[] | undefined;
  /** What rustc was asked in the two runs, and what a replay showed; undefined where nothing is known of it. */
  readonly parting?: Parting | undefined;
  /** What the sandbox did not keep from the builds. */
  readonly open: readonly string[];
  /** Runs that were cut off and went on in the build directory they left. */
  readonly interrupted: readonly string[];
}

/** The weakest claim first: one stage with an effect makes an effect, whatever the others say. */
const ORDER: readonly VerdictId[] = [
  'root-effect-unexplained',
  'root-effect-explained',
  'inconclusive',
  'not-comparable',
  'noise',
  'equivalent',
  'identical-shared-ancestor',
  'identical',
];

/** The verdict of an experiment over its claimed stages. Pure. */
export function judgeExperiment(evidence: ExperimentEvidence): Verdict {
  const claimed = evidence.comparisons.filter(({ claim }) => claim);
  const verdicts = claimed.map(({ stage, report }) => ({ stage, verdict: report.verdict }));
  const [worst] = [...verdicts].sort((x, y) => ORDER.indexOf(x.verdict.id) - ORDER.indexOf(y.verdict.id));
  if (worst === undefined) throw new Error('an experiment without a claimed stage');
  const doesNotCover = [...shared(worst.verdict), ...evidence.open];
  const voided = voids(evidence);
  const several = verdicts.length > 1;
  const shown = verdicts.filter(({ verdict }) => several || verdict === worst.verdict);
  const says = shown.flatMap(({ stage, verdict }) => verdict.says.map((text) => `${stage}: ${text}`));
  const notes = evidence.interrupted.map(
    (run) => `Run ${run} was cut off and went on in the build directory it had left.`,
  );
  if (voided.length > 0)
    return {
      id: 'inconclusive',
      exit: 2,
      says: ['The experiment is void, so nothing is said about the roots.', ...says],
      reasons: [...voided, ...notes],
      doesNotCover,
    };
  const { parting } = evidence;
  const told =
    parting !== undefined && (worst.verdict.exit === 1 || parting.unread !== undefined)
      ? partingReasons(parting)
      : [];
  return {
    id: worst.verdict.id,
    exit: exitOf(verdicts.map(({ verdict }) => verdict.exit)),
    says: [...says, ...swapSentences(evidence.swapped ?? [])],
    reasons: [...worst.verdict.reasons.filter((text) => !isDone(text, parting)), ...told, ...notes],
    doesNotCover,
  };
}

/** The step that a comparison proposes and that was taken here. */
function isDone(reason: string, parting: Parting | undefined): boolean {
  return parting?.replay !== undefined && reason.startsWith('Next step: replay');
}

/** Reasons for which nothing that was found counts. */
function voids({ planted }: ExperimentEvidence): string[] {
  const reasons: string[] = [];
  if (planted !== undefined && !planted.found)
    reasons.push(
      `The change that was planted in root ${planted.of.toUpperCase()} was not found: an experiment that misses what is known to be there shows nothing.`,
    );
  return reasons;
}

function exitOf(exits: readonly (0 | 1 | 2)[]): 0 | 1 | 2 {
  return exits.includes(2) ? 2 : exits.includes(1) ? 1 : 0;
}

/** What a comparison does not cover, less what does not hold where the builds were watched. */
function shared(verdict: Verdict): string[] {
  return verdict.doesNotCover.filter((text) => !text.startsWith('Which process made these files'));
}
