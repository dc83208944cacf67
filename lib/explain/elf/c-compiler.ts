import { C_OBJECT_LABELS } from '../../cause/c-object.js';
import type { Elf } from '../../format/elf.js';

/** What the C compiler that made an object says of itself; undefined where rustc, or nobody, says that it did. */
export function cCompiler(elf: Elf): string | undefined {
  const comments = elf.comments();
  if (comments.some(({ text }) => text.startsWith('rustc version'))) return undefined;
  for (const { text } of comments)
    for (const label of C_OBJECT_LABELS) for (const match of text.matchAll(label)) return match[0];
  return undefined;
}
