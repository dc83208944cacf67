import { memoryBytes } from '../../lib/artefact/bytes.js';
import { lazyRelocations } from '../../lib/format/elf/binding.js';
import { isElf, openElf } from '../../lib/format/elf.js';
import type { Planted } from './judge.js';

/** Whether the order of records at these places means nothing; that of relocations which code tells by their number does. */
export function isOrderFree({ content, places }: Pick<Planted, 'content' | 'places'>): boolean {
  const bytes = memoryBytes(content);
  const section = isElf(bytes) ? lazyRelocations(openElf(bytes)) : undefined;
  if (section === undefined) return true;
  const { sh_offset, fileSize } = section;
  return !places.some(([at, length]) => at < sh_offset + fileSize && at + length > sh_offset);
}
