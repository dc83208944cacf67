import { contradictions, isDebugOnly } from '../../format/elf/contradiction.js';
import type { Elf } from '../../format/elf.js';

/** Contradictions of one side that are told. */
const TOLD = 3;

/**
 * What either file says and denies at once, as notes. Sections are read here; where what is loaded or linked is something
 * else, nothing that was read explains it, and the bytes are all there is.
 */
export function contradictory(a: Elf, b: Elf): string[] {
  if (isDebugOnly(a) && isDebugOnly(b)) return [];
  const notes: string[] = [];
  for (const [side, elf] of [
    ['A', a],
    ['B', b],
  ] as const) {
    const said = contradictions(elf);
    for (const text of said.slice(0, TOLD)) notes.push(`${side} contradicts itself: ${text}`);
    if (said.length > TOLD) notes.push(`${side} contradicts itself ${said.length - TOLD} times more`);
  }
  return notes.length === 0 ? notes : [...notes, 'explained by its bytes only'];
}
