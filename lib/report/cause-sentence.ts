import { CAUSES } from '../cause/registry.js';
import type { Reason } from '../ledger/owner.js';
import type { CauseReport } from './explanation.js';
import { counted } from './quantity.js';

/** What a reason is, in a few words; the page of a cause in docs/causes has more. */
export function reasonTitle(reason: Reason): string {
  switch (reason) {
    case 'derived':
      return 'Follows from other differences, and recomputing it gave the very bytes of B';
    case 'masked':
      return 'Declared by the user (--masks)';
    case 'unexplained':
      return 'No cause is known';
    default:
      return CAUSES[reason].title;
  }
}

/** `type-id: 128 bytes in 3 files, 4 tokens. TypeId constants.` */
export function causeSentence({ cause, files, bytesA, bytesB, tokens }: CauseReport): string {
  const where =
    files === 0 ? 'in names of files' : `${counted(bytesA + bytesB, 'byte')} in ${counted(files, 'file')}`;
  const many = tokens === undefined ? '' : `, ${counted(tokens.count, 'token')}`;
  return `${cause}: ${where}${many}. ${reasonTitle(cause)}.`;
}
