import type { SwappedReport, SwappedStage } from '../report/experiment-model.js';

/** A sentence for each judged stage: what the swapped tool makes of the difference between the roots. */
export function swapSentences(reports: readonly SwappedReport[]): string[] {
  return reports.flatMap(({ tool, stages }) =>
    stages.filter(({ claim }) => claim).map((stage) => `${stage.stage}: ${swapSentence(tool, stage)}`),
  );
}

/** What a stage says of the tool that was swapped. */
export function swapSentence(
  tool: SwappedReport['tool'],
  { toA, toB }: Pick<SwappedStage, 'toA' | 'toB'>,
): string {
  const rest = tool === 'cargo' ? 'rustc and std' : 'cargo';
  const what = tool === 'cargo' ? 'the cargo' : 'the rustc and std';
  const built = `Built from root A with ${what} of root B, it is`;
  if (toA.equal && toB.equal) return `${built} the same: ${what} of either root gives these bytes.`;
  if (toB.equal)
    return `${built} equal byte for byte to that from root B: all that differs between the roots comes with ${what}, and with that the ${rest} of the two roots make no difference.`;
  if (toA.equal)
    return `${built} equal byte for byte to that from root A: ${what} make${tool === 'cargo' ? 's' : ''} no difference, and all that differs comes with the ${rest}.`;
  return `${built} like neither: ${toA.differing} files and directories differ from root A, ${toB.differing} from root B.`;
}
