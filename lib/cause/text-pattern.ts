import type { TokenEncoding } from '../ledger/sink.js';
import type { CauseId } from './cause-id.js';

/**
 * What a cause writes into text, as it looks on one side. It is a claim only where both sides have one at the
 * same place.
 */
export interface TextPattern {
  readonly cause: CauseId;
  readonly encoding: TokenEncoding;
  /** With the flag `g`; group 1 is the token. Must take time linear in the text. Read as latin1. */
  readonly find: RegExp;
  /** Says no to what only looks like it: the 31st of February, a number that is no time. */
  readonly accepts?: (token: string) => boolean;
}
