import { InputError } from '../../lib/error.js';
import type { SymbolTable } from '../../lib/format/elf/symbol.js';
import type { Elf } from '../../lib/format/elf.js';
import { type ElfPart, siteOf } from './site.js';

/** A content before and after a change was planted in it, and what stands on the other side of its pair. */
export interface Restoring {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly other: Buffer;
  /** Where the change stands in `after`: starts and lengths. */
  readonly places: readonly (readonly [start: number, length: number])[];
}

/**
 * Whether what was planted took back a difference that was there before: every changed byte lies in a symbol's record,
 * each of these records now says in all its fields what the record at its place on the other side says, its name as a
 * text and not as a number, and none of them did so before. What such a change leaves to be seen is nothing: names may
 * lie in another order in their table, and which thing is called by which is the same on both sides.
 */
export function restoresSymbols({ before, after, other, places }: Restoring): boolean {
  if (places.length === 0 || before.length !== after.length) return false;
  const [from, to, against] = [siteOf(before).elves, siteOf(after).elves, siteOf(other).elves];
  if (from.length !== to.length || to.length !== against.length) return false;
  return places.every(([start, length]) =>
    to.some((part, i) => {
      const [was, is] = [from[i], against[i]];
      return was !== undefined && is !== undefined && isRestored(was, part, is, start, length);
    }),
  );
}

function isRestored(was: ElfPart, now: ElfPart, other: ElfPart, start: number, length: number): boolean {
  return (['full', 'dynamic'] as const).some((kind) => {
    const [before, after, against] = [was, now, other].map(({ elf }) => elf.symbols(kind));
    if (before === undefined || after === undefined || against === undefined) return false;
    const { offset, entrySize } = after;
    const first = Math.floor((start - now.base - offset) / entrySize);
    const last = Math.floor((start + length - 1 - now.base - offset) / entrySize);
    if (length === 0 || first < 0 || last >= Math.min(before.length, after.length, against.length))
      return false;
    for (let i = first; i <= last; i += 1) {
      const wanted = recordOf(other.elf, against, i);
      if (wanted === undefined) return false;
      if (recordOf(now.elf, after, i) !== wanted || recordOf(was.elf, before, i) === wanted) return false;
    }
    return true;
  });
}

/** All that a symbol says; undefined where its name is nowhere. Its section is told by number, name and address. */
function recordOf(elf: Elf, table: SymbolTable, i: number): string | undefined {
  const section = table.isReserved(i) ? undefined : elf.sections[table.st_shndx[i] ?? 0];
  const name = nameOf(table, i);
  if (name === undefined) return undefined;
  return JSON.stringify([
    name,
    table.st_info[i],
    table.st_other[i],
    table.st_shndx[i],
    section?.name,
    String(section?.sh_addr),
    String(table.exactValue(i)),
    table.st_size[i],
  ]);
}

function nameOf(table: SymbolTable, i: number): string | undefined {
  try {
    return table.name(i);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
