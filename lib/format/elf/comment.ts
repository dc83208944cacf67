import type { Bytes } from '../../artefact/bytes.js';
import type { Section } from './section.js';
import { decodeText } from './string-table.js';

/** One string of a section that is a list of NUL-ended strings. */
export interface PlacedString {
  readonly text: string;
  /** Where it starts in the file. */
  readonly offset: number;
}

/** Bytes of `.comment` that are read; real ones have fewer than 1,000. */
const COMMENT_LIMIT = 1 << 16;

/**
 * What compilers and linkers wrote about themselves: `rustc version 1.85.0 (…)`, `GCC: (GNU) 9.5.0`,
 * `Linker: LLD 19.1.0`. The linker keeps each text once and orders them by hash, so order says nothing.
 */
export function readComments(bytes: Bytes, sections: readonly Section[]): PlacedString[] {
  return sections.filter((s) => s.name === '.comment').flatMap((s) => stringsOf(bytes, s));
}

function stringsOf(bytes: Bytes, section: Section): PlacedString[] {
  const content = Buffer.from(bytes.read(section.sh_offset, Math.min(section.fileSize, COMMENT_LIMIT)));
  const out: PlacedString[] = [];
  let at = 0;
  while (at < content.length) {
    const nul = content.indexOf(0, at);
    const end = nul < 0 ? content.length : nul;
    if (end > at) out.push({ text: decodeText(content, at, end), offset: section.sh_offset + at });
    at = end + 1;
  }
  return out;
}
