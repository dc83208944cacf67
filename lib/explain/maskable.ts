import { CAUSES } from '../cause/registry.js';
import type { Reason } from '../ledger/owner.js';

/** Whether bytes may be taken as explained by a cause; some can be suspected only, whoever says otherwise. */
export function isMaskable(reason: Reason): boolean {
  if (reason === 'derived' || reason === 'unexplained' || reason === 'masked') return false;
  return CAUSES[reason].maskable;
}
