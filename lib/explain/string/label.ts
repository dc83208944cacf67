import { C_OBJECT_LABELS } from '../../cause/c-object.js';
import type { CauseId } from '../../cause/cause-id.js';
import { LINKER_LABELS } from '../../cause/linker.js';
import { LLVM_LABELS } from '../../cause/llvm.js';

const LABELS: readonly { readonly cause: CauseId; readonly find: RegExp }[] = [
  ...LINKER_LABELS.map((find) => ({ cause: 'linker' as const, find })),
  ...C_OBJECT_LABELS.map((find) => ({ cause: 'c-object' as const, find })),
  ...LLVM_LABELS.map((find) => ({ cause: 'llvm' as const, find })),
];

/** What the shortest label takes. */
const SHORTEST_LABEL = 'LLD 1'.length;

/** The lines in which a compiler or linker names itself. Columns, in no order. */
export interface Labelled {
  readonly cause: readonly CauseId[];
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** @param text latin1 */
export function labelled(text: string): Labelled {
  const found = { cause: [] as CauseId[], start: [] as number[], end: [] as number[] };
  if (text.length < SHORTEST_LABEL) return found;
  for (const { cause, find } of LABELS) {
    for (const match of text.matchAll(find)) {
      if (found.start.length === MAX_LABELS) return found;
      found.cause.push(cause);
      found.start.push(match.index);
      found.end.push(match.index + match[0].length);
    }
  }
  return found;
}

/** A content made of nothing else would be looked through again for every change. */
const MAX_LABELS = 64;

/** The label of the line that `start`..`end` lies in. */
export function labelAt(labels: Labelled, start: number, end: number): CauseId | undefined {
  const row = labels.start.findIndex((from, i) => from <= start && end <= (labels.end[i] ?? 0));
  return labels.cause[row];
}
