import type { ReplayReport } from './invocation/replay-judge.js';
import type { Parting } from './parting.js';

/**
 * What the logs and the replay say, as sentences beside the verdict. They are a diagnosis: whatever runs in a build can
 * write to its log, the root's rustc before all, so no verdict rests on them.
 */
export function partingReasons({ divergence, replay, unread }: Parting): string[] {
  if (unread !== undefined) return [`What was written down of the calls of rustc cannot be used: ${unread}.`];
  if (divergence === undefined) return [];
  const { first, inherited, origins } = divergence;
  if (first === null) return ['Every call of rustc that was written down gave equal outputs in both runs.'];
  const { crate, stage } = first.invocation;
  const where = `crate ${crate}${stage === null ? '' : ` in ${stage}`}`;
  const others = [
    ...(origins.length > 1 ? [`${origins.length - 1} more differ by themselves`] : []),
    ...(inherited > 0 ? [`${inherited} differ as what they depend on`] : []),
  ];
  return [
    `The first call of rustc that differs is that for ${where}${others.length === 0 ? '' : `; ${others.join(', ')}`}.`,
    ...(replay === undefined ? [] : [replaySentence(replay)]),
  ];
}

function replaySentence(replay: ReplayReport): string {
  switch (replay.verdict) {
    case 'cause-confirmed':
    case 'causes-together':
      return `Made again, that call gives the other side's output with ${namedCauses(replay)} of the other side.`;
    case 'noise':
      return 'Made again as it was, that call gives other outputs: it varies by chance.';
    case 'not-logged':
      return 'Made again with all that is known taken from the other side, that call does not give its output.';
    case 'undecided':
    case 'failed':
      return 'Making that call again decided nothing.';
  }
}

function namedCauses({ causes }: ReplayReport): string {
  const names = {
    rustc: 'the rustc',
    'cargo-hash': "cargo's hash",
    cargo: 'what cargo says',
    everything: 'everything',
  };
  return causes.map((id) => names[id as keyof typeof names] ?? id).join(' and ');
}
