import type { Divergence } from './invocation/divergence.js';
import type { ReplayReport } from './invocation/replay-judge.js';
import type { Parting } from './parting.js';

/**
 * The cause that a replay confirmed for all that differs, as a sentence; undefined where it did not, or not for all.
 * It is confirmed for one call of rustc. Calls that only inherit may hide anything, so there must be none. And the two
 * sides must have the same rustc: that another one gives another output says where the root acts and not why, and
 * whatever it does is in that output.
 */
export function replayedCause({ divergence, replay }: Parting): string | undefined {
  if (replay === undefined || !isOnlyCall(divergence) || differsInRustc(divergence)) return undefined;
  if (replay.verdict !== 'cause-confirmed' && replay.verdict !== 'causes-together') return undefined;
  if (replay.causes.length === 0 || replay.causes.includes('everything')) return undefined;
  return `A replay confirms the cause: ${namedCauses(replay)} of the call for crate ${replay.invocation.crate}.`;
}

function differsInRustc({ first, compilers }: Divergence): boolean {
  const kinds = first?.differences.map(({ kind }) => kind) ?? [];
  return kinds.includes('compiler') || kinds.includes('sysroot') || compilers.some(({ equal }) => !equal);
}

function isOnlyCall(divergence: Divergence): boolean {
  const { origins, inherited, onlyA, onlyB, failed, unfinished, rootOnly } = divergence;
  const gaps = [onlyA, onlyB, unfinished.a, unfinished.b].some(({ length }) => length > 0);
  return origins.length === 1 && inherited === 0 && !gaps && failed.a + failed.b + rootOnly === 0;
}

/** What the logs and the replay say, as sentences for the verdict. */
export function partingReasons({ divergence, replay }: Parting): string[] {
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
