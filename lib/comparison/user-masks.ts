import { masksOf } from '../explain/user-mask.js';
import type { FileExplanation } from '../report/explanation.js';
import type { MaskReport } from '../report/model.js';
import type { Explained } from './explain.js';
import type { ResolvedOptions } from './options.js';

/** What the user's masks covered, by their order in their file; those that expired or found nothing are listed too. */
export function userMasks(explained: Explained | undefined, options: ResolvedOptions): MaskReport[] {
  if (explained === undefined || options.masks === undefined) return [];
  const causes = explained.settled.causes.causes.filter(({ standing }) => standing === 'masked');
  return masksOf(options.masks).map(({ id, reason, expires, expired }): MaskReport => {
    const touched = causes.find(({ mask }) => mask === id);
    return {
      id: 'declared',
      mask: id,
      reason,
      members: touched?.files ?? 0,
      bytes: (touched?.bytesA ?? 0) + (touched?.bytesB ?? 0),
      ...(expires !== undefined && { expires }),
      ...(expired && { expired }),
    };
  });
}

/** Whether nothing is left of a file's differences but what masks cover, and what follows from that. */
export function isAllMasked({ accounts }: FileExplanation): boolean {
  const { masked, confirmed, suspected, unexplained } = accounts;
  return masked > 0 && confirmed + suspected + unexplained === 0;
}
