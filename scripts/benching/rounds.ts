import { type Command, measure, type Sample } from './measurement.js';

/** What was measured of one command, one sample a round. */
export interface Runs {
  readonly command: Command;
  readonly samples: readonly Sample[];
}

export interface RoundOptions {
  readonly rounds: number;
  readonly folder: string;
  /** Seconds a single run may take; the first that takes longer ends the rounds. */
  readonly limit?: number | undefined;
  /** Told before each run. */
  readonly tell: (text: string) => void;
}

/**
 * Runs the commands in turns (A B C A B C …), so that what slows the machine for a while slows all of them. A first
 * turn fills the caches and does not count, unless one of its runs had to be stopped: then it is all there is.
 */
export async function interleave(commands: readonly Command[], options: RoundOptions): Promise<Runs[]> {
  const { rounds, folder, limit, tell } = options;
  let turns: Sample[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const turn: Sample[] = [];
    for (const command of commands) {
      tell(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${command.name}`);
      turn.push(await measure(command, folder, limit));
    }
    turns = round === 1 ? [turn] : [...turns, turn];
    if (turn.some(({ stopped }) => stopped)) break;
  }
  return commands.map((command, i) => ({ command, samples: turns.flatMap((turn) => turn[i] ?? []) }));
}
