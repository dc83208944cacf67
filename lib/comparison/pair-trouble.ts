import type { Trouble } from '../error.js';
import type { SideTrouble } from '../report/model.js';
import type { MatchedPair } from './match.js';

/** Trouble with a pair, put to the side whose file it names; to A where it names none, or what both came out of. */
export function pairTrouble({ b }: Pick<MatchedPair, 'b'>, trouble: Trouble): SideTrouble {
  const ofB = b.content?.kind === 'path' && b.content.path === trouble.file;
  return { side: ofB ? 'b' : 'a', ...trouble };
}
