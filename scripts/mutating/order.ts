import { memoryBytes } from '../../lib/artefact/bytes.js';
import { lazyRelocations } from '../../lib/format/elf/binding.js';
import { isElf, openElf } from '../../lib/format/elf.js';
import { isRlib, readRlib } from '../../lib/format/rlib.js';
import type { Planted } from './judge.js';

/**
 * Whether the order of records at these places means nothing: that of relocations which code tells by their number does,
 * and so does that of the entries of a symbol index that lead to several members.
 */
export function isOrderFree({ content, places }: Pick<Planted, 'content' | 'places'>): boolean {
  const bytes = memoryBytes(content);
  const touches = (start: number, length: number) =>
    places.some(([at, size]) => at < start + length && at + size > start);
  if (isElf(bytes)) {
    const section = lazyRelocations(openElf(bytes));
    return section === undefined || !touches(section.sh_offset, section.fileSize);
  }
  if (!isRlib(bytes)) return true;
  const index = readRlib(bytes).find(({ kind, name }) => kind === 'symbol-index' && name === '/');
  if (index === undefined || !touches(index.offset, index.size)) return true;
  const members = Array.from({ length: content.readUInt32BE(index.offset) }, (_, i) =>
    content.readUInt32BE(index.offset + 4 + 4 * i),
  );
  return members.every((member, i) => i === 0 || member >= (members[i - 1] ?? 0));
}
