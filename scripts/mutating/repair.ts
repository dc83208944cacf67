import { createHash } from 'node:crypto';
import { memoryBytes } from '../../lib/artefact/bytes.js';
import { InputError } from '../../lib/error.js';
import { recomputeBuildId } from '../../lib/format/elf/build-id.js';
import { readEhFrame } from '../../lib/format/elf/eh-frame.js';
import { recomputeEhFrameHdr } from '../../lib/format/elf/eh-frame-hdr.js';
import { gnuHashSection, recomputeGnuHash } from '../../lib/format/elf/gnu-hash.js';
import { isElf, openElf } from '../../lib/format/elf.js';

/**
 * Sets right in a linked file what a checker would see first: `.gnu.hash`, `.eh_frame_hdr`, and a build-id that is a
 * digest of the whole file. Whoever plants a change would do so.
 */
export function repair(content: Buffer): Buffer {
  if (!isElf(memoryBytes(content))) return content;
  try {
    const out = Buffer.from(content);
    const elf = openElf(memoryBytes(out));
    if (elf.header.e_type === 1) return content;
    const hash = gnuHashSection(elf);
    const made = hash === undefined ? undefined : recomputeGnuHash(elf, hash);
    if (hash !== undefined && made?.length === hash.fileSize) out.set(made, hash.sh_offset);
    const frames = readEhFrame(elf);
    const header = elf.section('.eh_frame_hdr');
    const table = frames === undefined ? undefined : recomputeEhFrameHdr(elf, frames);
    if (header !== undefined && table?.length === header.fileSize) out.set(table, header.sh_offset);
    return withBuildId(out);
  } catch (error) {
    if (error instanceof InputError) return content;
    throw error;
  }
}

/** gold's way: the digest of the file with the id as zeros, which the reader knows too. */
function withBuildId(out: Buffer): Buffer {
  const id = openElf(memoryBytes(out)).buildId();
  if (id === undefined || (id.length !== 20 && id.length !== 16)) return out;
  if (recomputeBuildId(openElf(memoryBytes(out)))?.result === 'matches') return out;
  out.fill(0, id.offset, id.offset + id.length);
  out.set(
    createHash(id.length === 20 ? 'sha1' : 'md5')
      .update(out)
      .digest(),
    id.offset,
  );
  return out;
}
